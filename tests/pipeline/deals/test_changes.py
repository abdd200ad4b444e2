"""What changed since a date, through the real database and the custody store: one deal for each bucket, by hand."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from departments.models import Company
from pipeline.core.buckets import BUCKETS
from pipeline.custody_store import run_parts
from pipeline.models import Opportunity, Pipeline, RecomputeRun
from pipeline.selectors.deals.changes import ChangesNotKept, changed_rows, changes_since, since_usual
from pipeline.selectors.leaks.leaks import DealFilter, leaks_of
from pipeline.services.recompute import recompute
from tests.pipeline.companies import BEGIN, SmallCompany, company_make, event_add, opportunity_make, second_pipeline

pytestmark = pytest.mark.django_db(transaction=True)
SINCE = date(2026, 3, 22)
"""Twenty days after the first event; the quarter ends on 31 March."""
LATE = BEGIN + timedelta(days=21)
EXPECTED = {
    "late": (1, -100_000),
    "won": (1, -100_000),
    "came_won": (1, 0),
    "lost": (1, -100_000),
    "lost_later": (1, 0),
    "came_lost": (1, 0),
    "withdrawn": (1, -100_000),
    "withdrawn_later": (2, 0),
    "reopened": (1, 90_000),
    "new": (1, 70_000),
    "pulled_in": (2, 20_000),
    "pushed_out": (1, 0),
    "up": (1, 50_000),
    "down": (1, -30_000),
    "moved": (1, 0),
    "idle": (1, 0),
}


@pytest.fixture
def company(db: None, settings: Any, tmp_path: Path) -> SmallCompany:
    settings.CUSTODY_STORE = tmp_path / "custody"
    return company_make()


def histories(company: SmallCompany) -> None:
    """A deal for each bucket: first what is known by day 20, then what came after."""
    march, april, may = ({"expected_close": date(2026, month, 20 + 8 * (month == 3))} for month in (3, 4, 5))
    began: tuple[Any, ...] = (1, "lead", 1000, {})
    deals: dict[str, list[tuple[Any, ...]]] = {
        "late": [began, (19, "lost", 0, {"recorded_at": LATE})],
        "won": [began, (22, "won", 1000, {})],
        "won at once": [(21, "lead", 500, {}), (22, "won", 500, {})],
        "lost": [began, (22, "lost", 0, {})],
        "cancelled": [began, (5, "won", 1000, {}), (22, "lost", 0, {})],
        "came and lost": [(21, "lead", 500, {}), (22, "lost", 0, {})],
        "reopened": [began, (5, "lost", 0, {}), (22, "offer", 900, {})],
        "new": [(22, "lead", 700, {})],
        "pulled across": [(1, "lead", 1000, april), (22, "lead", 1200, march)],
        "pulled by date": [(1, "lead", 1000, may), (22, "lead", 1000, april)],
        "pushed": [(1, "lead", 1000, march), (22, "offer", 1000, april)],
        "up": [(1, "lead", 1000, april), (22, "lead", 1500, may)],
        "down": [began, (22, "offer", 700, {})],
        "moved": [began, (22, "offer", 1000, {})],
        "deleted": [began, (22, "withdrawn", 0, {})],
        "won by mistake": [began, (5, "won", 1000, {}), (22, "withdrawn", 0, {})],
        "a test": [(21, "lead", 500, {}), (22, "withdrawn", 0, {})],
        "lost, then deleted": [began, (5, "lost", 0, {}), (22, "withdrawn", 0, {})],
        "idle": [began],
        "delivered before": [began, (5, "won", 1000, {}), (22, "delivery", 1000, {})],
    }
    for key, events in deals.items():
        deal = opportunity_make(company, key)
        for day, stage, amount, more in events:
            event_add(company, deal, day, stage, amount, **more)


def computed(company: SmallCompany) -> RecomputeRun:
    histories(company)
    return recompute(as_of=BEGIN + timedelta(days=23))


def test_each_change_is_in_its_bucket_and_the_buckets_lead_from_then_to_now(company: SmallCompany) -> None:
    run, owner = computed(company), Company.objects.get()
    changes = changes_since(run=run, company=owner, since=SINCE)
    assert {bucket.key: (bucket.deals, bucket.difference) for bucket in changes.buckets} == EXPECTED
    # Open by what was known then: late, won, lost, withdrawn, and the seven that still are; 1,000.00 each.
    assert (changes.then_deals, changes.then) == (11, 1_100_000)
    assert changes.now - changes.then == sum(amount for _, amount in EXPECTED.values())
    assert changes.now == leaks_of(run=run, company=owner, deal_filter=DealFilter()).totals.open.amount


def test_each_bucket_names_its_deals_with_both_sides(company: SmallCompany) -> None:
    run, owner = computed(company), Company.objects.get()
    names = {
        bucket: [row.key for row in changed_rows(run=run, company=owner, since=SINCE, bucket=bucket).rows]
        for bucket in BUCKETS
    }
    assert names["pulled_in"] == ["pulled across", "pulled by date"]
    assert (names["won"], names["came_won"]) == (["won"], ["won at once"])
    assert (names["lost_later"], names["came_lost"]) == (["cancelled"], ["came and lost"])
    assert names["withdrawn"] == ["deleted"]
    (deleted,) = changed_rows(run=run, company=owner, since=SINCE, bucket="withdrawn").rows
    assert (deleted.deal.withdrawn, deleted.deal.stage_now, deleted.deal.amount_now) == (True, None, 100_000)
    assert names["withdrawn_later"] == ["won by mistake", "a test"]
    assert "lost, then deleted" not in [key for keys in names.values() for key in keys]
    assert "delivered before" not in [key for keys in names.values() for key in keys]
    (late,) = changed_rows(run=run, company=owner, since=SINCE, bucket="late").rows
    assert (late.deal.amount_then, late.deal.difference, late.deal.stage_now) == (100_000, -100_000, None)


def test_what_was_entered_late_leaves_the_earlier_figure_as_that_review_knew_it(company: SmallCompany) -> None:
    histories(company)
    then = recompute(as_of=BEGIN + timedelta(days=19, hours=15))
    known_then = leaks_of(run=then, company=Company.objects.get(), deal_filter=DealFilter()).totals.open
    run = recompute(as_of=BEGIN + timedelta(days=23), full=True)
    changes = changes_since(run=run, company=Company.objects.get(), since=SINCE)
    assert (changes.then, changes.then_deals) == (known_then.amount, known_then.count)


def moved_between_pipelines(company: SmallCompany) -> RecomputeRun:
    """Deals of New business, in Renewal now but for the last one, and one that began in Renewal."""
    second_pipeline(company)
    deals: dict[str, list[tuple[int, str, int]]] = {
        "to": [(1, "lead", 1000), (22, "due", 1200)],
        "from": [(1, "won", 1000), (22, "due", 900)],
        "won there": [(1, "lead", 1000), (22, "kept", 1000)],
        "carried": [(1, "won", 1000), (22, "kept", 1000)],
        "there and back": [(1, "lead", 1000), (21, "due", 1000), (22, "lead", 1000)],
    }
    for key, events in deals.items():
        for day, stage, amount in events:
            event_add(company, opportunity_make(company, key) if day == 1 else _deal(key), day, stage, amount)
    return recompute(as_of=BEGIN + timedelta(days=23))


def seen_in(run: RecomputeRun, pipeline: int | None = None) -> dict[str, tuple[int, int]]:
    changes = changes_since(run=run, company=Company.objects.get(), since=SINCE, pipeline=pipeline)
    return {bucket.key: (bucket.deals, bucket.difference) for bucket in changes.buckets if bucket.deals}


def test_deals_that_went_to_another_pipeline_have_buckets_of_their_own(company: SmallCompany) -> None:
    run, owner = moved_between_pipelines(company), Company.objects.get()
    changes = changes_since(run=run, company=owner, since=SINCE)
    assert seen_in(run) == {
        "to_pipeline": (1, 20_000),
        "from_pipeline": (1, 90_000),
        "won": (1, -100_000),
        "idle": (1, 0),
    }
    assert changes.now - changes.then == 10_000
    rows = changed_rows(run=run, company=owner, since=SINCE, bucket="to_pipeline").rows
    assert [row.key for row in rows] == ["to"]


def test_of_one_pipeline_deals_leave_and_come_by_their_whole_amount(company: SmallCompany) -> None:
    run = moved_between_pipelines(company)
    here, there = Pipeline.objects.get(key="new").pk, Pipeline.objects.get(key="renewal").pk
    # "to" and "won there" were open here with 1,000.00 each and are gone; "there and back" is as it was.
    assert seen_in(run, here) == {"to_pipeline": (2, -200_000), "idle": (1, 0)}
    # "to" came with 1,200.00 and "from" with 900.00; "won there" was won at once; "carried" was won before.
    assert seen_in(run, there) == {"from_pipeline": (2, 210_000), "came_won": (1, 0)}
    rows = changed_rows(
        run=run, company=Company.objects.get(), since=SINCE, bucket="to_pipeline", pipeline=here, limit=1, offset=1
    )
    assert (rows.total, [row.key for row in rows.rows]) == (2, ["won there"])


def _deal(key: str) -> Opportunity:
    return Opportunity.objects.get(key=key)


def test_a_deal_undone_since_is_left_out_of_the_list(company: SmallCompany) -> None:
    run, owner = computed(company), Company.objects.get()
    Opportunity.objects.filter(key="idle").update(name="Named")
    (row,) = changed_rows(run=run, company=owner, since=SINCE, bucket="idle").rows
    assert (row.key, row.name) == ("idle", "Named")


def test_a_store_of_an_older_release_says_when_it_will_be_known(
    company: SmallCompany, settings: Any, tmp_path: Path
) -> None:
    run = computed(company)
    # As another process finds it that has read nothing yet.
    older = tmp_path / "older"
    shutil.copytree(settings.CUSTODY_STORE, older)
    settings.CUSTODY_STORE = older
    cache.clear()
    for part in run_parts(run):
        part.path("events").unlink()
    with pytest.raises(ChangesNotKept, match="next recompute"):
        changes_since(run=run, company=Company.objects.get(), since=SINCE)


@pytest.mark.parametrize(("days", "monday"), [(0, 23), (1, 23), (2, 23), (3, 23), (4, 30), (6, 30)])
def test_the_usual_review_looks_back_to_a_monday_four_to_ten_days_ago(
    company: SmallCompany, days: int, monday: int
) -> None:
    """From Monday 30 March: until Thursday the Monday before, from Friday on this one."""
    run = RecomputeRun(as_of=BEGIN + timedelta(days=28 + days))
    assert since_usual(run=run, company=Company.objects.get()) == date(2026, 3, monday)
