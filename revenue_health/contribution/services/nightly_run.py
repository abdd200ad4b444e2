"""The night on a finished run, for a command that waits: in this process, or shared by several."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait

from pipeline.models import RecomputeRun
from revenue_health.contribution.models import ScoreRun
from revenue_health.contribution.selectors.comparison.scores import (
    last_periods,
    pending_groups,
    running_periods,
    score_run_of,
)
from revenue_health.contribution.services.nightly_steps import NightlyStep, ScoreStep, Step, steps_left
from revenue_health.contribution.services.processes import Processes
from revenue_health.contribution.services.scores import Progress, group_compute, scores_compute, scores_sum


def run_nightly_steps(
    *, run: RecomputeRun, progress: Progress | None = None, others: Processes | None = None
) -> list[ScoreRun]:
    """Every step of the night that is left, in this process or by the others; returns the scores of the running and
    the last quarter."""
    if others is None:
        for step in steps_left(run):
            _step_compute(step, run, progress)
    else:
        ParallelNightlyRun(run, others, progress).compute()
    periods = [compared for compared in (running_periods(run=run), last_periods(run=run)) if compared is not None]
    scored = [score_run_of(run=run, periods=each) for each in periods]
    return [score_run for score_run in scored if score_run is not None]


def _step_compute(step: NightlyStep, run: RecomputeRun, progress: Progress | None) -> None:
    if isinstance(step, Step):
        step.run(run)
    elif (score_run := step.plan(run)) is not None:
        scores_compute(score_run=score_run, progress=progress)


class ParallelNightlyRun:
    """The night of one run by several processes: they run steps and compute groups, this one plans and adds up."""

    def __init__(self, run: RecomputeRun, others: Processes, progress: Progress | None) -> None:
        self._run, self._others, self._progress = run, others, progress
        self._waiting = steps_left(run)
        self._open = {step.name for step in self._waiting}
        self._score_runs: dict[str, ScoreRun] = {}
        self._groups: dict[str, int] = {}
        self._calls: dict[Future[object], NightlyStep] = {}

    def compute(self) -> None:
        """Until everything is done; raises what went wrong in one of the processes."""
        self._start_ready()
        while self._calls:
            ended, _ = wait(self._calls, return_when=FIRST_COMPLETED)
            for call in ended:
                call.result()
                self._advance(self._calls.pop(call))
            self._start_ready()

    def _start_ready(self) -> None:
        """Start what needs nothing that is open, in the declared order. The flows of a comparison are read here while
        the others compute the one before; what is started later finds them on disk."""
        for step in list(self._waiting):
            if not self._open.isdisjoint(step.needs):
                continue
            self._waiting.remove(step)
            if isinstance(step, Step):
                self._calls[self._others.submit(_run_step, step.run, self._run.pk)] = step
            else:
                self._start_groups(step)

    def _start_groups(self, step: ScoreStep) -> None:
        score_run = step.plan(self._run)
        groups = [] if score_run is None else pending_groups(score_run)
        if score_run is not None:
            self._score_runs[step.name] = score_run
        self._groups[step.name] = len(groups)
        for group in groups:
            self._calls[self._others.submit(_compute_group, group)] = step
        if not groups:
            self._end(step)

    def _advance(self, step: NightlyStep) -> None:
        """One call of a step has ended; with the last one the step has."""
        left = sum(other is step for other in self._calls.values())
        if self._progress and isinstance(step, ScoreStep):
            self._progress(f"scores of {self._score_runs[step.name].label}", 1 - left / self._groups[step.name])
        if not left:
            self._end(step)

    def _end(self, step: NightlyStep) -> None:
        if step.name in self._score_runs:
            scores_sum(score_run=self._score_runs[step.name].pk)
        self._open.remove(step.name)


def _run_step(step_run: Callable[[RecomputeRun], object], run: int) -> None:
    """In another process."""
    step_run(RecomputeRun.objects.get(pk=run))


def _compute_group(group: int) -> None:
    group_compute(group=group)
