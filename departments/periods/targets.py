"""Periods with targets that say different things of the same days."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

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
    rows = sorted(rows)
    starts, pairs = [row[0] for row in rows], []
    for place, one in enumerate(rows):
        # Sorted by their first days, so that all that share days with this one stand together.
        sharing = rows[place + 1 : bisect_right(starts, one[1])]
        pairs += [(one, two) for two in sharing if one[0] < two[0] and one[1] < two[1]]
    return pairs


def _parts(whole: Row, rows: Sequence[Row]) -> list[Row]:
    """The periods that lie in another one, but not in a third in between."""
    inside = [row for row in rows if row[:2] != whole[:2] and whole[0] <= row[0] and row[1] <= whole[1]]
    parts: list[Row] = []
    # The longest of those that begin on a day comes first: what ends no later than one before it lies in that one.
    for row in sorted(inside, key=lambda row: (row[0], -row[1].toordinal())):
        if not parts or row[1] > parts[-1][1]:
            parts.append(row)
    return parts


def _days(row: Row) -> int:
    return (row[1] - row[0]).days + 1
