"""Several files of one system, from an empty installation to the review, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pipeline.models import HandOff
from tests.browser.committed import committed
from tests.browser.test_first_hour import begun, empty_site, looked_at, review_opened, taken_in, window
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
