"""Django's handle on the pipeline app."""

from django.apps import AppConfig


class PipelineConfig(AppConfig):
    name = "pipeline"

    def ready(self) -> None:
        """Listen to the floor below."""
        from pipeline import receivers  # noqa: F401  (needs the models)
