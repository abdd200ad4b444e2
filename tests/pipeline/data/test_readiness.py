"""What the data carry: the figures of each line, at once when a setting mends it, and who is led where."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pipeline.models import ImportBatch, Opportunity, PlanTarget, Stage
from pipeline.selectors.data.readiness import held_back, readiness
from tests.pipeline.companies import SmallCompany, company_make, event_add, handoff_add, opportunity_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def small() -> SmallCompany:
    """Two deals with five events in 30 days; 1,000 was lost, 600 of it for a reason; one of them came from nowhere."""
    company = company_make()
    first = opportunity_make(company, "D1", owner="Ann")
    second = opportunity_make(company, "D2", source=None)
    event_add(company, first, 0, "lead")
    event_add(company, first, 10, "offer")
    event_add(company, first, 20, "lost", 600, reason="price")
    event_add(company, second, 0, "lead", 0)
    event_add(company, second, 30, "lost", 400)
    return company


def figures() -> dict[str, tuple[bool, str]]:
    return {line.name: (line.ok, line.figure) for line in readiness()}


def test_each_line_counts_what_is_there(small: SmallCompany) -> None:
    assert figures() == {
        "Deals": (True, "2 with 5 events"),
        "Hold times": (True, "2.5 events a deal"),
        "Baseline": (False, "0.3 quarters of history"),
        "Causes": (False, "60% of lost money has a reason"),
        "Origins": (False, "50% of deals say where they came from"),
        "Owners of stages": (True, "4 of 5 departments own an open stage"),
        "Hand-offs": (False, "0 of 5 departments are asked for work"),
        "Plan": (False, "none"),
        "Deals without owner": (False, "1"),
        "Deals without customer": (False, "2"),
        "Events without amount": (False, "1"),
    }


def test_lines_are_read_once_and_again_after_a_change(small: SmallCompany) -> None:
    readiness()
    with CaptureQueriesContext(connection) as queries:  # fmt: skip
        readiness()
    assert len(queries) == 1

    # A plan and other owners are settings: no run and no import follows them.
    PlanTarget.objects.create(
        pipeline=small.pipeline, period_start=date(2026, 1, 1), period_end=date(2026, 3, 31), target=1
    )
    assert figures()["Plan"] == (True, "1 targets")
    Stage.objects.update(owner_department=small.departments["sales"])
    assert figures()["Owners of stages"] == (False, "1 of 5 departments own an open stage")

    # What an import brings shows with it, and is gone with its undo.
    batch = ImportBatch.objects.create(kind="folder", name="a", started_at=timezone.now(), finished_at=timezone.now())
    handoff_add(small, Opportunity.objects.get(key="D1"), "legal", 1)
    batch.finished_at = timezone.now()
    batch.save()
    assert figures()["Hand-offs"] == (True, "1 of 5 departments are asked for work")
    Opportunity.objects.get(key="D1").handoffs.all().delete()
    ImportBatch.objects.update(undone_at=timezone.now())
    assert "Hand-offs" in held_back()


def readiness_of(page: str) -> str:
    return page.split('id="readiness"')[1].split("</section>")[0]


def test_everybody_reads_the_list_and_managers_are_led_to_mend_it(
    ceo: Client, reads_as: Callable[[str], Client]
) -> None:
    PlanTarget.objects.all().delete()
    Opportunity.objects.update(account=None)
    ImportBatch.objects.update(undone_at=timezone.now())
    managers, everybody = "/set-up/plan/", "/opportunities/"
    for client, led in ((ceo, True), (reads_as("legal"), False)):
        shown = readiness_of(client.get("/data/").content.decode())
        assert "Without a plan there is no gap to explain" in shown
        assert (managers in shown, everybody in shown) == (led, True)
    board = reads_as("board").get("/data/")
    assert board.status_code == 404
