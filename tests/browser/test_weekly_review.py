"""The CEO's Monday in a real browser: by mouse, by keyboard alone, on a phone, without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import violations
from tests.browser.windows import in_narrow_window, swapped

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
type Open = Callable[..., Page]


def monday(open_as: Open, **how: object) -> Page:
    page = open_as("ceo", at=None, **how)
    page.goto("/")
    expect(page.locator("p.message")).to_contain_text(re.compile(r"plan|baseline"))
    return page


def test_from_the_message_to_a_deals_custody_line_and_back(open_as: Open) -> None:
    page = monday(open_as)
    sizes = page.evaluate("[...document.querySelectorAll('main *')].map(e => parseFloat(getComputedStyle(e).fontSize))")
    message = page.locator("p.message").evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    assert message == max(sizes), "the message is the largest text"
    page.locator("#review-leaks tbody a.deals").first.click()
    page.locator("table.rows th a").first.click()
    expect(page.locator("svg.strip rect").first).to_be_visible()
    page.go_back()
    expect(page.locator("table.rows th a").first).to_be_visible()
    page.go_back()
    expect(page.locator("#review-leaks")).to_be_visible()
    page.locator("#review-ledger th a", has_text="Legal").click()
    expect(page.locator("h1")).to_contain_text("Legal")


def test_every_change_opens_its_deals_and_the_way_back_keeps_the_day(open_as: Open) -> None:
    page = monday(open_as)
    page.get_by_role("link", name="4 weeks").click()
    page.wait_for_url("**since=**")
    swapped(page)
    row = page.locator("#review-changes tbody tr:not(.total)").first
    deals = row.locator("td a").first.inner_text().lstrip("+−")
    row.locator("th a").click()
    expect(page.locator("p.message")).to_contain_text(f"{deals} deal")
    # Only the scripts announce; a link that is pressed before they run opens a page like any other.
    page.wait_for_load_state("domcontentloaded")
    page.locator("nav.tabs a", has_text=re.compile(r"^\s*Lost\b")).first.click()
    expect(page.locator("p.message")).to_contain_text("Lost since")
    expect(page.locator("#live")).to_contain_text("Lost since")
    page.locator("h1 a").click()
    assert "since=" in page.url


def test_a_day_and_a_comparison_are_bookmarks(open_as: Open) -> None:
    page = monday(open_as)
    page.select_option("#review-baseline", "last-year")
    page.wait_for_url("**baseline=last-year**")
    swapped(page)
    this_week, this_day = page.url, page.input_value("#review-since")
    page.click("#review-week-before")
    expect(page.locator("#review-since")).not_to_have_value(this_day)
    swapped(page)
    assert page.url != this_week
    # What would help most is fetched after the page, so neither reading may come before it.
    expect(page.locator("p.lever-line")).to_contain_text(":")
    shown = page.locator("#review-page").inner_text()
    page.reload()
    expect(page.locator("p.lever-line")).to_contain_text(":")
    swapped(page)
    assert page.locator("#review-page").inner_text() == shown
    page.go_back()
    page.wait_for_url(this_week)
    expect(page.locator("#review-since")).to_have_value(this_day)


def test_with_the_keyboard_alone(open_as: Open) -> None:
    page = monday(open_as)
    page.keyboard.press("?")
    expect(page.locator("dialog#keys")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("dialog#keys")).to_be_hidden()
    page.keyboard.press("j")
    expect(page.locator("#review-ledger")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#review-changes")).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator("#review-leaks")).to_be_focused()
    since = page.input_value("#review-since")
    page.keyboard.press("p")
    expect(page.locator("#review-since")).not_to_have_value(since)
    assert "since=" in page.url
    page.keyboard.press("n")
    # The field comes with the panels: when it shows the day again, they are there too.
    expect(page.locator("#review-since")).to_have_value(since)
    expect(page.locator("#review-leaks")).to_be_focused()  # whoever stood on a panel stands there again
    page.keyboard.press("j")
    expect(page.locator("#review-changes")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    page.locator("#review-leaks tbody a.deals").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/opportunities/**")
    page.locator("table.rows th a").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("svg.strip rect").first).to_be_visible()
    page.wait_for_load_state("load")  # the strip is there before the keys are
    page.keyboard.press("g")
    page.keyboard.press("r")
    expect(page.locator("#review-ledger")).to_be_visible()
    page.wait_for_load_state("load")
    page.keyboard.press("j")
    expect(page.locator("#review-ledger")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/drivers/**")


def test_a_week_after_the_other_faster_than_the_page_settles(open_as: Open) -> None:
    page = monday(open_as)
    page.evaluate("htmx.config.defaultSettleDelay = 600; window.sameDocument = true")
    page.keyboard.press("j")
    since = page.input_value("#review-since")
    page.keyboard.press("p")
    expect(page.locator("#review-since")).not_to_have_value(since)
    page.keyboard.press("n")
    expect(page.locator("#review-since")).to_have_value(since)
    expect(page.locator("#review-ledger")).to_be_focused()
    assert page.evaluate("window.sameDocument")


def test_the_clock_of_the_agenda_goes_on_while_one_looks_into_a_deal(open_as: Open) -> None:
    page = monday(open_as)
    page.keyboard.press("s")
    expect(page.locator("#agenda-start")).to_have_text("Pause")
    expect(page.locator(".clock")).to_have_text(re.compile(r"0:0[1-9]"))
    expect(page.locator(".agenda-steps li[aria-current=step]")).to_contain_text("Headline and drivers")
    page.goto("/pipeline/opportunities/")
    page.goto("/")
    expect(page.locator(".clock")).to_have_text(re.compile(r"0:\d[1-9]"))
    page.click("#agenda-start")
    expect(page.locator("#agenda-start")).to_have_text("Go on")
    page.get_by_role("button", name="Reset").click()
    expect(page.locator(".clock")).to_have_text("0:00")


def test_on_a_phone_the_panels_stack_in_order_and_nothing_is_cut_off(open_as: Open) -> None:
    page = monday(open_as, width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    tops = [page.locator(f"#review-{name}").bounding_box() for name in ("ledger", "leaks", "changes", "scorecards")]
    assert [box["y"] for box in tops if box] == sorted(box["y"] for box in tops if box)
    page.locator("#review-leaks tbody a.deals").first.click()
    page.locator("table.rows th a").first.click()
    expect(page.locator("svg.strip rect").first).to_be_visible()


@pytest.mark.slow
def test_without_scripts_everything_can_be_read_and_asked(open_as: Open) -> None:
    page = monday(open_as, scripts=False)
    for panel in ("ledger", "leaks", "changes", "scorecards", "commitments", "agenda"):
        expect(page.locator(f"#review-{panel}")).to_be_visible()
    assert page.locator("#review-ledger tbody tr").count() > 8
    expect(page.locator(".clock")).to_be_hidden()
    page.locator("details.behind summary").click()
    expect(page.locator("ol.ranks li").first).to_be_visible()
    page.fill("#review-period", "2026-Q3")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("h1")).to_contain_text("2026-Q3")


@pytest.mark.slow
@in_narrow_window
def test_nothing_for_axe_to_find(open_as: Open, width: int, dark: bool) -> None:
    page = monday(open_as, width=width, dark=dark)
    for address in ("/", "/review/changes/?bucket=lost"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        assert violations(page) == [], address
