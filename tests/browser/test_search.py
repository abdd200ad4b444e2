"""The search from everywhere: by key, by mouse, on a phone, and as a page where there are no scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def test_by_key_from_a_page_to_a_department(open_as: Callable[..., Page]) -> None:
    page = open_as("ceo")
    page.keyboard.press("/")
    expect(page.locator("#search-field")).to_be_focused()
    page.keyboard.type("legal")
    first = page.locator("#search-hits [data-hit]").first
    expect(first).to_have_text("Legal")
    assert violations(page) == []
    page.keyboard.press("ArrowDown")
    expect(first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#search-field")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/departments/legal/")
    page.keyboard.press("Control+k")
    expect(page.locator("#search")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#search")).to_be_hidden()


def test_a_slash_in_a_field_is_a_slash(open_as: Callable[..., Page]) -> None:
    page = open_as("ceo", at="/pipeline/opportunities/")
    page.locator("#opportunities-search").focus()
    page.keyboard.type("a/b")
    expect(page.locator("#opportunities-search")).to_have_value("a/b")
    expect(page.locator("#search")).to_be_hidden()


def test_on_a_phone_and_without_scripts_it_is_a_page(open_as: Callable[..., Page]) -> None:
    phone = open_as("legal", width=390)
    phone.click("a[data-search]")
    phone.locator("#search-field").fill("forecast")
    expect(phone.locator("#search-hits [data-hit]").first).to_have_text("Forecast")
    plain = open_as("legal", scripts=False)
    plain.click("a[data-search]")
    plain.fill("#search-text", "forecast")
    plain.click("button:has-text('Search')")
    assert "q=forecast" in plain.url
    plain.locator("[data-hit]", has_text="Forecast").first.click()
    assert plain.url.endswith("/forecast/")


def test_from_a_figure_to_a_deal_the_way_back_is_on_the_page(open_as: Callable[..., Page]) -> None:
    page = open_as("ceo")
    page.locator("table.grid td a").first.click()
    expect(page.locator("p.message")).to_contain_text("Lost")
    behind = page.url
    page.locator("table.rows th a").first.click()
    page.wait_for_url("**/pipeline/opportunities/*/")
    page.locator(".trail a", has_text="Deals behind a figure").click()
    assert page.url == behind
