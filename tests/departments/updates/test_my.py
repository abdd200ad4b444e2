"""My updates: the form of a week, row by row and all at once; whose it is; what is late; what nobody overwrites."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from departments.models import Entry, EntryChange, Measurable, User
from tests.departments.scorecards.companies import CLOSED, DUE
from tests.departments.updates.my_forms import HTMX, MY, Measurables, enter, form, text

pytestmark = pytest.mark.django_db


# --- whose ------------------------------------------------------------------------------------------------------
def test_a_head_is_asked_for_the_manual_numbers_of_the_department(lea: Client) -> None:
    page = lea.get(MY)
    assert [row.row.key for row in page.context["mine"].rows] == ["reviews", "terms"]
    assert page.context["message"] == "2 values due by Mon 12:00."
    assert "Days in review" in text(page)  # computed, to read only
    assert page.content.decode().count('inputmode="decimal"') == 2


def test_who_was_given_a_measurable_is_asked_for_it_alone(
    reads_as: Callable[[str], Client], wednesday: Any, measurables: Measurables
) -> None:
    Measurable.objects.filter(key="terms").update(owner=User.objects.get(username="mia"))
    page = reads_as("mia").get(MY)
    assert [row.row.key for row in page.context["mine"].rows] == ["terms"]
    assert page.context["sections"][0]["computed"] == []


def test_who_has_no_number_is_led_to_the_queue(reads_as: Callable[[str], Client], wednesday: Any) -> None:
    page = reads_as("mia").get(MY)
    assert "You have nothing to enter" in text(page)
    assert 'href="/my/queue/"' in text(page)


def test_an_executive_sees_who_is_missing(ceo: Client, measurables: Measurables) -> None:
    enter(measurables["calls"], CLOSED)
    page = ceo.get(MY)
    assert page.context["message"] == "1 department lacks values for the week of 16 Nov."
    assert "Reviews done, On our own terms" in text(page)
    assert "/departments/legal/remind/" in text(page)


@pytest.mark.parametrize(("who", "status"), [("bo", 404), ("lea", 200), ("dan", 200), ("ceo", 200)])
def test_the_board_has_no_week(reads_as: Callable[[str], Client], who: str, status: int) -> None:
    assert reads_as(who).get(MY).status_code == status
    assert Client().get(MY).status_code == 302


def test_another_department_s_row_is_not_there(lea: Client, measurables: Measurables) -> None:
    for key in ("calls", "wait"):
        pk = measurables[key].pk
        assert lea.post(f"/my/{pk}/", {f"value-{pk}": "7"}).status_code == 404
    assert lea.post("/my/99999/", {}).status_code == 404
    assert not Entry.objects.exists()


def test_wrong_methods_are_refused(lea: Client, measurables: Measurables) -> None:
    assert lea.delete(MY).status_code == 405
    assert lea.get(f"/my/{measurables['reviews'].pk}/").status_code == 405


def test_htmx_gets_the_part(lea: Client) -> None:
    page = lea.get(MY, headers=HTMX)
    assert b"<html" not in page.content
    assert "HX-Request" in page["Vary"]


# --- entering ---------------------------------------------------------------------------------------------------
def test_all_at_once(lea: Client, measurables: Measurables) -> None:
    page = lea.post(MY, form(measurables, reviews="1.234,5", terms="71", terms_note="a good week"), follow=True)
    assert "The week of 23 Nov is complete" in text(page)
    assert page.context["message"] == "All 2 values for the week of 23 Nov are in."
    entries = {entry.measurable.key: entry for entry in Entry.objects.select_related("measurable")}
    assert (entries["reviews"].value, entries["terms"].value) == (Decimal("1234.5"), 71)
    assert entries["terms"].note == "a good week"
    assert {change.how for change in EntryChange.objects.all()} == {"form"}
    assert entries["reviews"].entered_by == User.objects.get(username="lea")


def test_empty_is_not_zero(lea: Client, measurables: Measurables) -> None:
    page = lea.post(MY, form(measurables, reviews="0"), follow=True)
    assert "Still missing: On our own terms" in text(page)
    assert Entry.objects.get().value == 0


def test_what_is_right_is_kept_and_what_is_not_is_marked(lea: Client, measurables: Measurables) -> None:
    page = lea.post(MY, form(measurables, reviews="many", terms="71"))
    assert page.status_code == 422
    assert "“many” is not a number" in text(page)
    assert 'value="many"' in text(page)
    assert page.content.decode().count('aria-invalid="true"') == 1
    assert Entry.objects.get().measurable.key == "terms"


def test_row_by_row(lea: Client, measurables: Measurables) -> None:
    pk = measurables["reviews"].pk
    answer = lea.post(f"/my/{pk}/", form(measurables, reviews="21"), headers=HTMX)
    assert answer.status_code == 200
    assert "● met" in text(answer)
    assert f'name="version-{pk}" value="1"' in text(answer)
    assert "1 of 2 values for the week of 23 Nov are in." in text(answer)
    assert b"<input id=" not in answer.content  # what one types in meanwhile is not touched
    assert Entry.objects.get().value == 21


def test_a_row_that_cannot_be_taken_says_why(lea: Client, measurables: Measurables) -> None:
    pk = measurables["reviews"].pk
    answer = lea.post(f"/my/{pk}/", form(measurables, reviews="x"), headers=HTMX)
    assert answer.status_code == 422
    assert answer["HX-Retarget"] == f"#my-{pk}"
    assert 'aria-invalid="true"' in text(answer)


def test_without_scripts_a_row_leads_back_to_the_page(lea: Client, measurables: Measurables) -> None:
    answer = lea.post(f"/my/{measurables['reviews'].pk}/", form(measurables, reviews="21"))
    assert answer["Location"] == "/my/?week=2026-11-23"


def test_copied_from_last_week_with_a_mark(lea: Client, measurables: Measurables) -> None:
    enter(measurables["reviews"], CLOSED, 19)
    pk = measurables["reviews"].pk
    answer = lea.post(f"/my/{pk}/", form(measurables) | {"copy": str(pk)}, headers=HTMX)
    assert "copied from last week" in text(answer)
    entry = Entry.objects.get(week=DUE)
    assert (entry.value, entry.copied) == (19, True)
    lea.post(f"/my/{pk}/", form(measurables, reviews="20") | {f"version-{pk}": "1"}, headers=HTMX)
    entry.refresh_from_db()
    assert (entry.value, entry.copied) == (20, False)


def test_nothing_to_copy_is_told(lea: Client, measurables: Measurables) -> None:
    pk = measurables["reviews"].pk
    answer = lea.post(f"/my/{pk}/", form(measurables) | {"copy": str(pk)}, headers=HTMX)
    assert answer.status_code == 422
    assert "no value to copy" in text(answer)


def test_nothing_to_report_is_an_answer_and_no_number(lea: Client, measurables: Measurables) -> None:
    pk = measurables["reviews"].pk
    answer = lea.post(f"/my/{pk}/", form(measurables) | {f"nothing-{pk}": "on"}, headers=HTMX)
    assert "nothing to report" in text(answer)
    entry = Entry.objects.get()
    assert (entry.value, entry.note) == (None, "Nothing to report")
    assert lea.get(MY).context["mine"].answered == 1
    # Unticked again, it is open again.
    lea.post(f"/my/{pk}/", form(measurables, reviews_note=entry.note) | {f"version-{pk}": "1"}, headers=HTMX)
    assert lea.get(MY).context["mine"].answered == 0


# --- two people -------------------------------------------------------------------------------------------------
def test_the_second_of_two_people_is_told_and_nothing_is_overwritten(
    lea: Client, reads_as: Callable[[str], Client], measurables: Measurables
) -> None:
    reads_as("dan").post(MY, form(measurables, reviews="25"))
    page = lea.post(MY, form(measurables, reviews="21"))
    assert page.status_code == 422
    assert "Changed by Dan" in text(page)
    assert "It is <b>25</b> now" in text(page)
    assert 'value="21"' in text(page)
    assert Entry.objects.get().value == 25
    # Sent again with what the page holds now, it is the wish of who knows.
    pk = measurables["reviews"].pk
    lea.post(MY, form(measurables, reviews="21") | {f"version-{pk}": "1"})
    assert Entry.objects.get().value == 21


def test_an_old_page_with_empty_fields_empties_nothing(
    lea: Client, reads_as: Callable[[str], Client], measurables: Measurables
) -> None:
    reads_as("dan").post(MY, form(measurables, reviews="25"))
    lea.post(MY, form(measurables, terms="71"))
    assert sorted(Entry.objects.values_list("value", flat=True)) == [25, 71]


def test_two_fields_changed_at_once_are_no_conflict(lea: Client, measurables: Measurables) -> None:
    """The second was sent before the first came back, so with the old version."""
    pk = measurables["reviews"].pk
    lea.post(f"/my/{pk}/", form(measurables, reviews="21"), headers=HTMX)
    answer = lea.post(f"/my/{pk}/", form(measurables, reviews="21", reviews_note="one was large"), headers=HTMX)
    assert answer.status_code == 200
    assert Entry.objects.get().note == "one was large"


# --- cost -------------------------------------------------------------------------------------------------------
def test_the_page_asks_few_queries_however_many_rows(lea: Client, measurables: Measurables) -> None:
    lea.get(MY)

    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            lea.get(MY)
        return len(asked)

    before = count()
    for number in range(20):
        made = Measurable.objects.create(
            key=f"more-{number}", name="More", department=measurables["reviews"].department
        )
        enter(made, DUE)
        enter(made, CLOSED)
    assert count() <= before <= 14


def test_a_note_of_two_lines_stays_where_only_the_number_is_changed(lea: Client, measurables: Measurables) -> None:
    """The field has one line: browsers show the note there without its line breaks and send it back so."""
    enter(measurables["reviews"], DUE, 20, note="Two away.\nOne new.", version=1)
    pk = measurables["reviews"].pk
    sent = form(measurables, reviews="21", reviews_note="Two away.One new.") | {f"version-{pk}": "1"}
    assert lea.post(MY, sent).status_code == 302
    entry = Entry.objects.get()
    assert (entry.value, entry.note) == (21, "Two away.\nOne new.")
    change = EntryChange.objects.get()
    assert change.old_note == change.new_note
    sent = form(measurables, reviews="21", reviews_note="Two away. One new.") | {f"version-{pk}": "2"}
    assert lea.post(MY, sent).status_code == 302
    assert Entry.objects.get().note == "Two away. One new.", "what was changed is changed"


def test_a_row_is_saved_to_no_other_week_than_it_names(lea: Client, measurables: Measurables) -> None:
    pk = measurables["reviews"].pk
    row = {f"value-{pk}": "21", f"version-{pk}": "0"}
    for week in ("2026-02-30", "2026-11-24", "9999-12-31"):
        assert lea.post(f"/my/{pk}/", row | {"week": week}, headers=HTMX).status_code == 404
    assert not Entry.objects.exists()


def test_a_row_that_cannot_be_saved_says_so_without_a_script(lea: Client, measurables: Measurables) -> None:
    pk = measurables["reviews"].pk
    page = lea.post(f"/my/{pk}/", {f"value-{pk}": "a few", "week": DUE.isoformat()}, follow=True)
    assert "“a few” is not a number" in text(page)


def test_a_row_whose_value_is_gone_shows_it(lea: Client, measurables: Measurables) -> None:
    """Seen with a version; the import that brought it was undone since."""
    pk = measurables["reviews"].pk
    sent = {f"value-{pk}": "21", f"version-{pk}": "3", "week": DUE.isoformat()}
    page = lea.post(f"/my/{pk}/", sent, headers=HTMX)
    assert (page.status_code, "taken out in the meantime" in text(page)) == (422, True)
