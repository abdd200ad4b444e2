"""Deals that went from one pipeline to another, on the pages: the deal's own, lists, the leak map, what changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from departments.models import User
from pipeline.models import Pipeline, Stage
from pipeline.services.recompute import recompute
from tests.pipeline.companies import BEGIN, company_alone, event_add, opportunity_make, second_pipeline

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reader(settings: Any, tmp_path: Any, transactional_db: None) -> Client:
    """Of a company in which `moved` went from Offer to Due of another pipeline, `won` from Won, and `stays` stays."""
    company = company_alone(settings, tmp_path)
    second_pipeline(company)
    histories = {"moved": ("offer", "due"), "won": ("won", "due"), "stays": ("lead", "offer")}
    for key, (before, after) in histories.items():
        deal = opportunity_make(company, key)
        event_add(company, deal, 1, before, 4000)
        event_add(company, deal, 55, after, 4000)
    recompute(as_of=BEGIN + timedelta(days=60))
    client = Client()
    user = User.objects.create_superuser("reader", "r@example.com", "x")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(reader: Client, address: str) -> str:
    response = reader.get(address)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_the_deal_says_where_it_came_from_and_when(reader: Client) -> None:
    moved, stays = page(reader, "/pipeline/opportunities/moved/"), page(reader, "/pipeline/opportunities/stays/")
    assert "<dt>Pipeline</dt><dd>New business → Renewal</dd>" in moved
    assert 'Due<span class="note">moved to Renewal</span>' in moved
    assert "<dt>Pipeline</dt><dd>New business</dd>" in stays
    assert "moved to" not in stays


def test_lists_have_it_in_the_pipeline_it_is_in(reader: Client) -> None:
    there = page(reader, "/pipeline/opportunities/?stage=renewal:due")
    here = page(reader, "/pipeline/opportunities/?stage=new:offer")
    assert [f"/pipeline/opportunities/{key}/" in there for key in ("moved", "won", "stays")] == [True, True, False]
    assert [f"/pipeline/opportunities/{key}/" in here for key in ("moved", "won", "stays")] == [False, False, True]


def test_the_leak_map_leads_to_the_deals_that_went_and_came(reader: Client) -> None:
    leaks = page(reader, "/pipeline/?period=all")
    assert "to another pipeline" in leaks
    assert "from another pipeline" in leaks
    assert "kind=pipeline_out" in leaks
    assert "kind=pipeline_in" in leaks


def test_what_changed_names_both_pipelines(reader: Client) -> None:
    rows = page(reader, "/review/changes/?bucket=to_pipeline&since=2026-04-20")
    assert "Offer (New business) → Due (Renewal)" in rows
    rows = page(reader, "/review/changes/?bucket=from_pipeline&since=2026-04-20")
    assert "Won (New business) → Due (Renewal)" in rows


def test_what_changed_is_read_pipeline_by_pipeline(reader: Client) -> None:
    whole = page(reader, "/review/changes/?bucket=from_pipeline&since=2026-04-20")
    assert '<option value="renewal">Renewal</option>' in whole
    there = page(reader, "/review/changes/?bucket=from_pipeline&since=2026-04-20&pipeline=renewal")
    assert "From another pipeline (Renewal) since Mon 20 Apr: 2 deals, " in there
    assert "Was in another pipeline on the date, is open in this one." in there
    assert '<option value="renewal" selected>Renewal</option>' in there
    assert "bucket=new&amp;since=2026-04-20&amp;pipeline=renewal" in there
    here = page(reader, "/review/changes/?bucket=from_pipeline&since=2026-04-20&pipeline=new")
    assert "No deal of this kind" in here


def test_an_unknown_pipeline_gives_an_error_and_every_pipeline(reader: Client) -> None:
    there = page(reader, "/review/changes/?bucket=idle&since=2026-04-20&pipeline=wholesale")
    assert "Unknown pipeline “wholesale”. Showing all." in there
    assert "Idle since" in there


def test_a_company_of_one_pipeline_has_no_choice_of_it(reader: Client) -> None:
    for place, stage in enumerate(Stage.objects.filter(pipeline__key="renewal"), 90):
        Stage.objects.filter(pk=stage.pk).update(pipeline=Pipeline.objects.get(key="new"), position=place)
    assert "changes-pipeline" not in page(reader, "/review/changes/?bucket=new&since=2026-04-20")
