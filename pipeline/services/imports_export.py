"""The truth as a company folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.db import connection, transaction

from departments.models import Company
from pipeline.imports.folder.export_queries import FILES, FISCAL, HEADS, MOVES, queries
from pipeline.imports.folder.staging import Progress
from pipeline.imports.problems import ImportUnreadable


@dataclass(frozen=True, kw_only=True)
class ExportResult:
    """The folder written and the rows of each file."""

    folder: Path
    rows: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        return {"folder": str(self.folder), "files": {name: {"rows": rows} for name, rows in self.rows.items()}}


def company_folder_export(*, path: Path, progress: Progress | None = None) -> ExportResult:
    """Write every file of the company folder, all as of one instant, streaming.

    The folder is made, or may hold the files of an earlier export, which are replaced; anything else in it is
    a reason to refuse. A file appears under its name only when it is whole.
    """
    if not Company.objects.exists():
        raise ImportUnreadable("There is no company yet: nothing to export.")
    if path.exists():
        strangers = (
            [entry.name for entry in path.iterdir() if entry.name not in FILES] if path.is_dir() else [path.name]
        )
        if strangers:
            raise ImportUnreadable(f"{path} contains other files ({strangers[0]}); name an empty or new folder.")
    path.mkdir(parents=True, exist_ok=True)
    rows = {}
    alone = not connection.in_atomic_block
    with transaction.atomic():
        with connection.cursor() as cursor:
            if alone:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SET LOCAL work_mem = '192MB'")
            cursor.execute(f"SELECT ({MOVES}), ({FISCAL}), ({HEADS})")
            moves, fiscal, heads = cursor.fetchone() or (False, False, False)
        written = queries(moves=moves, fiscal=fiscal, heads=heads)
        for name in FILES:
            if name not in written:  # of an earlier export
                (path / name).unlink(missing_ok=True)
        for position, (name, query) in enumerate(written.items()):
            if progress:
                progress(f"writing {name}", position / len(FILES))
            partial = path / f".{name}.partial"
            try:
                with partial.open("wb") as handle:
                    rows[name] = _copy_out(query, handle)
                    handle.flush()
                    os.fsync(handle.fileno())
                partial.replace(path / name)
            finally:
                partial.unlink(missing_ok=True)
    return ExportResult(folder=path, rows=rows)


def _copy_out(query: str, handle: BinaryIO) -> int:
    with connection.cursor() as cursor:
        raw: Any = cursor.cursor
        with raw.copy(f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)") as copy:
            for block in copy:
                handle.write(block)
        return int(raw.rowcount)
