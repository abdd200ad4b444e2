"""The selectors behind the pages agree with the core, with each other, and with figures counted by hand."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse, set_script_prefix
from django.utils import timezone

from departments.models import Company
from departments.periods import Period
from pipeline.models import Event, HandOff, RecomputeRun, StageOwner
from pipeline.selectors.data.runs import latest_run
from pipeline.selectors.deals import opportunities
from pipeline.selectors.leaks import handoffs
from pipeline.selectors.leaks.leaks import DealFilter, leak_deals, leaks_of
from pipeline.selectors.leaks.trend import weekly_trend
from pipeline.selectors.overview import structure_names
from pipeline.templatetags.names import deal_address

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(shown: Path, db: None) -> RecomputeRun:
    found = latest_run()
    assert found is not None
    return found


@pytest.fixture
def company(run: RecomputeRun) -> Company:
    return Company.objects.get()


@pytest.mark.parametrize("state", ["open", "lost", "won"])
def test_each_state_lists_as_many_deals_as_the_leak_map_counts(run: RecomputeRun, company: Company, state: str) -> None:
    found = opportunities.opportunity_rows(run=run, filters=opportunities.OpportunityFilter(state=state))
    totals = leaks_of(run=run, company=company, deal_filter=DealFilter()).totals
    if state == "open":
        assert (found.total, found.amount) == (totals.open.count, totals.open.amount)
    assert found.total > 0
    assert {row.state for row in found.rows} == {state}


def test_states_are_all_opportunities(run: RecomputeRun) -> None:
    counts = [
        opportunities.opportunity_rows(run=run, filters=opportunities.OpportunityFilter(state=state)).total
        for state in ("open", "won", "lost", "all")
    ]
    assert sum(counts[:3]) == counts[3] == run.opportunities


def test_a_listed_deal_shows_its_newest_event(run: RecomputeRun) -> None:
    for row in opportunities.opportunity_rows(run=run, filters=opportunities.OpportunityFilter()).rows[:10]:
        newest = Event.objects.filter(opportunity__key=row.key).order_by("-occurred_at", "-sequence")[0]
        assert row.stage == newest.stage_id
        assert row.expected_close == newest.expected_close


def test_sorting_and_pages_cover_every_deal_once(run: RecomputeRun) -> None:
    wanted = opportunities.OpportunityFilter(state="all", sort="amount")
    pages = [opportunities.opportunity_rows(run=run, filters=wanted, page=number) for number in range(1, 10)]
    rows = [row for page in pages for row in page.rows]
    assert len({row.key for row in rows}) == len(rows) == run.opportunities
    assert [row.amount for row in rows] == sorted((row.amount for row in rows), reverse=True)


def test_search_finds_by_part_of_the_account(run: RecomputeRun) -> None:
    first = opportunities.opportunity_rows(run=run, filters=opportunities.OpportunityFilter()).rows[0]
    part = first.account[2:].upper()
    found = opportunities.opportunity_rows(run=run, filters=opportunities.OpportunityFilter(search=part))
    assert first.key in {row.key for row in found.rows}


def test_deals_behind_a_figure_keep_its_amounts(run: RecomputeRun, company: Company) -> None:
    lost = leaks_of(run=run, company=company, deal_filter=DealFilter()).totals.lost
    deals = leak_deals(run=run, company=company, deal_filter=DealFilter(), kind="lost", limit=1000).deals
    rows = opportunities.rows_of_deals(run=run, deals=deals)
    assert sum(row.amount for row in rows) == lost.amount


def test_the_queue_is_the_open_hand_offs_of_open_deals(run: RecomputeRun, company: Company) -> None:
    waiting = handoffs.waiting(run=run, company=company)
    open_then = HandOff.objects.filter(completed_at=None, requested_at__lte=run.as_of)
    lost = {
        handoff.pk
        for handoff in open_then
        if Event.objects.filter(opportunity=handoff.opportunity).order_by("occurred_at", "sequence").last().stage
        is None
    }
    assert {item.handoff for item in waiting} == {handoff.pk for handoff in open_then} - lost
    ages = [item.age_days for item in waiting]
    assert ages == sorted(ages, reverse=True)
    assert sum(queue.count for queue in handoffs.queues(run=run, company=company).values()) == len(waiting)


def test_each_department_has_its_part_of_the_queue(run: RecomputeRun, company: Company) -> None:
    departments = structure_names().departments
    parts = {pk: handoffs.waiting_with(run=run, company=company, department=pk) for pk in departments}
    everything = handoffs.waiting(run=run, company=company)
    assert sorted(item.handoff for part in parts.values() for item in part) == sorted(
        item.handoff for item in everything
    )
    assert all(item.department == pk for pk, part in parts.items() for item in part)
    totals = handoffs.queues(run=run, company=company)
    assert {pk: totals[pk].count for pk in totals} == {pk: len(part) for pk, part in parts.items() if part}
    # Another run is another queue: what is kept of this one is not its.
    before_all = RecomputeRun(pk=run.pk + 1, as_of=run.as_of - timedelta(days=3650), fingerprint=run.fingerprint)
    assert handoffs.waiting_with(run=before_all, company=company, department=next(iter(totals))) == ()
    assert handoffs.queues(run=before_all, company=company) == {}


@pytest.mark.parametrize("key", ["D-1", "a/b?c#d", "~", "Ä 1", ".."])
def test_the_page_of_a_deal_has_one_address(key: str) -> None:
    for _ in range(2):
        assert deal_address(key) == reverse("pipeline:opportunity", args=[key])
    set_script_prefix("/health/")
    try:
        assert deal_address(key) == reverse("pipeline:opportunity", args=[key])
        assert deal_address(key).startswith("/health/")
    finally:
        set_script_prefix("/")


def test_owners_of_stages_are_those_of_now(run: RecomputeRun) -> None:
    before = next(iter(structure_names().stages.values()))
    other = next(pk for pk in structure_names().departments if pk != before.owner)
    StageOwner.objects.create(stage_id=before.id, department_id=other, since=timezone.now() + timedelta(days=1))
    assert structure_names().stages[before.id].owner == before.owner
    StageOwner.objects.create(stage_id=before.id, department_id=other, since=timezone.now() - timedelta(seconds=1))
    after = structure_names()
    assert (after.stages[before.id].owner, after.stages[before.id].owner_name) == (other, after.departments[other].name)


def test_the_matrix_counts_every_hand_off_to_another_department(run: RecomputeRun, company: Company) -> None:
    day = run.as_of.date()
    period = Period(start=day - timedelta(days=200), end=day, label="x")
    waits = handoffs.waiting_matrix(run=run, company=company, period=period)
    asked = HandOff.objects.filter(requested_at__date__gte=period.start, requested_at__lte=run.as_of)
    assert 0 < sum(wait.count for wait in waits) <= asked.count()
    assert all(wait.owner != wait.department for wait in waits)
    assert all(wait.mean_days is None or wait.mean_days >= 0 for wait in waits)
    assert all(wait.returned is None or 0 <= wait.returned <= 1 for wait in waits)


def test_the_weeks_add_up_to_the_leak_map(run: RecomputeRun, company: Company) -> None:
    weeks = weekly_trend(run=run, company=company, deal_filter=DealFilter())
    last = weeks[-1].week + timedelta(days=6)
    totals = leaks_of(
        run=run, company=company, deal_filter=DealFilter(period=Period(start=weeks[0].week, end=last, label="x"))
    ).totals
    for name in ("created", "won", "lost"):
        assert sum(getattr(week, name).amount for week in weeks) == getattr(totals, name).amount, name
        assert sum(getattr(week, name).count for week in weeks) == getattr(totals, name).count, name


def test_letters_of_departments_differ(run: RecomputeRun) -> None:
    letters = structure_names().letters
    assert len(set(letters.values())) == len(letters)


def test_a_filter_that_fits_nothing_is_an_empty_week_not_an_error(run: RecomputeRun, company: Company) -> None:
    weeks = weekly_trend(run=run, company=company, deal_filter=DealFilter(filters={"segment": ["none such"]}))
    assert len(weeks) == 26
    assert not any(week.created.count for week in weeks)


def test_figures_come_without_asking_the_clock(run: RecomputeRun, company: Company, monkeypatch: Any) -> None:
    def no_clock() -> None:
        raise AssertionError("a selector read the clock")

    monkeypatch.setattr(timezone, "now", no_clock)
    handoffs.waiting(run=run, company=company)
    opportunities.opportunity_rows(run=run, filters=opportunities.OpportunityFilter())
