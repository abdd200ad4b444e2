"""Values that cannot be are refused, and far-off ones asked about once, whichever way they come."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from departments.models import Entry, Measurable, UpdateLink, User
from departments.scorecards.services.entries import EntryRefused, entry_save, entry_undo
from departments.updates.services.update_links import update_link_issue, update_link_token
from tests.departments.scorecards.companies import CLOSED, DUE, NOW

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
type Send = Callable[[str, bool], Any]
"""Sends a value for reviews (or terms) of the week that is due, and says again that it is right, or not."""


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def head(lea: User, measurables: dict[str, Measurable]) -> Client:
    for back, value in enumerate(("21", "20", "22")):
        week = CLOSED - timedelta(days=7 * back)
        Entry.objects.create(measurable=measurables["reviews"], week=week, value=Decimal(value))
        Entry.objects.create(measurable=measurables["terms"], week=week, value=Decimal(70) + back)
    client = Client()
    client.force_login(lea, backend="django.contrib.auth.backends.ModelBackend")
    return client


def stored(key: str = "reviews") -> Decimal | None:
    entry = Entry.objects.filter(measurable__key=key, week=DUE).first()
    return entry.value if entry else None


def by_cell(client: Client, key: str, text: str, *, sure: bool) -> Any:
    sent = {"value": text, "version": "0"} | ({"sure": text} if sure else {})
    return client.post(f"/scorecards/legal/cells/{key}/{DUE}/", sent)


def by_cell_in_the_grid(client: Client, key: str, text: str, *, sure: bool) -> Any:
    sent = {"value": text, "version": "0"} | ({"sure": text} if sure else {})
    return client.post(f"/scorecards/legal/cells/{key}/{DUE}/", sent, headers=HTMX)


def by_paste(client: Client, key: str, text: str, *, sure: bool) -> Any:
    sent = {"cells": json.dumps([[key, DUE.isoformat(), 0, text]])} | ({"sure": "1"} if sure else {})
    return client.post("/scorecards/legal/paste/", sent, headers=HTMX)


def by_week(client: Client, key: str, text: str, *, sure: bool) -> Any:
    sent = {f"value-{key}": text, f"version-{key}": "0"} | ({f"sure-{key}": text} if sure else {})
    other = "terms" if key == "reviews" else "reviews"
    return client.post(f"/scorecards/legal/weeks/{DUE}/", sent | {f"version-{other}": "0"})


def by_my_week(client: Client, key: str, text: str, *, sure: bool) -> Any:
    pk = Measurable.objects.get(key=key).pk
    return client.post("/my/", {f"value-{pk}": text, "week": DUE.isoformat()} | ({f"sure-{pk}": text} if sure else {}))


def by_my_row(client: Client, key: str, text: str, *, sure: bool) -> Any:
    pk = Measurable.objects.get(key=key).pk
    sent = {f"value-{pk}": text, "week": DUE.isoformat()} | ({f"sure-{pk}": text} if sure else {})
    return client.post(f"/my/{pk}/", sent, headers=HTMX)


def link_address() -> str:
    lea = User.objects.get(username="lea")
    department = Measurable.objects.get(key="reviews").department_id
    link: UpdateLink = update_link_issue(user=lea, department=department, week=DUE, now=NOW)
    return f"/u/{update_link_token(link)}/"


def by_link(client: Client, key: str, text: str, *, sure: bool) -> Any:
    pk = Measurable.objects.get(key=key).pk
    return Client().post(link_address(), {f"value-{pk}": text} | ({f"sure-{pk}": text} if sure else {}))


def by_file(client: Client, key: str, text: str, *, sure: bool) -> Any:
    data = f'key,{DUE}\n{key},"{text}"\n'.encode()
    looked = client.post("/scorecards/legal/upload/", {"file": SimpleUploadedFile("card.csv", data)})
    if "signed" not in looked.context:
        return looked
    sent = {"changes": looked.context["signed"]} | ({"sure": "1"} if sure else {})
    return client.post("/scorecards/legal/upload/", sent)


WAYS = [by_cell, by_cell_in_the_grid, by_paste, by_week, by_my_week, by_my_row, by_link, by_file]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("key", "text", "why"),
    [("terms", "640", "is above 100"), ("terms", "-1", "is below 0"), ("reviews", "-4", "is below 0")],
)
def test_what_cannot_be_is_refused_by_every_way(head: Client, way: Any, key: str, text: str, why: str) -> None:
    for sure in (False, True):
        answer = way(head, key, text, sure=sure)
        assert answer.status_code == 422
        assert why in answer.content.decode()
        assert stored(key) is None


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("text", ["210", "2.1", "2,100"])
@pytest.mark.always(8)
def test_what_is_far_off_is_asked_about_once_by_every_way(head: Client, way: Any, text: str) -> None:
    answer = way(head, "reviews", text, sure=False)
    assert answer.status_code == 422
    assert "the weeks before, which had 21 or so" in answer.content.decode()
    assert stored() is None
    assert way(head, "reviews", text, sure=True).status_code in (200, 302)
    assert stored() == Decimal(text.replace(",", ""))


@pytest.mark.parametrize("way", WAYS)
def test_what_is_near_is_taken_at_once_by_every_way(head: Client, way: Any) -> None:
    assert way(head, "reviews", "1e1", sure=False).status_code == 422
    assert way(head, "reviews", "35", sure=False).status_code in (200, 302)
    assert stored() == 35


@pytest.mark.parametrize("way", [by_cell, by_week, by_my_week, by_my_row])
def test_being_sure_of_one_value_is_not_being_sure_of_the_next(head: Client, way: Any) -> None:
    pk = Measurable.objects.get(key="reviews").pk
    answer = way(head, "reviews", "210", sure=False).content.decode()
    assert any(f'name="{name}" value="210"' in answer for name in ("sure", "sure-reviews", f"sure-{pk}"))
    addresses = {
        by_cell: (f"/scorecards/legal/cells/reviews/{DUE}/", {"value": "2100", "version": "0", "sure": "210"}),
        by_week: (f"/scorecards/legal/weeks/{DUE}/", {"value-reviews": "2100", "version-reviews": "0",
                  "version-terms": "0", "sure-reviews": "210"}),
        by_my_week: ("/my/", {f"value-{pk}": "2100", f"sure-{pk}": "210"}),
        by_my_row: (f"/my/{pk}/", {f"value-{pk}": "2100", f"sure-{pk}": "210"}),
    }  # fmt: skip
    address, sent = addresses[way]
    assert head.post(address, sent, headers=HTMX if way is by_my_row else {}).status_code == 422
    assert stored() is None


def test_own_limits_count_instead_of_those_of_the_unit(head: Client) -> None:
    address = "/scorecards/legal/measurables/terms/"
    sent = {"action": "change", "name": "Growth", "unit": "%", "owner": "", "weight": "1", "limits": "own"}
    assert head.post(address, sent | {"lowest": "-50", "highest": ""}).status_code == 302
    assert "from -50" in head.get(address).content.decode()
    assert by_cell(head, "terms", "-51", sure=True).status_code == 422
    assert by_cell(head, "terms", "640", sure=True).status_code == 302


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"limits": "unit", "lowest": "5"}, "Choose “as set here”"),
        ({"limits": "own", "lowest": "5", "highest": "4"}, "is below the lowest, 5"),
        ({"limits": "own", "lowest": "1,234"}, "could be 1234 or 1.2340"),
        ({"limits": "none"}, "Select a valid choice"),
    ],
)
def test_limits_that_make_no_sense_are_refused(head: Client, changes: dict[str, str], why: str) -> None:
    sent = {"action": "change", "name": "Growth", "unit": "%", "owner": "", "weight": "1"} | changes
    answer = head.post("/scorecards/legal/measurables/terms/", sent)
    assert answer.status_code == 422
    assert why in answer.content.decode()


def test_a_goal_that_could_be_a_thousand_times_off_is_refused(head: Client) -> None:
    sent = {"action": "goal", "rule": "at_least", "goal": "1.234", "effective_from": DUE.isoformat()}
    answer = head.post("/scorecards/legal/measurables/reviews/", sent)
    assert "“1.234” could be 1.2340 or 1234" in answer.content.decode()
    assert head.post("/scorecards/legal/measurables/reviews/", sent | {"goal": "1.2340"}).status_code == 302
    assert 'value="1.2340"' in head.get("/scorecards/legal/measurables/reviews/").content.decode()


def test_undoing_puts_back_what_was_possible_once(measurables: dict[str, Measurable], lea: User) -> None:
    Measurable.objects.filter(key="terms").update(limits="own")
    one = Measurable.objects.get(key="terms")
    kept: dict[str, Any] = {"measurable": one, "week": DUE, "user": lea, "now": NOW}
    entry_save(value=Decimal(140), note=None, version=0, how="grid", **kept)
    entry_save(value=Decimal(90), note=None, version=1, how="grid", **kept)
    Measurable.objects.filter(key="terms").update(limits="unit")
    assert entry_undo(version=2, **kept).value == 140
    with pytest.raises(EntryRefused, match="is above 100"):
        entry_save(value=Decimal(141), note=None, version=3, how="grid", **kept)


def test_measurables_that_hold_impossible_values_get_limits_of_their_own(measurables: dict[str, Measurable]) -> None:
    Entry.objects.create(measurable=measurables["terms"], week=DUE, value=140)
    Entry.objects.create(measurable=measurables["reviews"], week=DUE, value=7)
    import_module("departments.migrations.0015_limits_fit_what_was_entered").fit(apps, None)
    bounds = {one.key: str(one.bounds) for one in Measurable.objects.all()}
    assert (bounds["terms"], bounds["reviews"]) == ("from 0", "from 0")
    assert Measurable.objects.get(key="reviews").limits == "unit"


def test_a_link_is_not_used_up_by_sending_nothing_of_its_own(head: Client) -> None:
    address, pk = link_address(), Measurable.objects.get(key="reviews").pk
    for sent in ({}, {"value-999999": "5"}, {f"value-{pk}": "  "}, {f"value-{pk}": "", f"note-{pk}": ""}):
        answer = Client().post(address, sent)
        assert answer.status_code == 422
        assert "Nothing was filled in" in answer.content.decode()
    assert Client().post(address, {f"value-{pk}": "21"}).status_code == 200
    assert Client().get(address).status_code == 410


def test_a_large_number_is_written_out_on_the_page_of_its_cell(head: Client) -> None:
    Entry.objects.filter(measurable__key="reviews", week=CLOSED).update(value=1000)
    answer = head.get(f"/scorecards/legal/cells/reviews/{CLOSED}/").content.decode()
    assert 'value="1000"' in answer
    assert "E+" not in answer
