"""The drivers and the working behind a share, with real scores, in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.test_accessibility import open_page, violations
from tests.browser.windows import in_narrow_window

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@in_narrow_window
def test_bridge_and_working(open_as: Callable[..., Page], width: int, dark: bool) -> None:
    page = open_as(at=None, width=width, dark=dark)
    for address in (
        "/drivers/strategy/",
        "/drivers/opening/",
        "/drivers/market/",
        "/drivers/legal/",
        "/departments/",
        "/departments/legal/",
    ):
        open_page(page, address)
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


def test_from_the_verdict_to_a_deal_s_custody(open_as: Callable[..., Page]) -> None:
    page = open_as(at=None)
    page.goto("/drivers/")
    page.get_by_role("link", name="Sales", exact=True).first.click()
    page.locator("table a[href*='/pipeline/opportunities/']").first.click()
    page.get_by_role("heading", name="Who held it").wait_for()
    page.go_back()
    page.locator("table a[href*='/pipeline/opportunities/']").first.wait_for()
    page.go_back()
    page.get_by_role("heading", name="Who moved revenue").wait_for()


@pytest.mark.slow
def test_without_scripts_the_bridge_is_a_table(open_as: Callable[..., Page]) -> None:
    page = open_as(at=None, scripts=False)
    page.goto("/contribution/?period=2026-Q3")
    assert "/drivers/?period=2026-Q3" in page.url
    assert page.locator("table.ledger", has_text="Timing and chance").count() == 1
