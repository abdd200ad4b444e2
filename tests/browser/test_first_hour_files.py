"""Several files of one system, from an empty installation to the review, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pipeline.models import Event, HandOff, Opportunity, Stage
from tests.browser.committed import committed
from tests.browser.test_first_hour import begun, empty_site, looked_at, review_opened, sent, taken_in, window
from tests.pipeline.sources.history.test_history import CHANGES_1, DEALS_1
from tests.pipeline.sources.history.test_pipelines import TABLE, TWO
from tests.pipeline.sources.test_logs import LOG
from tests.pipeline.sources.test_tickets import T_WEEK_1, TICKET_HEADER, WEEK
from tests.pipeline.sources.uploads import HEADER

__all__ = ["empty_site", "window"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db, pytest.mark.slow]


@pytest.mark.parametrize("width", [1440, 390])
def test_tickets_beside_deals_become_hand_offs(window: Callable[[int], Page], tmp_path: Path, width: int) -> None:
    page = window(width)
    deals, tickets = tmp_path / "deals.csv", tmp_path / "tickets.csv"
    deals.write_text(HEADER + WEEK)
    tickets.write_text(TICKET_HEADER + T_WEEK_1)
    click = begun(page, [deals, tickets])
    expect(page.locator("#tickets-file")).to_have_value("tickets.csv")
    page.get_by_label("Department of the queue Credit check").select_option(label="Sales")
    click.count += 1
    looked_at(page, click)
    expect(page.locator("main")).to_contain_text("T4: X9")
    expect(page.locator(".outcomes")).to_contain_text("Legal 2, Sales 1")
    taken_in(page, click)
    assert committed(HandOff.objects.count) == 3
    review_opened(page, click)


def test_a_list_and_its_history_become_one_company(window: Callable[[int], Page], tmp_path: Path) -> None:
    page = window(1440)
    deals, changes = tmp_path / "deals.csv", tmp_path / "changes.csv"
    deals.write_text(HEADER + DEALS_1.replace("D2,Offer", "D2,Won"))
    changes.write_text(CHANGES_1 + "D2,StageName,Qualify,Offer,2026-02-20 10:00,Ann\n")
    click = begun(page, [deals, changes])
    expect(page.locator("#history-file")).to_have_value("changes.csv")
    expect(page.locator("#history-stage_fields")).to_have_value("StageName")
    looked_at(page, click)
    # The list says that D2 is won, and no change does.
    expect(page.locator("main")).to_contain_text("D2: won, not offer")
    taken_in(page, click)
    assert committed(lambda: Event.objects.filter(opportunity__key="D1").count()) == 4
    review_opened(page, click)


def test_several_pipelines_of_one_list_have_stages_of_their_own(window: Callable[[int], Page], tmp_path: Path) -> None:
    page = window(390)
    deals = tmp_path / "deals.csv"
    deals.write_text(TABLE + TWO)
    click = begun(page, [deals])
    page.get_by_label("Name of the pipeline of Renewals").fill("Extension")
    page.get_by_label("Department of Bob").select_option(label="Legal")
    page.locator("#team-department").select_option(label="Sales")
    click.count += 3
    looked_at(page, click)
    taken_in(page, click)
    stages = committed(lambda: sorted(Stage.objects.values_list("pipeline__name", "name")))
    assert stages == [
        ("Extension", "Offer"), ("Extension", "Won"), ("New", "Offer"), ("New", "Qualify"), ("New", "Won"),
    ]  # fmt: skip
    teams = committed(lambda: list(Opportunity.objects.order_by("owner").values_list("owner", "team").distinct()))
    assert teams == [("Ann", "sales"), ("Bob", "legal")]
    review_opened(page, click)


@pytest.mark.parametrize("width", [1440, 390])
def test_a_step_of_a_log_takes_a_deal_to_another_pipeline(
    window: Callable[[int], Page], tmp_path: Path, width: int
) -> None:
    page = window(width)
    log = tmp_path / "log.csv"
    log.write_text(LOG)
    click = begun(page, [log])
    page.get_by_label("Pipeline of Contract won").fill("Contracts")
    click.count += 1
    looked_at(page, click)
    expect(page.locator("main")).to_contain_text("Sales: Offer sent")
    expect(page.locator("main")).to_contain_text("Contracts: Won")
    taken_in(page, click)
    stages = committed(lambda: list(Event.objects.filter(opportunity__key="C1").order_by("occurred_at").values_list(
        "stage__pipeline__name", "stage__name")))  # fmt: skip
    assert stages == [("Sales", "Received"), ("Sales", "Offer sent"), ("Contracts", "Won")]
    review_opened(page, click)


@pytest.mark.parametrize("width", [1440, 390])
def test_tickets_of_deals_that_are_in_are_a_source_of_their_own(
    window: Callable[[int], Page], tmp_path: Path, width: int
) -> None:
    page = window(width)
    deals, tickets = tmp_path / "deals.csv", tmp_path / "tickets.csv"
    deals.write_text(HEADER + WEEK)
    tickets.write_text(TICKET_HEADER + T_WEEK_1)
    click = begun(page, [deals])
    looked_at(page, click)
    taken_in(page, click)
    page.goto("/data/sources/")
    sent(page, click, [tickets])
    expect(page.locator("#tickets-file")).to_have_value("tickets.csv")
    expect(page.get_by_text("Fields of a deal")).to_have_count(0)
    page.get_by_label("Department of the queue Credit check").select_option(label="Sales")
    click.count += 1
    looked_at(page, click)
    expect(page.locator("main")).to_contain_text("T4: X9")
    expect(page.locator(".outcomes")).to_contain_text("Legal 2, Sales 1")
    taken_in(page, click)
    assert committed(HandOff.objects.count) == 3
    assert committed(Event.objects.count) == 4
    review_opened(page, click)
