"""What the data of a period cannot carry, for whoever reads its comparison: read where one is made, and stored with it.

Groups that were filled in with the outcome, and losses that name no reason.
"""

from __future__ import annotations

from dataclasses import dataclass

from departments.models import Company
from departments.periods import Period
from pipeline.models import RecomputeRun
from pipeline.selectors.leaks.hindsight import hindsight_reasons
from pipeline.selectors.leaks.unrecorded import unrecorded_losses, unrecorded_reasons


@dataclass(frozen=True, kw_only=True)
class Remarks:
    """reasons: sentences for the reader. unrecorded: losses of the period that name no reason, and all its losses."""

    reasons: tuple[str, ...]
    unrecorded: tuple[int, int]


def remarks_of(*, run: RecomputeRun, company: Company, period: Period) -> Remarks:
    """The remarks on one period as a run knows it."""
    return Remarks(
        reasons=(
            *hindsight_reasons(run=run, column="segment"),
            *unrecorded_reasons(run=run, company=company, period=period),
        ),
        unrecorded=unrecorded_losses(run=run, company=company, period=period),
    )
