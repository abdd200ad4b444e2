"""How the review reacts to new figures: the changes most readers look at are computed before anyone waits.

Every process loads this module, so what a reaction needs is imported when it happens (see pipeline/receivers.py).
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.dispatch import receiver

from departments.models import current_company
from pipeline.models import RecomputeRun
from pipeline.signals import recompute_finished


@receiver(recompute_finished, dispatch_uid="review-changes")
def cache_usual_changes(sender: type[RecomputeRun], run: RecomputeRun, trigger: str, **kwargs: Any) -> None:
    """Cache what changed since the usual Monday with the run: a fraction of a second even for a million deals."""
    from pipeline.custody_store import CustodyStoreMissing
    from pipeline.selectors.deals.changes import ChangesNotKept, changes_since, since_usual

    company = current_company()
    with suppress(ChangesNotKept, CustodyStoreMissing):
        changes_since(run=run, company=company, since=since_usual(run=run, company=company))
