"""Django's handle on the pipeline app."""

from django.apps import AppConfig


class PipelineConfig(AppConfig):
    name = "pipeline"
