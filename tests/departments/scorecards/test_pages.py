"""The pages of scorecards: who sees and writes what, and what they answer to right and wrong requests."""

from __future__ import annotations

import json
import logging
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from departments.models import Entry, EntryChange, Measurable, User
from departments.scorecards.services.entries import entry_save
from tests.departments.scorecards.companies import CLOSED, DUE, NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
CELL = f"/scorecards/legal/cells/reviews/{DUE}/"
HTMX = {"HX-Request": "true"}


def text(response: Any) -> str:
    return str(response.content.decode())


def put(measurable: Measurable, week: date, value: int, by: User, version: int = 0) -> Entry:
    return entry_save(
        measurable=measurable, week=week, value=Decimal(value), note=None, version=version, user=by, now=NOW, how="grid"
    )


def test_the_grid_is_a_page_and_a_part(head: Client) -> None:
    page, part = head.get("/scorecards/legal/"), head.get("/scorecards/legal/", headers=HTMX)
    assert "<html" in text(page)
    assert "<html" not in text(part)
    assert "HX-Request" in page["Vary"]
    assert "Reviews done" in text(part)


def test_a_wrong_filter_shows_the_newest_weeks_and_says_so(head: Client) -> None:
    answer = head.get("/scorecards/legal/?weeks=7&until=soon&show=odd")
    assert answer.status_code == 200
    assert "The newest weeks are shown" in text(answer)
    assert f'data-week="{DUE}"' in text(answer)


@pytest.mark.parametrize("show", ["missed", "missing", "mine", "manual", "all"])
def test_a_filter_group_shows_its_measurables(
    head: Client, measurables: dict[str, Measurable], lea: User, show: str
) -> None:
    put(measurables["reviews"], DUE, 3, lea)
    Measurable.objects.filter(key="terms").update(owner=lea)
    names = {"missed": ["reviews"], "missing": ["terms"], "mine": ["terms"], "manual": ["reviews", "terms"]}
    answer = text(head.get(f"/scorecards/legal/?show={show}"))
    shown = [key for key in ("reviews", "terms", "wait") if f'data-key="{key}"' in answer]
    assert shown == names.get(show, ["reviews", "terms", "wait"])


def test_pages_go_back_and_forward_by_weeks(head: Client) -> None:
    answer = text(head.get("/scorecards/legal/"))
    assert "?until=2026-08-24" in answer
    assert "Newer" not in answer
    assert "Newer" in text(head.get("/scorecards/legal/?until=2026-08-24"))
    assert text(head.get("/scorecards/legal/?weeks=260")).count("data-week=") == 260


def test_a_cell_is_saved_and_what_depends_on_it_comes_along(head: Client, lea: User) -> None:
    answer = head.post(CELL, {"value": "21,5", "version": "0"}, headers=HTMX)
    assert answer.status_code == 200
    assert 'data-version="1"' in text(answer)
    assert 'id="average-' in text(answer)
    entry = Entry.objects.get()
    assert (entry.value, entry.entered_by) == (Decimal("21.5"), lea)


def test_without_htmx_saving_leads_back_to_the_grid(head: Client) -> None:
    assert head.post(CELL, {"value": "21", "version": "0"})["Location"] == "/scorecards/legal/"


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_the_second_is_told_by_both_ways_and_sees_both_values(
    head: Client, measurables: dict[str, Measurable], headers: dict[str, str]
) -> None:
    put(measurables["reviews"], DUE, 19, User.objects.get(username="sam"))
    answer = head.post(CELL, {"value": "25", "version": "0"}, headers=headers)
    assert answer.status_code == 409
    assert "Changed by sam in the meantime" in text(answer)
    assert "19" in text(answer)
    assert 'value="25"' in text(answer)
    assert Entry.objects.get().value == 19


def test_garbage_is_told_and_changes_nothing(head: Client) -> None:
    answer = head.post(CELL, {"value": "<b>lots", "version": "0"}, headers=HTMX)
    assert answer.status_code == 422
    assert "is not a number" in text(answer)
    assert "<b>lots" not in text(answer)
    assert not Entry.objects.exists()


@pytest.mark.parametrize("sent", [{}, {"action": "note"}, {"action": "delete", "value": "7"}, {"note": "why"}])
def test_a_request_without_a_value_empties_nothing(head: Client, sent: dict[str, str]) -> None:
    assert head.post(CELL, {"value": "21", "version": "0"}).status_code == 302
    answer = head.post(CELL, sent | {"version": "1"})
    assert (answer.status_code, Entry.objects.get().value) == (422, 21)
    assert "names no value" in answer.content.decode()


def test_a_note_and_undo_by_the_page_of_the_cell(head: Client) -> None:
    head.post(CELL, {"action": "note", "note": "two were ill", "version": "0"})
    assert "two were ill" in text(head.get(CELL))
    head.post(CELL, {"action": "undo", "version": "1"})
    assert Entry.objects.get().note == ""
    assert head.post(CELL, {"action": "undo", "version": "1"}).status_code == 409


@pytest.mark.parametrize(
    "address",
    [
        f"/scorecards/legal/cells/reviews/{DUE}/",
        "/scorecards/legal/paste/",
        f"/scorecards/legal/weeks/{DUE}/",
        "/scorecards/legal/upload/",
        "/scorecards/legal/remarks/",
        "/scorecards/legal/measurables/",
        "/scorecards/legal/measurables/reviews/",
        f"/scorecards/sales/cells/reviews/{DUE}/",
    ],
)
def test_a_hand_made_request_for_another_department_is_404_and_logged(
    other_head: Client, address: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    sent = {"value": "1", "version": "0", "cells": json.dumps([["reviews", DUE.isoformat(), 0, "1"]])}
    with caplog.at_level(logging.WARNING):
        assert other_head.post(address, sent).status_code == 404
    assert "refused" in caplog.text + capsys.readouterr().out
    assert not Entry.objects.exists()


@pytest.mark.parametrize("address", ["/scorecards/legal/", "/scorecards/legal/panel/", CELL, "/scorecards/nothing/"])
def test_what_one_may_not_see_is_not_there(other_head: Client, address: str) -> None:
    assert other_head.get(address).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        f"/scorecards/legal/cells/reviews/{DUE + timedelta(days=1)}/",
        "/scorecards/legal/cells/reviews/2026-99-99/",
        f"/scorecards/legal/cells/nothing/{DUE}/",
        "/scorecards/legal/download/pdf/",
    ],
)
def test_an_address_of_nothing_is_404(head: Client, address: str) -> None:
    assert head.get(address).status_code == 404


def block(*rows: tuple[str, date, str]) -> str:
    return json.dumps([[key, week.isoformat(), 0, value] for key, week, value in rows])


def test_a_block_is_taken_whole_or_not_at_all(head: Client) -> None:
    good = block(("reviews", DUE, "21"), ("terms", DUE, "71"))
    assert "2 cells written" in text(head.post("/scorecards/legal/paste/", {"cells": good}, headers=HTMX))
    bad = block(("reviews", CLOSED, "9"), ("terms", CLOSED, "many"))
    refused = head.post("/scorecards/legal/paste/", {"cells": bad}, headers=HTMX)
    assert refused.status_code == 422
    assert "On our own terms" in text(refused)
    assert Entry.objects.count() == 2
    undo = json.dumps([["reviews", DUE.isoformat(), 1], ["terms", DUE.isoformat(), 1]])
    head.post("/scorecards/legal/paste/", {"cells": undo, "action": "undo"}, headers=HTMX)
    assert list(Entry.objects.values_list("value", flat=True)) == [None, None]


@pytest.mark.parametrize("bad", ["\x0b", "\x00", "\ud800"])
def test_escapes_in_a_block_write_no_control_characters(head: Client, bad: str) -> None:
    """json.dumps escapes them, so that no filter of the form itself sees them."""
    for cells in (block(("reviews", DUE, f"2{bad}1")), block((f"re{bad}views", DUE, "21"))):
        refused = head.post("/scorecards/legal/paste/", {"cells": cells}, headers=HTMX)
        assert refused.status_code in (409, 422)
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    "cells",
    [
        *("", "{", "[1]", '[["reviews"]]', '[["reviews","x",0,"1"]]', "null", '"x"'),
        '[["reviews","2026-11-23",Infinity,"1"]]',
        "[" * 100_000,
    ],
)
def test_a_block_that_is_none_is_refused(head: Client, cells: str) -> None:
    assert head.post("/scorecards/legal/paste/", {"cells": cells}, headers=HTMX).status_code == 422


def test_the_form_of_a_week_takes_all_or_keeps_what_was_typed(head: Client) -> None:
    address = f"/scorecards/legal/weeks/{DUE}/"
    sent = {"value-reviews": "21", "note-reviews": "", "version-reviews": "0"}
    sent |= {"value-terms": "71,5", "note-terms": "better", "version-terms": "0"}
    wrong = head.post(address, sent | {"value-terms": "good"})
    assert wrong.status_code == 422
    assert 'value="21"' in text(wrong)
    assert not Entry.objects.exists()
    assert head.post(address, sent).status_code == 302
    assert EntryChange.objects.filter(how="form").count() == 2
    late = head.post(address, sent | {"value-reviews": "30"})
    assert late.status_code == 422
    assert "There is 21 now" in text(late)


def test_the_overview_says_who_is_in_late_or_missing(
    head: Client, measurables: dict[str, Measurable], lea: User
) -> None:
    put(measurables["reviews"], CLOSED, 22, lea)
    answer = text(head.get("/scorecards/"))
    assert "– missing" in answer
    put(measurables["terms"], CLOSED, 71, lea)
    answer = text(head.get("/scorecards/"))
    assert "◐ late" in answer
    assert "/scorecards/sales/" not in answer


def test_the_command_prints_the_scorecard(
    measurables: dict[str, Measurable], lea: User, capsys: pytest.CaptureFixture[str]
) -> None:
    put(measurables["reviews"], DUE, 22, lea)
    call_command("scorecard", "--department", "legal", "--json")
    answer = json.loads(capsys.readouterr().out)
    assert answer["department"] == "legal"
    assert answer["weeks"][0] == DUE.isoformat()
    assert answer["measurables"][0]["goal"] == {"rule": "at_least", "goal": 20.0, "goal_high": None}
    entries = answer["measurables"][0]["entries"]
    assert (entries[0]["value"], entries[0]["status"], entries[1]["status"]) == (22.0, "met", "missing")


def test_the_form_of_a_week_writes_only_what_was_changed_in_it(head: Client) -> None:
    """A number with more digits than a float holds, and a note of two lines, in fields that have one."""
    address, value = f"/scorecards/legal/weeks/{DUE}/", "99999999999999.123456"
    head.post(address, {"value-reviews": value, "version-reviews": "0", "note-reviews": "Two away.\r\nOne new."})
    assert f'value="{value}"' in head.get(address).content.decode()
    sent = {"value-reviews": value, "version-reviews": "1", "note-reviews": "Two away.One new."}
    assert head.post(address, sent).status_code == 302
    # Nor does it write what was not sent.
    assert head.post(address, {"version-reviews": "1"}).status_code == 302
    entry = Entry.objects.get()
    assert (entry.value, entry.note, entry.version) == (Decimal(value), "Two away.\nOne new.", 1)


def test_a_cell_without_a_number_is_said_to_have_none(head: Client) -> None:
    head.post(CELL, {"action": "note", "note": "On leave", "version": "0"})
    cells = json.dumps([["reviews", DUE.isoformat(), 0, "12"]])
    page = head.post("/scorecards/legal/paste/", {"cells": cells}, headers=HTMX).content.decode()
    assert "There is nothing now." in page
