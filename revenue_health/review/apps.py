"""Django's handle on the review app."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "revenue_health.review"
    label = "review"

    def ready(self) -> None:
        """Listen to the floor below."""
        from revenue_health.review import receivers  # noqa: F401  (needs the models)
