"""Importing an event log, by converting it to a company folder."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from departments.models import User
from pipeline.imports.folder.staging import Progress
from pipeline.imports.log.conversion import folder_from_log
from pipeline.imports.log.event_log import Case, LogReading
from pipeline.imports.log.mapping import LogColumns, mapping_read
from pipeline.imports.log.read_csv import csv_cases
from pipeline.imports.log.read_xes import xes_cases
from pipeline.imports.problems import ImportUnreadable
from pipeline.models import ImportBatch, Opportunity
from pipeline.services.imports import company_folder_load
from pipeline.services.imports_result import ImportResult


def event_log_load(
    *, path: Path, mapping: Path, user: User | None = None, dry_run: bool = False, progress: Progress | None = None
) -> ImportResult:
    """Load an XES or CSV log by a mapping file, with all the checks of a company folder."""
    read = mapping_read(mapping)
    if progress:
        progress("reading the log", 0.0)
    with tempfile.TemporaryDirectory(prefix="log-") as scratch:
        reading = LogReading(path.name)
        cases, begun = log_cases(path, read.log, reading), pipelines_begun(several=bool(read.pipelines))
        notes, provenance = folder_from_log(cases, read, Path(scratch), reading, begun)
        return company_folder_load(
            path=Path(scratch),
            user=user,
            dry_run=dry_run,
            progress=progress,
            kind=ImportBatch.Kind.LOG,
            name=path.name,
            notes=notes,
            provenance=provenance,
        )


def pipelines_begun(*, several: bool) -> dict[str, str]:
    """The pipeline in which each deal that is in began, by the deal's key; nothing where a log has one pipeline."""
    return dict(Opportunity.objects.values_list("key", "pipeline__key").iterator()) if several else {}


def log_cases(path: Path, columns: LogColumns, reading: LogReading) -> Iterator[Case]:
    """The cases of a log, by the look of the file: XML is XES, anything else CSV."""
    if not path.is_file():
        raise ImportUnreadable(f"There is no log {path}.")
    if is_xes(path):
        return xes_cases(path, reading)
    return csv_cases(path, reading, case_column=columns.case, delimiter=columns.delimiter)


def is_xes(path: Path) -> bool:
    with path.open("rb") as stream:
        head = stream.read(512)
    return head.startswith(b"\x1f\x8b") or head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")
