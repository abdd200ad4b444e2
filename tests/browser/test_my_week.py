"""My week in a real browser: a head on a phone, an executive who reminds, the link in a mail that really arrived."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from celery.contrib.testing.worker import start_worker
from django.conf import settings
from django.core.cache import cache
from django.db import connections
from django.db.models import F
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from departments.models import Company, Entry, Measurable, Reminder, UpdateLink
from revenue_health.celery import app
from revenue_health.settings.mail import mailers
from tests.browser.test_accessibility import violations
from tests.browser.windows import in_narrow_window
from tests.departments.updates.post_office import link_in, office_open

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
type Open = Callable[..., Page]


def committed(work: Callable[[], object]) -> None:
    """Do it where the pages see it: by another connection than the test's, which is in a transaction of its own."""

    def done() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=done)
    thread.start()
    thread.join()


@pytest.fixture(autouse=True)
def nothing_entered(site: str, db: None) -> None:
    """Legal has entered nothing of the week that closed last, nor of the one that is due."""
    committed(_empty)
    cache.clear()


def _empty() -> None:
    entries = Entry.objects.filter(measurable__department__key="legal", week__in=_weeks())
    entries.update(value=None, note="", copied=False, version=F("version") + 1, entered_at=None)
    Reminder.objects.all().delete()
    UpdateLink.objects.all().delete()


def _weeks() -> list[Any]:
    rule, now = Company.objects.get().close_rule, timezone.now()
    return [rule.last_closed_week(now), rule.due_week(now)]


@pytest.fixture
def mailbox() -> Iterator[list[EmailMessage]]:
    """A real mail server, and a worker that does what pages ask for."""
    before = settings.MAILERS
    app.control.purge()
    with office_open() as (office, port):
        settings.MAILERS = mailers(f"smtp://127.0.0.1:{port}", "")
        with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=30):
            yield office.received
    settings.MAILERS = before


def arrived(mailbox: list[EmailMessage]) -> EmailMessage:
    deadline = time.monotonic() + 60
    while not mailbox:
        assert time.monotonic() < deadline, "no mail came"
        time.sleep(0.05)
    return mailbox[0]


def fields(page: Page) -> list[Any]:
    return page.locator("input[inputmode=decimal]").all()


def usual(field: Any) -> str:
    """The last value a field's row says: near enough that nobody is asked whether it is meant."""
    facts = field.page.locator(f"#{field.get_attribute('id').replace('-value', '-facts')}").inner_text()
    said = re.search(r"(?:last week|\d+ [A-Z][a-z]+) (\S+)$", facts)
    assert said, facts
    return said[1]


def test_a_head_fills_the_week_on_a_phone(open_as: Open) -> None:
    page = open_as("legal", at=None, width=390)
    page.goto("/my/")
    expect(page.locator("#my-message")).to_contain_text("due by")
    count = len(fields(page))
    assert count >= 3
    values = [usual(field) for field in fields(page)]
    started = time.monotonic()
    for number in range(count):
        field = page.locator("input[inputmode=decimal]").nth(number)
        assert field.bounding_box()["height"] >= 40
        field.fill(values[number])
        field.press("Tab")
    expect(page.locator("#my-message")).to_contain_text(f"All {count} values")
    assert time.monotonic() - started < 60
    expect(page.locator("#live")).to_contain_text("are in")
    page.reload()
    assert [field.input_value() for field in fields(page)] == values


def test_copied_with_a_mark_and_the_focus_stays(open_as: Open) -> None:
    week = _weeks()[0]
    measurable = Measurable.objects.filter(department__key="legal", source="manual").earliest("pk")
    committed(lambda: Entry.objects.update_or_create(measurable=measurable, week=week, defaults={"value": 5}))
    page = open_as("legal", at=None, width=390)
    page.goto("/my/")
    page.locator("button.copy").first.click()
    row = page.locator(f"#my-{measurable.pk}")
    expect(row).to_contain_text("copied from last week")
    expect(row.locator("input[inputmode=decimal]")).to_have_value("5")
    expect(row.locator("input[inputmode=decimal]")).to_be_focused()


def test_nothing_to_report_and_a_wrong_number(open_as: Open, complaints: list[str]) -> None:
    page = open_as("legal", at=None)
    page.goto("/my/")
    first = page.locator("li.update").first
    first.locator("summary").click()
    first.locator("input[type=checkbox]").check()
    expect(first).to_contain_text("nothing to report")
    expect(first.locator("input[name^=note]")).to_have_value("Nothing to report")
    second = page.locator("li.update").nth(1)
    second.locator("input[inputmode=decimal]").fill("many")
    second.locator("input[inputmode=decimal]").press("Tab")
    expect(second.locator("[role=alert]")).to_contain_text("is not a number")
    expect(second.locator("input[inputmode=decimal]")).to_have_attribute("aria-invalid", "true")
    second.locator("input[inputmode=decimal]").fill(usual(second.locator("input[inputmode=decimal]")).replace(".", ","))
    second.locator("input[inputmode=decimal]").press("Tab")
    expect(second).to_contain_text("saved")
    expect(second.locator("[role=alert]")).to_have_count(0)
    assert all("422" in complaint for complaint in complaints)
    complaints.clear()


def test_two_people_at_once(open_as: Open, complaints: list[str]) -> None:
    one, other = open_as("legal"), open_as("legal")
    for page in (one, other):
        page.goto("/my/")
    one.locator("input[inputmode=decimal]").first.fill("10")
    one.locator("#my-send").click()
    expect(one.locator("#my-message")).to_contain_text("1 of")
    other.locator("input[inputmode=decimal]").first.evaluate("field => { field.value = '12' }")
    other.locator("#my-send").click()
    expect(other.locator("li.update").first.locator("[role=alert]")).to_contain_text("It is 10 now")
    assert Entry.objects.filter(week=_weeks()[1], value=10).exists()
    complaints.clear()


@pytest.mark.slow
def test_without_scripts(open_as: Open) -> None:
    page = open_as("legal", at=None, scripts=False)
    page.goto("/my/")
    for field in fields(page):
        field.fill(usual(field))
    page.click("#my-send")
    expect(page.locator(".messages")).to_contain_text("is complete")


def test_an_executive_reminds_and_the_link_in_the_mail_works_once(
    open_as: Open, browser: Browser, site: str, mailbox: list[EmailMessage]
) -> None:
    page = open_as("ceo", at=None)
    page.goto("/my/")
    expect(page.locator("#my-message")).to_contain_text(re.compile("lacks? values"))
    row = page.locator("tr", has=page.locator("th a", has_text="Legal"))
    row.get_by_text("Add a note").click()
    row.get_by_label("Words for Legal").fill("The board meets on Thursday.")
    row.get_by_role("button", name="Send reminder").click()
    expect(row.locator("[role=status]")).to_contain_text("on its way to Head of Legal")
    sent = arrived(mailbox)
    # Our mails have a plain part; EmailMessage's type allows for those that have none.
    assert "The board meets on Thursday." in sent.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    path = link_in(sent)
    stranger = browser.new_context(base_url=site, viewport={"width": 390, "height": 844})
    form = stranger.new_page()
    form.goto(path)
    assert violations(form) == []
    assert form.evaluate("document.documentElement.scrollWidth") <= 390
    for field in fields(form):
        field.fill(usual(field))
    form.click("#link-send")
    expect(form.locator(".message")).to_contain_text("Saved, thank you")
    form.goto(path)
    expect(form.locator(".message")).to_contain_text("already been used")
    assert violations(form) == []
    assert stranger.cookies() == []
    stranger.close()
    page.reload()
    expect(page.locator("tr", has=page.locator("th a", has_text="Legal"))).to_have_count(0)


@in_narrow_window
@pytest.mark.slow
def test_the_pages_are_for_everybody(open_as: Open, width: int, dark: bool) -> None:
    for who, addresses in {"legal": ("/my/", "/my/queue/"), "ceo": ("/my/", "/my/queue/")}.items():
        page = open_as(who, at=None, width=width, dark=dark)
        for address in addresses:
            page.goto(address)
            for note in page.locator("summary", has_text="Note").all()[:1]:
                note.click()
            assert violations(page) == [], f"{address} as {who}"
            assert page.evaluate("document.documentElement.scrollWidth") <= width
