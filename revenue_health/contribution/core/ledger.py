"""The ledger: all performance money as one sum in one order, for every page, chart, slide and sentence.

Plan, last year's pace, opening pipeline, each department, the market, timing and chance, actual; then what is still to
come, and where the period lands. Amounts are in minor units and add up to the cent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from departments.formats import MoneyScale, money_in_words, money_scale
from departments.periods import Period
from departments.translation import gettext as _
from departments.translation import gettext_noop
from revenue_health.contribution.core.comparison import Comparison, PartyKind, PartyShare, minor_units
from revenue_health.contribution.core.verdict import IMPACTS, MARKS, Impact, Verdict

UNEXPLAINED = "unexplained"
TIMING_AND_CHANCE = gettext_noop("Timing and chance")
"""What no party explains."""
NOT_A_DEPARTMENT = gettext_noop("not a department")
"""What stands in the place of a verdict beside whatever is never judged."""
ORDER = (PartyKind.STRATEGY, PartyKind.OPENING, PartyKind.INTERNAL, PartyKind.MARKET)
"""What the plan adds to the pace stands next to the plan; what the period began with comes before what was done."""
# 52 weeks, so that weekdays agree.
YEAR = timedelta(days=364)
WEEK = timedelta(days=7)
MOST_OF_A_YEAR = 300
"""Days from which on a baseline just before the period counts as the past year."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the ledger in minor units; it begins where the one before ended.

    low, high: the 90 % interval of `amount`, for all departments at once where it is known; None for timing and chance,
    whose `verdict` is None as well. nobodys: not a department, never judged. reason: why a department has no verdict.
    is_checking: gates of it have not answered yet.
    """

    key: str
    name: str
    start: int
    amount: int
    low: int | None = None
    high: int | None = None
    verdict: Verdict | None = None
    nobodys: bool = False
    reason: str = ""
    is_checking: bool = False

    @classmethod
    def of(cls, party: PartyShare, start: int, pace: str) -> Step:
        """The step of a party that has a share. pace: what the plan is compared with."""
        share = party.interval or party.share
        assert share is not None, "who has no share has no step"
        minor, nobodys = share.minor, party.kind != PartyKind.INTERNAL
        return cls(
            key=party.key,
            name=name_in_ledger(party, pace),
            start=start,
            amount=minor.amount,
            low=minor.low,
            high=minor.high,
            verdict=party.judgement,
            nobodys=nobodys,
            reason="" if nobodys or party.named else party.short_reason,
            is_checking=party.checking,
        )

    @property
    def end(self) -> int:
        """Where it ends, so where the next one begins, in minor units."""
        return self.start + self.amount

    @property
    def half(self) -> int:
        """Half the width of the interval, 0 without one."""
        return 0 if self.low is None or self.high is None else (self.high - self.low) // 2

    @property
    def impact(self) -> Impact:
        """How it is coloured; soft where nothing can be said, as for timing and chance."""
        return Impact.SOFT if self.verdict is None else IMPACTS.get(self.verdict, Impact.SOFT)

    @property
    def mark(self) -> str:
        """The sign of its verdict, empty for timing and chance."""
        return "" if self.verdict is None else MARKS[self.verdict]

    @property
    def is_clear(self) -> bool:
        """Whether its whole interval lies on one side of zero."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)

    @property
    def is_stopped(self) -> bool:
        """Whether a gate stops the verdict of a department although the whole interval lies on one side of zero."""
        return self.verdict == Verdict.CANNOT_TELL and self.is_clear and bool(self.reason) and not self.is_checking

    def figure(self, currency: str) -> str:
        """`−200 k ± 457 k`, the currency left out; only the amount without an interval."""
        amounts = [self.amount, self.half] if self.half else [self.amount]
        return " ± ".join(money_in_words(amount, currency).removeprefix(f"{currency} ") for amount in amounts)

    @property
    def is_named(self) -> bool:
        """Whether it is a department that contributes or contaminates."""
        return not self.nobodys and self.verdict in IMPACTS


@dataclass(frozen=True, kw_only=True)
class Landing:
    """Where the whole period is heading, in minor units.

    expected: the middle of the forecast, low and high its outer range. plan: of the whole period, None without one.
    probability: of reaching it, 0 to 1. range_name: what the outer range may be called.
    """

    expected: int
    low: int
    high: int
    plan: int | None
    probability: float | None
    range_name: str

    @property
    def gap(self) -> int | None:
        """Expected less the plan of the whole period; None without a plan."""
        return None if self.plan is None else self.expected - self.plan


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """From the plan (without one: the pace of the baseline) to actual, and on to the landing.

    `start` and the amounts of all steps add up to `actual` exactly; `actual` and `still_to_come` to the landing. pace:
    what revenue would have been at the baseline's pace, None without a plan, where it is what the ledger starts from.
    """

    planned: bool
    start: int
    pace_name: str
    parties: tuple[Step, ...]
    unexplained: Step
    actual: int
    landing: Landing | None = None

    @property
    def first(self) -> str:
        """What the ledger starts from."""
        return _("Plan") if self.planned else self.pace_title

    @property
    def pace_title(self) -> str:
        """The pace as the first word of a row or sentence."""
        return f"{self.pace_name[:1].upper()}{self.pace_name[1:]}"

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every step, timing and chance as the last."""
        return (*self.parties, self.unexplained)

    @property
    def stopped(self) -> list[Step]:
        """Whom a gate keeps from being named although their figures are clear of zero, the largest first."""
        return sorted((step for step in self.parties if step.is_stopped), key=lambda step: -abs(step.amount))

    @property
    def gap(self) -> int:
        """Actual less what the ledger starts from."""
        return self.actual - self.start

    @property
    def pace(self) -> int | None:
        """Where the ledger stands after what the plan adds to the pace; None where nothing is known of that."""
        stretch = next((step for step in self.parties if step.key == PartyKind.STRATEGY), None)
        return stretch.end if stretch else None

    def scale(self, currency: str) -> MoneyScale:
        """The one unit its money is written in on pages: two digits for the largest step are enough, since what stands
        beside it, plan and actual, has more."""
        return money_scale([10 * abs(step.amount) for step in self.steps], currency)

    @property
    def still_to_come(self) -> int | None:
        """What the forecast expects beyond what has been earned so far."""
        return None if self.landing is None else self.landing.expected - self.actual


def pace_name(period: Period, baseline: Period | None) -> str:
    """What the revenue of everybody at the baseline is called: `last year’s pace` of the same days a year before."""
    if baseline is None:
        return _("the baseline’s pace")
    if abs(baseline.start - (period.start - YEAR)) <= WEEK and abs(baseline.days - period.days) <= WEEK.days:
        return _("last year’s pace")
    just_before = baseline.end + timedelta(days=1) == period.start
    is_past_year = just_before and baseline.days >= MOST_OF_A_YEAR
    return _("the past year’s pace") if is_past_year else _("the baseline’s pace")


def build_ledger(comparison: Comparison, landing: Landing | None = None) -> Ledger:
    """The ledger of a comparison; landing: of its period, while that is running.

    A party without a share has no step. Timing and chance is the remainder: rounded by itself it would miss actual by
    the cents that the shares round away.
    """
    pace = pace_name(comparison.period, comparison.baseline)
    start, actual = minor_units(comparison.start) or 0, minor_units(comparison.actual) or 0
    at, steps = start, []
    # A stable sort: departments stay in the order of the comparison.
    for party in sorted(comparison.parties, key=lambda party: ORDER.index(party.kind)):
        if party.share is not None:
            steps.append(Step.of(party, at, pace))
            at = steps[-1].end
    rest = Step(key=UNEXPLAINED, name=_(TIMING_AND_CHANCE), start=at, amount=actual - at, nobodys=True)
    return Ledger(
        planned=comparison.planned,
        start=start,
        pace_name=pace,
        parties=tuple(steps),
        unexplained=rest,
        actual=actual,
        landing=landing if comparison.running else None,
    )


def name_in_ledger(party: PartyShare, pace: str) -> str:
    """What a party is called: parties that are no department say in which direction they moved revenue."""
    amount = party.share.amount if party.share else 0.0
    if party.kind == PartyKind.STRATEGY:
        return (_("Plan above {pace}") if amount < 0 else _("Plan below {pace}")).format(pace=pace)
    if party.kind == PartyKind.OPENING:
        return _("Thinner opening pipeline") if amount < 0 else _("Fuller opening pipeline")
    return _(party.name) if party.kind == PartyKind.MARKET else party.name
