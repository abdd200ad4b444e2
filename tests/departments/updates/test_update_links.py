"""The link in a mail: opens one form without a password, once, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.core.signing import Signer
from django.test import Client

from departments.models import Department, Entry, EntryChange, Measurable, Membership, UpdateLink, User
from departments.updates import tasks
from departments.updates.services.update_links import (
    update_link_address,
    update_link_issue,
    update_link_token,
)
from tests.departments.scorecards.companies import CLOSED, DUE, NOW
from tests.departments.updates.post_office import link_in

pytestmark = pytest.mark.django_db
type Measurables = dict[str, Measurable]


@pytest.fixture
def link(measurables: Measurables, wednesday: Any) -> UpdateLink:
    """Lea's, for legal's week that is due."""
    return issue()


def issue(who: str = "lea", **more: Any) -> UpdateLink:
    legal = Department.objects.get(key="legal").pk
    asked: dict[str, Any] = {"department": legal, "week": DUE, "now": NOW} | more
    return update_link_issue(user=User.objects.get(username=who), **asked)


def path_of(link: UpdateLink) -> str:
    return f"/u/{update_link_token(link)}/"


def filled(measurables: Measurables, **values: str) -> dict[str, str]:
    return {f"value-{measurables[key].pk}": value for key, value in values.items()}


def text(page: Any) -> str:
    return " ".join(page.content.decode().split())


def test_the_link_of_a_received_mail_works_once(
    wednesday: Any, mailbox: list[EmailMessage], measurables: Measurables
) -> None:
    tasks.reminders_hourly()
    path = link_in(next(mail for mail in mailbox if mail["To"] == "lea@example.com"))
    browser = Client()
    for _ in range(3):  # mail programs look at it too
        assert "2 numbers still missing" in text(browser.get(path))
    done = browser.post(path, filled(measurables, reviews="21", terms="70,5"))
    assert "Saved, thank you" in text(done)
    assert sorted(Entry.objects.filter(week=CLOSED).values_list("value", flat=True)) == [21, 70.5]
    for again in (browser.get(path), browser.post(path, filled(measurables, reviews="99"))):
        assert again.status_code == 410
        assert "has already been used" in text(again)
    assert sorted(Entry.objects.values_list("value", flat=True)) == [21, 70.5]


def test_who_entered_it_and_how_is_written_down(link: UpdateLink, measurables: Measurables) -> None:
    Client().post(path_of(link), filled(measurables, reviews="21"))
    change = EntryChange.objects.get()
    assert (change.by, change.how) == (link.user, "mail")
    assert Entry.objects.get().entered_by == link.user


def test_no_session_is_made_and_nobody_is_signed_in(link: UpdateLink, measurables: Measurables) -> None:
    browser = Client()
    browser.get(path_of(link))
    browser.post(path_of(link), filled(measurables, reviews="21"))
    assert not browser.cookies
    assert browser.get("/my/").status_code == 302


def test_the_address_stays_between_mail_and_page(link: UpdateLink) -> None:
    for page in (Client().get(path_of(link)), Client().get("/u/garbage/")):
        assert page["Referrer-Policy"] == "same-origin"
        assert page["X-Robots-Tag"] == "noindex, nofollow"
        assert page["Cache-Control"] == "no-store, private"
        assert "style-src" in page["Content-Security-Policy"]


def test_a_browser_that_sends_no_origin_can_send_the_form(link: UpdateLink, measurables: Measurables) -> None:
    """What browsers do on a page without referrer; and a page that does not know the address cannot send it."""
    browser = Client(enforce_csrf_checks=True)
    page = browser.post(path_of(link), filled(measurables, reviews="21"), headers={"Origin": "null"})
    assert page.status_code == 200


def test_looking_by_head_uses_nothing_up(link: UpdateLink) -> None:
    assert Client().head(path_of(link)).status_code == 200
    link.refresh_from_db()
    assert link.used_at is None


# --- only for its purpose ---------------------------------------------------------------------------------------
def test_it_enters_nothing_of_another_department_or_what_is_computed(
    link: UpdateLink, measurables: Measurables
) -> None:
    Client().post(path_of(link), filled(measurables, calls="40", wait="1"))
    assert not Entry.objects.exists()


def test_it_enters_nothing_into_another_week(link: UpdateLink, measurables: Measurables) -> None:
    Client().post(path_of(link), filled(measurables, reviews="21") | {"week": CLOSED.isoformat()})
    assert Entry.objects.get().week == DUE


def test_it_changes_nothing_that_is_in(link: UpdateLink, measurables: Measurables) -> None:
    pk = measurables["reviews"].pk
    Entry.objects.create(measurable_id=pk, week=DUE, value=20, version=4)
    assert "1 number still missing" in text(Client().get(path_of(link)))
    page = Client().post(path_of(link), filled(measurables, reviews="99", terms="70") | {f"version-{pk}": "4"})
    assert page.status_code == 422
    assert "It says <b>20</b> now, and that stays" in text(page)
    assert Entry.objects.get().value == 20
    link.refresh_from_db()
    assert link.used_at is None
    # What stays has no field any more: sent again, the rest is taken.
    assert f"value-{pk}" not in text(page)
    assert Client().post(path_of(link), filled(measurables, terms="70")).status_code == 200


def test_a_mistake_saves_nothing_and_keeps_the_link(link: UpdateLink, measurables: Measurables) -> None:
    page = Client().post(path_of(link), filled(measurables, reviews="21", terms="many"))
    assert page.status_code == 422
    assert "Nothing was saved yet" in text(page)
    assert 'value="21"' in text(page)
    assert not Entry.objects.exists()
    assert Client().post(path_of(link), filled(measurables, reviews="21", terms="70")).status_code == 200


def test_nothing_to_report_by_link(link: UpdateLink, measurables: Measurables) -> None:
    pk = measurables["reviews"].pk
    Client().post(path_of(link), filled(measurables, reviews="") | {f"nothing-{pk}": "on", f"note-{pk}": ""})
    assert (Entry.objects.get().value, Entry.objects.get().note) == (None, "Nothing to report")


def test_who_was_given_one_measurable_sees_that_one(wednesday: Any, measurables: Measurables) -> None:
    Measurable.objects.filter(key="terms").update(owner=User.objects.get(username="mia"))
    page = Client().get(path_of(issue("mia")))
    assert "On our own terms" in text(page)
    assert "Reviews done" not in text(page)


def test_when_everything_is_in_it_says_so(link: UpdateLink, measurables: Measurables) -> None:
    for key in ("reviews", "terms"):
        Entry.objects.create(measurable=measurables[key], week=DUE, value=1)
    assert "Everything is in already" in text(Client().get(path_of(link)))


# --- closed links -----------------------------------------------------------------------------------------------
def test_after_two_weeks_it_is_too_old(link: UpdateLink, wednesday: Any, measurables: Measurables) -> None:
    wednesday.move_to(NOW + timedelta(days=14) - timedelta(seconds=1))
    assert Client().get(path_of(link)).status_code == 200
    wednesday.move_to(NOW + timedelta(days=14))
    page = Client().post(path_of(link), filled(measurables, reviews="21"))
    assert page.status_code == 410
    assert "has expired" in text(page)
    assert not Entry.objects.exists()


def test_taken_back(link: UpdateLink) -> None:
    UpdateLink.objects.filter(pk=link.pk).update(revoked_at=NOW)
    page = Client().get(path_of(link))
    assert page.status_code == 410
    assert "revoked" in text(page)


def test_who_leaves_takes_no_open_link_along(link: UpdateLink) -> None:
    Membership.objects.filter(user=link.user).delete()
    assert Client().get(path_of(link)).status_code == 410
    Membership.objects.create(user=link.user, role="head", department=link.department)
    assert Client().get(path_of(link)).status_code == 200
    User.objects.filter(pk=link.user_id).update(is_active=False)
    assert Client().get(path_of(link)).status_code == 410


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: "x" + t, lambda t: t.split(".")[0], lambda t: "%FF"])
def test_a_changed_address_opens_nothing(link: UpdateLink, change: Callable[[str], str]) -> None:
    page = Client().get(f"/u/{change(update_link_token(link))}/")
    assert page.status_code == 404
    assert "not one of ours" in text(page)


def test_a_signature_made_for_something_else_opens_nothing(link: UpdateLink) -> None:
    token = Signer(sep=".", salt="something.else").sign(link.code)
    assert Client().get(f"/u/{token}/").status_code == 404


def test_who_guesses_is_slowed_down_and_who_knows_is_not(link: UpdateLink) -> None:
    codes = [Client().get(f"/u/guess-{number}/").status_code for number in range(35)]
    assert codes[:30] == [404] * 30
    assert codes[-1] == 429
    assert Client().get(path_of(link)).status_code == 200


# --- making them ------------------------------------------------------------------------------------------------
def test_asked_for_again_it_is_the_same_until_it_is_used_or_old(link: UpdateLink, measurables: Measurables) -> None:
    assert issue() == link
    Client().post(path_of(link), filled(measurables, reviews="21"))
    second = issue()
    assert second != link
    third = issue(now=NOW + timedelta(days=15))
    assert third != second
    second.refresh_from_db()
    assert second.revoked_at == NOW + timedelta(days=15)


def test_the_address_is_that_of_the_installation(link: UpdateLink, settings: Any) -> None:
    settings.SITE_URL = "https://revenue.example.com"
    assert update_link_address(link).startswith("https://revenue.example.com/u/")


@pytest.fixture
def pages_of_the_form() -> str:
    root = Path(__file__).parents[3] / "templates/updates"
    return "".join((root / name).read_text() for name in ("link_base.html", "link.html", "link_closed.html"))


def test_the_page_asks_for_nothing_that_would_carry_the_address(pages_of_the_form: str) -> None:
    assert "<script" not in pages_of_the_form
    assert "https://" not in pages_of_the_form
