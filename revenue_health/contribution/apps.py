"""App configuration of contribution."""

from django.apps import AppConfig


class ContributionConfig(AppConfig):
    name = "revenue_health.contribution"
    label = "contribution"

    def ready(self) -> None:
        """Connect receivers, and register how figures of this app are read."""
        from revenue_health.contribution import leak_headline, receivers, subjects  # noqa: F401  (need the models)
