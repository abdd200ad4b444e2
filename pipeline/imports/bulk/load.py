"""A first load at once: what is right from the first row to the last is written on the way, anything else is given up
and taken the ordinary way, which says what is wrong and knows every exception.

One thread reads the large files, checks their rows and holds them; this one writes what is ready, so the database
works while the next file is read. All of it is one transaction.
"""

# ruff: noqa: S608 - statements are put together from names of our own tables and columns only.

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import Event

import duckdb
import pyarrow as pa
from django.db import connection, transaction

from pipeline.imports.bulk import rows
from pipeline.imports.bulk.binary import HEADER, TRAILER, binary_rows
from pipeline.imports.bulk.rows import Written
from pipeline.imports.bulk.typed_tables import LARGE_FILES, held_open, rows_hold, small_tables_copy
from pipeline.imports.files.sources import FolderSource
from pipeline.imports.folder.checks import rows_check
from pipeline.imports.folder.format import BY_NAME, FileFormat
from pipeline.imports.folder.staging import Progress, Staging, file_read, file_stage
from pipeline.imports.merge.after_merge import analyze_new, deals_check, truth_check
from pipeline.imports.merge.company import company_check, company_merge
from pipeline.imports.merge.entries import entries_merge
from pipeline.imports.merge.merge import Outcome, file_merge
from pipeline.imports.merge.owners import owner_notes
from pipeline.imports.new_tables.first_load import LARGE, NewTables, new_tables_begin
from pipeline.imports.problems import ImportUnreadable, ProblemList

logger = logging.getLogger(__name__)
LARGE_BYTES = 8 * 1024 * 1024
"""Size of the large files together from which on this pays."""
_READING_SHARE = 0.5
_WRITTEN = {
    "accounts.csv": rows.ACCOUNTS,
    "opportunities.csv": rows.DEALS,
    "events.csv": rows.EVENTS,
    "handoffs.csv": rows.HANDOFFS,
}
_PREPARE = {
    "accounts.csv": rows.accounts_prepare,
    "opportunities.csv": rows.deals_prepare,
    "events.csv": rows.events_prepare,
    "handoffs.csv": rows.handoffs_prepare,
}
_MERGES = {"company.csv": company_merge, "entries.csv": entries_merge}


class _GiveUp(Exception):
    """Something is wrong or unusual: the ordinary way takes over."""


@dataclass
class LoadedAtOnce:
    """What a first load at once did, as the ordinary way says it."""

    staging: Staging
    new_tables: NewTables = field(default_factory=NewTables)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    touched: int = 0


def bulk_load(
    staging: Staging, source: FolderSource, files: Sequence[FileFormat], *, batch: int, progress: Progress
) -> LoadedAtOnce | None:
    """Load a large folder into a company without accounts and deals; None, and nothing done, where that is no use."""
    names = {file.name for file in files}
    large = [name for name in LARGE_FILES if name in names]
    size = sum(source.size(name) for name in large)
    if staging.problems or not {"opportunities.csv", "events.csv"} <= names or size < LARGE_BYTES or _has_rows():
        return None
    own = Staging(
        zone=staging.zone,
        problems=ProblemList(),
        notes=list(staging.notes),
        rename_company=staging.rename_company,
        checker=staging.checker,
    )
    try:
        with transaction.atomic(), tempfile.TemporaryDirectory() as scratch, held_open(scratch) as own.held:
            loaded = _Load(LoadedAtOnce(own), source, batch, progress, size).run(files, large)
            own.held = None
            return loaded
    except (_GiveUp, ImportUnreadable) as reason:
        logger.info("import %s is loaded the ordinary way: %r", batch, reason)
    except duckdb.Error:
        # No fault of the folder: a check that only PostgreSQL understands, or no room for scratch. It costs nothing but
        # time, and would cost it at every import without a word.
        logger.warning("import %s is loaded the ordinary way", batch, exc_info=True)
    return None


def _has_rows() -> bool:
    tables = [written.table for written in _WRITTEN.values()]
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + " OR ".join(f"EXISTS (SELECT FROM {table})" for table in tables))
        return bool(cursor.fetchone()[0])


class _Load:
    """One such load on its way."""

    def __init__(self, loaded: LoadedAtOnce, source: FolderSource, batch: int, progress: Progress, size: int) -> None:
        self.loaded, self.staging, self.held = loaded, loaded.staging, loaded.staging.held
        self.reader_held = self.held.cursor()
        """The connection of the thread that reads."""
        self.source, self.batch, self.progress = source, batch, progress
        self.size, self.seen = max(1, size), 0
        self.given_up = Event()
        self.notes_before = list(self.staging.notes)
        self.notes_of: dict[str, list[str]] = {}
        self.notes_of_structure: list[str] = []

    def run(self, files: Sequence[FileFormat], large: Sequence[str]) -> LoadedAtOnce:
        self._small_files([file for file in files if file.name not in large])
        self.loaded.new_tables = new_tables_begin(dict.fromkeys(large, LARGE))
        if len(self.loaded.new_tables.files) < len(large):
            raise _GiveUp("a table cannot be made anew")
        small_tables_copy(self.held)
        _batch_keep(self.batch)
        after = {name: _last_id(_WRITTEN[name].table) for name in large}
        with ThreadPoolExecutor(1) as reader:
            try:
                reading = {name: reader.submit(self._read, name, after[name]) for name in large}
                checking = reader.submit(self._check_deals)
                for position, name in enumerate(large):
                    self._wait(name, reading[name])
                    self._write(name, after[name], share=_READING_SHARE + 0.4 * position / len(large))
                checking.result()
            finally:
                self.given_up.set()
                reader.shutdown(cancel_futures=True)
        self._finish(files)
        return self.loaded

    def _small_files(self, files: Sequence[FileFormat]) -> None:
        """The ordinary way for what is small: the large files name it."""
        for file in files:
            self.progress(f"reading {file.name}", 0.0)
            with self._noted(file.name), self.source.open(file.name) as stream:
                file_stage(self.staging, file, stream, advance=lambda count: None)
        if any(staged.read for staged in self.staging.files.values()):
            rows_check(self.staging)
        noted = len(self.staging.notes)
        company_check(self.staging)
        self._check()
        owner_notes(self.staging)
        self.notes_of_structure = self.staging.notes[noted:]
        for file in files:
            merge = _MERGES.get(file.name, file_merge)
            self.loaded.outcomes[file.name] = merge(self.staging.files[file.name], self.batch)

    @contextmanager
    def _noted(self, name: str) -> Iterator[None]:
        """Keep apart what is noted while a file is read: notes come in the order of the files."""
        noted = len(self.staging.notes)
        yield
        self.notes_of[name] = self.staging.notes[noted:]

    def _check(self) -> None:
        if self.staging.problems:
            raise _GiveUp(str(self.staging.problems.listed[0]))

    def _read(self, name: str, after: int) -> None:
        """In the thread that reads: hold the rows of a file, with ids in the place of keys."""
        held = self.reader_held

        def take(block: pa.Table, size: int) -> None:
            if self.given_up.is_set() or self.staging.problems:
                raise _GiveUp("a value is wrong" if self.staging.problems else "elsewhere")
            rows_hold(held, name, block)
            self.seen += size

        with self._noted(name), self.source.open(name) as stream:
            staged = file_read(self.staging, BY_NAME[name], stream, take=take)
        self._check()
        if staged is None or (not staged.read and name in ("opportunities.csv", "events.csv")):
            raise _GiveUp(f"{name} has no rows")
        if not _PREPARE[name](held, self.batch, after):
            raise _GiveUp(f"{name} names what is not there, or twice the same")
        some_dates_alone = name == "events.csv" and 0 < len(staged.lines_alone) < staged.read
        if some_dates_alone and not rows.dates_in_order(held, staged.lines_alone, self.staging.zone):
            raise _GiveUp("a date without a time follows a time of its day")

    def _check_deals(self) -> None:
        """In the thread that reads, when all is read: what needs all rows and no database."""
        checked = replace(self.staging, held=self.reader_held)
        deals_check(checked)
        self.staging.hindsight = checked.hindsight

    def _wait(self, name: str, reading: Future[None]) -> None:
        """Until a file is read, saying how far it is."""
        while not reading.done():
            self.progress(f"reading {name}", min(1.0, self.seen / self.size) * _READING_SHARE)
            wait([reading], timeout=0.3)
        reading.result()

    def _write(self, name: str, after: int, *, share: float) -> None:
        """Rows that are right go to their new table; then it is indexed."""
        written, count = _WRITTEN[name], self.staging.files[name].read
        self.progress(f"writing {name}", share)
        if "id" in written.columns and count:
            _ids_take(written.table, after + count)
        _copy(self.held, written, self.batch)
        self.loaded.new_tables.index(name)
        self.loaded.outcomes[name] = Outcome(new=count)
        analyze_new(name, count)

    def _finish(self, files: Sequence[FileFormat]) -> None:
        """The checks of the whole, and what is said about it in the order of the files."""
        staging = self.staging
        staging.files = {file.name: staging.files[file.name] for file in files}
        staging.notes[:] = [
            *self.notes_before,
            *(note for file in files for note in self.notes_of[file.name]),
            *self.notes_of_structure,
        ]
        self.progress("checking the whole", 0.93)
        truth_check(staging, self.batch, deals_checked=True)
        self._check()
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO pipeline_touchedopportunity (opportunity) SELECT id FROM pipeline_opportunity ORDER BY id"
            )
            self.loaded.touched = int(cursor.rowcount)


def _batch_keep(batch: int) -> None:
    """The rows name their import: it stays until they are committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pipeline_importbatch WHERE id = %s FOR KEY SHARE", [batch])


def _last_id(table: str) -> int:
    """The id after which those of a new table begin."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table])
        cursor.execute(f"SELECT last_value - (NOT is_called)::int FROM {cursor.fetchone()[0]}")
        return int(cursor.fetchone()[0])


def _ids_take(table: str, last: int) -> None:
    """Ids up to this one are given out."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, last])


def _copy(held: duckdb.DuckDBPyConnection, written: Written, batch: int) -> None:
    copying = f"COPY {written.table} ({', '.join(written.columns)}) FROM STDIN (FORMAT binary)"
    with connection.cursor() as cursor, cursor.copy(copying) as copy:
        copy.write(HEADER)
        for block in written.batches(held, batch):
            copy.write(binary_rows(block))
        copy.write(TRAILER)
