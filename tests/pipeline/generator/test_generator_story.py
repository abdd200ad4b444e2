"""The story in the numbers of a generated folder: legal slow, production slow and leaky, sales not at fault."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from pipeline.generator import generate_folder

QUARTER = "DATE '2026-07-01' AND DATE '2026-09-30'"
YEAR_BEFORE = "DATE '2025-07-01' AND DATE '2026-06-30'"


def _open(folder: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'Europe/Berlin'")
    for path in folder.iterdir():
        connection.execute(f"CREATE TABLE {path.stem} AS FROM read_csv('{path}', header=true, sample_size=-1)")
    return connection


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """Enough deals that luck is small beside the story."""
    folder = tmp_path_factory.mktemp("story") / "company"
    generate_folder(folder=folder, opportunities=120_000, seed=1, as_of=date(2026, 11, 24))
    with _open(folder) as connection:
        yield connection


def _wait(database: duckdb.DuckDBPyConnection, kind: str, period: str) -> float:
    (days,) = database.execute(
        f"""SELECT avg(epoch(completed_at - requested_at)) / 86400 FROM handoffs
        WHERE kind = '{kind}' AND requested_at::DATE BETWEEN {period} AND outcome IN ('approved', 'returned')"""
    ).fetchone()
    return days


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [
        ("contract review", 1.75, 2.25),
        ("delivery slot", 1.2, 1.5),
        ("technical feasibility", 1.2, 1.5),
        ("credit check", 0.93, 1.07),
        ("lead follow-up", 0.93, 1.07),
        ("buyer profile", 0.85, 1.02),
    ],
)
def test_wait_of_a_hand_off_against_the_year_before(
    large: duckdb.DuckDBPyConnection, kind: str, low: float, high: float
) -> None:
    assert low < _wait(large, kind, QUARTER) / _wait(large, kind, YEAR_BEFORE) < high


def _losses_per_deal(database: duckdb.DuckDBPyConnection, department: str, period: str) -> float:
    (share,) = database.execute(
        f"""SELECT (SELECT count(*) FROM events JOIN loss_reasons ON key = reason WHERE department = '{department}'
        AND occurred_at::DATE BETWEEN {period}) / (SELECT count(*) FROM (SELECT min(occurred_at) AS first FROM events
        GROUP BY opportunity) WHERE first::DATE BETWEEN {period})"""
    ).fetchone()
    return share


@pytest.mark.parametrize(
    ("department", "low", "high"),
    [("production", 1.4, 2.6), ("sales", 0.93, 1.07), ("finance", 0.75, 1.25), ("marketing", 0.9, 1.03)],
)
def test_losses_per_new_deal_against_the_year_before(
    large: duckdb.DuckDBPyConnection, department: str, low: float, high: float
) -> None:
    ratio = _losses_per_deal(large, department, QUARTER) / _losses_per_deal(large, department, YEAR_BEFORE)
    assert low < ratio < high


def test_market_was_weak_in_one_earlier_quarter(large: duckdb.DuckDBPyConnection) -> None:
    weak = _losses_per_deal(large, "market", "DATE '2025-01-01' AND DATE '2025-03-31'")
    before = _losses_per_deal(large, "market", "DATE '2024-01-01' AND DATE '2024-12-31'")
    assert 1.2 < weak / before < 1.6


REVENUE = """
    WITH history AS (
        SELECT e.*, o.currency, coalesce(s.earns, 0) AS earns, coalesce(max(s.earns) OVER (PARTITION BY e.opportunity
            ORDER BY occurred_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS earned
        FROM events e JOIN opportunities o ON o.key = e.opportunity
        LEFT JOIN stages s ON s.pipeline = o.pipeline AND s.key = e.stage)
    SELECT sum(amount * coalesce(rate, 1) * CASE WHEN earns = 1 THEN 1 WHEN stage = 'lost' AND earned = 1 THEN -1
        ELSE 0 END) FROM history h LEFT JOIN rates r ON r.currency = h.currency
        AND r.date = date_trunc('month', occurred_at) WHERE occurred_at::DATE BETWEEN ? AND ?"""


def _shortfall(database: duckdb.DuckDBPyConnection, first: date, last: date) -> float:
    """Missing part of the plan of the quarter from `first`, pro rata by days to `last`."""
    (revenue,) = database.execute(REVENUE, [first, last]).fetchone()
    (target, end) = database.execute(
        "SELECT sum(target), any_value(period_end) FROM plan WHERE period_start = ?", [first]
    ).fetchone()
    part = ((last - first).days + 1) / ((end - first).days + 1)
    return 1 - float(revenue) / (float(target) * part)


@pytest.mark.parametrize(
    ("seed", "as_of"), [(1, date(2026, 11, 24)), (1, date(2026, 12, 24)), (2, date(2026, 8, 20)), (3, date(2027, 1, 1))]
)
def test_revenue_misses_the_plan_of_the_last_full_quarter(tmp_path: Path, as_of: date, seed: int) -> None:
    made = generate_folder(folder=tmp_path / "company", opportunities=20_000, seed=seed, as_of=as_of)
    last = date(made.decline.year, made.decline.month + 2, 28) + timedelta(days=4)
    with _open(tmp_path / "company") as database:
        assert 0.07 < _shortfall(database, made.decline, last.replace(day=1) - timedelta(days=1)) < 0.13


def test_revenue_of_the_running_quarter_is_under_its_plan_too(large: duckdb.DuckDBPyConnection) -> None:
    assert 0.07 < _shortfall(large, date(2026, 10, 1), date(2026, 11, 23)) < 0.13


def test_revenue_kept_near_the_plan_in_the_year_before(large: duckdb.DuckDBPyConnection) -> None:
    starts = [date(2025, 7, 1), date(2025, 10, 1), date(2026, 1, 1), date(2026, 4, 1)]
    ends = [date(2025, 9, 30), date(2025, 12, 31), date(2026, 3, 31), date(2026, 6, 30)]
    assert all(abs(_shortfall(large, start, end)) < 0.06 for start, end in zip(starts, ends, strict=True))
