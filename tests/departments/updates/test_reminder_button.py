"""The button by which an executive reminds a department: asked once, sent once, as text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from django.test import Client

from departments.models import Department, Entry, Measurable, Reminder, User
from departments.updates import tasks
from departments.updates.selectors.owed import owed
from departments.updates.services.reminders import reminders_request
from tests.departments.scorecards.companies import CLOSED, DUE, NOW
from tests.departments.updates.post_office import html_of, text_of

pytestmark = pytest.mark.django_db


def enter(measurable: Measurable, week: date = CLOSED, **more: Any) -> None:
    Entry.objects.create(measurable=measurable, week=week, **({"value": 1} | more))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What the button asked of a worker."""
    found: list[tuple[Any, ...]] = []
    monkeypatch.setattr(tasks.reminder_asked, "delay_on_commit", lambda *what: found.append(what))
    return found


def test_an_executive_reminds_a_department(ceo: Client, asked: list[Any], mailbox: list[EmailMessage]) -> None:
    page = ceo.post("/departments/legal/remind/", {"words": "The board meets tomorrow."}, follow=True)
    assert "on its way to Lea" in page.content.decode()
    tasks.reminder_asked(*asked[0])
    (mail,) = mailbox
    assert (mail["To"], mail["Subject"]) == ("lea@example.com", "Legal: 2 numbers for the week of 16 Nov are missing")
    assert "Ceo asks for 2 numbers" in text_of(mail)
    assert "The board meets tomorrow." in html_of(mail)
    assert Reminder.objects.get().asked_by == User.objects.get(username="ceo")


def test_a_second_press_is_the_same_press(ceo: Client, asked: list[Any]) -> None:
    answers = [ceo.post("/departments/legal/remind/", headers={"HX-Request": "true"}) for _ in range(2)]
    assert len(asked) == 1
    assert b"on its way" in answers[0].content
    assert b"a moment ago" in answers[1].content
    assert b"<html" not in answers[0].content


def test_asked_again_within_the_hour_nothing_more_is_sent(mailbox: list[EmailMessage]) -> None:
    legal = Department.objects.get(key="legal").pk
    for minutes in (0, 30, 61):
        now = NOW + timedelta(minutes=minutes)
        reminders_request(owed=owed(week=CLOSED, now=now, department=legal), by=None, message="", now=now)
    assert len(mailbox) == 2


def test_when_nothing_is_missing_nobody_is_reminded(
    ceo: Client, asked: list[Any], measurables: dict[str, Measurable]
) -> None:
    for week in (CLOSED, DUE):
        enter(measurables["calls"], week)
    assert b"Sales owes nothing" in ceo.post("/departments/sales/remind/", headers={"HX-Request": "true"}).content
    assert asked == []


def test_the_week_that_closed_goes_before_the_one_that_runs(
    ceo: Client, asked: list[Any], measurables: dict[str, Measurable]
) -> None:
    ceo.post("/departments/sales/remind/")
    enter(measurables["calls"])
    ceo.post("/departments/sales/remind/")
    assert [one[1] for one in asked] == ["2026-11-16", "2026-11-23"]


@pytest.mark.parametrize("who", ["lea", "dan", "mia", "bo"])
def test_nobody_else_has_the_button(reads_as: Callable[[str], Client], asked: list[Any], who: str) -> None:
    assert reads_as(who).post("/departments/legal/remind/").status_code == 404
    assert asked == []


def test_there_is_no_such_department_and_no_such_method(ceo: Client) -> None:
    assert ceo.post("/departments/none/remind/").status_code == 404
    assert ceo.get("/departments/legal/remind/").status_code == 405


def test_words_of_an_executive_are_text_and_no_html(mailbox: list[EmailMessage]) -> None:
    legal = Department.objects.get(key="legal").pk
    reminders_request(
        owed=owed(week=CLOSED, now=NOW, department=legal), by=None, message="<script>alert(1)</script>", now=NOW
    )
    assert "<script>" not in html_of(mailbox[0])


@pytest.mark.parametrize("week", ["2026-02-30", "2026-11-24", "soon"])
def test_no_other_week_is_reminded_of_than_was_named(ceo: Client, asked: list[Any], week: str) -> None:
    page = ceo.post("/departments/legal/remind/", {"week": week}, headers={"HX-Request": "true"})
    assert (asked, b"a week is named by its Monday" in page.content) == ([], True)


def test_words_are_sent_whole_or_not_at_all(ceo: Client, asked: list[Any]) -> None:
    page = ceo.post("/departments/legal/remind/", {"words": "x" * 501}, headers={"HX-Request": "true"})
    assert (asked, b"longer than 500 characters" in page.content) == ([], True)
