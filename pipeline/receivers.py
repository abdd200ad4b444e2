"""How this floor reacts to changes on the floor below.

Every process loads this module, a command that only prints its version as well, so what a reaction needs is imported
when it happens: databases of files, arrays and all of imports take half a second.
"""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from departments.models import Measurable


@receiver(post_save, sender=Measurable, dispatch_uid="pipeline-measurable-followed")
def measurable_saved(sender: type[Measurable], instance: Measurable, raw: bool = False, **kwargs: Any) -> None:
    """A computed measurable may follow another figure now; imports write by COPY and are followed by a recompute."""
    if not raw and not instance.manual:
        from pipeline.tasks import measurable_followed

        measurable_followed.delay_on_commit(instance.pk)
