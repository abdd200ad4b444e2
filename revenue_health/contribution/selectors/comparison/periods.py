"""Which days are compared with which: the period in steps of a week, its baseline, and the baseline's openings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from departments.models import Company
from departments.periods import FiscalCalendar, Period, PeriodError
from pipeline.models import RecomputeRun
from pipeline.selectors.leaks.leaks import calendar_of
from pipeline.selectors.plan.baseline import BASELINE_DAYS, BaselineRule, ChosenBaseline, chosen_baseline, year_before
from pipeline.selectors.plan.data_range import data_range_of
from revenue_health.contribution.models import ScoreRun

STEP_DAYS = 7
OPENING_DAYS = 91
DAY = 86_400
LAST_YEAR = "last-year"
"""The baseline that is the same period a year earlier."""
FOUR_QUARTERS = "four-quarters"
"""The baseline that is the year before, however much history there is."""


class ComparisonError(ValueError):
    """A period or baseline that cannot be computed; the message says why and what to ask for."""


@dataclass(frozen=True, kw_only=True)
class ComparisonPeriods:
    """The period and its baseline (None: too little history), in epoch seconds and fiscal periods.

    steps: edges of the period's steps, the last one at its end or just after as_of. baseline_edges: first instant and
    the one after the last, (0, 0) without a baseline. openings: instants at which the baseline's stock is taken.
    today: the day of as_of. baseline_rule: how the baseline was chosen. reasons: what the reader must be told of
    it.
    """

    period: Period
    baseline: Period | None
    steps: tuple[int, ...]
    baseline_edges: tuple[int, int]
    openings: tuple[int, ...]
    today: date
    running: bool
    baseline_rule: BaselineRule = BaselineRule.ASKED
    reasons: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Names the comparison, for caches."""
        return f"{self.period.start}..{self.period.end}|{self.baseline.start if self.baseline else '-'}.." + (
            str(self.baseline.end) if self.baseline else "-"
        )

    @property
    def stored_as(self) -> dict[str, object]:
        """Names the comparison among the score runs of one run, by their columns."""
        return {
            "period_start": self.period.start,
            "period_end": self.period.end,
            "baseline_start": self.baseline.start if self.baseline else None,
            "baseline_end": self.baseline.end if self.baseline else None,
        }

    @property
    def step_days(self) -> list[float]:
        """Lengths of the steps in days."""
        return [(high - low) / DAY for low, high in zip(self.steps[:-1], self.steps[1:], strict=True)]


def comparison_periods(
    *, run: RecomputeRun, company: Company, period: Period | None = None, baseline: str | Period | None = None
) -> ComparisonPeriods:
    """The periods of a bridge. Default period: the running fiscal quarter; default baseline: see `chosen_baseline`.

    Raises ComparisonError for a period after as_of, PeriodError for a baseline that is no period.
    """
    calendar, zone = calendar_of(company), company.zone
    today = run.as_of.astimezone(zone).date()
    period = period or calendar.quarter_of(today)
    start, end = period.instants(zone)
    known_until = int(run.as_of.timestamp()) + 1
    data_range = data_range_of(run=run, company=company)
    if start >= known_until:
        raise ComparisonError(data_range.problem(period))
    first = data_range.first
    if first is None:
        raise ComparisonError(_("No deal has any history yet: load a company folder, then recompute."))
    if problem := data_range.problem(period):
        raise ComparisonError(problem)
    chosen, reasons = _baseline(calendar, period, baseline, first)
    compared = chosen.period
    edges, until = compared.instants(zone) if compared else (0, 0), min(end, known_until)
    return ComparisonPeriods(
        period=period,
        baseline=compared,
        steps=(*range(start, until, STEP_DAYS * DAY), until),
        baseline_edges=edges,
        openings=_openings(calendar, company, compared, first) if compared else (),
        today=today,
        running=end > known_until,
        baseline_rule=chosen.rule,
        reasons=reasons,
    )


def periods_of_score_run(score_run: ScoreRun, company: Company) -> ComparisonPeriods:
    """The periods a stored comparison was made of."""
    period = Period(start=score_run.period_start, end=score_run.period_end, label=score_run.label)
    baseline = None
    if score_run.baseline_start and score_run.baseline_end:
        start, end = score_run.baseline_start, score_run.baseline_end
        baseline = Period.between(start, end)
    return comparison_periods(run=score_run.run, company=company, period=period, baseline=baseline)


def first_day(*, run: RecomputeRun, company: Company) -> date | None:
    """The day of the first event the run knows."""

    return data_range_of(run=run, company=company).first


def _baseline(
    calendar: FiscalCalendar, period: Period, requested: str | Period | None, first: date
) -> tuple[ChosenBaseline, tuple[str, ...]]:
    """The baseline with its rule, and what the reader must be told of it.

    Days that are those of the default were chosen by its rule, also where a stored comparison names them.
    """
    default = chosen_baseline(calendar, period, first)
    if isinstance(requested, str):
        requested = _named(calendar, period, requested, first)
    if requested is None:
        if default.period is None:
            return default, (
                _(
                    "no baseline: before {start} there are fewer than two quarters of history, so nothing "
                    "can be compared"
                ).format(start=period.start),
            )
        return default, ()
    if requested.end >= period.start and requested.start <= period.end:
        raise ComparisonError(
            _("The baseline {label} overlaps the period {label_2}; choose days outside of it.").format(
                label=requested.label, label_2=period.label
            )
        )
    if requested.start > period.end:
        raise ComparisonError(
            _("The baseline {label} comes after the period {label_2}; choose an earlier one.").format(
                label=requested.label, label_2=period.label
            )
        )
    compared = requested.since(first)
    if compared is None:
        missing = ChosenBaseline(period=None, rule=BaselineRule.NONE)
        return missing, (_("no baseline: nothing is recorded before {first}, the first event").format(first=first),)
    usual = default.period
    same = usual is not None and (usual.start, usual.end) == (compared.start, compared.end)
    return ChosenBaseline(period=compared, rule=default.rule if same else BaselineRule.ASKED), ()


def _named(calendar: FiscalCalendar, period: Period, text: str, first: date) -> Period | None:
    """The baseline a text asks for; None for four quarters that are not recorded. Raises PeriodError for one that names
    none."""
    if text == LAST_YEAR:
        return calendar.last_year(period)
    return year_before(calendar, period, first) if text == FOUR_QUARTERS else calendar.parse(text)


def _openings(calendar: FiscalCalendar, company: Company, baseline: Period, first: date) -> tuple[int, ...]:
    """Starts of the quarters inside the baseline, or every 91 days. The day of the first event is no opening: the
    pipeline was not empty then, only not yet recorded."""
    whole = calendar.is_whole_quarters(baseline) or baseline.start == first
    days = [quarter.start for quarter in calendar.quarters_within(baseline)] if whole else []
    if not days:
        days = [
            baseline.start + timedelta(days=at)
            for at in range(0, max(baseline.days - OPENING_DAYS // 2, 1), OPENING_DAYS)
        ]
    later = [day for day in days if day > first]
    return tuple(int(datetime(d.year, d.month, d.day, tzinfo=company.zone).timestamp()) for d in later or days)


__all__ = [
    "BASELINE_DAYS",
    "FOUR_QUARTERS",
    "LAST_YEAR",
    "ComparisonError",
    "ComparisonPeriods",
    "PeriodError",
    "comparison_periods",
    "first_day",
    "periods_of_score_run",
]
