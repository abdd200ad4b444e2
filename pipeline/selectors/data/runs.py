"""How fresh the figures are, and what the runs did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from departments.advisory_locks import AdvisoryLock, lock_is_held
from departments.models import Company
from pipeline.custody_store import METHOD
from pipeline.models import ImportBatch, RecomputeRun

WARNING_HOURS = 26
CRITICAL_HOURS = 50


@dataclass(frozen=True, kw_only=True)
class Freshness:
    """How old the shown figures are; `level` is none, fresh, warning (over 26 h), critical (over 50 h), or fresh at any
    age where somebody reads data that has stopped as of its last day."""

    as_of: datetime | None
    age_hours: float | None
    level: str


def latest_run() -> RecomputeRun | None:
    """The run whose figures the pages show: the newest that is DONE."""
    return RecomputeRun.objects.filter(status=RecomputeRun.Status.DONE).order_by("-pk").first()


def newest_run() -> RecomputeRun | None:
    """The run begun last, whatever became of it."""
    # Written out, since every page asks it: it is composed and answered in half the time.
    return next(iter(RecomputeRun.objects.raw("SELECT * FROM pipeline_recomputerun ORDER BY id DESC LIMIT 1")), None)


def run_exists(run: int) -> bool:
    """Whether there is still a run of this number, and the company it is of: undoing the first import removes it."""
    return RecomputeRun.objects.filter(pk=run).exists() and Company.objects.exists()


def import_undone_since(run: int) -> bool:
    """Whether an import was undone after a run began: its figures may name rows that are gone."""
    began = RecomputeRun.objects.filter(pk=run).values("started_at")
    return ImportBatch.objects.filter(status=ImportBatch.Status.UNDONE, undone_at__gte=began[:1]).exists()


def has_outdated_method(run: RecomputeRun | None) -> bool:
    """Whether a run was computed by the rules of an earlier release: today's pages would read its figures wrongly."""
    return run is not None and run.method != METHOD


def run_in_progress() -> RecomputeRun | None:
    """The run somebody works on: the process that computes it holds the lock."""
    newest = _newest_started()
    return newest if newest and lock_is_held(AdvisoryLock.RECOMPUTE) else None


def interrupted_run() -> RecomputeRun | None:
    """A run whose process died: nobody works on it any more."""
    newest = _newest_started()
    return None if newest is None or lock_is_held(AdvisoryLock.RECOMPUTE) else newest


def _newest_started() -> RecomputeRun | None:
    newest = newest_run()
    return newest if newest and newest.status == RecomputeRun.Status.STARTED else None


def last_failed_after(run: RecomputeRun | None) -> RecomputeRun | None:
    """The newest failed run since the shown one: its figures are missing, and the page must say so."""
    failed = RecomputeRun.objects.filter(status=RecomputeRun.Status.FAILED)
    return (failed.filter(pk__gt=run.pk) if run else failed).order_by("-pk").first()


def freshness(*, run: RecomputeRun | None, now: datetime) -> Freshness:
    """Age counts from what the figures know, not from when they were computed."""
    if run is None:
        return Freshness(as_of=None, age_hours=None, level="none")
    # Figures computed for the end of today are not older than now.
    hours = max((now - run.as_of).total_seconds() / 3600, 0.0)
    if run.trigger == RecomputeRun.LAST_DAY:
        return Freshness(as_of=run.as_of, age_hours=round(hours, 1), level="fresh")
    level = "critical" if hours > CRITICAL_HOURS else "warning" if hours > WARNING_HOURS else "fresh"
    return Freshness(as_of=run.as_of, age_hours=round(hours, 1), level=level)


def recent_runs(*, count: int = 20) -> list[RecomputeRun]:
    return list(RecomputeRun.objects.select_related("user").order_by("-pk")[:count])
