"""Everything one weekly review shows, as a value: page, command and frozen pack print the same.

The sentences on top are those of packs and mails too: `headline.py` and `ladder.py`, one folder up.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime

from departments.formats import ENGLISH, using_number_language
from departments.models import Company
from departments.periods import Period, monday_of
from pipeline.models import RecomputeRun
from pipeline.selectors.data.runs import freshness
from pipeline.selectors.deals.changes import ChangesNotKept, changes_since, since_usual
from revenue_health.contribution.models import ScoreRun
from revenue_health.contribution.selectors.comparison.bridges import company_bridge
from revenue_health.contribution.selectors.comparison.from_bridge import comparison_from_bridge
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods, comparison_periods
from revenue_health.contribution.selectors.comparison.remarks import remarks_of
from revenue_health.contribution.selectors.comparison.stored_comparison import StoredComparison, stored_comparison
from revenue_health.contribution.selectors.gates.judgements import judgements_of
from revenue_health.contribution.selectors.register.rows import top_leaks
from revenue_health.review.core.weekly_review import (
    AbsentPanels,
    CommitmentPanel,
    DataAge,
    PeriodWeek,
    ScorecardPanel,
    WeeklyReview,
)
from revenue_health.review.selectors.headline import headline
from revenue_health.review.selectors.weekly.panels import (
    LEAKS_SHOWN,
    due_commitments,
    forecast_line,
    registered_leak,
    scorecards_in,
)
from revenue_health.review.selectors.weekly.past_leaks import leaks_at_period_end


def weekly_review(
    *,
    run: RecomputeRun,
    company: Company,
    period: Period | None = None,
    baseline: str | None = None,
    since: date | None = None,
    now: datetime,
) -> WeeklyReview:
    """The review of a period (default: the running quarter) against its baseline, with what changed since a day.

    A comparison that is not scored yet is computed, so that this never says less than `contributions` of the same
    period. Of a period that is over, panels show what was known then, or nothing with the reason in `absent`. Raises
    ComparisonError where the period cannot be shown.
    """
    periods = comparison_periods(run=run, company=company, period=period, baseline=baseline or None)
    # Sentences for machines and for what is frozen do not depend on who asks.
    with using_number_language(ENGLISH):
        stored = stored_comparison(run=run, periods=periods)
        if stored.comparison is None:
            computed = company_bridge(run=run, company=company, periods=periods)
            remarks = remarks_of(run=run, company=company, period=periods.period)
            judgements = judgements_of(run=run, company=company, periods=periods, bridge=computed.company, compute=True)
            comparison = comparison_from_bridge(computed, periods=periods, remarks=remarks, judgements=judgements)
            stored = stored._replace(comparison=comparison)
        return build_weekly_review(stored, periods=periods, run=run, company=company, since=since, now=now)


def stored_weekly_review(
    *, periods: ComparisonPeriods, run: RecomputeRun, company: Company, since: date | None = None, now: datetime
) -> WeeklyReview:
    """The same in the reader's language, as a page can wait for it: nothing is computed, and `comparison` is None until
    a worker has scored it."""
    stored = stored_comparison(run=run, periods=periods)
    if periods.baseline is None:  # shares against nothing are none, whatever was computed of them
        stored = stored._replace(comparison=None)
    return build_weekly_review(stored, periods=periods, run=run, company=company, since=since, now=now)


def build_weekly_review(
    stored: StoredComparison,
    *,
    periods: ComparisonPeriods,
    run: RecomputeRun,
    company: Company,
    since: date | None,
    now: datetime,
) -> WeeklyReview:
    """The review around a comparison; numbers in its sentences are written in the language that is active."""
    period, comparison, today = periods.period, stored.comparison, run.day_in(company.zone)
    since = min(since or since_usual(run=run, company=company), today)
    scoring = stored.score_run is not None and stored.score_run.status == ScoreRun.Status.STARTED
    over, fresh = period.end < today, freshness(run=run, now=now)
    forecast = forecast_line(run=run, period=period, comparison=comparison)
    leaks, changes = leaks_at_period_end(period=period, comparison=comparison) if over else (), None
    if not over:
        leaks = tuple(registered_leak(row) for row in top_leaks(most=LEAKS_SHOWN))
        with suppress(ChangesNotKept):  # by the store of an older release
            changes = changes_since(run=run, company=company, since=since)
    return WeeklyReview(
        company=company.name,
        currency=company.reporting_currency,
        period=period,
        week=PeriodWeek.of(period, today),
        as_of=run.as_of,
        today=today,
        headline=headline(
            comparison,
            label=period.label,
            currency=company.reporting_currency,
            scoring=scoring,
            has_baseline=periods.baseline is not None,
            forecast=forecast,
        ),
        scoring=scoring,
        comparison=comparison,
        since=since,
        changes=changes,
        leaks=leaks,
        scorecards=ScorecardPanel(week=monday_of(period.end)) if over else scorecards_in(company=company, now=now),
        commitments=CommitmentPanel() if over else due_commitments(company=company, now=now),
        absent=AbsentPanels.of(period) if over else None,
        forecast=forecast,
        data=DataAge(age_hours=fresh.age_hours, level=fresh.level),
    )
