"""Django's handle on the contribution app."""

from django.apps import AppConfig


class ContributionConfig(AppConfig):
    name = "revenue_health.contribution"
    label = "contribution"

    def ready(self) -> None:
        """Listen to the floor below, and tell it how figures of this app are read."""
        from revenue_health.contribution import leak_headline, receivers, subjects  # noqa: F401  (need the models)
