"""Reminders: who gets which, when, once; by a real mail server."""

from __future__ import annotations

import json
import threading
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.mail import EmailMultiAlternatives
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from departments.models import Department, Entry, Measurable, Reminder, User
from departments.services.mail import MailServerUnavailable
from departments.updates import tasks
from departments.updates.selectors.owed import owed, reminders_due
from departments.updates.services.reminders import Sent, reminders_send
from tests.departments.scorecards.companies import CLOSED, DUE, NOW, weeks_back
from tests.departments.updates.post_office import PostOffice, html_of, link_in, text_of

pytestmark = pytest.mark.django_db
MONDAY_8 = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
"""In Berlin; the week of the 16th closes at noon, and its reminder is due from 9:00 on."""
MONDAY_9, MONDAY_13 = MONDAY_8 + timedelta(hours=1), MONDAY_8 + timedelta(hours=5)


def enter(measurable: Measurable, week: date = CLOSED, **more: Any) -> None:
    Entry.objects.create(measurable=measurable, week=week, **({"value": 1} | more))


def told(now: datetime, *, any_hour: bool = False) -> list[tuple[str, str, str, list[str]]]:
    return [
        (due.owed.user.username, due.kind, due.owed.week.isoformat(), [one.measurable_key for one in due.owed.missing])
        for due in reminders_due(now=now, any_hour=any_hour)
    ]


def send(now: datetime) -> Sent:
    """What the hourly task does."""
    return reminders_send(due=reminders_due(now=now), now=now)


# --- who owes what ----------------------------------------------------------------------------------------------
def test_the_head_owes_what_is_missing_and_not_what_is_computed(measurables: dict[str, Measurable]) -> None:
    enter(measurables["calls"])
    (one,) = owed(week=CLOSED, now=NOW)
    assert (one.user.username, one.department_key) == ("lea", "legal")
    assert [missing.measurable_key for missing in one.missing] == ["reviews", "terms"]


def test_who_is_given_a_measurable_owes_it_instead_of_the_head(measurables: dict[str, Measurable]) -> None:
    Measurable.objects.filter(key="terms").update(owner=User.objects.get(username="mia"))
    shares = {one.user.username: [missing.measurable_key for missing in one.missing] for one in owed(week=DUE, now=NOW)}
    assert shares == {"lea": ["reviews"], "mia": ["terms"], "sam": ["calls"]}


def test_without_a_head_the_deputies_owe(measurables: dict[str, Measurable]) -> None:
    User.objects.filter(username="lea").update(is_active=False)
    assert {one.user.username for one in owed(week=DUE, now=NOW)} == {"dan", "sam"}


def test_a_written_reason_is_an_answer_and_zero_is_a_value(measurables: dict[str, Measurable]) -> None:
    enter(measurables["reviews"], value=None, note="Nothing to report")
    enter(measurables["terms"], value=0)
    enter(measurables["calls"], value=None)
    assert [one.department_key for one in owed(week=CLOSED, now=NOW)] == ["sales"]


def test_nobody_is_reminded_who_has_no_address_or_has_left(measurables: dict[str, Measurable]) -> None:
    User.objects.filter(username__in=["lea", "dan"]).update(email="")
    User.objects.filter(username="sam").update(is_active=False)
    assert owed(week=CLOSED, now=NOW) == ()


def test_who_owes_what_is_asked_in_few_queries(measurables: dict[str, Measurable]) -> None:
    with CaptureQueriesContext(connection) as asked:
        owed(week=CLOSED, now=NOW)
    assert len(asked) <= 4


# --- when -------------------------------------------------------------------------------------------------------
def test_before_the_close_and_after_it_each_once(measurables: dict[str, Measurable]) -> None:
    enter(measurables["calls"])
    enter(measurables["calls"], DUE)
    for key in ("reviews", "terms", "calls"):
        enter(measurables[key], weeks_back(3)[2])
    assert told(MONDAY_8) == []
    assert told(MONDAY_9) == [("lea", "before", "2026-11-16", ["reviews", "terms"])]
    assert told(MONDAY_13) == [("lea", "after", "2026-11-16", ["reviews", "terms"])]


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Auckland"])
@pytest.mark.always(1)
def test_the_hour_is_that_of_the_person(zone: str) -> None:
    User.objects.filter(username="lea").update(time_zone=zone)
    hours = [MONDAY_8 - timedelta(days=4) + timedelta(hours=hour) for hour in range(24 * 8)]
    sent = [hour for hour in hours if any(who == "lea" for who, *_ in told(hour))]
    assert sent
    assert {hour.astimezone(ZoneInfo(zone)).hour for hour in sent} <= set(range(8, 18))


def test_at_a_terminal_any_hour_will_do_but_a_week_that_runs_is_asked_for_by_nobody() -> None:
    night = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)
    assert told(night) == []
    assert {(who, kind, week) for who, kind, week, _ in told(night, any_hour=True)} == {
        ("lea", "after", "2026-11-16"),
        ("sam", "after", "2026-11-16"),
    }


# --- sending ----------------------------------------------------------------------------------------------------
def test_the_mail_arrives_with_names_time_and_link(post_office: PostOffice, settings: Any) -> None:
    settings.SITE_URL = "https://revenue.example.com"
    User.objects.filter(username="lea").update(time_zone="Europe/Lisbon")
    send(MONDAY_9 + timedelta(hours=1))
    mail = next(mail for mail in post_office.received if mail["To"] == "lea@example.com")
    assert mail["Subject"] == "Legal: 2 numbers for the week of 16 Nov are due"
    assert mail["Auto-Submitted"] == "auto-generated"
    for text in (text_of(mail), html_of(mail)):
        assert "Reviews done" in text
        assert "On our own terms" in text
        assert "Days in review" not in text  # computed
        assert "Monday 23 November, 11:00" in text  # noon in Berlin, as it is in Lisbon
        assert "https://revenue.example.com/my/?week=2026-11-16" in text
        assert "week of 16 Nov" in text
    assert link_in(mail).startswith("/u/")


def test_days_times_and_numbers_of_a_mail_are_those_of_its_reader(mailbox: list[EmailMessage]) -> None:
    """Lea writes the month first and has a clock of twelve hours; Sam has chosen nothing."""
    User.objects.filter(username="lea").update(day_style=User.Days.MONTH_FIRST, clock_style=User.Clock.TWELVE)
    send(MONDAY_9 + timedelta(hours=1))
    mails = {mail["To"]: mail for mail in mailbox}
    american, british = mails["lea@example.com"], mails["sam@example.com"]
    assert american["Subject"] == "Legal: 2 numbers for the week of Nov 16 are due"
    assert british["Subject"] == "Sales: 1 number for the week of 16 Nov is due"
    for text in (text_of(american), html_of(american)):
        assert "week of Nov 16" in text
        assert "Monday, November 23, 12:00 PM" in text
        assert "23 November" not in text
    assert "Monday 23 November, 12:00" in text_of(british)


def test_run_twice_it_sends_once(mailbox: list[EmailMessage]) -> None:
    assert len(send(MONDAY_13).sent) == 2
    assert send(MONDAY_13).sent == ()
    assert send(MONDAY_13 + timedelta(hours=1)).sent == ()
    assert sorted(mail["To"] for mail in mailbox) == ["lea@example.com", "sam@example.com"]
    assert Reminder.objects.count() == 2


def test_the_reminder_before_does_not_stand_for_the_one_after(mailbox: list[EmailMessage]) -> None:
    send(MONDAY_9)
    send(MONDAY_13)
    assert sorted(Reminder.objects.values_list("user__username", "kind")) == [
        ("lea", "after"), ("lea", "before"), ("sam", "after"), ("sam", "before"),
    ]  # fmt: skip
    assert len({link_in(mail) for mail in mailbox if mail["To"] == "lea@example.com"}) == 1  # the same open link


def test_cut_off_half_way_the_next_run_sends_the_rest(post_office: PostOffice) -> None:
    post_office.strikes_after = 1
    with pytest.raises(MailServerUnavailable):
        send(MONDAY_13)
    assert Reminder.objects.count() == len(post_office.received) == 1
    post_office.strikes_after = None
    send(MONDAY_13)
    assert sorted(mail["To"] for mail in post_office.received) == ["lea@example.com", "sam@example.com"]


def test_a_mail_that_did_not_leave_is_not_written_down(settings: Any) -> None:
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": 1, "timeout": 2},
        }
    }
    with pytest.raises(MailServerUnavailable):
        send(MONDAY_13)
    assert not Reminder.objects.exists()


def test_an_address_the_server_refuses_keeps_nobody_else_waiting(post_office: PostOffice) -> None:
    post_office.refuses = {"lea@example.com": "550 nobody of that name"}
    done = send(MONDAY_13)
    assert [one.user.username for one in done.refused] == ["lea"]
    assert [one.user.username for one in done.sent] == ["sam"]


def test_the_task_tries_again_only_when_the_server_is_away() -> None:
    again = tasks.reminders_hourly.transient
    assert MailServerUnavailable in again
    assert Exception not in again


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_mail_once(post_office: PostOffice) -> None:
    def work() -> None:
        try:
            send(MONDAY_13)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert sorted(mail["To"] for mail in post_office.received) == ["lea@example.com", "sam@example.com"]


def test_killed_while_it_mails_the_one_who_takes_over_mails_nobody_twice(
    mailbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """Stands for the end of the process: nothing of ours catches it."""

    leave = EmailMultiAlternatives.send

    def killed_after(mail: EmailMultiAlternatives) -> int:
        leave(mail)
        raise Killed

    monkeypatch.setattr(EmailMultiAlternatives, "send", killed_after)
    with pytest.raises(Killed):
        send(MONDAY_13)
    monkeypatch.undo()
    assert len(mailbox) == 1
    send(MONDAY_13)
    assert sorted(mail["To"] for mail in mailbox) == ["lea@example.com", "sam@example.com"]


def test_beat_asks_every_hour_and_forgets_what_is_late(settings: Any) -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["reminders"]
    assert entry["task"] == tasks.reminders_hourly.name
    assert entry["options"]["expires"] < 3600


# --- the command ------------------------------------------------------------------------------------------------
def answer(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("remind", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_a_dry_run_tells_and_sends_nothing(wednesday: Any, mailbox: list[EmailMessage]) -> None:
    assert answer("--dry-run") == {
        "reminders": [
            {"department": "legal", "user": "lea", "week": "2026-11-16", "missing": ["reviews", "terms"]},
            {"department": "sales", "user": "sam", "week": "2026-11-16", "missing": ["calls"]},
        ]
    }
    assert mailbox == []
    assert not Reminder.objects.exists()


def test_the_command_sends_and_then_has_nothing_to_do(wednesday: Any, mailbox: list[EmailMessage]) -> None:
    assert len(answer()["reminders"]) == 2
    assert answer() == answer("--dry-run") == {"reminders": []}
    assert len(mailbox) == 2


def test_the_command_says_when_the_server_is_away(wednesday: Any, post_office: PostOffice) -> None:
    post_office.strikes_after = 0
    with pytest.raises(CommandError, match="run this again"):
        call_command("remind")


def test_a_name_with_a_line_break_breaks_no_header(mailbox: list[EmailMessage]) -> None:
    Department.objects.filter(key="legal").update(name="Legal\nBcc: all@example.com")
    send(MONDAY_13)
    assert all(mail["Bcc"] is None for mail in mailbox)
    assert len(mailbox) == 2
