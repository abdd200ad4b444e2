"""From raw text to typed rows in temporary tables of PostgreSQL, with everything refused that one row can tell.

A block of rows is checked at a time, column by column; COPY carries the typed rows over. Rows with a problem
are carried too (with nulls), so that rows naming them are not refused a second time; nothing of a refused import
leaves the temporary tables.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import IO, Any

import pyarrow as pa
import pyarrow.csv
from django.db import connection

from departments.core.engine import engine_connect
from departments.translation import gettext_noop
from pipeline.imports.files.headers import Expected, Header, written_otherwise
from pipeline.imports.files.tables import tables_of
from pipeline.imports.folder import kinds
from pipeline.imports.folder.blocks import CheckedBlock, block_check
from pipeline.imports.folder.format import Column, FileFormat
from pipeline.imports.problems import ProblemList

Progress = Callable[[str, float], None]
"""Called with a step's name and the share done, 0 to 1."""


@dataclass
class StagedFile:
    """What of a file lies in its temporary table."""

    format: FileFormat
    columns: tuple[str, ...]
    read: int = 0
    dates_alone: int = 0
    lines_alone: list[int] = field(default_factory=list)
    """Lines whose first instant is a date without a time."""
    unknown: tuple[str, ...] = ()
    trimmed: Counter[str] = field(default_factory=Counter)
    """Values per column that had spaces around them."""
    turned: Counter[str] = field(default_factory=Counter)
    """Values per column that held signs which turn the direction of reading."""


@dataclass
class Staging:
    """The files of one import in their temporary tables."""

    zone: str
    problems: ProblemList
    files: dict[str, StagedFile] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    rename_company: bool = False
    """Whether a file may change the name of a company that has data."""
    renames: str = ""
    hindsight: list[str] = field(default_factory=list)
    """Notes of columns that were filled in with hindsight."""
    checker: Any = None
    """The DuckDB connection that checks values, with the company's time zone."""
    held: Any = None
    """The DuckDB connection that holds accounts, deals, events and hand-offs, where temporary tables do not."""

    def __enter__(self) -> Staging:
        self.checker = engine_connect(threads=1)
        return self

    def __exit__(self, *_: object) -> None:
        self.checker.close()


def file_stage(staging: Staging, file: FileFormat, stream: IO[bytes], *, advance: Callable[[int], None]) -> None:
    """Read, check and stage one file."""
    begun = _begin_file(staging, file, stream)
    if begun is None:
        return
    staged, present, tables = begun
    columns = ", ".join(f'"{column.name}" {column.kind.staged_as}' for column in present)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE {file.table} (line bigint NOT NULL, {columns}) ON COMMIT DROP")
        _copy_rows(cursor.cursor, staged, present, tables, staging, advance)
        cursor.execute(f"ANALYZE {file.table}")
    staging.files[file.name] = staged
    staging.notes += staging.problems.notes(file.name) + _trimmed_notes(staged)


def file_read(
    staging: Staging, file: FileFormat, stream: IO[bytes], *, take: Callable[[pa.Table, int], None]
) -> StagedFile | None:
    """Read and check one file without staging it; `take` gets its typed rows block by block, and the size of each."""
    if (begun := _begin_file(staging, file, stream)) is None:
        return None
    staged, present, tables = begun
    staging.checker.execute(f"SET TimeZone = {kinds.literal(staging.zone)}")
    for raw in tables:
        checked = _check_block(staging.checker, raw, staged, present)
        staging.problems.extend(checked.problems)
        staged.read += raw.num_rows
        take(checked.table, raw.nbytes)
    staging.files[file.name] = staged
    staging.notes += staging.problems.notes(file.name) + _trimmed_notes(staged)
    return staged


def file_check(staging: Staging, file: FileFormat, stream: IO[bytes]) -> None:
    """Read and check one file without staging it: what one value or one row can tell, and no database."""
    if (begun := _begin_file(staging, file, stream)) is None:
        return
    staged, present, tables = begun
    staging.checker.execute(f"SET TimeZone = {kinds.literal(staging.zone)}")
    for raw in tables:
        staging.problems.extend(_check_block(staging.checker, raw, staged, present).problems)


def _begin_file(
    staging: Staging, file: FileFormat, stream: IO[bytes]
) -> tuple[StagedFile, tuple[Column, ...], Iterator[Any]] | None:
    """The columns of a file and its tables to come; None, having said why, where it cannot be read."""
    column_names = {column.name for column in file.columns}
    expected = Expected(says=gettext_noop("a company folder uses"), columns=column_names)
    tables = tables_of(stream, file.name, staging.problems, expected=expected)
    header = next(tables, None)
    if not isinstance(header, Header):
        return None
    otherwise = written_otherwise(header.names, column_names)
    for name, right in otherwise.items():
        staging.problems.refuse_file(
            file.name, gettext_noop("is a column that is called {right} here").format(right=right), line=1, column=name
        )
    missing = [c.name for c in file.columns if not c.optional and c.name not in header.names]
    for name in missing:
        if name not in otherwise.values():
            staging.problems.refuse_file(file.name, gettext_noop("is missing from the header"), line=1, column=name)
    if missing or otherwise:
        return None
    present = tuple(column for column in file.columns if column.name in header.names)
    staged = StagedFile(file, tuple(column.name for column in present))
    staged.unknown = tuple(name for name in header.names if name not in {column.name for column in present})
    return staged, present, tables


@dataclass(frozen=True)
class _Block:
    """Some rows of a file as COPY takes them, and the size of what they were read from."""

    rows: int
    size: int
    typed: bytes


def _copy_rows(
    cursor: Any, staged: StagedFile, present: tuple[Column, ...], tables: Any, staging: Staging,
    advance: Callable[[int], None],
) -> None:  # fmt: skip
    names = ", ".join(f'"{name}"' for name in ("line", *staged.columns))
    staging.checker.execute(f"SET TimeZone = {kinds.literal(staging.zone)}")
    copying = f"COPY {staged.format.table} ({names}) FROM STDIN (FORMAT csv)"
    # The next block is read and checked while the database takes this one in.
    with ThreadPoolExecutor(1) as reader, cursor.copy(copying) as copy:
        coming = reader.submit(_next_block, staged, present, tables, staging)
        while block := coming.result():
            coming = reader.submit(_next_block, staged, present, tables, staging)
            copy.write(block.typed)
            staged.read += block.rows
            advance(block.size)


def _next_block(
    staged: StagedFile, present: tuple[Column, ...], tables: Iterator[pa.Table], staging: Staging
) -> _Block | None:
    if (raw := next(tables, None)) is None:
        return None
    checked = _check_block(staging.checker, raw, staged, present)
    staging.problems.extend(checked.problems)
    buffer = io.BytesIO()
    pa.csv.write_csv(checked.table, buffer, pa.csv.WriteOptions(include_header=False))
    return _Block(raw.num_rows, raw.nbytes, buffer.getvalue())


def _check_block(checker: Any, raw: pa.Table, staged: StagedFile, present: tuple[Column, ...]) -> CheckedBlock:
    """One block checked; what it adds to the notes on its file is written down there."""
    checked = block_check(checker, raw, staged.format, present)
    staged.dates_alone += checked.dates_alone
    staged.lines_alone += checked.lines_alone
    staged.trimmed.update(checked.trimmed)
    staged.turned.update(checked.turned)
    return checked


def _trimmed_notes(staged: StagedFile) -> list[str]:
    notes = []
    for what, counter in (
        (gettext_noop("spaces around values"), staged.trimmed),
        (gettext_noop("signs that turn the direction of reading"), staged.turned),
    ):
        if listed := ", ".join(f"{name} ({count:,})" for name, count in counter.items() if count):
            notes.append(
                gettext_noop("{format}: {what} were left out: {listed}.").format(
                    format=staged.format.name, what=what, listed=listed
                )
            )
    return notes
