"""What each column of a table holds, and how often: read once, in the worker, by the database engine for files."""

# ruff: noqa: S608 - statements are put together from the quoted names of a file's own columns only.

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from departments.core.engine import engine_connect
from pipeline.core.flag_text import parse_flag
from pipeline.sources.columns.dates import date_reading
from pipeline.sources.columns.null_values import nothing_in
from pipeline.sources.columns.numbers import number_reading, signs_listed
from pipeline.sources.columns.outliers import usual_values

MEMORY_OF_FILES = "512MB"
MOST_VALUES = 200
_MOST_DIFFERENT = 20_000
MOST_COLUMNS_READ = 300
"""Of a wider table the columns after these are not looked at."""
_AT_ONCE = 50
"""Columns counted in one statement: each different value of each is held in memory."""
_MOST_ODD, _WIDEST_ODD = 5, 60
_READ_ONCE = 8 * 2**20
"""Bytes of a file that is held in memory, a fraction of MEMORY_OF_FILES."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """`kind` is empty, flag, number, date or text; `values` the most frequent ones with their number of rows.

    `formats` (dates) and `signs` (numbers: decimal, thousands, perhaps LAKH) read every value; `asks` is set where more
    than one way does, and the ways mean different things. `odd` are some of the few values that are not of the kind: an
    import refuses them by line. `nothing` are values that stand for an empty cell: they are in no other field.
    """

    name: str
    kind: str
    filled: int
    different: int
    formats: list[str] = field(default_factory=list)
    signs: list[str] = field(default_factory=list)
    asks: list[Any] = field(default_factory=list)
    clock: bool = False
    negative: bool = False
    odd: list[str] = field(default_factory=list)
    nothing: list[str] = field(default_factory=list)
    values: list[list[Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def quoted(name: str) -> str:
    """A name of a column for a statement."""
    return '"' + name.replace('"', '""') + '"'


def connect_tables(folder: Path) -> duckdb.DuckDBPyConnection:
    """A connection with a table for every plain table of the folder (a view of a large one), all columns text."""
    store = engine_connect(threads=1, memory_limit=MEMORY_OF_FILES)
    for path in sorted(folder.glob("*.csv")):
        escaped = str(path).replace("'", "''")
        # A small file is asked a few times per column: read once.
        what = "TABLE" if path.stat().st_size <= _READ_ONCE else "VIEW"
        # An empty cell is NULL, so that count(column) is the filled ones. A line has LONGEST_RECORD signs of 4 bytes.
        store.execute(
            f"CREATE TEMP {what} {quoted(path.name)} AS FROM read_csv('{escaped}', header = true, all_varchar = true,"
            " delim = ',', quote = '\"', escape = '\"', nullstr = '', strict_mode = true, max_line_size = 4194304)"
        )
    return store


def columns_profile(store: duckdb.DuckDBPyConnection, table: str) -> list[Column]:
    """The profile of every column of a table, in its order; of very wide tables only of the first 300."""
    names = [row[0] for row in store.execute(f"DESCRIBE {quoted(table)}").fetchall()][:MOST_COLUMNS_READ]
    numbers: list[int] = []
    for place in range(0, len(names), _AT_ONCE):
        some = names[place : place + _AT_ONCE]
        counts = ", ".join(f"count({quoted(name)}), count(DISTINCT {quoted(name)})" for name in some)
        numbers += store.execute(f"SELECT {counts} FROM {quoted(table)}").fetchone() or ()
    return [
        _column(store, table, name, int(numbers[place * 2]), int(numbers[place * 2 + 1]))
        for place, name in enumerate(names)
    ]


def _column(store: duckdb.DuckDBPyConnection, table: str, name: str, filled: int, different: int) -> Column:
    if not filled:
        return Column(name=name, kind="empty", filled=0, different=0)
    values = value_counts(store, table, name)
    listed = [str(value) for value, _ in values]
    # The kind has to hold for rare values as well.
    if different > len(listed):
        rows = store.execute(
            f"SELECT DISTINCT {quoted(name)} FROM {quoted(table)} WHERE {quoted(name)} <> '' LIMIT {_MOST_DIFFERENT}"
        ).fetchall()
        listed = sorted(str(row[0]) for row in rows)
    kind, nothing = _kind_but_for_nothing(listed)
    if nothing:
        counted = store.execute(f"SELECT count(*) FROM {quoted(table)} WHERE {quoted(name)} IN (SELECT unnest(?))",
                                [nothing]).fetchone()  # fmt: skip
        filled, different = filled - int(counted[0] if counted else 0), different - len(nothing)
        values = [entry for entry in values if entry[0] not in nothing]
    return Column(name=name, filled=filled, different=different, values=values, nothing=nothing, **kind)


def _kind_but_for_nothing(listed: list[str]) -> tuple[dict[str, Any], list[str]]:
    """What the values are, without those that stand for nothing, and these."""
    nothing = nothing_in(listed, measured=True)
    rest = [value for value in listed if value not in nothing]
    kind = _kind(rest) if rest else {"kind": "empty"}
    if kind["kind"] in ("number", "date", "empty"):
        return kind, nothing
    # A dash means nothing among numbers, but may be a value among words.
    nothing = nothing_in(listed, measured=False)
    return _kind([value for value in listed if value not in nothing]), nothing


def value_counts(store: duckdb.DuckDBPyConnection, table: str, name: str, most: int = MOST_VALUES) -> list[list[Any]]:
    """The most frequent values and their numbers of rows."""
    rows = store.execute(
        f"SELECT {quoted(name)}, count(*) FROM {quoted(table)} WHERE {quoted(name)} IS NOT NULL"
        f" GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {most}"
    ).fetchall()
    return [[str(value), int(count)] for value, count in rows]


def _kind(values: list[str]) -> dict[str, Any]:
    """What all values are, or what nearly all are and which are not."""
    whole = _kind_of_all(values)
    if whole["kind"] != "text":
        return whole
    for kind, good in usual_values(values):
        of_good = _kind_of_all(good) if good else {}
        if of_good.get("kind") == kind:
            usual = set(good)
            return of_good | {"odd": [value[:_WIDEST_ODD] for value in values if value not in usual][:_MOST_ODD]}
    return whole


def _kind_of_all(values: list[str]) -> dict[str, Any]:
    if len(values) <= 6 and _are_flags(values):
        return {"kind": "flag"}
    if numbers := number_reading(values):
        signs = signs_listed(numbers.signs) if numbers.signs else []
        asks = [signs_listed(one) for one in numbers.asks]
        return {"kind": "number", "signs": signs, "asks": asks, "negative": numbers.negative}
    if dates := date_reading(values):
        return {"kind": "date", "formats": list(dates.formats), "asks": list(dates.asks), "clock": dates.has_clock}
    return {"kind": "text"}


def _are_flags(values: list[str]) -> bool:
    try:
        flags = {parse_flag(value) for value in values}
    except ValueError:
        return False
    # 0 and 1 alone may just as well be counts.
    return bool(flags) and not all(value.strip().isdigit() for value in values)
