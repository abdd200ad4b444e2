"""Celery beat as an application of its own: it sends tasks by name, so it loads neither tasks nor Django apps."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings
from django.utils.log import configure_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "revenue_health.settings")

# The fixup for Django would load every app.
app = Celery("revenue_health", fixups=[])
app.config_from_object("django.conf:settings", namespace="CELERY")


@setup_logging.connect
def set_up_logging(**options: Any) -> None:
    """Nothing else configures logging, because Django's apps are not loaded here."""
    configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
