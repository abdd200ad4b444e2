"""Drivers, forecast and what-if in a real browser: by mouse, by keyboard, on a phone, without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from departments.models import Company
from pipeline.selectors.data.runs import latest_run
from revenue_health.contribution.selectors.comparison.periods import comparison_periods
from revenue_health.contribution.selectors.comparison.scores import score_run_of
from revenue_health.contribution.services.cuts import cut_compute
from tests.browser.test_accessibility import open_page, violations
from tests.browser.windows import in_narrow_window

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
PROMISE = "/what-if/?set=contract:legal:wait_days=2"


@pytest.fixture(scope="module", autouse=True)
def by_team(site: str, django_db_blocker: Any) -> None:
    """The cut of the running quarter that a worker makes when the page is first asked for it."""
    with django_db_blocker.unblock():
        run, company = latest_run(), Company.objects.get()
        assert run
        found = score_run_of(run=run, periods=comparison_periods(run=run, company=company))
        assert found
        cut_compute(score_run=found.pk, by="team")


@in_narrow_window
@pytest.mark.slow
def test_no_page_breaks_a_rule_of_access_or_the_width(open_as: Callable[..., Page], width: int, dark: bool) -> None:
    page = open_as(at=None, width=width, dark=dark)
    for address in ("/drivers/", "/forecast/", PROMISE, "/what-if/scenarios/"):
        open_page(page, address)
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


def test_from_a_share_to_its_math_and_back(open_as: Callable[..., Page]) -> None:
    page = open_as(at=None)
    page.goto("/drivers/")
    page.locator("#drivers-page").get_by_role("link", name="Legal", exact=True).first.click()
    page.get_by_text("How this is calculated").click()
    page.get_by_role("heading", name="Revenue with and without it").wait_for()
    page.go_back()
    page.get_by_role("heading", name=re.compile("^If each had kept")).wait_for()


def test_a_constraint_opens_its_what_if(open_as: Callable[..., Page]) -> None:
    page = open_as(at=None)
    page.goto("/forecast/")
    page.get_by_role("link", name=re.compile("^What if:")).first.click()
    expect(page.locator("#what-if-result .promises li")).to_have_count(1)


def test_a_lever_moved_by_keyboard_answers_and_is_remembered(open_as: Callable[..., Page]) -> None:
    page = open_as(at=None)
    page.goto(PROMISE)
    slider = page.get_by_role("slider", name=re.compile("Contract, Legal: mean wait"))
    slider.focus()
    before = page.locator("#what-if-message").inner_text()
    page.keyboard.press("End")
    expect(page.locator("#what-if-message")).not_to_have_text(before)
    expect(slider).to_be_focused()
    assert "set=contract:legal:wait_days" in page.url
    shown = page.locator("#what-if-message").inner_text()
    page.reload()
    expect(page.locator("#what-if-message")).to_have_text(shown)


def test_a_scenario_is_saved_deleted_and_put_back(open_as: Callable[..., Page]) -> None:
    page = open_as(at=None)
    page.goto(PROMISE)
    page.fill("#scenario-name", "Legal in two days")
    page.click("#scenario-save")
    page.get_by_role("link", name="Legal in two days").wait_for()
    page.get_by_role("button", name="Delete Legal in two days").click()
    page.click("#scenario-undo")
    page.get_by_role("link", name="Legal in two days").wait_for()


@pytest.mark.slow
def test_without_scripts_everything_is_read_and_a_promise_can_be_made(open_as: Callable[..., Page]) -> None:
    page = open_as(scripts=False)
    for address, words in (("/drivers/", "Who moved revenue"), ("/forecast/", "Biggest levers")):
        page.goto(address)
        page.get_by_role("heading", name=words).wait_for()
    page.goto(PROMISE)
    page.locator("input[name$=':legal:wait_days'][value='2.0']").fill("3")
    page.click("#what-if-show")
    assert "set=contract:legal:wait_days%3D3" in page.url
