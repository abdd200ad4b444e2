"""Periods with targets that say different things of the same days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations

type Row = tuple[date, date, Decimal]
"""First and last day, both inclusive, and the target."""


def other_sums(rows: Sequence[Row]) -> list[tuple[Row, list[Row]]]:
    """Periods of one pipeline and segment that shorter ones fill to the day with another sum, each with the longest of
    those."""
    return [
        (row, parts)
        for row in rows
        if (parts := _parts(row, rows))
        and sum(_days(part) for part in parts) == _days(row)
        and sum(part[2] for part in parts) != row[2]
    ]


def crossing(rows: Sequence[Row]) -> list[tuple[Row, Row]]:
    """Pairs of periods that share days though neither lies in the other, the earlier one first."""
    return [(one, two) for one, two in combinations(sorted(rows), 2) if one[0] < two[0] <= one[1] < two[1]]


def _parts(whole: Row, rows: Sequence[Row]) -> list[Row]:
    """The periods that lie in another one, but not in a third in between."""
    inside = [row for row in rows if row[:2] != whole[:2] and whole[0] <= row[0] and row[1] <= whole[1]]
    return [
        row
        for row in inside
        if not any(other is not row and other[0] <= row[0] and row[1] <= other[1] for other in inside)
    ]


def _days(row: Row) -> int:
    return (row[1] - row[0]).days + 1
