"""Everything one weekly review shows, as a plain dictionary: page, command and frozen pack print the same."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from departments.formats import ENGLISH, numbers_as_in
from departments.models import Company
from departments.periods import Period
from pipeline.core.changes import BUCKETS, Changes
from pipeline.models import RecomputeRun
from pipeline.selectors.data.runs import freshness
from pipeline.selectors.deals.changes import ChangesNotKept, changes_since, since_usual, today_of
from revenue_health.contribution.core.comparison import Comparison
from revenue_health.contribution.models import ScoreRun
from revenue_health.contribution.selectors.comparison.bridges import company_bridge
from revenue_health.contribution.selectors.comparison.contributions_json import comparison_to_json, number, period_json
from revenue_health.contribution.selectors.comparison.from_bridge import comparison_from_bridge
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods, comparison_periods
from revenue_health.contribution.selectors.comparison.stored_comparison import stored_comparison
from revenue_health.review.selectors.weekly.earlier import (
    NOTHING_DUE,
    absent_panels,
    leaks_then,
    scorecards_of_no_week,
)
from revenue_health.review.selectors.weekly.panels import due_commitments, forecast_line, largest_leaks, scorecards_in
from revenue_health.review.words import headline

type Json = dict[str, Any]
MINOR_UNITS = 100
BUCKET_NAMES = {
    "late": "Late entry",
    "won": "Won",
    "came_won": "Came and won within",
    "lost": "Lost",
    "lost_later": "Lost after it was won",
    "came_lost": "Came and lost within",
    "reopened": "Reopened",
    "new": "New",
    "pulled_in": "Pulled in",
    "pushed_out": "Pushed out",
    "up": "Up",
    "down": "Down",
    "moved": "Moved",
    "idle": "Idle",
}


def review_figures(
    *,
    run: RecomputeRun,
    company: Company,
    period: Period | None = None,
    baseline: str | None = None,
    since: date | None = None,
    now: datetime,
) -> Json:
    """The review of a period (default: the running quarter) against its baseline, with what changed since a day.

    Amounts in units of the reporting currency; numbers are finite or null. A comparison that is not scored yet is
    computed, so that this never says less than `contributions` of the same period. Of a period that is over, panels
    show what was known then, or nothing with the reason in `absent`. Raises ComparisonError where the period cannot be
    shown.
    """
    periods = comparison_periods(run=run, company=company, period=period, baseline=baseline or None)
    # Sentences for machines and for what is frozen do not depend on who asks.
    with numbers_as_in(ENGLISH):
        comparison, scores = stored_comparison(run=run, company=company, periods=periods)
        if comparison is None:
            computed = company_bridge(run=run, company=company, periods=periods)
            comparison = comparison_from_bridge(computed, periods=periods)
        return _review(comparison, scores, periods=periods, run=run, company=company, since=since, now=now)


def stored_review(
    *, periods: ComparisonPeriods, run: RecomputeRun, company: Company, since: date | None = None, now: datetime
) -> Json:
    """The same in the reader's language, as a page can wait for it: nothing is computed, and `bridge` is null until a
    worker has scored the comparison."""
    comparison, scores = stored_comparison(run=run, company=company, periods=periods)
    return _review(comparison, scores, periods=periods, run=run, company=company, since=since, now=now)


def _review(
    comparison: Comparison | None,
    scores: ScoreRun | None,
    *,
    periods: ComparisonPeriods,
    run: RecomputeRun,
    company: Company,
    since: date | None,
    now: datetime,
) -> Json:
    today = today_of(run=run, company=company)
    since = min(since or since_usual(run=run, company=company), today)
    bridge = comparison_to_json(comparison) if comparison else None
    scoring = scores is not None and scores.status == ScoreRun.Status.STARTED
    told = headline(bridge, label=periods.period.label, currency=company.reporting_currency, scoring=scoring)
    over = periods.period.end < today
    changes = None if over else changes_json(run=run, company=company, since=since)
    return {
        "company": {"name": company.name, "currency": company.reporting_currency},
        "period": period_json(periods.period),
        "week": week_of(periods.period, today),
        "as_of": run.as_of.isoformat(),
        "today": today.isoformat(),
        "headline": {"message": told.message, "under": list(told.under)},
        "bridge": bridge,
        "since": since.isoformat(),
        "changes": changes,
        "open_pipeline": changes["now"] if changes else None,
        "leaks": leaks_then(period=periods.period, bridge=bridge)
        if over
        else largest_leaks(run=run, company=company, period=periods.period),
        "scorecards": scorecards_of_no_week(periods.period) if over else scorecards_in(company=company, now=now),
        "commitments": NOTHING_DUE if over else due_commitments(company=company, now=now),
        "absent": absent_panels(periods.period) if over else {},
        "forecast": forecast_line(run=run, period=periods.period, bridge=bridge),
        "data": _data(run, now),
    }


def week_of(period: Period, today: date) -> Json | None:
    """Which week of the period the review is in: `{"number": 8, "of": 13}`; None outside of it."""
    if not period.start <= today <= period.end:
        return None
    weeks = max(round(period.days / 7), 1)
    return {"number": min((today - period.start).days // 7 + 1, weeks), "of": weeks}


def changes_json(*, run: RecomputeRun, company: Company, since: date) -> Json | None:
    """The open pipeline then and now and the buckets between, in the published rank; null for a store without them."""
    try:
        found: Changes = changes_since(run=run, company=company, since=since)
    except ChangesNotKept:
        return None
    return {
        "then": {"amount": found.then / MINOR_UNITS, "deals": found.then_deals},
        "now": {"amount": found.now / MINOR_UNITS, "deals": found.now_deals},
        "buckets": [
            {
                "key": bucket.key,
                "name": BUCKET_NAMES[bucket.key],
                "meaning": BUCKETS[bucket.key],
                "deals": bucket.deals,
                "difference": bucket.difference / MINOR_UNITS,
                "deals_difference": bucket.deals_difference,
                "amount": bucket.amount / MINOR_UNITS,
            }
            for bucket in found.buckets
        ],
    }


def _data(run: RecomputeRun, now: datetime) -> Json:
    fresh = freshness(run=run, now=now)
    return {"as_of": run.as_of.isoformat(), "age_hours": number(fresh.age_hours), "level": fresh.level}
