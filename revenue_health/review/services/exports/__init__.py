"""Export files of a pack. Each is written to a temporary file and then moved, so doing it twice does no harm."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from glob import escape
from pathlib import Path

from django.db import transaction
from django.utils import timezone, translation
from django.utils.text import slugify

from departments.day_formats import BRITISH, using_day_style
from departments.formats import ENGLISH, using_number_language
from departments.models import User
from departments.translation import gettext_noop
from revenue_health.review.models import Decision, Pack, PackExport
from revenue_health.review.selectors.packs.exports import export_path, exports_folder
from revenue_health.review.services.exports.content import ExportContent, Progress, content_of
from revenue_health.review.services.exports.deck import write_pptx
from revenue_health.review.services.exports.paper import write_pdf
from revenue_health.review.services.exports.problem import ExportProblem
from revenue_health.review.services.exports.sheets import write_csv, write_xlsx

logger = logging.getLogger(__name__)
Status = PackExport.Status
TWICE = timedelta(minutes=5)
WRITERS: dict[str, Callable[[ExportContent, Path, Progress], None]] = {
    PackExport.Kind.PDF: write_pdf,
    PackExport.Kind.PPTX: write_pptx,
    PackExport.Kind.XLSX: write_xlsx,
    PackExport.Kind.CSV: write_csv,
}


@transaction.atomic
def export_request(
    *, pack: Pack, kind: str, user: User | None, now: datetime, hide_names: bool = False, language: str = ENGLISH
) -> tuple[PackExport, bool]:
    """The export to wait for, and whether it was asked for just now: one that is under way or still true is enough."""
    # Only for the lock, under which two clicks ask for one export; the content of a pack is large.
    Pack.objects.select_for_update(of=("self",)).only("pk").get(pk=pack.pk)
    newest = PackExport.objects.filter(pack=pack, kind=kind, hide_names=hide_names, language=language).first()
    if newest is not None and _enough(newest, now):
        return newest, False
    export = PackExport.objects.create(
        pack=pack,
        kind=kind,
        hide_names=hide_names,
        language=language,
        requested_by=user,
        asked_at=now,
        touched_at=now,
    )
    return export, True


def _enough(export: PackExport, now: datetime) -> bool:
    if export.status in (Status.ASKED, Status.WORKING):
        return now - export.touched_at < TWICE
    decided_since = Decision.objects.filter(pack_id=export.pack_id, at__gte=export.asked_at).exists()
    return export.status == Status.DONE and export_path(export) is not None and not decided_since


def export_make(*, export_id: int) -> None:
    """Make the file of an export, unless it is there."""
    export = PackExport.objects.select_related("pack").get(pk=export_id)
    if export.status == Status.DONE and export_path(export) is not None:
        return
    _say(export, status=Status.WORKING, progress=1, error="")
    name = f"pack-{export.pack_id}-{slugify(export.pack.title)[:60]}-{export.pk}.{_ending(export.kind)}"
    try:
        pack_write(
            pack=export.pack,
            kind=export.kind,
            path=exports_folder() / name,
            hide_names=export.hide_names,
            language=export.language,
            progress=lambda share: _say(export, progress=min(99, round(100 * share))),
        )
    except ExportProblem as problem:
        _say(export, status=Status.FAILED, error=str(problem), finished_at=timezone.now())
        return
    size = (exports_folder() / name).stat().st_size
    _say(export, status=Status.DONE, progress=100, file=name, size=size, finished_at=timezone.now())


def export_fail(*, export_id: int) -> None:
    """No further attempt is made."""
    unfinished = PackExport.objects.filter(pk=export_id).exclude(status=Status.DONE)
    unfinished.update(
        status=Status.FAILED, error=gettext_noop("It failed; the log says why."), finished_at=timezone.now()
    )


def pack_write(
    *,
    pack: Pack,
    kind: str,
    path: Path,
    hide_names: bool = False,
    language: str = ENGLISH,
    progress: Progress = lambda share: None,
) -> None:
    """Write one file of a pack, in a language; CSV files are for programs and English.

    Raises ExportProblem where this machine lacks what it takes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob(f".{escape(path.name)}.*"):
        left.unlink(missing_ok=True)  # of a worker that was killed
    half = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        language = ENGLISH if kind == PackExport.Kind.CSV else language
        style = replace(BRITISH, names=language)
        with translation.override(language), using_number_language(language), using_day_style(style):
            WRITERS[kind](content_of(pack, hide_names=hide_names), half, progress)
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)


def exports_unfinished() -> list[int]:
    """Exports that no worker has brought to an end."""
    free = PackExport.objects.filter(status__in=[Status.ASKED, Status.WORKING])
    return list(free.order_by("pk").values_list("pk", flat=True))


def _say(export: PackExport, **changes: object) -> None:
    PackExport.objects.filter(pk=export.pk).update(touched_at=timezone.now(), **changes)


def _ending(kind: str) -> str:
    return "zip" if kind == PackExport.Kind.CSV else kind


__all__ = ["ExportProblem", "export_fail", "export_make", "export_request", "exports_unfinished", "pack_write"]
