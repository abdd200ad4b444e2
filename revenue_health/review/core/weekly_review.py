"""One weekly review as a value: dates are dates, money is in minor units, and what is not there is None.

Page, command and frozen pack show the same review; `weekly_review_json` writes it for machines.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from departments.formats import MoneyScale, money_scale
from departments.periods import Period
from pipeline.core.changes import Changes
from revenue_health.contribution.core.comparison import Comparison, minor_units
from revenue_health.contribution.core.ledger import Landing, Ledger, build_ledger
from revenue_health.contribution.core.track.range_names import range_name
from revenue_health.contribution.core.verdict import Verdict


@dataclass(frozen=True, kw_only=True)
class Headline:
    """The largest text of the page, and the smaller sentences under it."""

    message: str
    under: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PeriodWeek:
    """Which week of its period the review is in, counted from 1."""

    number: int
    count: int

    @classmethod
    def of(cls, period: Period, today: date) -> PeriodWeek | None:
        """Which week of the period a day is in; None outside of it."""
        if not period.start <= today <= period.end:
            return None
        weeks = max(round(period.days / 7), 1)
        return cls(number=min((today - period.start).days // 7 + 1, weeks), count=weeks)


class LeakKind(StrEnum):
    """What a leak is: deals lost, deals held too long, or deals that lost value; as pages of deals filter."""

    LOST = "lost"
    HELD = "held"
    REVALUED = "revalued"


@dataclass(frozen=True, kw_only=True)
class WeeklyLeak:
    """One of the largest leaks, money lost in minor units.

    id: of the leak register. half: half the width of its 90 % interval. deals: None, since a leak is not counted in
    deals. age_weeks, owner (None: nobody), status: as the register has them. verdict: of the department as a whole,
    None where it has none.
    """

    id: int
    name: str
    kind: LeakKind
    pipeline: str
    stage: str
    stage_name: str
    department: str
    department_name: str
    amount: int
    half: int
    deals: None
    age_weeks: int
    owner: str | None
    status: str
    verdict: str | None

    @property
    def is_unclear(self) -> bool:
        """Whether the department's share is undecided, so that its leak accuses nobody."""
        return self.verdict not in (Verdict.CONTRIBUTES, Verdict.CONTAMINATES)


class ScorecardState(StrEnum):
    """Whether a department has entered all its numbers of a week, and in time."""

    IN = "in"
    LATE = "late"
    MISSING = "missing"


@dataclass(frozen=True, kw_only=True)
class DepartmentScorecard:
    """How many numbers a department owed for a week, how many it entered, and how many of these late."""

    key: str
    name: str
    entered: int
    owed: int
    late: int

    @property
    def state(self) -> ScorecardState:
        """Missing as long as a number is, then late if one of them was."""
        if self.entered < self.owed:
            return ScorecardState.MISSING
        return ScorecardState.LATE if self.late else ScorecardState.IN


@dataclass(frozen=True, kw_only=True)
class ScorecardPanel:
    """The scorecards of one week, which begins on the Monday `week`."""

    week: date
    departments: tuple[DepartmentScorecard, ...] = ()

    @property
    def entered(self) -> int:
        """Departments that have entered everything, late or in time."""
        return sum(card.state != ScorecardState.MISSING for card in self.departments)

    @property
    def late(self) -> int:
        """Departments that have entered everything, some of it after the close."""
        return sum(card.state == ScorecardState.LATE for card in self.departments)

    @property
    def missing(self) -> int:
        """Departments that have not entered everything."""
        return sum(card.state == ScorecardState.MISSING for card in self.departments)


@dataclass(frozen=True, kw_only=True)
class DueCommitment:
    """A promise that is due this week or overdue; `carried` is how often it was moved."""

    id: int
    text: str
    department: str
    department_name: str
    owner: str
    due: date
    is_overdue: bool
    carried: int


@dataclass(frozen=True, kw_only=True)
class CommitmentPanel:
    """What is due, the oldest first."""

    items: tuple[DueCommitment, ...] = ()

    @property
    def overdue(self) -> int:
        """How many of them should have been done by now."""
        return sum(item.is_overdue for item in self.items)

    @property
    def due(self) -> int:
        """Due within the week and not yet overdue."""
        return len(self.items) - self.overdue


@dataclass(frozen=True, kw_only=True)
class AbsentPanels:
    """Why each panel of a period that is over is empty."""

    changes: str
    leaks: str
    scorecards: str
    commitments: str

    @classmethod
    def of(cls, period: Period) -> AbsentPanels:
        """Of a period that is over: its panels show what was known then, or nothing."""
        label = period.label
        return cls(
            changes=f"What changed is compared with today, and {label} is over.",
            leaks=f"The leak register was not read for {label}.",
            scorecards=f"Scorecards are those of the running week; {label} is over.",
            commitments=f"What is due is due now; {label} is over.",
        )


@dataclass(frozen=True, kw_only=True)
class ForecastMoney:
    """The amounts of a forecast in minor units; None for what is not known."""

    won_so_far: int
    median: int
    p5: int
    p95: int
    target: int | None


@dataclass(frozen=True, kw_only=True)
class ForecastLine:
    """What the night forecast for the whole period, in units of the currency as the model computed it.

    won_so_far: revenue to date, None where the comparison is not scored. probability: of reaching the target, None
    without one. nine_in_ten: whether about so many past ranges held what came.
    """

    won_so_far: float | None
    median: float
    p5: float
    p25: float
    p75: float
    p95: float
    probability: float | None
    target: float | None
    nine_in_ten: bool = False

    @property
    def range_name(self) -> str:
        """What its outer range is called."""
        return range_name(nine_in_ten=self.nine_in_ten)

    @property
    def landing(self) -> Landing:
        """Where the period is heading, as the ledger ends."""
        return Landing(
            expected=self.minor.median,
            low=self.minor.p5,
            high=self.minor.p95,
            plan=self.minor.target,
            probability=self.probability,
            range_name=self.range_name,
        )

    @property
    def minor(self) -> ForecastMoney:
        """What a page prints of it, each figure rounded by itself; nothing won yet is 0."""
        return ForecastMoney(
            won_so_far=minor_units(self.won_so_far) or 0,
            median=minor_units(self.median) or 0,
            p5=minor_units(self.p5) or 0,
            p95=minor_units(self.p95) or 0,
            target=minor_units(self.target),
        )


@dataclass(frozen=True, kw_only=True)
class DataAge:
    """How old the figures were when the review was read; level: fresh, warning or critical."""

    age_hours: float | None
    level: str


@dataclass(frozen=True, kw_only=True)
class WeeklyReview:
    """What one review shows of a period on the figures of one run.

    week: None where today is outside the period. comparison: None until it is scored. scoring: it is, just now.
    since: the day `changes` look back to; changes is None for a period that is over, and for runs that did not keep
    when things were recorded.
    absent: reasons, where the period is over. forecast: None where the night made none for the period.
    """

    company: str
    currency: str
    period: Period
    week: PeriodWeek | None
    as_of: datetime
    today: date
    headline: Headline
    comparison: Comparison | None
    since: date
    changes: Changes | None
    leaks: tuple[WeeklyLeak, ...]
    scorecards: ScorecardPanel
    commitments: CommitmentPanel
    absent: AbsentPanels | None
    forecast: ForecastLine | None
    data: DataAge
    scoring: bool = False

    @property
    def scale(self) -> MoneyScale:
        """The one unit of its money: that of the ledger, without one that of what changed."""
        if self.ledger:
            return self.ledger.scale(self.currency)
        buckets = self.changes.buckets if self.changes else ()
        return money_scale([10 * abs(total.difference) for total in buckets], self.currency)

    @property
    def ledger(self) -> Ledger | None:
        """The comparison as the one ledger, up to where the forecast lands; None until it is scored."""
        landing = self.forecast.landing if self.forecast else None
        return build_ledger(self.comparison, landing) if self.comparison else None
