"""The first part of a night: from the truth to custody, flows and the custody store.

The steps after it are declared in `revenue_health/contribution/services/nightly_steps.py`.

A run is STARTED, and either DONE, with everything it made in place, or FAILED, with nothing of it shown. Only one
runs at a time. A run that died is found by the next one, marked and done again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from departments.models import Company, User
from pipeline.core.flows.balance import balance_error, balance_rows
from pipeline.custody_store import METHOD, parts_discard, parts_missing, run_parts
from pipeline.models import RecomputeRun, TouchedOpportunity
from pipeline.services.recompute.computing import Result, compute_changes, compute_everything
from pipeline.services.recompute.lock import RecomputeRunning, recompute_lock
from pipeline.services.recompute.measured import Counted, measurables_count, measurables_write
from pipeline.services.recompute.reading import Structure, arrow_connection, extent_read, structure_read, touched_read
from pipeline.services.recompute.writing import flows_add, flows_replace
from pipeline.signals import recompute_finished

__all__ = ["NotBalanced", "NothingToCompute", "RecomputeError", "RecomputeRunning", "recompute"]

Progress = Callable[[str, float], None]
LARGEST_TOUCHED_SHARE = 0.3
"""Above this share of touched opportunities everything anew is cheaper than the difference."""


class RecomputeError(Exception):
    """The family of what can go wrong in a run."""


class NotBalanced(RecomputeError):
    """Money appeared or vanished: the previous figures stay."""


class NothingToCompute(RecomputeError):
    """There is no company yet."""


def recompute(
    *,
    as_of: datetime | None = None,
    full: bool = False,
    trigger: str = "command",
    user: User | None = None,
    progress: Progress | None = None,
) -> RecomputeRun:
    """Bring custody, flows and the custody store up to `as_of` (default: now); returns the DONE run.

    Only what was touched since the last run is computed, unless `full` or the structure changed; both give equal
    rows. Raises RecomputeRunning, NotBalanced, NothingToCompute, or what went wrong in between; then the run is
    FAILED and the previous figures stay.
    """
    started = timezone.now()
    # Custody counts whole seconds; a fraction would be in neither this run nor the next.
    as_of = (as_of or started).replace(microsecond=0)
    if not Company.objects.exists():
        raise NothingToCompute("There is no company yet: load a company folder first.")
    with recompute_lock():
        _interrupted_runs_fail()
        run = RecomputeRun.objects.create(as_of=as_of, started_at=started, trigger=trigger, user=user, method=METHOD)
        clock = Clock(run, progress)
        try:
            run, counting = _compute_run(run, clock, full=full)
        except BaseException as problem:  # Ctrl-C and SIGTERM too: pages would go on saying that it runs
            run.status = RecomputeRun.Status.FAILED
            run.error = str(problem) or type(problem).__name__
            run.finished_at = timezone.now()
            run.save()
            raise
    # After the commit and outside the lock, so that receivers do not delay the next run.
    try:
        measurables_write(run=run, counted=counting.result(), now=timezone.now())
    finally:
        recompute_finished.send(sender=RecomputeRun, run=run, trigger=trigger)
    return run


class Clock:
    """Where a run is and how long each step took, written down as it goes so that a page can show it."""

    def __init__(self, run: RecomputeRun, progress: Progress | None) -> None:
        self.run = run
        self.progress = progress
        self.seconds: dict[str, float] = dict.fromkeys(("read", "custody", "flows", "write"), 0.0)
        self.began = time.perf_counter()

    def step(self, name: str, share: float) -> None:
        self.run.step, self.run.done_share = name, share
        RecomputeRun.objects.filter(pk=self.run.pk).update(step=name, done_share=share)
        if self.progress:
            self.progress(name, share)

    def add(self, part: str, seconds: float) -> None:
        self.seconds[part] += seconds

    def total(self) -> dict[str, float]:
        rounded = {name: round(value, 3) for name, value in self.seconds.items()}
        return rounded | {"total": round(time.perf_counter() - self.began, 3)}


def _interrupted_runs_fail() -> None:
    """Since we hold the lock, any run that is still STARTED has died."""
    RecomputeRun.objects.filter(status=RecomputeRun.Status.STARTED).update(
        status=RecomputeRun.Status.FAILED,
        error="It was interrupted before it ended; the next run did it again.",
        finished_at=timezone.now(),
    )


def _compute_run(run: RecomputeRun, clock: Clock, *, full: bool) -> tuple[RecomputeRun, Future[Counted]]:
    """The DONE run, and its scorecard figures, counted while PostgreSQL took in the flows."""
    previous = RecomputeRun.objects.filter(status=RecomputeRun.Status.DONE).first()
    try:
        structure = structure_read(as_of=run.as_of)
    except Company.DoesNotExist:
        raise NothingToCompute("There is no company yet: load a company folder first.") from None
    clock.step("reading", 0.0)
    # One snapshot for all that is read: what is imported from here on belongs to the next run.
    with arrow_connection() as arrow:
        extent = extent_read(arrow)
        touched = touched_read(arrow, last_touch=extent.last_touch)
        run.last_touch, run.fingerprint = extent.last_touch, structure.fingerprint
        if previous is None or full or not _can_build_on(previous, run, structure, touched):
            run.mode = RecomputeRun.Mode.FULL
            result = compute_everything(arrow, run=run, structure=structure, extent=extent, clock=clock)
        else:
            run.mode = RecomputeRun.Mode.INCREMENTAL
            result = compute_changes(
                arrow, run=run, previous=previous, touched=touched, structure=structure, extent=extent, clock=clock
            )
    _check_balance(run, result, structure)
    run.parts = [[part.number, part.run] for part in result.parts]
    counting = _counting(run)
    _finish_run(run, result, clock)
    # Pages that read the previous run a moment ago still open its files.
    parts_discard(keep=run_parts(run) + (run_parts(previous) if previous else []))
    return run, counting


def _counting(run: RecomputeRun) -> Future[Counted]:
    """Scorecard figures, counted by a thread. What goes wrong is told by whoever asks for them: it fails no run."""
    counting: Future[Counted] = Future()
    try:
        count = measurables_count(run=run)
    except Exception as problem:
        counting.set_exception(problem)
        return counting
    beside = ThreadPoolExecutor(max_workers=1)
    counting = beside.submit(count)
    beside.shutdown(wait=False)  # the lock is not kept for it
    return counting


def _can_build_on(previous: RecomputeRun, run: RecomputeRun, structure: Structure, touched: list[int]) -> bool:
    return (
        previous.fingerprint == structure.fingerprint
        # Open pieces can only grow; to go back in time, compute everything.
        and previous.as_of <= run.as_of
        and len(touched) <= LARGEST_TOUCHED_SHARE * max(previous.opportunities, 1)
        and bool(previous.parts)
        and not parts_missing(run_parts(previous))
    )


def _check_balance(run: RecomputeRun, result: Result, structure: Structure) -> None:
    run.balance_error = 0.0
    for flows in result.must_balance:
        error = balance_error(flows, structure.stages)
        if error:
            run.balance_error = float(error)
            rows = balance_rows(flows, structure.stages).slice(0, 5).to_pylist()
            raise NotBalanced(
                f"The flow does not balance by {error} minor units; the previous figures stay. First: {rows}"
            )


@transaction.atomic
def _finish_run(run: RecomputeRun, result: Result, clock: Clock) -> None:
    """Figures, touches and DONE become true together."""
    clock_started = time.perf_counter()
    if run.mode == RecomputeRun.Mode.FULL:
        flows_replace(result.flows)
    else:
        flows_add(result.flows)
    # Deals touched since the snapshot stay on the list; those with events after `as_of` are put on it again.
    TouchedOpportunity.objects.filter(pk__lte=run.last_touch).delete()
    TouchedOpportunity.objects.bulk_create([TouchedOpportunity(opportunity=pk) for pk in result.not_yet_known])
    clock.add("write", time.perf_counter() - clock_started)
    run.opportunities, run.visits, run.touched = result.opportunities, result.visits, result.touched
    run.seconds = clock.total()
    run.step, run.done_share = "", 1.0
    run.status, run.finished_at = RecomputeRun.Status.DONE, timezone.now()
    run.save()
