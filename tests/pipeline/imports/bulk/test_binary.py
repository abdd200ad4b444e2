"""Rows in PostgreSQL's binary format say the same as the values they were made of: the database reads them back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.imports.bulk.binary import HEADER, TRAILER, binary_rows

KINDS = (
    ("id", pa.int64(), "bigint", st.integers(-(2**63), 2**63 - 1)),
    ("name", pa.string(), "text", st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=40)),
    ("happened", pa.timestamp("us", "UTC"), "timestamptz",
     st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC))),
    ("number", pa.int32(), "integer", st.integers(-(2**31), 2**31 - 1)),
    ("day", pa.date32(), "date", st.dates(date(1900, 1, 1), date(2199, 12, 31))),
    ("flag", pa.bool_(), "boolean", st.booleans()),
    ("amount", pa.decimal128(18, 2), "numeric(18,2)", st.decimals(0, Decimal("9999999999999999.99"), places=2)),
    ("remark", pa.string(), "varchar(128)", st.sampled_from(["", "a", "ß", "“„", "x" * 128])),
)  # fmt: skip
ROW = st.tuples(*(st.none() | values for *_, values in KINDS))


@pytest.mark.django_db
@settings(deadline=None, max_examples=150)
@given(rows=st.lists(ROW, min_size=1, max_size=12), cut=st.integers(0, 3))
def test_the_database_reads_back_what_was_written(rows: list[tuple[object, ...]], cut: int) -> None:
    columns = [pa.array([row[i] for row in rows], kind) for i, (_, kind, _, _) in enumerate(KINDS)]
    block = pa.RecordBatch.from_arrays(columns, [name for name, *_ in KINDS]).slice(cut)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS read_back")
        cursor.execute(f"CREATE TEMP TABLE read_back ({', '.join(f'{name} {kind}' for name, _, kind, _ in KINDS)})")
        with cursor.copy("COPY read_back FROM STDIN (FORMAT binary)") as copy:
            copy.write(HEADER)
            copy.write(binary_rows(block))
            copy.write(TRAILER)
        cursor.execute("SELECT * FROM read_back")
        assert cursor.fetchall() == rows[cut:]


def test_what_it_does_not_know_it_refuses() -> None:
    with pytest.raises(TypeError, match="double"):
        binary_rows(pa.RecordBatch.from_arrays([pa.array([1.5])], ["x"]))
