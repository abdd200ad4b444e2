"""How this floor reacts to changes on the floor below."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from departments.models import Measurable
from pipeline.tasks import measurable_followed


@receiver(post_save, sender=Measurable, dispatch_uid="pipeline-measurable-followed")
def measurable_saved(sender: type[Measurable], instance: Measurable, raw: bool = False, **kwargs: Any) -> None:
    """A computed measurable may follow another figure now; imports write by COPY and are followed by a recompute."""
    if not raw and not instance.manual:
        measurable_followed.delay_on_commit(instance.pk)
