"""Keeping the leak register: what the figures say, once a run; and what people do about it.

Found twice is found once: a leak has one row, a week one sighting of it, and a score run is taken in under its lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from departments.models import User, current_company
from departments.periods import monday_of
from departments.translation import gettext_noop
from pipeline.models import RecomputeRun
from revenue_health.contribution.core.intervals import Interval
from revenue_health.contribution.core.readings import SEEN, has_recovered, reading
from revenue_health.contribution.models import Leak, LeakChange, LeakSighting, ScoreRun
from revenue_health.contribution.selectors.comparison.contributions_json import comparison_from_json
from revenue_health.contribution.selectors.comparison.periods import ComparisonError
from revenue_health.contribution.selectors.comparison.scores import score_run_of
from revenue_health.contribution.selectors.model_input import cached_flows
from revenue_health.contribution.selectors.register.leak_costs import CellCost, CellKey, cell_costs, register_periods

Status = Leak.Status
LONGEST_REASON = 5_000
NOTHING = Interval(value=0.0, low=0.0, high=0.0, standard_error=0.0)


class RegisterError(Exception):
    """A change of a leak was not taken; the message is for the person. Nothing was changed."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What the figures of one week say: costs of cells, and the plan to date that materiality is measured by."""

    run: RecomputeRun | None
    week: date
    scale: float
    costs: Sequence[CellCost]


def leaks_find(*, run: RecomputeRun, now: datetime) -> int:
    """Take a scored run into the register; returns the number of leaks it shows. Nothing to do: 0.

    Computed outside the transaction, written in one: killed anywhere, it is done again from the start.
    """
    company = current_company()
    try:
        periods = register_periods(run=run, company=company)
    except ComparisonError:
        return 0  # nothing has happened yet
    score_run = score_run_of(run=run, periods=periods)
    if score_run is None or score_run.status != ScoreRun.Status.DONE or periods.baseline is None:
        return 0
    if score_run.registered_at is not None:
        return Leak.objects.filter(sightings__run=run, sightings__state=SEEN).count()
    registered = set(Leak.objects.values_list("stage_id", "department_id", "factor"))
    scale = comparison_from_json(score_run.figures).start
    costs = cell_costs(flows=cached_flows(run=run, periods=periods), scale=scale, registered=registered)
    week = monday_of(run.day_in(company.zone))
    with transaction.atomic():
        locked = ScoreRun.objects.select_for_update().get(pk=score_run.pk)
        # Another worker may have taken it in while the costs were computed.
        if locked.registered_at is not None:
            return Leak.objects.filter(sightings__run=run, sightings__state=SEEN).count()
        seen = register_read(reading_of_week=Reading(run=run, week=week, scale=scale, costs=costs), now=now)
        locked.registered_at = now
        locked.save(update_fields=["registered_at"])
    return seen


def leaks_are_found(*, run: RecomputeRun) -> bool:
    """Whether the register has taken a run in, or has nothing to take in: the comparison it reads was given up, has no
    baseline, or nothing has happened yet."""
    try:
        periods = register_periods(run=run, company=current_company())
    except ComparisonError:
        return True
    score_run = score_run_of(run=run, periods=periods)
    if score_run is None or score_run.status == ScoreRun.Status.STARTED:
        return False
    return score_run.status == ScoreRun.Status.FAILED or periods.baseline is None or score_run.registered_at is not None


@transaction.atomic
def register_read(*, reading_of_week: Reading, now: datetime) -> int:
    """Write one week's reading; returns how many leaks it shows. The figures of an older week say nothing new."""
    if LeakSighting.objects.filter(week__gt=reading_of_week.week).exists():
        return 0
    leaks: dict[CellKey, Leak] = {
        (leak.stage_id, leak.department_id, leak.factor): leak
        # Always locked in one order, or two of these could wait for each other.
        for leak in Leak.objects.select_for_update().order_by("pk")
    }
    costs = {cost.key: cost for cost in reading_of_week.costs}
    seen = 0
    for key, cost in costs.items():
        if key not in leaks and reading(cost.cost.cost, reading_of_week.scale) == SEEN:
            leaks[key] = _leak_new(cost, reading_of_week.week, now)
    for key, leak in leaks.items():
        amount = costs[key].cost.cost if key in costs else NOTHING
        seen += _leak_read(leak, amount, reading_of_week, now)
    return seen


def _leak_new(cost: CellCost, week: date, now: datetime) -> Leak:
    amount = cost.cost.cost
    leak = Leak.objects.create(
        pipeline_id=cost.pipeline,
        stage_id=cost.stage,
        department_id=cost.department,
        factor=cost.cost.cell.factor,
        first_seen=week,
        since=week,
        last_seen=week,
        read=week,
        amount=amount.value,
        low=amount.low,
        high=amount.high,
    )
    _record_status(leak, "", Status.NEW, now, gettext_noop("Seen for the first time."))
    return leak


def _leak_read(leak: Leak, amount: Interval, reading_of_week: Reading, now: datetime) -> bool:
    """One leak's sighting of the week, and what follows from it; returns whether it is seen."""
    state = reading(amount, reading_of_week.scale)
    figures = {"amount": amount.value, "low": amount.low, "high": amount.high}
    LeakSighting.objects.update_or_create(
        leak=leak, week=reading_of_week.week, defaults={"run": reading_of_week.run, "state": state, **figures}
    )
    leak.amount, leak.low, leak.high, leak.read = amount.value, amount.low, amount.high, reading_of_week.week
    leak.state = state
    if state == SEEN:
        leak.last_seen = reading_of_week.week
        if leak.status == Status.RECOVERED:
            leak.recurrence, leak.since = leak.recurrence + 1, reading_of_week.week
            _status_change(leak, Status.NEW, now, gettext_noop("Seen again after it had recovered."))
    elif leak.status != Status.RECOVERED:
        readings = dict(leak.sightings.values_list("week", "state"))
        if has_recovered(readings, reading_of_week.week):
            _status_change(leak, Status.RECOVERED, now, gettext_noop("Below materiality four weeks in a row."))
    leak.save()
    return state == SEEN


def _status_change(leak: Leak, status: str, now: datetime, note: str, by: User | None = None) -> None:
    _record_status(leak, leak.status, status, now, note, by)
    leak.status = status


def _record_status(leak: Leak, before: str, after: str, now: datetime, note: str, by: User | None = None) -> None:
    LeakChange.objects.create(leak=leak, at=now, by=by, what="status", before=before, after=after, note=note)


@transaction.atomic
def leak_assign(*, leak: int, owner: User | None, user: User, now: datetime) -> Leak:
    """Make somebody answer for a leak, or nobody."""
    row = Leak.objects.select_for_update().get(pk=leak)
    before = row.owner
    if before == owner:
        return row
    row.owner = owner
    row.save(update_fields=["owner"])
    names = [person.display_name if person else "" for person in (before, owner)]
    LeakChange.objects.create(leak=row, at=now, by=user, what="owner", before=names[0], after=names[1])
    return row


@transaction.atomic
def leak_status_set(*, leak: int, status: str, reason: str, user: User, now: datetime) -> Leak:
    """What a person says of a leak: accepted, working, fixed, or declined with a reason.

    Raises RegisterError for what only the figure can say, for a leak that has recovered, or a missing reason.
    """
    row = Leak.objects.select_for_update().get(pk=leak)
    reason = reason.strip()
    if len(reason) > LONGEST_REASON:
        raise RegisterError(_("That is longer than {longest:,} characters.").format(longest=LONGEST_REASON))
    if status not in Leak.BY_PEOPLE:
        raise RegisterError(_("Choose accepted, working, fixed or declined; the rest is said by the figure."))
    if row.status == Status.RECOVERED:
        raise RegisterError(_("It has recovered; it opens again by itself if it is seen again."))
    if status == Status.DECLINED and not reason:
        raise RegisterError(_("Say why it is declined."))
    if row.status == status and not reason:
        return row
    row.declined_reason = reason if status == Status.DECLINED else ""
    _status_change(row, status, now, reason, user)
    row.save(update_fields=["status", "declined_reason"])
    return row
