"""What the running period would gain if a department held or lost a tenth less, according to the stored forecast."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from departments.periods import Period
from pipeline.models import RecomputeRun
from pipeline.selectors.overview import Structure
from revenue_health.contribution.core.sensitivity import LESS, Lever
from revenue_health.review.core.forecast_figures import Constraint
from revenue_health.review.selectors.forecast.forecast_reader import forecast_from_json
from revenue_health.review.selectors.forecast.snapshots import forecast_snapshot

LEVERS = {"holding": Lever.WAIT_DAYS, "leaking": Lever.LOSS_RATE, "limited": Lever.HANDS_ON}
WORDS = {
    "holding": gettext_noop("10 % less waiting"),
    "leaking": gettext_noop("10 % fewer losses"),
    "limited": gettext_noop("10 % more handed on a day"),
}


@dataclass(frozen=True, kw_only=True)
class BiggestLever:
    """A stage in which a tenth less or more of something (`what`) would bring most: the gain in cents, the what-if."""

    stage: str
    department: str
    what: str
    gain: int
    try_it: str


def biggest_lever(
    *, run: RecomputeRun, structure: Structure, period: Period | None = None, department: str = ""
) -> BiggestLever | None:
    """The largest gain in the running period, of all departments or of one; None of any other period, and where
    nothing would help."""
    snapshot = forecast_snapshot(run=run)
    if snapshot is None or (period and (snapshot.period_start, snapshot.period_end) != (period.start, period.end)):
        return None
    constraints = forecast_from_json(snapshot.figures).constraints
    gaining = [each for each in constraints if department in ("", each.department) and each.gain > 0]
    if not gaining:
        return None
    best = max(gaining, key=lambda each: each.gain)
    stage, holder = structure.stage_at(best.stage_address), structure.department_at(best.department)
    return BiggestLever(
        stage=stage.name if stage else best.stage,
        department=holder.name if holder else best.department.capitalize(),
        what=_(WORDS[best.kind]),
        gain=best.gain,
        try_it=what_if_address(best),
    )


def what_if_address(constraint: Constraint) -> str:
    """The what-if of a tenth less, or of a tenth more a day for who is at a limit."""
    place = f"{constraint.pipeline}/{constraint.stage}:{constraint.department}"
    part = LESS if constraint.kind == "limited" else -LESS
    promise = f"{place}:{LEVERS[constraint.kind]}={part:+.0%}"
    return f"{reverse('review:what_if')}?{urlencode({'set': promise})}"
