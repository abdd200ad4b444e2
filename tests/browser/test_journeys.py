"""What people do on the pages, in a real browser: with a mouse, with the keyboard, on a phone, without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from departments.models import Job
from tests.browser.committed import committed
from tests.browser.windows import swapped

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
type Open = Callable[..., Page]


def drawn(page: Page) -> None:
    expect(page.locator(".chart[data-drawn] .main-svg").first).to_be_visible()


def test_one_click_of_the_demo_signs_in_and_shows_the_review(open_as: Open) -> None:
    page = open_as("legal", at="/account/")
    page.click("details.menu summary")
    page.click("#sign-out")
    page.goto("/accounts/login/")
    page.click("button[value=ceo]")
    expect(page.locator("p.message")).to_contain_text(re.compile(r"plan|baseline"))


def test_from_the_largest_leak_to_who_held_the_deal(open_as: Open) -> None:
    page = open_as("ceo")
    expect(page.locator("#leakmap-page")).to_contain_text("most of it in")
    drawn(page)
    cells = page.locator("table.grid td a")
    lost = [re.search(r": ([\d,]+)", text) for text in cells.all_inner_texts()]
    largest = max(range(len(lost)), key=lambda cell: int(lost[cell][1].replace(",", "")) if lost[cell] else 0)
    cells.nth(largest).click()
    expect(page.locator("p.message")).to_contain_text("Lost for a recorded reason in")
    page.locator("table.rows th a").first.click()
    expect(page.locator("svg.strip rect").first).to_be_visible()
    page.locator("svg.strip a").first.focus()
    expect(page.locator("#opportunity-strip-words")).to_contain_text(re.compile(r"day|hour|minute"))


def test_a_filter_changes_figures_and_address_and_back_takes_it_back(open_as: Open) -> None:
    page = open_as("ceo")
    before = page.locator(".totals dd a").first.inner_text()
    page.select_option("#leakmap-segment", "enterprise")
    page.wait_for_url("**/pipeline/?segment=enterprise")
    expect(page.locator(".totals dd a").first).not_to_have_text(before)
    drawn(page)
    expect(page.locator("#live")).to_contain_text(re.compile("leak|lost|deals stand"))
    page.go_back()
    page.wait_for_url(re.compile(r"/pipeline/$"))
    expect(page.locator(".totals dd a").first).to_have_text(before)
    drawn(page)


def test_a_bookmark_shows_the_same_as_the_way_to_it(open_as: Open) -> None:
    page = open_as("ceo")
    page.check("#leakmap-measure_1")
    page.wait_for_url("**measure=deals**")
    swapped(page)
    page.check("#leakmap-leak_1")
    page.wait_for_url("**leak=held**")
    swapped(page)
    page.click("#leakmap-earlier")
    page.wait_for_url("**period=**")
    swapped(page)
    expect(page.locator("#leakmap-grid-title")).to_contain_text("Held on an average day")
    shown = page.locator("#leakmap-page").inner_text()
    page.reload()
    assert page.locator("#leakmap-page").inner_text() == shown


def test_typing_in_the_search_narrows_the_list(open_as: Open) -> None:
    page = open_as("legal", at=None)
    page.goto("/pipeline/opportunities/?state=all")
    account = page.locator("table.rows tbody tr td").first.inner_text()
    before = page.locator("p.message").inner_text()
    page.locator("#opportunities-search").press_sequentially(account[:8], delay=15)
    expect(page.locator("p.message")).not_to_have_text(before)
    expect(page.locator("#opportunities-search")).to_be_focused()
    expect(page.locator("#opportunities-search")).to_have_value(account[:8])
    assert page.locator("table.rows tbody tr").count() > 0


def test_the_theme_is_kept_and_charts_follow(open_as: Open) -> None:
    page = open_as("ceo")
    drawn(page)
    bar = page.locator("#leakmap-cause-chart .bars path").first
    light = bar.evaluate("element => getComputedStyle(element).fill")
    page.click("details.menu summary")
    page.get_by_label("Dark").check(force=True)
    page.wait_for_function(
        "before => getComputedStyle(document.querySelector('#leakmap-cause-chart .bars path')).fill !== before",
        arg=light,
    )
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_recompute_is_asked_once_and_shows_it(open_as: Open) -> None:
    page = open_as("analyst", at=None)
    page.goto("/data/")
    page.click("#data-recompute")
    expect(page.locator("#data-runs")).to_contain_text("Queued")
    expect(page.locator("#data-recompute")).to_be_disabled()
    committed(Job.objects.all().delete)
    expect(page.locator("#data-recompute")).to_be_enabled()


def test_with_the_keyboard_alone(open_as: Open) -> None:
    page = open_as("ceo")
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(300):
        page.keyboard.press("Tab")
        if page.evaluate("!!document.activeElement.closest('table.grid td')"):
            break
    assert page.locator("table.grid td.lit").count() > 0
    assert page.locator("table.grid th.lit").count() == 2
    page.keyboard.press("Enter")
    expect(page.locator("p.message")).to_contain_text("Lost for a recorded reason in")
    page.wait_for_load_state("domcontentloaded")  # the menu opens without scripts, and closes by one
    page.locator("details.menu summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".menu-body")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".menu-body")).to_be_hidden()
    expect(page.locator("details.menu summary")).to_be_focused()


def test_without_scripts_everything_is_there(open_as: Open) -> None:
    page = open_as("analyst", scripts=False)
    page.select_option("#leakmap-segment", "enterprise")
    page.click("form.filters button:has-text('Show')")
    assert "segment=enterprise" in page.url
    expect(page.locator("table.stages tbody tr").first).to_be_visible()
    page.locator("table.grid td a").first.click()
    page.locator("table.rows th a").first.click()
    expect(page.locator("svg.strip rect").first).to_be_visible()
    page.goto("/data/")
    page.click("#data-recompute")
    expect(page.locator(".messages")).to_contain_text("Calculation queued")
    committed(Job.objects.all().delete)
    page.locator("details.menu summary").click()
    page.get_by_label("Dark").check(force=True)
    page.click("[data-theme-form] button")
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_on_a_phone(open_as: Open) -> None:
    page = open_as("legal", width=390)
    drawn(page)
    expect(page.locator(".main-nav")).to_be_hidden()
    page.click("nav.bottom > a:has-text('Departments')")
    page.locator("table th a:has-text('Legal')").first.click()
    expect(page.locator("p.message")).to_contain_text("Legal")
    page.click(".more-menu summary")
    for target in page.locator("nav a:visible, .menu summary, .more-menu summary").all():
        box = target.bounding_box()
        assert box
        assert box["height"] >= 40
    page.click(".more-body a:has-text('Leaks')")
    page.wait_for_url("**/contribution/register/")


def test_a_failing_request_is_told_and_changes_nothing(open_as: Open, complaints: list[str]) -> None:
    page = open_as("ceo")
    before = page.locator(".totals").inner_text()
    page.route("**/pipeline/?*", lambda route: route.fulfill(status=500, body="<p>broken</p>"))
    page.select_option("#leakmap-segment", "enterprise")
    expect(page.locator("#live")).to_contain_text("nothing was changed")
    assert page.locator(".totals").inner_text() == before
    assert any("500" in complaint for complaint in complaints)
    page.close()
    complaints.clear()
