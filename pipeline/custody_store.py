"""The custody store: who held which deal when, as immutable Parquet files beside the database.

Custody of a million deals is some ten million rows that are only ever replaced by the thousand and read by
column. So they are kept as Parquet, cut by ranges of opportunity ids, and a run names the files it is made of
(`RecomputeRun.parts`). A file is never changed: a new run writes new files for the ranges it touched and takes
the others over. See docs/adr/0003-custody-store.md. The rule of who holds a deal is in `core/custody/holds.py`.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.conf import settings

from pipeline.core.custody.inputs import LATER_OWNERS
from pipeline.core.flows.period_flows import has_table, prepare, prepared_queries
from pipeline.models import RecomputeRun, Stage, later_owners
from pipeline.run_cache import process_cache, run_key

METHOD = "custody-5"
"""Changes when the rules of custody or flows change, so that stored figures are made anew; each run carries it."""
PART_SIZE = 32_768
"""Opportunity ids a part covers: part n holds the ids from n * PART_SIZE on."""

TABLES = ("opportunities", "visits", "holds", "moves", "events")
_NEEDED = TABLES[:-1]
"""What every page asks. `events` came later: what changed since a date waits for the next run of an older store."""
OPEN_PIECES = "open_pieces"
"""A fifth file of each part: the pieces of holds that are still open, with their deal's segment and bucket, so that
an incremental run finds what has grown without reading everything."""
FILES = (*TABLES, OPEN_PIECES)
_IN_MEMORY_BYTES = 64 * 1024 * 1024


class CustodyStoreMissing(Exception):
    """Files of the newest run are not on this machine."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One range of opportunity ids as one run wrote it."""

    number: int
    run: int

    def path(self, table: str) -> Path:
        return Path(settings.CUSTODY_STORE) / f"{table}-{self.number:06d}-{self.run}.parquet"


def run_parts(run: RecomputeRun) -> list[Part]:
    """The parts a run's figures are made of, in order of opportunity id."""
    return [Part(number=number, run=made_by) for number, made_by in run.parts]


def part_write(part: Part, tables: dict[str, pa.Table]) -> None:
    """Write one part; after a crash there is either the whole file under its name, or none."""
    for name, table in {**tables, OPEN_PIECES: _open_pieces(tables)}.items():
        target = part.path(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(".partial")
        _parquet_write(table, partial)
        # The database calls the run DONE next: a power cut must not leave that beside an empty file.
        with partial.open("rb") as handle:
            os.fsync(handle.fileno())
        partial.rename(target)


def _open_pieces(tables: dict[str, pa.Table]) -> pa.Table:
    pieces = tables["holds"].filter(pc.is_null(tables["holds"]["to_at"]))
    deals = tables["opportunities"].select(["opportunity", "segment", "bucket"])
    rows = pc.index_in(pieces["opportunity"], deals["opportunity"].combine_chunks())
    return pieces.append_column("segment", deals["segment"].take(rows)).append_column(
        "bucket", deals["bucket"].take(rows)
    )


def _parquet_write(table: pa.Table, file: Path) -> None:
    """Long integers as differences, the rest as dictionaries: half the time and less room than compressing."""
    long = [field.name for field in table.schema if pa.types.is_int64(field.type)]
    pq.write_table(
        table,
        file,
        compression="none",
        use_dictionary=[name for name in table.column_names if name not in long],
        column_encoding=dict.fromkeys(long, "DELTA_BINARY_PACKED"),
    )


def part_read(part: Part, table: str) -> pa.Table:
    return pq.read_table(part.path(table))


def parts_missing(parts: Iterable[Part], tables: Sequence[str] = FILES) -> list[Path]:
    """The files of the parts that are missing on this machine."""
    return [part.path(table) for part in parts for table in tables if not part.path(table).exists()]


def parts_discard(*, keep: Sequence[Part]) -> int:
    """Delete all files but those of the parts in `keep`; returns how many were deleted."""
    folder = Path(settings.CUSTODY_STORE)
    needed = {part.path(table) for part in keep for table in FILES}
    # Parquet files, those of flows among them, and partial ones that a killed run left.
    unwanted = [file for file in folder.glob("*.p*") if file not in needed] if folder.is_dir() else []
    for file in unwanted:
        file.unlink(missing_ok=True)
    return len(unwanted)


def stages_table(*, as_of: datetime) -> pa.Table:
    """Stages as custody and leaks read them, with their owners until then; two queries.

    See pipeline.core.custody.custody.CustodyInput.
    """
    stages = list(Stage.objects.order_by("pipeline_id", "position"))
    later = later_owners(until=as_of)
    return pa.table(
        {
            "stage": pa.array([row.pk for row in stages], pa.int32()),
            "pipeline": pa.array([row.pipeline_id for row in stages], pa.int32()),
            "position": pa.array([row.position for row in stages], pa.int32()),
            "owner": pa.array([row.owner_department_id for row in stages], pa.int32()),
            "earns": pa.array([row.earns for row in stages], pa.bool_()),
            "limit_seconds": pa.array(
                [None if row.time_limit_days is None else int(row.time_limit_days * 86_400) for row in stages],
                pa.int64(),
            ),
            "later_owners": pa.array(
                [
                    [{"since": int(since.timestamp()), "owner": owner} for since, owner in later.get(row.pk, [])]
                    for row in stages
                ],
                LATER_OWNERS,
            ),
        }
    )


_cursors, _preparing = threading.Lock(), threading.Lock()


def custody_cursor(run: RecomputeRun) -> duckdb.DuckDBPyConnection:
    """A DuckDB cursor over a run's `opportunities`, `visits`, `holds`, `moves`, `events` and `stages`.

    Raises CustodyStoreMissing where the files are not on this machine.
    """
    database = _database(run)
    with _cursors:
        # Threads may not share a connection, but its cursors share the tables.
        return database.cursor()


def flows_cursor(run: RecomputeRun) -> duckdb.DuckDBPyConnection:
    """`custody_cursor` with what `period_flows` needs of all deals worked out: once for all spans anybody asks for."""
    cursor = custody_cursor(run)
    with _preparing:
        if has_table(cursor, "holds", kind="VIEW"):
            _prepare_files(run, cursor)
        else:
            prepare(cursor)
    return cursor


def _prepare_files(run: RecomputeRun, cursor: duckdb.DuckDBPyConnection) -> None:
    """`prepare` of a large company: beside the custody store, where other processes find it."""
    for name, query in prepared_queries().items():
        if has_table(cursor, name):
            continue
        file = Path(settings.CUSTODY_STORE) / f"{name}-{run_key(run)}.parquet"
        with locked_file(file.with_name(f"{name}.lock")):  # who comes second waits instead of doing the same
            if not file.exists():
                partial = file.with_suffix(".partial")
                cursor.execute(f"COPY ({query}) TO '{partial}' (FORMAT parquet)")
                partial.rename(file)
        cursor.execute(f"CREATE VIEW {name} AS FROM read_parquet({str(file)!r})")


@contextmanager
def locked_file(file: Path) -> Iterator[None]:
    """Hold the lock of a file, which is made where it is missing, against all processes of this machine."""
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # given back when the file is closed, or its process dies
        yield


@process_cache(maxsize=1)
def _database(run: RecomputeRun) -> duckdb.DuckDBPyConnection:
    """The tables of the run asked for last: one DuckDB database in this process, a cursor for each caller."""
    parts = run_parts(run)
    if missing := parts_missing(parts, _NEEDED):
        raise CustodyStoreMissing(
            f"{len(missing)} files of run {run.pk} are not in {settings.CUSTODY_STORE}. Web and worker must share this "
            "folder; if it was lost, `recompute --full` makes it again."
        )
    # Few threads: several web processes do this side by side on the same processors.
    database = duckdb.connect(":memory:", config={"threads": 2})
    database.register("stages_given", stages_table(as_of=run.as_of))
    database.execute("CREATE TABLE stages AS FROM stages_given")
    # A small company is read into memory once; a large one is read from its files column by column.
    tables = [*_NEEDED, *(() if parts_missing(parts, ["events"]) else ["events"])]
    size = sum(part.path(table).stat().st_size for part in parts for table in tables)
    relation = "TABLE" if size < _IN_MEMORY_BYTES else "VIEW"
    for table in tables:
        files = [str(part.path(table)) for part in parts]
        rows = f"FROM read_parquet({files!r})"
        if table == "moves" and "writer" not in database.execute(f"DESCRIBE {rows}").fetchnumpy()["column_name"]:
            rows = f"SELECT *, NULL::INTEGER AS writer {rows}"  # of an earlier release
        database.execute(f"CREATE {relation} {table} AS {rows}")
    return database
