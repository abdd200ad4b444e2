"""Speed of "what changed since a date" over the files of a custody store: `python -m tests.bench.bench_changes`.

Deals of bench_custody, a few of them recorded late; read from Parquet as a large company's are. Looks back a week, a
quarter and a year.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.core.changes import changes_compute
from pipeline.core.custody.custody import CustodyInput, custody_compute
from pipeline.core.custody.known_events import known_events
from tests.bench.bench_custody import DAY, MICROSECONDS, company


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    print(f"{'opportunities':>14}{'events':>12}{'MB':>8}{'write s':>9}{'week ms':>9}{'quarter ms':>12}{'year ms':>9}")
    for size in parser.parse_args().sizes:
        with tempfile.TemporaryDirectory(prefix="rh-bench-") as folder:
            report(size, Path(folder))


def report(size: int, folder: Path) -> None:
    data = with_recording(company(size, seed=7))
    began = time.perf_counter()
    events = known_events(data)
    written(events, folder / "events.parquet")
    spent = time.perf_counter() - began
    written(custody_compute(data).holds, folder / "holds.parquet")
    connection = duckdb.connect(config={"threads": 2})
    connection.register("stages", data.stages)
    for table in ("events", "holds"):
        connection.execute(f"CREATE VIEW {table} AS FROM read_parquet('{folder / table}.parquet')")
    times = [milliseconds(connection, data.as_of - days * DAY) for days in (7, 91, 364)]
    megabytes = (folder / "events.parquet").stat().st_size / 1e6
    print(
        f"{size:>14,}{len(events):>12,}{megabytes:>8.0f}{spent:>9.2f}{times[0]:>9.0f}{times[1]:>12.0f}{times[2]:>9.0f}"
    )


def with_recording(data: CustodyInput) -> CustodyInput:
    """One event in twenty is entered up to a week late; each says when the deal should close."""
    random = np.random.default_rng(1)
    at = data.events["at_us"].to_numpy()
    late = np.where(random.random(len(at)) < 0.05, random.integers(0, 7 * DAY, len(at)), 0)
    recorded = np.minimum(at + late * MICROSECONDS, data.as_of * MICROSECONDS)
    close = (at // MICROSECONDS + random.integers(0, 120 * DAY, len(at))) // DAY
    events = data.events.append_column("recorded_us", pa.array(recorded)).append_column(
        "expected_close", pa.array(close.astype(np.int32), pa.int32()).cast(pa.date32())
    )
    return CustodyInput(**{**vars(data), "events": events})


def written(table: pa.Table, file: Path) -> None:
    """As pipeline.custody_store writes it."""
    long = [field.name for field in table.schema if pa.types.is_int64(field.type)]
    pq.write_table(
        table,
        file,
        compression="none",
        use_dictionary=[name for name in table.column_names if name not in long],
        column_encoding=dict.fromkeys(long, "DELTA_BINARY_PACKED"),
    )


def milliseconds(connection: duckdb.DuckDBPyConnection, since: int) -> float:
    """The median of five."""
    times = []
    for _ in range(5):
        began = time.perf_counter()
        changes_compute(connection, since=since, last=date.fromtimestamp(since) + timedelta(days=60))
        times.append((time.perf_counter() - began) * 1000)
    return sorted(times)[2]


if __name__ == "__main__":
    main()
