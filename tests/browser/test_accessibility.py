"""No violation of WCAG 2.1 A or AA that axe can find, on any page, in light and dark, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from departments.models import User
from tests.browser.committed import committed
from tests.browser.conftest import PAGES
from tests.browser.windows import in_every_window, in_narrow_window

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


def open_page(page: Page, address: str) -> None:
    page.goto(address)
    if page.locator(".chart").count():
        page.wait_for_selector(".chart[data-drawn] .main-svg")


@in_narrow_window
def test_every_page(open_as: Callable[..., Page], width: int, dark: bool) -> None:
    look_at_every_page(open_as(at=None, width=width, dark=dark), width)


@pytest.mark.slow
@in_narrow_window
def test_every_page_in_german(open_as: Callable[..., Page], settings: Any, width: int, dark: bool) -> None:
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    committed(lambda: User.objects.filter(username="ceo").update(language="de"))
    try:
        page = open_as(at=None, width=width, dark=dark)
        look_at_every_page(page, width)
        assert page.locator("html").get_attribute("lang") == "de"
    finally:
        committed(lambda: User.objects.filter(username="ceo").update(language=""))


def look_at_every_page(page: Page, width: int) -> None:
    """axe and the width of each page, the deal's that stands first among them."""
    page.goto("/pipeline/opportunities/?state=all")
    deal = page.locator("table.rows th a").first.get_attribute("href")
    assert deal
    for name, address in {**PAGES, "deal": deal}.items():
        if name == "not there":
            continue
        open_page(page, address)
        assert violations(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is wider than the window"


@pytest.mark.parametrize(
    "dark", [pytest.param(False, id="light", marks=pytest.mark.slow), pytest.param(True, id="dark")]
)
def test_sign_in_and_open_menu(open_as: Callable[..., Page], dark: bool) -> None:
    page = open_as(dark=dark)
    page.click("details.menu summary")
    assert violations(page) == []
    page.click("#sign-out")
    page.goto("/accounts/login/")
    assert violations(page) == []


def test_everything_behind_a_chart_is_a_table_too(open_as: Callable[..., Page]) -> None:
    page = open_as(at=None)
    page.goto("/pipeline/")
    for chart in page.locator("section:has(.chart)").all():
        chart.locator("details.behind summary").click()
        assert chart.locator("details.behind tbody tr").count() > 2


@in_every_window
def test_the_page_of_all_components(open_as: Callable[..., Page], width: int, dark: bool) -> None:
    page = open_as("analyst", width=width, dark=dark)
    committed(lambda: User.objects.filter(username="analyst").update(is_staff=True))
    page.goto("/style/")
    expect(page.locator("h1")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    committed(lambda: User.objects.filter(username="analyst").update(is_staff=False))
