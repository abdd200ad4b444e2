"""Columns of plain values are read without the checks; the checks say the same of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pipeline.imports.files.headers import LINE
from pipeline.imports.folder import kinds
from pipeline.imports.folder.blocks import CheckedBlock, block_check
from pipeline.imports.folder.format import FILES, Column, FileFormat
from pipeline.imports.folder.plain import Plain, plain_column
from pipeline.imports.folder.staging import Staging
from pipeline.imports.problems import ProblemList

KINDS = list({(c.kind.value, c.kind.problems): c.kind for file in FILES for c in file.columns}.values())
ODD = [
    *("", " ", "0", "00", "lost", "withdrawn", ".", "..", "-1", "1e3", "é", "e\u0301", " a", "a ", "\u202ea", "a\nb"),
    *("\x7f", "9" * 16, "1.005", "0.0", "13", "99999", "CET", "1900-01-01", "2026-02-30", "2026-03-02", "2026-03-31"),
    *("2026-03-31T09:00:00", "1900-01-01T00:00:00+14:00", "2199-12-31T23:59:59.999999-15:59", "2026-02-30T09:00:00Z"),
    *("2026-03-31T24:00:00Z", "2026-03-31T09:00:00.1234567Z", "2026-03-31T09:00Z", "2200-01-01", "x" * 65, "x" * 301),
]


@pytest.fixture(scope="module")
def checker() -> Iterator[Any]:
    with Staging(zone="UTC", problems=ProblemList()) as staging:
        staging.checker.execute("SET TimeZone = 'Europe/Berlin'")
        yield staging.checker


def plain_values(kind: kinds.Kind) -> st.SearchStrategy[str]:
    assert kind.plain
    if kind.plain.values:
        return st.sampled_from(kind.plain.values)
    return st.from_regex(re.compile(kind.plain.pattern, re.ASCII), fullmatch=True)


def odd_values(kind: kinds.Kind) -> list[str]:
    assert kind.plain
    return [*ODD, "x" * kind.plain.longest, "x" * (kind.plain.longest + 1)]


@settings(max_examples=5, deadline=None, phases=[Phase.generate])
@given(drawn=st.tuples(*(st.lists(plain_values(kind), min_size=5, max_size=5) for kind in KINDS)), blank=st.booleans())
def test_what_is_plain_has_no_problem_and_is_stored_as_it_is_written(
    checker: Any, drawn: tuple[list[str], ...], blank: bool
) -> None:
    values = [[*some, *odd_values(kind)] for some, kind in zip(drawn, KINDS, strict=True)]
    checked = checked_by_engine(checker, values, blank=blank)
    refused = {(problem.column, problem.line) for problem in checked.problems}
    assert refused
    for n, (kind, column) in enumerate(zip(KINDS, values, strict=True)):
        assert kind.plain
        by_engine = stored(checked.table[f"c{n}"].to_pylist(), kind)
        for line, (value, expected) in enumerate(zip(column, by_engine, strict=True)):
            alone = plain_column(pa.chunked_array([[value]]), kind.plain, blank=blank and kind is not kinds.FLAG)
            if alone is not None:
                assert (f"c{n}", line) not in refused, (kind, value)
                assert stored(alone.to_pylist(), kind) == [expected], (kind, value)


def checked_by_engine(checker: Any, values: list[list[str]], *, blank: bool) -> CheckedBlock:
    """A column of each kind, none of which is taken as plain."""
    columns = tuple(Column(f"c{n}", replace(kind, plain=None), blank=blank) for n, kind in enumerate(KINDS))
    raw = pa.table({column.name: texts for column, texts in zip(columns, values, strict=True)})
    return block_check(
        checker, raw.append_column(LINE, pa.array(range(raw.num_rows))), FileFormat("all.csv", columns), columns
    )


def test_one_value_that_is_not_plain_leaves_its_column_to_the_checks(checker: Any) -> None:
    columns = (Column("key", kinds.STAGE_KEY), Column("name", kinds.NAME), Column("day", kinds.DATE, blank=True))
    raw = pa.table({"key": ["a", "lost"], "name": ["A", " B "], "day": ["2026-03-31", ""], LINE: [2, 3]})
    checked = block_check(checker, raw, FileFormat("all.csv", columns), columns)
    assert [(problem.line, problem.column) for problem in checked.problems] == [(3, "key")]
    assert +checked.trimmed == {"name": 1}
    assert checked.table.to_pydict() == {
        "line": [2, 3],
        "key": ["a", "lost"],
        "name": ["A", "B"],
        "day": [date(2026, 3, 31), None],
    }


def stored(values: list[Any], kind: kinds.Kind) -> list[Any]:
    """The values as PostgreSQL reads them."""
    if kind.staged_as.startswith(("numeric", "integer")):
        return [None if value is None else Decimal(value) for value in values]
    return [value if value is None or kind.staged_as != "boolean" else value in (True, "1") for value in values]


def test_usual_values_are_plain() -> None:
    """Otherwise nothing is gained."""
    for kind, value in (
        (kinds.KEY, "new-business"), (kinds.LONG_KEY, "006Dn00000AbCdE"), (kinds.NAME, "First deal"),
        (kinds.AMOUNT, "1234.50"), (kinds.RATE, "0.9"), (kinds.FIGURE, "-38.5"), (kinds.POSITION, "12"),
        (kinds.DATE, "2026-03-31"), (kinds.INSTANT, "2026-03-31T09:00:00+02:00"),
        (kinds.INSTANT, "2026-03-31T09:00:00.125Z"), (kinds.MONDAY, "2026-01-05"),
        (kinds.FLAG, "1"), (kinds.CURRENCY, "EUR"), (kinds.EMAIL, "head@example.com"), (kinds.TIME_ZONE, "Asia/Tokyo"),
    ):  # fmt: skip
        assert kind.plain
        assert plain_column(pa.chunked_array([[value]]), kind.plain, blank=False) is not None, value


def test_one_odd_value_among_many_that_repeat_is_seen() -> None:
    plain = Plain("[a-z]+")
    usual = ["lead", "offer", "won"] * 2_000
    assert plain_column(pa.chunked_array([usual]), plain, blank=False) is not None
    for odd in ("L1", " won"):
        assert plain_column(pa.chunked_array([[*usual, odd]]), plain, blank=False) is None
