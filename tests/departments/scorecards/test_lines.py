"""A large scorecard comes in blocks of lines, each with the address of the next; nothing is left out or doubled."""

from __future__ import annotations

import re
from datetime import date

import pytest
import time_machine
from django.test import Client

from departments.models import Department, Goal, Measurable, User
from tests.departments.scorecards.companies import DUE, NOW

pytestmark = pytest.mark.django_db
PAGE = "/scorecards/legal/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def many(measurables: dict[str, Measurable], lea: User) -> Client:
    legal = Department.objects.get(key="legal")
    made = Measurable.objects.bulk_create(
        Measurable(department=legal, key=f"more{n}", name=f"More {n}", unit="x", position=n) for n in range(120)
    )
    Goal.objects.bulk_create(
        Goal(measurable=row, effective_from=date(2020, 1, 6), rule="at_least", goal=1) for row in made
    )
    client = Client()
    client.force_login(lea, backend="django.contrib.auth.backends.ModelBackend")
    return client


def lines(text: str) -> list[str]:
    return re.findall(r'<tr id="row-\d+" data-key="([^"]+)"', text)


@pytest.mark.always(2)
@pytest.mark.parametrize("weeks", [13, 260])
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "part"])
def test_following_the_addresses_shows_every_measurable_once(many: Client, weeks: int, headers: dict[str, str]) -> None:
    address, found = f"?weeks={weeks}", list[str]()
    with time_machine.travel(NOW, tick=False):
        while address:
            text = many.get(PAGE + address, headers=headers).content.decode()
            found += lines(text)
            following = re.search(r'hx-get="(\?[^"]*start=\d+)"', text)
            address = following[1].replace("&amp;", "&") if following else ""
    expected = Measurable.objects.filter(department__key="legal", archived=False).order_by("position", "id")
    assert found == list(expected.values_list("key", flat=True))


def test_one_cell_of_a_page_is_where_the_keyboard_comes_in(many: Client) -> None:
    with time_machine.travel(NOW, tick=False):
        text = many.get(PAGE).content.decode()
        part = many.get(f"{PAGE}?start=50", headers=HTMX).content.decode()
    assert len(re.findall(r'<td id="cell-[^>]*tabindex="0"', text)) == 1
    assert 'tabindex="0"' not in part
    assert "<table" not in part


def test_beyond_the_last_line_there_is_a_way_back(many: Client) -> None:
    with time_machine.travel(NOW, tick=False):
        text = many.get(f"{PAGE}?start=5000").content.decode()
    assert lines(text) == []
    assert "There are only" in text
    assert "From the first measurable" in text


def test_after_a_paste_the_lines_written_are_shown(many: Client) -> None:
    key = lines(many.get(f"{PAGE}?start=50").content.decode())[-1]
    with time_machine.travel(NOW, tick=False):
        answer = many.post(f"{PAGE}paste/", {"cells": f'[["{key}", "{DUE}", 0, "7"]]'}, headers=HTMX)
    assert "1 cell written" in answer.content.decode()
    assert key in lines(answer.content.decode())


def test_all_that_are_off_track_are_named_not_only_those_shown(many: Client) -> None:
    last = Measurable.objects.filter(department__key="legal").order_by("position", "id").last()
    assert last
    with time_machine.travel(NOW, tick=False):
        many.post(f"{PAGE}paste/", {"cells": f'[["{last.key}", "{DUE}", 0, "0"]]'}, headers=HTMX)
        text = many.get(PAGE).content.decode()
    assert f"<b>{last.name}</b>" in text
    assert last.key not in lines(text)


def test_many_that_are_off_track_are_named_up_to_twenty_and_the_grid_has_the_others(many: Client) -> None:
    keys = [f"more{n}" for n in range(40, 65)]
    cells = ", ".join(f'["{key}", "{DUE}", 0, "0"]' for key in keys)
    with time_machine.travel(NOW, tick=False):
        many.post(f"{PAGE}paste/", {"cells": f"[{cells}]"}, headers=HTMX)
        text = many.get(PAGE).content.decode()
        only = many.get(f"{PAGE}?show=missed").content.decode()
    named = re.findall(r"<b>(More \d+)</b>", text)
    assert named == [f"More {n}" for n in range(40, 60)]
    assert '<a href="?show=missed">The other 5 in the grid</a>' in text
    assert lines(only) == keys
