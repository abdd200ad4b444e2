"""Django's handle on the pipeline app."""

from django.apps import AppConfig


class PipelineConfig(AppConfig):
    name = "pipeline"

    def ready(self) -> None:
        """Listen to the floor below, and tell it how figures of this app are read."""
        from pipeline import receivers, subjects  # noqa: F401  (need the models)
