"""The night shared by several workers: each task calls one service, and the database knows what is left.

A worker that is killed loses nothing: its message comes back, and a worker that starts looks for what was left undone.
"""

from __future__ import annotations

from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.utils import timezone

from departments.jobs import JobTask
from departments.models import Company
from departments.selectors.jobs import open_jobs
from pipeline.models import RecomputeRun
from pipeline.selectors.data.runs import interrupted_run, latest_run
from pipeline.selectors.leaks.leaks import calendar_of
from pipeline.services.recompute.measured import STEP
from pipeline.tasks import measurables_left_undone, recompute_nightly, recompute_requested
from revenue_health.contribution.models import ForecastSnapshot, ScoreRun
from revenue_health.contribution.selectors.comparison.periods import ComparisonError, comparison_periods
from revenue_health.contribution.selectors.comparison.scores import pending_groups, standard_periods, unfinished
from revenue_health.contribution.services.cuts import cut_ask, cut_compute, cut_fail
from revenue_health.contribution.services.forecasts import forecast_keep, forecasts_close
from revenue_health.contribution.services.night import people_compute
from revenue_health.contribution.services.register import leaks_find
from revenue_health.contribution.services.scores import group_compute, scores_fail, scores_plan, scores_sum


def _scores_given_up(group_id: int, score_run_id: int, *, error: str) -> None:
    scores_fail(score_run=score_run_id, error=error)


def _cut_given_up(score_run_id: int, by: str, *, error: str) -> None:
    cut_fail(score_run=score_run_id, by=by, error=error)


@shared_task(base=JobTask)
def scores_of_run(run_id: int) -> None:
    """Everything the night scores on a run, a task for each group of deals."""
    run, company = RecomputeRun.objects.get(pk=run_id), Company.objects.get()
    try:
        every = standard_periods(run=run, company=company)
    except ComparisonError:
        return  # nothing has happened yet, so there is nothing to score
    for periods in every:
        _groups_send(scores_plan(run=run, periods=periods).pk)
    forecast_of_run.delay(run_id)


@shared_task(base=JobTask)
def scores_requested(run_id: int, period: str, baseline: str = "") -> None:
    """The button of the bridge page: another period or baseline."""
    run, company = RecomputeRun.objects.get(pk=run_id), Company.objects.get()
    asked = calendar_of(company).parse(period)
    _groups_send(
        scores_plan(
            run=run, periods=comparison_periods(run=run, company=company, period=asked, baseline=baseline or None)
        ).pk
    )


@shared_task(base=JobTask, given_up=_scores_given_up)
def group_score(group_id: int, score_run_id: int) -> None:
    """One group of deals; whoever ends last has the sum made."""
    last = group_compute(group=group_id)
    if last is not None:
        scores_added_up.delay(last)


@shared_task(base=JobTask)
def scores_added_up(score_run_id: int) -> None:
    """The sum over groups; then the leak register, and of the running quarter the cut by team people ask for first."""
    found = scores_sum(score_run=score_run_id)
    if found.status == ScoreRun.Status.DONE:
        leaks_of_run.delay(found.run_id)
    if found.status == ScoreRun.Status.DONE and _running(found):
        _cut_send(found.pk, "team")


@shared_task(base=JobTask)
def leaks_of_run(run_id: int) -> None:
    """What the run's scores say to the leak register, measurables and promises; done twice it changes nothing."""
    run, now = RecomputeRun.objects.get(pk=run_id), timezone.now()
    leaks_find(run=run, now=now)
    people_compute(run=run, now=now)


@shared_task(base=JobTask, given_up=_cut_given_up)
def cut_requested(score_run_id: int, by: str) -> None:
    """Shares by team or owner."""
    cut_compute(score_run=score_run_id, by=by)


@shared_task(base=JobTask)
def forecast_of_run(run_id: int) -> None:
    """The forecast as it looks tonight, kept for comparison; and the actuals of periods that have ended."""
    run = RecomputeRun.objects.get(pk=run_id)
    forecasts_close(run=run)
    forecast_keep(run=run)


@shared_task(base=JobTask)
def left_undone_continue() -> None:
    """After a start: a run that died is asked for again, and scores that were cut off go on where they stopped."""
    # One that a worker was at has its job, and is done again as it was requested: in full, or as of another day.
    if interrupted_run() and not open_jobs(tasks=[recompute_nightly.name, recompute_requested.name]):
        recompute_nightly.delay()
    run = latest_run()
    if run is None:
        return
    if not ScoreRun.objects.filter(run=run).exists():
        scores_of_run.delay(run.pk)
    for score_run, groups in unfinished(run).items():
        _groups_send(score_run, groups)
    if ScoreRun.objects.filter(run=run, status=ScoreRun.Status.DONE).exists():
        leaks_of_run.delay(run.pk)
    if STEP not in run.seconds:
        measurables_left_undone.delay(run.pk)
    for found in ScoreRun.objects.filter(run=run, status=ScoreRun.Status.DONE):
        if _running(found):
            _cut_send(found.pk, "team")
    if not ForecastSnapshot.objects.filter(run=run).exists():
        forecast_of_run.delay(run.pk)


def _running(found: ScoreRun) -> bool:
    """Whether the comparison is the standard one of the period that was running then."""
    company = Company.objects.get()
    today = found.run.as_of.astimezone(company.zone).date()
    return calendar_of(company).quarter_of(today).label == found.label


def _cut_send(score_run: int, by: str) -> None:
    if cut_ask(score_run=score_run, by=by):
        cut_requested.delay(score_run, by)


def _groups_send(score_run: int, groups: list[int] | None = None) -> None:
    pending = pending_groups(ScoreRun.objects.get(pk=score_run)) if groups is None else groups
    for group in pending:
        group_score.delay(group, score_run)
    if not pending:
        scores_added_up.delay(score_run)


@worker_ready.connect
def _look_for_what_was_left(**kwargs: Any) -> None:
    left_undone_continue.delay()
