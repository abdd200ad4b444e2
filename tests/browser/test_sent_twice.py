"""A real double click on a button that creates something, with and without scripts; what was not sent can be sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Request, Route, expect

from departments.models import Comment, Company, Invitation, User
from pipeline.selectors.data.runs import latest_run
from revenue_health.review.models import PackLink
from revenue_health.review.services.packs import pack_freeze

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
type Open = Callable[..., Page]
SHARE = "/comments/?subject=share:legal:2025"


@pytest.fixture(scope="module")
def pack(site: str, django_db_blocker: Any) -> int:
    """A frozen pack."""
    with django_db_blocker.unblock():
        run, company, user = latest_run(), Company.objects.get(), User.objects.get(username="ceo")
        assert run
        return pack_freeze(run=run, company=company, user=user, now=timezone.now()).pk


def posts_of(page: Page) -> list[str]:
    """The addresses that forms of a page are sent to, as they go out."""
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            sent.append(request.url)

    page.on("request", note)
    return sent


def test_a_double_click_makes_one_link(open_as: Open, pack: int) -> None:
    page = open_as("ceo", at=f"/packs/{pack}/")
    sent = posts_of(page)
    page.get_by_label("For whom").fill("The bank")
    page.get_by_role("button", name="Make a link").dblclick()
    expect(page.locator("#made-link")).to_contain_text("/b/")
    assert len(sent) == 1
    address = page.locator("#made-link").text_content()
    page.reload()  # sends the form again
    expect(page.locator("#made-link")).to_have_text(address or "")
    assert PackLink.objects.filter(label="The bank").count() == 1


def test_without_scripts_too(open_as: Open, pack: int) -> None:
    page = open_as("ceo", at=f"/packs/{pack}/", scripts=False)
    page.get_by_label("For whom").fill("The auditor")
    page.get_by_role("button", name="Make a link").dblclick()
    expect(page.locator("#made-link")).to_contain_text("/b/")
    page.goto(f"/packs/{pack}/")
    assert PackLink.objects.filter(label="The auditor").count() == 1


def test_enter_twice_and_back_and_sent_again_invites_once(open_as: Open, complaints: list[str]) -> None:
    page = open_as("ceo", at="/people/")
    sent = posts_of(page)
    page.get_by_label("E-mail").fill("ann@example.com")
    page.get_by_label("E-mail").press("Enter")
    page.keyboard.press("Enter")
    expect(page.get_by_text("ann@example.com was invited")).to_be_visible()
    assert len(sent) == 1
    page.go_back()  # this browser fetches the page again, so what is sent from it is another form
    page.get_by_label("E-mail").fill("ann@example.com")
    page.get_by_role("button", name="Invite by mail").click()
    expect(page.get_by_text("ann@example.com is already invited")).to_be_visible()
    complaints.clear()  # the browser's own line about the 422
    assert Invitation.objects.filter(email="ann@example.com").count() == 1


def test_a_form_that_is_on_its_way_says_so_and_one_that_was_stopped_can_be_sent(open_as: Open) -> None:
    page = open_as("ceo", at="/people/")
    form, button = page.locator("#people-invite"), page.get_by_role("button", name="Invite by mail")
    lost: list[str] = []

    def no_answer(route: Route) -> None:
        if route.request.method != "POST":
            route.fallback()
            return
        lost.append(route.request.url)
        route.fulfill(status=204)  # the browser stays on the page, as if nothing had come yet

    page.route("**/people/", no_answer)
    page.get_by_label("E-mail").fill("bob@example.com")
    button.click()
    expect(form).to_have_attribute("aria-busy", "true")
    expect(button).to_have_attribute("aria-disabled", "true")
    button.click(force=True)  # Playwright takes it for disabled
    expect(button).to_be_focused()
    assert len(lost) == 1
    page.unroute("**/people/")
    page.keyboard.press("Escape")
    expect(form).not_to_have_attribute("aria-busy", "true")
    button.click()
    expect(page.get_by_text("bob@example.com was invited")).to_be_visible()


def test_a_comment_that_was_refused_is_corrected_and_sent(open_as: Open, complaints: list[str]) -> None:
    page = open_as("ceo", at=SHARE)
    field = page.get_by_label("New comment; write @name to mention someone")
    field.fill(" ")
    send = page.get_by_role("button", name="Comment", exact=True)
    send.click()
    expect(page.get_by_text("Write something first.")).to_be_visible()
    complaints.clear()  # the browser's own line about the 422
    sent = posts_of(page)
    field.fill("Why so late?")
    send.dblclick()
    expect(page.locator(".remark-text")).to_have_text("Why so late?")
    assert len(sent) == 1
    assert Comment.objects.filter(text="Why so late?").count() == 1
    field.fill("And now?")
    send.click()
    expect(page.locator(".remark-text")).to_have_count(2)
