"""Recompute on a real database: changed = everything anew, known then = known as of then, failed = nothing shown."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from django.db import connection

import pipeline.services.recompute as recompute_module
from departments.advisory_locks import AdvisoryLock
from departments.models import Company
from pipeline.custody_store import TABLES, run_parts
from pipeline.models import Event, Flow, HandOff, Opportunity, RecomputeRun, Stage, TouchedOpportunity
from pipeline.selectors.leaks.leaks import DealFilter, leaks_of
from pipeline.services.recompute import NotBalanced, NothingToCompute, RecomputeRunning, recompute
from tests.pipeline.companies import (
    BEGIN,
    SmallCompany,
    company_make,
    event_add,
    handoff_add,
    opportunity_make,
    random_events,
    random_history,
    second_pipeline,
)

pytestmark = pytest.mark.django_db(transaction=True)
FLOW_FIELDS = [field.name for field in Flow._meta.fields if field.name != "id"]


@pytest.fixture(autouse=True)
def _own_store(settings: Any, tmp_path: Any) -> None:
    settings.CUSTODY_STORE = tmp_path / "custody"


@pytest.fixture(autouse=True)
def _always_the_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """Companies this small would be computed anew each time; what is meant here is the way of the difference."""
    monkeypatch.setattr(recompute_module, "LARGEST_TOUCHED_SHARE", 1.0)


@pytest.fixture
def company() -> SmallCompany:
    return company_make()


def day(number: float) -> datetime:
    return BEGIN + timedelta(days=number)


def flows() -> set[tuple[Any, ...]]:
    return set(Flow.objects.values_list(*FLOW_FIELDS))


def stored(run: RecomputeRun) -> dict[str, list[dict[str, Any]]]:
    tables = {}
    for name in TABLES:
        rows = pa.concat_tables([pq.read_table(part.path(name)) for part in run_parts(run)]).to_pylist()
        tables[name] = sorted(rows, key=repr)
    return tables


def test_a_deal_by_hand(company: SmallCompany) -> None:
    """Two days a lead, three an offer of which legal holds one, then won: 1,000.00 for 2, 2 and 1 days."""
    deal = opportunity_make(company, "a")
    event_add(company, deal, 0, "lead")
    event_add(company, deal, 2, "offer")
    handoff_add(company, deal, "legal", 3, 4)
    event_add(company, deal, 5, "won")
    recompute(as_of=day(6))
    held = {
        (row.stage.key, row.department.key): row.deal_seconds / 86_400
        for row in Flow.objects.filter(kind="held", age_bin__gte=0).select_related("stage", "department")
    }
    assert set(held) == {("lead", "marketing"), ("offer", "sales"), ("offer", "legal"), ("won", "sales")}
    won = Flow.objects.get(kind="won")
    assert (won.amount, won.count, won.stage.key, won.to_stage.key) == (100_000, 1, "offer", "won")
    total = sum(Flow.objects.filter(kind="held", stage__key="offer").values_list("amount_seconds", flat=True))
    assert total == 3 * 86_400 * 100_000


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 6))])
@pytest.mark.always(1)
def test_what_changed_gives_the_same_as_everything_anew(company: SmallCompany, seed: int) -> None:
    if seed % 2:
        second_pipeline(company)  # deals go to and fro between the two
    random = np.random.default_rng(seed)
    random_history(company, random, deals=25, days=60, prefix="first")
    assert recompute(as_of=day(40), full=True).mode == "full"
    for more in range(3):
        deals = list(Opportunity.objects.order_by("pk"))
        for pick in random.choice(len(deals), 3, replace=False):
            random_events(company, deals[pick], random, days=70, stages=list(company.stages))
        random_history(company, random, deals=2, days=70, prefix=f"more-{more}")
        answered = HandOff.objects.filter(completed_at=None).order_by("pk").first()
        if answered:
            HandOff.objects.filter(pk=answered.pk).update(completed_at=answered.requested_at + timedelta(days=4))
            TouchedOpportunity.objects.create(opportunity=answered.opportunity_id)
        changed = recompute(as_of=day(45 + 8 * more))
    incremental = (flows(), stored(changed))
    everything = recompute(as_of=changed.as_of, full=True)
    assert (changed.mode, changed.touched < everything.touched) == ("incremental", True)
    assert incremental == (flows(), stored(everything))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.always(1)
def test_everything_anew_writes_only_the_rows_that_differ(company: SmallCompany, seed: int) -> None:
    random_history(company, np.random.default_rng(seed), deals=12, days=50, prefix="a")
    recompute(as_of=day(60), full=True)
    before = dict(Flow.objects.values_list("pk", "amount_seconds"))
    assert before
    recompute(as_of=day(60), full=True)
    assert dict(Flow.objects.values_list("pk", "amount_seconds")) == before, "nothing differs, nothing is written"

    event_add(company, opportunity_make(company, "new"), 1, "lead")
    recompute(as_of=day(60), full=True)
    after = flows()
    assert before.keys() & set(Flow.objects.values_list("pk", flat=True)), "what stands is not written again"
    Flow.objects.all().delete()
    recompute(as_of=day(60), full=True)
    assert flows() == after, "as into an empty table"


def test_an_untouched_company_only_ages(company: SmallCompany) -> None:
    random_history(company, np.random.default_rng(3), deals=20, days=12, prefix="a")
    recompute(as_of=day(45))
    aged = recompute(as_of=day(67))
    rows = flows()
    assert aged.mode == "incremental"
    assert aged.touched == 0
    recompute(as_of=day(67), full=True)
    assert rows == flows()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.always(1)
def test_known_as_of_a_past_day_is_what_that_day_s_run_gave(company: SmallCompany, seed: int) -> None:
    if seed % 2:
        second_pipeline(company)
    random_history(company, np.random.default_rng(seed), deals=25, days=60, prefix="a")
    later = recompute(as_of=day(33), full=True)
    hindsight = (flows(), stored(later))
    # Take away what nobody knew on day 33, the way the database was on that day.
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE pipeline_event DISABLE TRIGGER USER")
        Event.objects.filter(recorded_at__gt=day(33)).delete()
        cursor.execute("ALTER TABLE pipeline_event ENABLE TRIGGER USER")
    HandOff.objects.filter(requested_at__gt=day(33)).delete()
    HandOff.objects.filter(completed_at__gt=day(33)).update(completed_at=None)
    then = recompute(as_of=day(33), full=True)
    assert hindsight == (flows(), stored(then))


def test_what_is_not_known_yet_is_taken_in_when_it_is(company: SmallCompany) -> None:
    deal = opportunity_make(company, "a")
    event_add(company, deal, 0, "lead")
    event_add(company, deal, 5, "offer", recorded_at=day(20))
    recompute(as_of=day(10))
    assert not Flow.objects.filter(kind="advanced").exists()
    later = recompute(as_of=day(21))
    assert (later.mode, Flow.objects.get(kind="advanced").count) == ("incremental", 1)


def test_a_new_owner_of_a_stage_means_everything_anew(company: SmallCompany) -> None:
    event_add(company, opportunity_make(company, "a"), 0, "lead")
    recompute(as_of=day(3))
    Stage.objects.filter(key="lead").update(owner_department=company.departments["sales"])
    assert recompute(as_of=day(3)).mode == "full"
    assert set(Flow.objects.filter(kind="held").values_list("department__key", flat=True)) == {"sales"}


def test_money_from_nowhere_fails_the_run_and_keeps_the_figures(company: SmallCompany) -> None:
    deal = opportunity_make(company, "a")
    for number, stage in enumerate(["lead", "offer"]):
        event_add(company, deal, number * 3, stage)
    run = recompute(as_of=day(5))
    before = flows()
    [part] = run_parts(run)
    moves = pq.read_table(part.path("moves"))
    position = moves.column_names.index("amount")
    pq.write_table(moves.set_column(position, "amount", pc.add(moves["amount"], 7)), part.path("moves"))
    event_add(company, deal, 6, "contract")
    with pytest.raises(NotBalanced, match="7 minor units"):
        recompute(as_of=day(8))
    assert flows() == before
    assert RecomputeRun.objects.first().status == "failed"


def test_two_runs_at_once_are_one(company: SmallCompany) -> None:
    import psycopg

    parameters = {
        k: v for k, v in connection.get_connection_params().items() if k in ("host", "user", "dbname", "port")
    }
    with psycopg.connect(**parameters) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [int(AdvisoryLock.RECOMPUTE)])
        with pytest.raises(RecomputeRunning, match="already running"):
            recompute()
        # The server ends a closed connection a moment later; until then it would hold the lock.
        other.execute("SELECT pg_advisory_unlock(%s)", [int(AdvisoryLock.RECOMPUTE)])


def test_a_run_that_died_is_marked_and_done_again(company: SmallCompany) -> None:
    event_add(company, opportunity_make(company, "a"), 0, "lead")
    dead = RecomputeRun.objects.create(as_of=day(1), started_at=day(1))
    run = recompute(as_of=day(1))
    dead.refresh_from_db()
    assert (dead.status, run.status, Flow.objects.filter(kind="entered").count()) == ("failed", "done", 1)


def test_no_company_is_said_plainly() -> None:
    with pytest.raises(NothingToCompute, match="load a company folder"):
        recompute()


def test_a_company_without_deals_gives_an_empty_run(company: SmallCompany) -> None:
    run = recompute(as_of=day(0))
    assert (run.opportunities, run.balance_error, Flow.objects.count()) == (0, 0.0, 0)
    figures = leaks_of(run=run, company=Company.objects.get(), deal_filter=DealFilter())
    assert (figures.totals.created.count, len(figures.stages)) == (0, 5)
    event_add(company, opportunity_make(company, "a"), 0, "lead")
    assert recompute(as_of=day(1)).opportunities == 1


def test_a_foreign_deal_keeps_the_rate_of_its_first_day(company: SmallCompany) -> None:
    from pipeline.models import ExchangeRate

    for date, rate in (("2026-02-01", "0.5"), ("2026-03-05", "0.9")):
        ExchangeRate.objects.create(currency="USD", date=date, rate=rate)
    deal = opportunity_make(company, "a", currency="USD")
    event_add(company, deal, 0, "lead", 1000)
    event_add(company, deal, 9, "offer", 1001)
    recompute(as_of=day(10))
    moved = dict(Flow.objects.filter(kind__in=["entered", "advanced", "revalued"]).values_list("kind", "amount"))
    assert moved == {"entered": 50_000, "revalued": 50, "advanced": 50_050}
