"""Django's handle on the contribution app."""

from django.apps import AppConfig


class ContributionConfig(AppConfig):
    name = "revenue_health.contribution"
    label = "contribution"

    def ready(self) -> None:
        """Listen to the floor below."""
        from revenue_health.contribution import receivers  # noqa: F401  (needs the models)
