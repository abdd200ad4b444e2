"""What came in: the imports, newest first, and the rows they refused."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db import models

from pipeline.models import ImportBatch

SHOWN_ERRORS = 20
LONGEST_CELL = 200


@dataclass(frozen=True, kw_only=True)
class Refusals:
    """The first rows of an error file; `more` says whether there are others."""

    header: list[str]
    rows: list[list[str]]
    more: bool


def recent_imports(*, count: int = 30) -> list[ImportBatch]:
    """The newest imports with who made them."""
    return list(ImportBatch.objects.select_related("user").fetch_mode(models.FETCH_RAISE)[:count])


def import_by_id(*, pk: int) -> ImportBatch | None:
    return ImportBatch.objects.select_related("user").filter(pk=pk).first()


def errors_path(*, batch: ImportBatch) -> Path | None:
    """The error file, if it is still there; only files under UPLOADS are ever opened."""
    if not batch.errors_file:
        return None
    path = Path(batch.errors_file).resolve()
    inside = path.is_relative_to(Path(settings.UPLOADS).resolve())
    return path if inside and path.is_file() else None


def refusals(*, path: Path, count: int = SHOWN_ERRORS) -> Refusals:
    """The beginning of an error file; a cell is cut where nobody would read on."""
    with path.open(encoding="utf-8", newline="", errors="replace") as handle:
        # The header, and one row more than is shown, which says whether there are others.
        lines = [[cell[:LONGEST_CELL] for cell in line] for line in islice(csv.reader(handle), count + 2)]
    if not lines:
        return Refusals(header=[], rows=[], more=False)
    return Refusals(header=lines[0], rows=lines[1 : count + 1], more=len(lines) > count + 1)
