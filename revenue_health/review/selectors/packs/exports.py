"""Reading the files made of packs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from departments.formats import grouped
from departments.selectors.jobs import Phase, open_jobs, phase_of
from departments.translation import gettext_noop
from revenue_health.review.models import Pack, PackExport

UNCLAIMED_SECONDS = 20
"""An export no worker has taken up by then: the worker is probably down."""
SILENT_SECONDS = 180
MOST_LISTED = 20
INTERRUPTED = gettext_noop("The worker was interrupted. Another one makes the file within two minutes.")
_FREE = (PackExport.Status.ASKED, PackExport.Status.WORKING)


@dataclass(frozen=True, kw_only=True)
class ExportRow:
    """A file as the page of its pack lists it; `problem` says why it does not come."""

    export: PackExport
    waiting: bool
    problem: str
    size: str


def exports_folder() -> Path:
    return Path(settings.UPLOADS) / "exports"


def export_path(export: PackExport) -> Path | None:
    """Where the finished file is; None where it is not (any more)."""
    path = exports_folder() / export.file if export.file else None
    return path if path and path.is_file() else None


def exports_of(*, pack: Pack, now: datetime) -> list[ExportRow]:
    """The files of a pack, newest first."""
    rows = list(PackExport.objects.filter(pack=pack).select_related("requested_by")[:MOST_LISTED])
    cut_off = _interrupted() if any(row.status in _FREE for row in rows) else set()
    return [
        ExportRow(
            export=row,
            waiting=row.status in _FREE,
            problem=INTERRUPTED if row.status in _FREE and row.pk in cut_off else _failure(row, now),
            size=_size(row.size),
        )
        for row in rows
    ]


def _interrupted() -> set[int]:
    """Exports whose worker was stopped."""
    jobs = open_jobs(tasks=["revenue_health.review.tasks.pack_export_requested"])
    return {job.arguments["args"][0] for job in jobs if phase_of(job) == Phase.INTERRUPTED}


def _failure(export: PackExport, now: datetime) -> str:
    silent = (now - export.touched_at).total_seconds()
    if export.status == PackExport.Status.ASKED and silent > UNCLAIMED_SECONDS:
        return gettext_noop(
            "No worker has taken this up for {seconds:,} seconds: it is probably not running. The file is made as soon "
            "as one starts; nothing is lost."
        ).format(seconds=round(silent))
    if export.status == PackExport.Status.WORKING and silent > SILENT_SECONDS:
        return gettext_noop("The worker has gone silent; the file is made again when the next one starts.")
    if export.status == PackExport.Status.DONE and export_path(export) is None:
        return gettext_noop("The file is no longer there; request it again.")
    return export.error


def _size(size: int) -> str:
    return f"{grouped(size / 1000)} kB" if size else ""


def export_of(*, pack_id: int, pk: int) -> PackExport | None:
    return PackExport.objects.filter(pk=pk, pack_id=pack_id).first()
