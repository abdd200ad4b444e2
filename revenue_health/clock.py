"""Celery's clock as an application of its own: it sends tasks by name, so it loads neither them nor Django's apps."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings
from django.utils.log import configure_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "revenue_health.settings")

app = Celery("revenue_health", fixups=[])
app.config_from_object("django.conf:settings", namespace="CELERY")


@setup_logging.connect
def log_as_the_rest(**options: Any) -> None:
    """Without Django's apps nobody else sets up its logging."""
    configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
