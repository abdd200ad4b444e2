"""A comparison knows which stages went to another department while it looks on."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from departments.periods import Period
from pipeline.models import RecomputeRun
from pipeline.services.imports import company_folder_load
from revenue_health.contribution.core.gates.doubts.moved_work import OwnerChange
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods
from revenue_health.contribution.selectors.gates.owners import owner_changes
from tests.pipeline.folders import folder_write
from tests.pipeline.imports.test_stage_owners import DATED

pytestmark = pytest.mark.django_db


def instant(month: int, day: int) -> int:
    return int(datetime(2026, month, day, tzinfo=UTC).timestamp())


def periods(*, baseline: tuple[int, int], period: tuple[int, int]) -> ComparisonPeriods:
    whole = Period(start=date(2026, 1, 1), end=date(2026, 12, 31), label="2026")
    return ComparisonPeriods(
        period=whole,
        baseline=whole,
        steps=period,
        baseline_edges=baseline,
        openings=(),
        today=date(2026, 12, 31),
        running=False,
    )


def test_a_stage_that_changed_hands_is_known_to_comparisons_across_the_day(tmp_path: Path) -> None:
    """The offer is legal's from 1 February on."""
    company_folder_load(path=folder_write(tmp_path, DATED))
    run = RecomputeRun(as_of=datetime(2026, 12, 31, tzinfo=UTC))
    january, march, april = instant(1, 1), instant(3, 1), instant(4, 1)
    across = periods(baseline=(january, march), period=(march, april))
    assert owner_changes(run=run, periods=across) == [OwnerChange("offer", "sales", "legal")]
    after = periods(baseline=(instant(2, 1), march), period=(march, april))
    assert owner_changes(run=run, periods=after) == []
    before = RecomputeRun(as_of=datetime(2026, 1, 31, tzinfo=UTC))
    assert owner_changes(run=before, periods=across) == []
