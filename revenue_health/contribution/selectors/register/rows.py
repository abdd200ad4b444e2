"""The leak register, read: the list, one leak with its history, and the largest ones for reviews and packs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from departments.models import User
from revenue_health.contribution.core.comparison import MINOR_UNITS
from revenue_health.contribution.core.verdict import Verdict
from revenue_health.contribution.models import Leak, LeakChange, LeakSighting, ScoreRun

TREND_WEEKS = 13
ALL, OPEN = "all", "open"


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """One week's reading of a leak, in cents; None where the week was not read."""

    week: date
    amount: int | None = None
    low: int | None = None
    high: int | None = None
    state: str = ""


@dataclass(frozen=True, kw_only=True)
class LeakRow:
    """One leak as lists show it. Amounts in cents, positive is money lost; `weeks` is its age in weeks."""

    id: int
    pipeline: str
    stage_id: int
    stage_key: str
    stage: str
    department_id: int
    department_key: str
    department: str
    factor: str
    status: str
    owner_username: str
    owner: str
    declined_reason: str
    first_seen: date
    since: date
    last_seen: date
    read: date
    weeks: int
    recurrence: int
    amount: int
    low: int
    high: int
    still_seen: bool
    verdict: str = ""
    """Of the department as a whole, in the comparison the leak was read from; empty where there is none."""
    trend: tuple[Sighting, ...] = ()

    @property
    def unclear(self) -> bool:
        """Whether the department's own share is undecided: then neither does its leak accuse it."""
        return self.verdict not in (Verdict.CONTRIBUTES, Verdict.CONTAMINATES)

    @property
    def where(self) -> str:
        """In words: `Contract, waiting with Legal`."""
        text = {
            "waiting": _("{stage}, waiting with {department}"),
            "losses": _("{stage}, losses by {department}"),
            "value": _("{stage}, value shaved by {department}"),
        }[self.factor]
        return text.format(stage=self.stage, department=self.department)

    @property
    def half(self) -> int:
        """Half the width of the interval."""
        return (self.high - self.low) // 2

    @property
    def contradicted(self) -> bool:
        """Somebody says it is fixed; the figure does not."""
        return self.status == Leak.Status.FIXED and self.still_seen

    @property
    def subject(self) -> str:
        """What comments and commitments about it are kept under."""
        return f"leak:{self.id}"


@dataclass(frozen=True, kw_only=True)
class LeakFilters:
    """Which leaks: `state` is open (what still matters), all, or one status."""

    state: str = OPEN
    department: str = ""
    factor: str = ""
    owner: str = ""


def leak_rows(*, filters: LeakFilters | None = None, trend: bool = True) -> list[LeakRow]:
    """Leaks by what they cost, largest first."""
    rows = rows_of_leaks(_filtered(filters or LeakFilters()))
    return with_trends(rows) if trend else rows


def top_leaks(*, most: int = 5) -> list[LeakRow]:
    """The largest open leaks that the figures still show, without their trend."""
    return rows_of_leaks(Leak.objects.still_open().filter(state=Leak.State.SEEN)[:most])


def leak_row(*, leak: int) -> LeakRow | None:
    """One leak with the trend of its last weeks."""
    rows = with_trends(rows_of_leaks(Leak.objects.filter(pk=leak)))
    return rows[0] if rows else None


def sightings_of(*, leak: int) -> list[Sighting]:
    """Every week it was read, oldest first."""
    return [_sighting(sighting) for sighting in LeakSighting.objects.filter(leak=leak).order_by("week")]


def _sighting(sighting: LeakSighting) -> Sighting:
    low, high = round(sighting.low * MINOR_UNITS), round(sighting.high * MINOR_UNITS)
    return Sighting(
        week=sighting.week, amount=round(sighting.amount * MINOR_UNITS), low=low, high=high, state=sighting.state
    )


@dataclass(frozen=True, kw_only=True)
class Change:
    """One line of a leak's history; `by` is empty where the figure spoke."""

    at: datetime
    by: str
    what: str
    before: str
    after: str
    note: str


def leak_changes(*, leak: int) -> list[Change]:
    """Its history, newest first."""
    rows = LeakChange.objects.filter(leak=leak).select_related("by").order_by("-at", "-pk")
    return [
        Change(
            at=row.at,
            by=row.by.display_name if row.by else "",
            what=row.what,
            before=row.before,
            after=row.after,
            note=row.note,
        )
        for row in rows
    ]


def _filtered(filters: LeakFilters) -> QuerySet[Leak]:
    leaks = Leak.objects.still_open() if filters.state == OPEN else Leak.objects.order_by("-amount", "pk")
    if filters.state not in (OPEN, ALL):
        leaks = leaks.filter(status=filters.state)
    if filters.department:
        leaks = leaks.filter(department__key=filters.department)
    if filters.factor:
        leaks = leaks.filter(factor=filters.factor)
    if filters.owner == "none":
        leaks = leaks.filter(owner=None)
    elif filters.owner:
        leaks = leaks.filter(owner__username=filters.owner)
    return leaks


def rows_of_leaks(leaks: QuerySet[Leak]) -> list[LeakRow]:
    """The leaks of a query as rows, without their trend."""
    loaded = list(leaks.select_related("pipeline", "stage", "department", "owner"))
    verdicts = _verdicts() if loaded else {}
    return [_leak_row(leak, verdicts.get(leak.department.key, "")) for leak in loaded]


def with_trends(rows: Sequence[LeakRow]) -> list[LeakRow]:
    """The rows with how their last weeks went; two queries."""
    trends = _trends([row.id for row in rows]) if rows else {}
    return [replace(row, trend=trends.get(row.id, ())) for row in rows]


def _verdicts() -> dict[str, str]:
    """The verdict of each department in the comparison the register was last read from."""
    read = ScoreRun.objects.filter(registered_at__isnull=False).order_by("-run_id", "-registered_at")
    parties = read.values_list("figures__parties", flat=True).first()
    return {party["key"]: party["verdict"] for party in parties or ()}


def _leak_row(leak: Leak, verdict: str) -> LeakRow:
    return LeakRow(
        id=leak.pk,
        pipeline=leak.pipeline.key,
        stage_id=leak.stage_id,
        stage_key=leak.stage.key,
        stage=leak.stage.name,
        department_id=leak.department_id,
        department_key=leak.department.key,
        department=leak.department.name,
        factor=leak.factor,
        status=leak.status,
        owner_username=leak.owner.get_username() if leak.owner else "",
        owner=leak.owner.display_name if leak.owner else "",
        declined_reason=leak.declined_reason,
        first_seen=leak.first_seen,
        since=leak.since,
        last_seen=leak.last_seen,
        read=leak.read,
        weeks=(leak.read - leak.since).days // 7 + 1,
        recurrence=leak.recurrence,
        amount=round(leak.amount * MINOR_UNITS),
        low=round(leak.low * MINOR_UNITS),
        high=round(leak.high * MINOR_UNITS),
        still_seen=leak.still_seen,
        verdict=verdict,
    )


def _trends(leaks: Sequence[int]) -> dict[int, tuple[Sighting, ...]]:
    """The last weeks of each, ending with the newest week that any leak was read; one query."""
    newest = LeakSighting.objects.order_by("-week").values_list("week", flat=True).first()
    if newest is None:
        return {}
    weeks = [newest - timedelta(weeks=back) for back in range(TREND_WEEKS - 1, -1, -1)]
    rows = LeakSighting.objects.filter(leak__in=leaks, week__gte=weeks[0])
    read = {(sighting.leak_id, sighting.week): _sighting(sighting) for sighting in rows}
    return {leak: tuple(read.get((leak, week), Sighting(week=week)) for week in weeks) for leak in leaks}


def owners_of() -> list[tuple[str, str]]:
    """User name and name of everybody who owns a leak."""
    owners = User.objects.filter(leaks__isnull=False).distinct().order_by("username")
    return [(user.get_username(), user.display_name) for user in owners]
