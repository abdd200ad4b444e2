"""Days and times in the reader's order: formats turned one by one, and pages by account and by browser."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.test import Client

from departments.day_formats import (
    AMERICAN,
    BRITISH,
    DayStyle,
    day_text,
    style_of_language,
    template_format,
    using_day_style,
)
from departments.models import Membership, User

NOON = datetime(2026, 11, 23, 14, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("j M Y", "M j, Y"),
        ("j M Y, H:i", "M j, Y, g:i A"),
        ("D j M, H:i", "D, M j, g:i A"),
        ("l j F Y", "l, F j, Y"),
        ("j M Y, H:i:s", "M j, Y, g:i:s A"),
        ("Y-m-d", "Y-m-d"),
        ("F Y", "F Y"),
        ("W", "W"),
        ("c", "c"),
    ],
)
def test_formats(british: str, american: str) -> None:
    assert template_format(british) == british
    with using_day_style(AMERICAN):
        assert template_format(british) == american
    assert template_format(british) == british


def test_a_day_in_words() -> None:
    day = date(2026, 11, 3)
    assert (day_text(day), day_text(day, "%a %-d %b")) == ("3 Nov 2026", "Tue 3 Nov")
    with using_day_style(AMERICAN):
        assert (day_text(day), day_text(day, "%a %-d %b")) == ("Nov 3, 2026", "Tue, Nov 3")


def test_the_filter_of_every_template() -> None:
    page = Template('{{ at|date:"j M Y, H:i" }} {{ none|date:"j M Y"|default:"–" }}')
    context = Context({"at": NOON, "none": None})
    assert page.render(context) == "23 Nov 2026, 14:05 –"
    with using_day_style(DayStyle(twelve_hours=True)):
        assert page.render(context) == "23 Nov 2026, 2:05 PM –"
    with using_day_style(AMERICAN):
        assert page.render(context) == "Nov 23, 2026, 2:05 PM –"


def test_only_american_english_puts_the_month_first() -> None:
    assert style_of_language("en-us") == style_of_language("en-US") == AMERICAN
    for language in ("en", "en-gb", "de", "fr-ch", "", "xx"):
        assert style_of_language(language) == BRITISH


@pytest.mark.django_db
def test_the_account_says_how_and_else_the_browser() -> None:
    user = User.objects.create_user("ceo", last_login=NOON, time_zone="UTC")
    Membership.objects.create(user=user, role="executive")
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    User.objects.update(last_login=NOON)
    us = {"Accept-Language": "en-US,en;q=0.9"}
    assert "23 Nov 2026, 14:05" in client.get("/people/").content.decode()
    assert "Nov 23, 2026, 2:05 PM" in client.get("/people/", headers=us).content.decode()
    form = {"first_name": "", "last_name": "", "time_zone": "", "number_style": "de", "day_style": "day"}
    assert client.post("/account/", form | {"clock_style": "12"}).status_code == 302
    assert "23 Nov 2026, 2:05 PM" in client.get("/people/", headers=us).content.decode()
    assert client.post("/account/", form | {"clock_style": "13"}).status_code == 422
