"""A generated company whose shares take less time: they are computed for each group of deals."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

type Row = dict[str, str]


def groups_merge(folder: Path) -> None:
    """Two segments instead of three, in a company folder: still something to tell apart."""
    _rewrite(folder / "opportunities.csv", _segment)


def _segment(row: Row) -> None:
    row["segment"] = "small" if row["segment"] == "mid-market" else row["segment"]


def _rewrite(file: Path, change: Callable[[Row], None]) -> None:
    with file.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        change(row)
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
