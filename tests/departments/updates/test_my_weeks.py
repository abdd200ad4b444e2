"""My updates by week: which is due, when it closes, what of earlier ones is missing, and addresses of no week."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from departments.models import Company, Entry, EntryChange, User
from tests.departments.scorecards.companies import CLOSED, DUE, weeks_back
from tests.departments.updates.my_forms import MY, Measurables, enter, form, text

pytestmark = pytest.mark.django_db


def test_earlier_weeks_that_lack_something_are_named(lea: Client, measurables: Measurables) -> None:
    for week in weeks_back(13)[1:]:
        for key in ("reviews", "terms"):
            if (key, week) != ("terms", CLOSED):
                enter(measurables[key], week)
    page = lea.get(MY)
    assert [(one.week, one.missing) for one in page.context["mine"].earlier] == [(CLOSED, 1)]
    assert 'href="?week=2026-11-16"' in text(page)


def test_what_comes_after_the_close_is_late(lea: Client, measurables: Measurables) -> None:
    assert "It closed on Monday 23 November, 12:00" in text(lea.get(f"{MY}?week={CLOSED}"))
    page = lea.post(MY, form(measurables, CLOSED, reviews="21"), follow=True)
    assert "◐ late" in text(page)
    assert Entry.objects.get().week == CLOSED
    assert EntryChange.objects.get().after_close


def test_the_close_is_told_in_the_person_s_time(lea: Client) -> None:
    assert "Monday 30 November, 12:00</b> (CET)" in text(lea.get(MY))
    User.objects.filter(username="lea").update(time_zone="Asia/Tokyo")
    assert "Monday 30 November, 20:00</b> (JST)" in text(lea.get(MY))


def test_on_monday_morning_last_week_is_due_and_after_noon_the_next(
    reads_as: Callable[[str], Client], wednesday: Any
) -> None:
    client = reads_as("lea")
    for now, due in (
        (datetime(2026, 11, 23, 10, 59, tzinfo=UTC), CLOSED),
        (datetime(2026, 11, 23, 11, 0, tzinfo=UTC), DUE),
    ):
        wednesday.move_to(now)
        assert client.get(MY).context["mine"].week == due


@pytest.mark.parametrize("bad", ["2026-11-24", "yesterday", "2026-02-30", "%00", "9" * 90])
def test_a_bad_week_says_so_and_shows_the_one_that_is_due(lea: Client, bad: str) -> None:
    page = lea.get(f"{MY}?week={bad}")
    assert page.status_code == 200
    assert "is not a Monday" in text(page)
    assert page.context["mine"].week == DUE
    assert lea.post(MY, {"week": bad}).status_code == 422


def test_a_week_to_come_is_not_asked_for(lea: Client) -> None:
    assert lea.get(f"{MY}?week=2027-01-04").context["mine"].week == DUE


def test_before_there_is_a_company_the_page_says_so(lea: Client) -> None:
    Company.objects.all().delete()
    assert "There are no figures yet" in text(lea.get(MY))
