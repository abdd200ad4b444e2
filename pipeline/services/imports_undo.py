"""Undoing an import."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from departments.models import User
from pipeline.imports.lock import import_lock
from pipeline.imports.merge.undo import (
    computed_remove,
    heads_remove,
    labelled_counts,
    later_imports_check,
    remaining_truth_check,
    rows_remove,
    rows_restore,
    rows_to_delete,
    touched_mark,
)
from pipeline.imports.merge.withdrawn import remaining_merges_check
from pipeline.imports.problems import UndoRefused
from pipeline.models import ImportBatch, PlanTarget
from pipeline.signals import import_reverting, plan_imported

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class UndoResult:
    """What was taken out and put back, by the words people use, and how many deals that touches."""

    batch: int
    removed: dict[str, int]
    restored: dict[str, int]
    touched: int

    def as_json(self) -> dict[str, Any]:
        return {
            "import": self.batch,
            "status": str(ImportBatch.Status.UNDONE),
            "removed": self.removed,
            "restored": self.restored,
            "touched": self.touched,
        }


def import_undo(*, batch_id: int, user: User | None = None) -> UndoResult:
    """Take an import out, whole, in one transaction. Raises UndoRefused with the reason when that is not possible."""
    with import_lock():
        try:
            with transaction.atomic():
                result = _undo(batch_id)
        except IntegrityError as error:
            raise UndoRefused(
                _("Import {batch_id} cannot be undone: something that came later needs its rows.").format(
                    batch_id=batch_id
                )
            ) from error
    logger.info("import %s undone by %s", batch_id, user or _("a command"))
    return result


_COMPARED_LATER = """
SELECT max(later.batch_id) FROM pipeline_sourcepull later JOIN pipeline_datasource s ON s.id = later.source_id
    JOIN pipeline_importbatch b ON b.id = later.batch_id
WHERE b.status = 'done' AND later.batch_id > %(batch)s AND s.kind <> 'log' AND (
    EXISTS (SELECT FROM pipeline_sourcepull p WHERE p.source_id = s.id AND p.batch_id = %(batch)s)
    OR EXISTS (
        SELECT FROM pipeline_event e JOIN pipeline_opportunity o ON o.id = e.opportunity_id
            JOIN pipeline_sourcepull p ON p.batch_id = o.batch_id
        WHERE e.batch_id = %(batch)s AND p.source_id = s.id
    )
)
"""
"""The newest import of files of a source that were compared with what this import had brought of its deals."""


def _later_files_check(batch_id: int) -> None:
    """Files that come again bring what changed, and nothing that was as they say already."""
    with connection.cursor() as cursor:
        cursor.execute(_COMPARED_LATER, {"batch": batch_id})
        (later,) = cursor.fetchone() or (None,)
    if later is not None:
        raise UndoRefused(
            _(
                "Import {later} brought only what differed in its files from import {batch}. Undo import {later} first."
            ).format(later=later, batch=batch_id)
        )


def _undo(batch_id: int) -> UndoResult:
    batch = ImportBatch.objects.select_for_update().filter(pk=batch_id).first()
    if batch is None:
        raise UndoRefused(_("There is no import {batch_id}.").format(batch_id=batch_id))
    if batch.status != ImportBatch.Status.DONE:
        raise UndoRefused(
            _("Import {batch_id} is {get_status_display}; only one that is done can be undone.").format(
                batch_id=batch_id, get_status_display=batch.get_status_display().lower()
            )
        )
    _later_files_check(batch_id)
    computed_remove(batch_id)
    heads_remove(batch_id)
    import_reverting.send(ImportBatch, rows=partial(rows_to_delete, batch=batch_id))
    later_imports_check(batch_id)
    touched = touched_mark(batch_id)
    restored, removed = rows_restore(batch_id), rows_remove(batch_id)
    remaining_truth_check(batch_id)
    remaining_merges_check(batch_id)
    if PlanTarget._meta.db_table in removed | restored:
        plan_imported.send(ImportBatch)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    batch.status, batch.undone_at = ImportBatch.Status.UNDONE, timezone.now()
    batch.save(update_fields=["status", "undone_at"])
    return UndoResult(
        batch=batch_id, removed=labelled_counts(removed), restored=labelled_counts(restored), touched=touched
    )
