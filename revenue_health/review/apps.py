"""Django's handle on the review app."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "revenue_health.review"
    label = "review"

    def ready(self) -> None:
        """Listen to the floor below, and tell it how figures of this app are read."""
        from revenue_health.review import receivers, subjects  # noqa: F401  (need the models)
