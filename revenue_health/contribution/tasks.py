"""The nightly steps as tasks for workers: each task calls one service, and the database knows what is left to do.

Nothing is lost when a worker is killed: its message is delivered again, and a starting worker resumes unfinished work.
"""

from __future__ import annotations

from typing import Any

from celery import shared_task
from celery.signals import worker_ready

from departments.jobs import JobTask
from departments.models import Company, current_company
from departments.selectors.jobs import open_jobs
from pipeline.models import RecomputeRun
from pipeline.selectors.data.runs import import_undone_since, interrupted_run, latest_run, run_exists
from pipeline.selectors.leaks.leaks import calendar_of
from pipeline.tasks import recompute_nightly, recompute_requested
from revenue_health.contribution.models import ScoreRun
from revenue_health.contribution.selectors.comparison.periods import comparison_periods
from revenue_health.contribution.selectors.comparison.scores import pending_groups, unfinished
from revenue_health.contribution.services import nightly_steps
from revenue_health.contribution.services.cuts import cut_compute, cut_fail
from revenue_health.contribution.services.nightly_steps import NightlyStep, ScoreStep, Step, step_named, steps_ready
from revenue_health.contribution.services.scores import group_compute, scores_fail, scores_plan, scores_sum


def _scores_given_up(group_id: int, score_run_id: int, *, error: str) -> None:
    scores_fail(score_run=score_run_id, error=error)
    # What is given up counts as ended: steps that need these scores go on without them.
    _steps_after_scores(ScoreRun.objects.get(pk=score_run_id).run)


def _cut_given_up(score_run_id: int, by: str, *, error: str) -> None:
    cut_fail(score_run=score_run_id, by=by, error=error)


def _step_given_up(run_id: int, name: str, *, error: str) -> None:
    step = step_named(name)
    if isinstance(step, Step) and step.give_up:
        step.give_up(RecomputeRun.objects.get(pk=run_id), error)


def _run_exists(run_id: int, *args: Any, **kwargs: Any) -> bool:
    return run_exists(run_id)


def _run_undone(run_id: int, *args: Any, **kwargs: Any) -> bool:
    return import_undone_since(run_id)


def _score_run_exists(score_run_id: int, *args: Any, **kwargs: Any) -> bool:
    return ScoreRun.objects.filter(pk=score_run_id).exists() and Company.objects.exists()


def _score_run_undone(score_run_id: int, *args: Any, **kwargs: Any) -> bool:
    run = ScoreRun.objects.filter(pk=score_run_id).values_list("run", flat=True).first()
    return run is not None and import_undone_since(run)


def _group_exists(group_id: int, score_run_id: int) -> bool:
    return _score_run_exists(score_run_id)


def _group_undone(group_id: int, score_run_id: int) -> bool:
    return _score_run_undone(score_run_id)


_OF_RUN: dict[str, Any] = {"base": JobTask, "subject_exists": _run_exists, "subject_undone": _run_undone}
_OF_SCORES: dict[str, Any] = {
    "base": JobTask,
    "subject_exists": _score_run_exists,
    "subject_undone": _score_run_undone,
}


@shared_task(**_OF_RUN)
def night_of_run(run_id: int) -> None:
    """Start the nightly steps of a run; each step that finishes starts those that depend on it."""
    run = RecomputeRun.objects.get(pk=run_id)
    _steps_start(run, steps_ready(run))


@shared_task(**_OF_RUN, on_give_up=_step_given_up)
def night_step(run_id: int, name: str) -> None:
    """Run one nightly step, even one already done (it may be requested again), then the steps that depend on it."""
    run, step = RecomputeRun.objects.get(pk=run_id), step_named(name)
    if isinstance(step, Step):
        step.run(run)
    _steps_start(run, steps_ready(run, after=name))


@shared_task(**_OF_RUN)
def scores_requested(run_id: int, period: str, baseline: str = "") -> None:
    """The button that requests another period or baseline."""
    run, company = RecomputeRun.objects.get(pk=run_id), current_company()
    requested = calendar_of(company).parse(period)
    _groups_send(
        scores_plan(
            run=run, periods=comparison_periods(run=run, company=company, period=requested, baseline=baseline or None)
        ).pk
    )


@shared_task(base=JobTask, on_give_up=_scores_given_up, subject_exists=_group_exists, subject_undone=_group_undone)
def group_score(group_id: int, score_run_id: int) -> None:
    """Compute one group of deals; the last group to finish triggers the sum."""
    last = group_compute(group=group_id)
    if last is not None:
        scores_added_up.delay(last)


@shared_task(**_OF_SCORES)
def scores_added_up(score_run_id: int) -> None:
    """Sum the groups, then start the steps that depend on the scores."""
    score_run = scores_sum(score_run=score_run_id)
    if score_run.status == ScoreRun.Status.DONE:
        _steps_after_scores(score_run.run)


@shared_task(**_OF_SCORES, on_give_up=_cut_given_up)
def cut_requested(score_run_id: int, by: str) -> None:
    """Shares by team or owner."""
    cut_compute(score_run=score_run_id, by=by)


@shared_task(base=JobTask)
def left_undone_continue() -> None:
    """On worker start: request a run that died again, and resume whatever was interrupted on the newest run."""
    # A run that a worker was computing still has its job, which repeats it as requested: in full, or as of another day.
    if interrupted_run() and not open_jobs(tasks=[recompute_nightly.name, recompute_requested.name]):
        recompute_nightly.delay()
    run = latest_run()
    if run is None:
        return
    _steps_start(run, steps_ready(run))
    for score_run, groups in unfinished(run).items():
        _groups_send(score_run, groups)  # also those that people asked for


def _steps_start(run: RecomputeRun, steps: list[NightlyStep]) -> None:
    """Send a task for each step (for scores: one for each group of deals), unless it is already open."""
    for step in steps:
        if isinstance(step, Step):
            night_step.delay(run.pk, step.name)
        elif (score_run := step.plan(run)) is not None:
            _groups_send(score_run.pk)


def _steps_after_scores(run: RecomputeRun) -> None:
    """Start the steps that depend on scores, if they are ready, whoever requested the scores that have finished."""
    names = [step.name for step in nightly_steps.NIGHTLY_STEPS if isinstance(step, ScoreStep)]
    steps = {step.name: step for name in names for step in steps_ready(run, after=name)}
    _steps_start(run, list(steps.values()))


def _groups_send(score_run: int, groups: list[int] | None = None) -> None:
    pending = pending_groups(ScoreRun.objects.get(pk=score_run)) if groups is None else groups
    for group in pending:
        group_score.delay(group, score_run)
    if not pending:
        scores_added_up.delay(score_run)


@worker_ready.connect
def _resume_unfinished(**kwargs: Any) -> None:
    left_undone_continue.delay()
