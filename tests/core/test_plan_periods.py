"""Targets that contradict each other, found in any plan: compared with looking at every pair and every three rows."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from departments.periods.targets import Row, crossing, other_sums

BEGIN = date(2026, 1, 1)


def row(first: int, days: int, target: int) -> Row:
    return BEGIN + timedelta(days=first), BEGIN + timedelta(days=first + days), Decimal(target)


ROWS = st.lists(
    st.builds(row, st.integers(0, 8), st.integers(0, 8), st.integers(1, 3)), max_size=9, unique_by=lambda r: r[:2]
)


def lies_in(one: Row, other: Row) -> bool:
    return one is not other and other[0] <= one[0] and one[1] <= other[1]


@given(ROWS)
def test_pairs_that_cross_are_all_found(rows: list[Row]) -> None:
    pairs = [(a, b) for a, b in combinations(sorted(rows), 2) if a[0] < b[0] <= a[1] < b[1]]
    assert crossing(rows) == pairs


@given(ROWS)
def test_sums_that_differ_are_all_found(rows: list[Row]) -> None:
    expected = []
    for whole in rows:
        inside = [one for one in rows if lies_in(one, whole)]
        parts = [one for one in inside if not any(lies_in(one, other) for other in inside)]
        days = sum((part[1] - part[0]).days + 1 for part in parts)
        if parts and days == (whole[1] - whole[0]).days + 1 and sum(part[2] for part in parts) != whole[2]:
            expected.append((whole, sorted(parts)))
    assert [(whole, sorted(parts)) for whole, parts in other_sums(rows)] == expected
