"""Flows of a run are read once; what is kept is what would be read, and a broken file is read anew."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from departments.models import Company
from pipeline import custody_store, flows_store
from pipeline.core.flows.period_flows import PeriodFlows, period_flows
from pipeline.custody_store import custody_cursor, flows_cursor, parts_discard, run_parts
from pipeline.flows_store import stored_period_flows
from pipeline.models import RecomputeRun
from pipeline.selectors.leaks.leaks import calendar_of
from revenue_health.contribution.core.gates.groupings import BY_AMOUNT
from revenue_health.contribution.selectors.comparison.periods import comparison_periods
from revenue_health.contribution.selectors.comparison.scores import last_periods, running_periods
from revenue_health.contribution.selectors.gates import judgements
from revenue_health.contribution.selectors.gates.flows import FlowsInOneBucket, reading_of, spans_of
from revenue_health.contribution.selectors.gates.plan import evidence_plan, judged_nightly, read_together
from revenue_health.contribution.selectors.model_input import AMOUNT

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(run: RecomputeRun, company: Company) -> dict[str, Any]:
    periods = comparison_periods(run=run, company=company)
    return {"steps": periods.steps, "openings": (periods.steps[0],), "group": "segment"}


def forget_database() -> None:
    """As a process that has not opened the custody store yet."""
    custody_store._database.cache.clear()  # type: ignore[attr-defined]  # what cachetools puts on the function


def kept_files(settings: Any) -> list[Path]:
    return sorted(Path(settings.CUSTODY_STORE).glob("flows-*.parquet"))


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


def test_both_gates_of_a_night_read_the_deals_once(
    run: RecomputeRun, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The running quarter and the last one are compared with nearly the same earlier ones."""
    compared = [each for each in (running_periods(run=run), last_periods(run=run)) if each is not None]
    assert len(compared) == 2
    spans = []
    for periods in compared:
        plan = evidence_plan(run=run, company=company, periods=periods)
        together = read_together(run=run, company=company, plan=plan)
        assert {each.key for each in plan.compared} <= {each.key for each in together}
        spans.append(reading_of(run=run, comparisons=together))
    grids = [spans[0].grid()]
    assert spans[1].is_stored
    monkeypatch.setattr(flows_store, "grid_flows", lambda *a, **k: pytest.fail("read again"))
    grids.append(spans[1].grid())
    for span in spans[0].spans:
        assert rows(grids[0].of(span)) == rows(grids[1].of(span))


def test_deals_by_size_are_read_once_for_both_gates_and_alone_for_others(
    run: RecomputeRun, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, last = judged_nightly(run=run)
    before = comparison_periods(run=run, company=company, period=calendar_of(company).previous(last.period))
    readings: list[int] = []
    read = flows_store.grid_flows

    def counted(*arguments: Any, **named: Any) -> PeriodFlows:
        readings.append(len(arguments[1]))
        return read(*arguments, **named)

    monkeypatch.setattr(flows_store, "grid_flows", counted)
    for periods in (running, last, before):
        plan = evidence_plan(run=run, company=company, periods=periods)
        by_size = judgements._Source(run, company, plan).pipelines(periods, BY_AMOUNT)
        alone = FlowsInOneBucket(run=run, comparisons=[periods], by=AMOUNT).of(periods)
        assert {key: list(groups) for key, groups in by_size.items()} == {each.id: list(each.groups) for each in alone}
        for pipeline in alone:
            for key, group in pipeline.groups.items():
                assert by_size[pipeline.id][key].period.held == pytest.approx(group.period.held)
    both = len({edge for periods in (running, last) for span in spans_of(periods) for edge in span.steps})
    assert readings.count(both) == 1
    assert len(readings) == 4  # each alone, and two of them together


def test_other_comparisons_read_only_their_own(run: RecomputeRun, company: Company) -> None:
    running = running_periods(run=run)
    assert running is not None
    earlier = comparison_periods(run=run, company=company, period=calendar_of(company).previous(running.period))
    before = comparison_periods(run=run, company=company, period=calendar_of(company).previous(earlier.period))
    plan = evidence_plan(run=run, company=company, periods=before)
    assert read_together(run=run, company=company, plan=plan) == plan.compared


def test_of_a_large_company_what_all_spans_need_is_worked_out_by_one_process(
    run: RecomputeRun, asked: dict[str, Any], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(custody_store, "_IN_MEMORY_BYTES", 0)
    as_of, folder = int(run.as_of.timestamp()), Path(settings.CUSTODY_STORE)
    plain = rows(period_flows(custody_cursor(run), as_of=as_of, **asked))
    forget_database()
    assert rows(period_flows(flows_cursor(run), as_of=as_of, **asked)) == plain
    files = {file: file.stat().st_mtime_ns for file in folder.glob("*-*.parquet") if "turned_holds" in file.name}
    assert len(files) == 1
    forget_database()  # as another process, which finds the file
    assert rows(period_flows(flows_cursor(run), as_of=as_of, **asked)) == plain
    assert {file: file.stat().st_mtime_ns for file in files} == files
    forget_database()
    parts_discard(keep=run_parts(run))
    assert not any(file.exists() for file in files)


def test_the_next_runs_tidying_removes_them(run: RecomputeRun, asked: dict[str, Any], settings: Any) -> None:
    stored_period_flows(run=run, **asked)
    assert kept_files(settings)
    parts_discard(keep=run_parts(run))
    assert kept_files(settings) == []
