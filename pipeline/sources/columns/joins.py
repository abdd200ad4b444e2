"""Which column of one table names rows of another, and how many of them match."""

# ruff: noqa: S608 - statements are put together from the quoted names of a file's own columns only.

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from difflib import get_close_matches
from typing import Any

import duckdb

from pipeline.sources.columns.profile import Column, quoted

type Missing = list[Any]
"""A value without a match: the value, its number of rows, the key it is read as, and else one that looks like it."""
_LEAST_SHARE = 0.3
_LISTED = 8


@dataclass(frozen=True, kw_only=True)
class Join:
    """`table.key` is unique and named by `column` of the deals. `matched` of `filled` rows do; `missing` are values
    without a match."""

    table: str
    key: str
    column: str
    filled: int
    matched: int
    missing: list[Missing] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def joins_of(
    store: duckdb.DuckDBPyConnection, deals: str, columns: dict[str, list[Column]], rows: dict[str, int]
) -> list[Join]:
    """For every other table, the pair of columns by which most deals have a row of it, if enough of them do."""
    joins = []
    for table, its_columns in columns.items():
        if table == deals:
            continue
        keys = [c for c in its_columns if c.kind in ("text", "number") and c.different == c.filled == rows[table]]
        named = [c for c in columns[deals] if c.kind in ("text", "number") and c.filled]
        tried = [_join(store, deals, table, key.name, column.name) for key in keys for column in named
                 if _worth_trying(key, column)]  # fmt: skip
        # Of two pairs that match equally well, the one whose names agree.
        best = max(tried, key=lambda join: (join.matched, join.column == join.key), default=None)
        if best is not None and best.matched >= _LEAST_SHARE * max(best.filled, 1) and best.matched > 0:
            joins.append(best)
    return joins


def _worth_trying(key: Column, column: Column) -> bool:
    """Small whole numbers match everywhere by chance: numbers join only where the names agree."""
    if key.kind != column.kind:
        return False
    if key.kind == "text":
        return True
    bare = [name.lower().replace("_", "").replace(" ", "") for name in (key.name, column.name)]
    return bare[0].endswith(bare[1]) or bare[1].endswith(bare[0])


def _join(store: duckdb.DuckDBPyConnection, deals: str, table: str, key: str, column: str) -> Join:
    side = f"SELECT {quoted(column)} AS value, count(*) AS rows FROM {quoted(deals)} WHERE value <> '' GROUP BY 1"
    counted = store.execute(
        f"SELECT value, rows, value IN (SELECT {quoted(key)} FROM {quoted(table)}) FROM ({side})"
        " ORDER BY rows DESC, value"
    ).fetchall()
    missing = [(str(value), int(rows)) for value, rows, matched in counted if not matched]
    # Only for what looks alike: difflib compares each value with every key.
    keys = [str(row[0]) for row in store.execute(f"SELECT {quoted(key)} FROM {quoted(table)} LIMIT 5000").fetchall()]
    return Join(
        table=table, key=key, column=column,
        filled=sum(int(rows) for _, rows, _ in counted),
        matched=sum(int(rows) for _, rows, matched in counted if matched),
        missing=[[value, rows, *_like(value, keys)] for value, rows in missing[:_LISTED]],
    )  # fmt: skip


def _like(value: str, keys: list[str]) -> tuple[str, str]:
    """The key that a value is but for its capitals and the spaces between its words, and else one that looks like it.

    Where a digit differs it is another number: D25 is no D5, however much they look alike.
    """
    same = [key for key in keys if _spelled(key) == _spelled(value)]
    if len(same) == 1:
        return same[0], ""
    numbered = [key for key in keys if re.findall(r"\d+", key) == re.findall(r"\d+", value)]
    return "", next(iter(get_close_matches(value, numbered, 1, 0.8)), "")


def _spelled(text: str) -> str:
    """A text without capitals and spaces; a space between two digits stays."""
    return re.sub(r"(?<!\d)\s+|\s+(?!\d)", "", text.casefold())
