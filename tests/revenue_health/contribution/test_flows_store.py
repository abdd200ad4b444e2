"""Flows of a run are read once; what is kept is what would be read, and a broken file is read anew."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from departments.models import Company
from pipeline import flows_store
from pipeline.core.flows.period_flows import PeriodFlows, period_flows
from pipeline.custody_store import custody_cursor, parts_discard, run_parts
from pipeline.flows_store import stored_period_flows
from pipeline.models import RecomputeRun
from revenue_health.contribution.selectors.comparison.periods import comparison_periods

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(run: RecomputeRun, company: Company) -> dict[str, Any]:
    periods = comparison_periods(run=run, company=company)
    return {"steps": periods.steps, "openings": (periods.steps[0],), "group": "segment"}


def kept_files(settings: Any) -> list[Path]:
    return sorted(Path(settings.CUSTODY_STORE).glob("flows-*"))


def rows(flows: PeriodFlows) -> dict[str, list[str]]:
    """Amounts to a hundredth: sums of floats by several threads differ in their last bits, and so does their order."""

    def text(row: dict[str, Any]) -> str:
        return str([round(value, 2) if isinstance(value, float) else value for value in row.values()])

    return {field.name: sorted(map(text, getattr(flows, field.name).to_pylist())) for field in fields(PeriodFlows)}


def test_what_is_kept_is_what_would_be_read(
    run: RecomputeRun, asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = period_flows(custody_cursor(run), as_of=int(run.as_of.timestamp()), **asked)
    stored_period_flows(run=run, **asked)
    monkeypatch.setattr(flows_store, "period_flows", lambda *a, **k: pytest.fail("read again"))
    kept = stored_period_flows(run=run, **asked)
    assert rows(kept) == rows(fresh)
    assert all(getattr(kept, f.name).schema.names == getattr(fresh, f.name).schema.names for f in fields(PeriodFlows))


@pytest.mark.parametrize("harm", ["cut short", "gone"])
def test_a_broken_file_is_read_anew(run: RecomputeRun, asked: dict[str, Any], settings: Any, harm: str) -> None:
    for file in kept_files(settings):
        file.unlink()
    before = rows(stored_period_flows(run=run, **asked))
    file = kept_files(settings)[-1]
    if harm == "gone":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:20])
    assert rows(stored_period_flows(run=run, **asked)) == before
    assert file.stat().st_size > 20


def test_the_next_runs_tidying_removes_them(run: RecomputeRun, asked: dict[str, Any], settings: Any) -> None:
    stored_period_flows(run=run, **asked)
    assert kept_files(settings)
    parts_discard(keep=run_parts(run))
    assert kept_files(settings) == []
