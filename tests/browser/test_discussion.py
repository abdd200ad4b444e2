"""What people say to each other, in a real browser: with completion, with the keyboard, on a phone, without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from departments.discussion.services.demo import demo_discussion_create
from tests.browser.test_accessibility import violations
from tests.browser.windows import in_narrow_window, swapped

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
type Open = Callable[..., Page]
SHARE = "/comments/?subject=share:legal:2025"


@pytest.fixture(scope="module", autouse=True)
def talking(site: str, django_db_blocker: Any) -> None:
    """The demo's people have talked already."""
    with django_db_blocker.unblock():
        demo_discussion_create(as_of=timezone.now().date(), seed=1)


def test_a_comment_asks_somebody_by_name_and_is_answered_and_resolved(open_as: Open) -> None:
    page = open_as("ceo", at=None)
    page.goto(SHARE)
    field = page.get_by_label("New comment; write @name to mention someone")
    field.press_sequentially("Why so late, @lega", delay=20)
    expect(page.get_by_role("option").first).to_contain_text("@legal")
    field.press("Enter")
    expect(field).to_have_value("Why so late, @legal ")
    field.press("Control+Enter")
    expect(page.locator(".remark-text b")).to_have_text("@legal")
    expect(page.get_by_role("status")).to_have_text("Comment saved.")
    expect(field).to_have_value("")

    asked = open_as("legal", at=None)
    asked.goto("/comments/mine/")
    asked.get_by_role("link", name="Legal, share of 2025").click()
    asked.locator(".answer summary").click()
    asked.get_by_label("Answer to Casey Ofori").fill("Three of six reviewers left.")
    asked.get_by_role("button", name="Answer").click()
    expect(asked.locator(".answers .remark-text")).to_have_text("Three of six reviewers left.")
    asked.get_by_role("button", name="Resolve").click()
    expect(asked.get_by_text("1 resolved")).to_be_visible()
    expect(asked.locator(".discussion-title")).to_contain_text("none open")


def test_one_s_own_words_are_put_right_in_place(open_as: Open) -> None:
    page = open_as("sales", at=None)
    page.goto("/comments/?subject=share:sales:2025")
    page.get_by_label("New comment; write @name to mention someone").fill("Oen")
    page.get_by_role("button", name="Comment", exact=True).click()
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Your comment").fill("One")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".remark-text")).to_have_text("One")
    expect(page.locator(".remark-head")).to_contain_text("edited")


@pytest.fixture
def refusals_expected(open_as: Open, complaints: list[str]) -> Any:
    """A 422 is told in the console by the browser itself."""
    yield
    complaints[:] = [one for one in complaints if "422" not in one]


@pytest.mark.usefixtures("refusals_expected")
def test_a_head_answers_and_who_is_overtaken_loses_nothing(open_as: Open) -> None:
    first, second = open_as("legal"), open_as("legal")
    for page in (first, second):
        page.goto("/replies/?subject=share:legal:2025")
        expect(page.get_by_role("button", name="Save response")).to_be_visible()
    first.get_by_label(re.compile("Your response")).fill("We were six then.")
    first.get_by_role("button", name="Save response").click()
    expect(first.locator(".reply")).to_contain_text("version 1")
    second.get_by_label(re.compile("Your response")).fill("We were five and a half.")
    second.get_by_role("button", name="Save response").click()
    expect(second.get_by_role("alert")).to_contain_text("Another answer was saved in the meantime")
    expect(second.locator(".reply")).to_contain_text("We were six then.")
    expect(second.get_by_label(re.compile("Your response"))).to_have_value("We were five and a half.")
    second.get_by_role("button", name="Save response").click()
    expect(second.locator(".reply").first).to_contain_text("version 2")
    reader = open_as("ceo", at=None)
    reader.goto("/replies/?subject=share:legal:2025")
    expect(reader.locator("textarea")).to_have_count(0)
    reader.get_by_text("1 earlier version").click()
    expect(reader.get_by_text("We were six then.")).to_be_visible()


def test_a_department_s_page_has_its_answer_and_its_commitments(open_as: Open) -> None:
    page = open_as("legal", at=None)
    page.goto("/drivers/legal/")
    expect(page.locator(".reply").first).to_contain_text("The outside firm has started")
    expect(page.get_by_role("link", name="Fill the two open reviewer posts")).to_be_visible()
    page.goto("/departments/")
    expect(page.locator("#pulse-matrix-title")).to_contain_text("How teams rate each other’s support")


def test_a_commitment_with_the_keyboard_alone(open_as: Open) -> None:
    page = open_as("legal", at=None)
    page.goto("/commitments/new/?measurable=leg_wait")
    page.locator("#commitment-text").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("Ask the outside firm for a third reviewer")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Commit":
            break
    page.keyboard.press("Enter")
    expect(page.locator("p.message")).to_have_text("Ask the outside firm for a third reviewer")
    page.locator("#commitment-note").focus()
    page.keyboard.type("She starts on Monday.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".head-facts")).to_contain_text("✓ done")
    expect(page.locator("p.under")).to_contain_text("She starts on Monday.")


def test_filters_narrow_the_list_and_the_address(open_as: Open) -> None:
    page = open_as("ceo", at=None)
    page.goto("/commitments/")
    before = page.locator("table.rows tbody tr").count()
    page.select_option("#commitments-due", "overdue")
    page.wait_for_url("**/commitments/?**due=overdue**")
    expect(page.locator("table.rows tbody tr")).not_to_have_count(before)
    expect(page.locator("table.rows tbody")).not_to_contain_text("this week")


def test_the_pulse_on_a_phone(open_as: Open) -> None:
    page = open_as("legal", at=None, width=390)
    page.goto("/pulse/")
    page.locator("input[name=score-sales][value='4']").check(force=True)
    page.get_by_label("A sentence about Sales").fill("They send the terms along now.")
    page.click("#pulse-save")
    expect(page.locator(".messages")).to_contain_text("Saved: 1 of 5 departments rated")
    expect(page.locator("input[name=score-sales][value='4']")).to_be_checked()


def test_without_scripts_everything_is_said_too(open_as: Open) -> None:
    page = open_as("legal", at=None, scripts=False)
    page.goto("/comments/?subject=leak:1")
    page.locator(".comment-form textarea").last.fill("It is the outside firm.")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator(".remark-text")).to_have_text("It is the outside firm.")
    page.get_by_role("button", name="Resolve").click()
    expect(page.locator(".messages")).to_contain_text("Thread resolved.")
    page.goto("/departments/legal/")
    page.locator("main").get_by_role("link", name="Commitments").first.click()
    expect(page.locator("h1")).to_have_text("Commitments")
    page.goto("/pulse/")
    page.click("#pulse-save")
    expect(page.locator(".messages")).to_contain_text("Saved")


@in_narrow_window
@pytest.mark.slow
def test_nothing_is_out_of_reach(open_as: Open, width: int, dark: bool) -> None:
    page = open_as("legal", width=width, dark=dark)
    year = timezone.now().year
    for address in (
        f"/comments/?subject=share:legal:{year}", "/comments/?subject=measurable:leg_wait", "/comments/mine/",
        "/replies/?subject=share:legal:2025", "/commitments/?status=any", "/commitments/2/",
        "/commitments/new/?measurable=leg_wait", "/issues/new/", "/pulse/", "/departments/",
    ):  # fmt: skip
        page.goto(address)
        swapped(page)
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{address} is wider than the window"
