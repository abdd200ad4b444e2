"""The upload page of a scorecard: what nobody can be sure of is refused before anything is offered."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from departments.models import Entry, Measurable, User
from departments.scorecards.services.entries import CellText, PasteRefused, entries_paste
from tests.departments.scorecards.companies import DUE, NOW
from tests.departments.scorecards.workbooks import workbook

pytestmark = pytest.mark.django_db
ADDRESS = "/scorecards/legal/upload/"
WEEKS = "2026-11-09,2026-11-16"


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def head(lea: User) -> Client:
    client = Client()
    client.force_login(lea, backend="django.contrib.auth.backends.ModelBackend")
    return client


def sent(client: Client, data: bytes, name: str = "card.csv") -> Any:
    return client.post(ADDRESS, {"file": SimpleUploadedFile(name, data)})


def values() -> dict[str, Decimal | None]:
    return {f"{entry.measurable.key} {entry.week:%d}": entry.value for entry in Entry.objects.all()}


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ("reviews,10 20,12 5", "a space marks thousands"),
        ("reviews,1'2,3", "a space marks thousands"),
        ('reviews,"1\n2",3', "has a line break inside"),
        ("reviews,12 %,3", "the unit of Reviews done is reviews"),
        ("reviews,#DIV/0!,3", "a spreadsheet error"),
        ("reviews,12,5,7", "Line 2 has 4 fields where the header has 3"),
        ("reviews,11,\nreviews,12,", "reviews appears in rows 2, 3"),
        ("calls,4,5", "no measurable with this key"),
        ("wait,4,5", "It is computed"),
    ],
)
def test_a_file_with_a_doubtful_cell_is_refused_and_offers_nothing(head: Client, rows: str, why: str) -> None:
    answer = sent(head, f"key,{WEEKS}\n{rows}\n".encode())
    assert answer.status_code == 422
    assert why in answer.content.decode().replace("&#x27;", "'")
    assert "signed" not in answer.context
    assert not Entry.objects.exists()


def test_a_cell_that_is_refused_is_named_with_its_place_and_its_text(head: Client) -> None:
    answer = sent(head, workbook([["reviews", "10 20", 7]]), "card.xlsx").content.decode()
    assert "B2: " in answer
    assert "10 20" in answer


@pytest.mark.parametrize("unit", ["hours", "k reviews", "%"])
def test_values_in_another_unit_are_refused_naming_both(head: Client, unit: str) -> None:
    answer = sent(head, f"key,unit,{WEEKS}\nreviews,{unit},4,5\n".encode())
    assert answer.status_code == 422
    words = f"The file gives the unit “{unit}”, and Reviews done is measured in “reviews”."
    assert words in answer.content.decode()
    assert "signed" not in answer.context


@pytest.mark.parametrize("unit", ["", "reviews", " Reviews "])
def test_the_same_unit_written_otherwise_is_the_same(head: Client, unit: str) -> None:
    assert "signed" in sent(head, f"key,unit,{WEEKS}\nreviews,{unit},4,5\n".encode()).context


def test_a_week_to_come_is_refused_before_it_is_offered(head: Client) -> None:
    answer = sent(head, b"key,2026-11-30\nreviews,4\n")
    assert "The week of 30 November 2026 has not begun" in answer.content.decode()
    assert "signed" not in answer.context


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_percent_is_the_same_from_a_workbook_and_from_its_csv(head: Client, kind: str) -> None:
    data = workbook([["terms", 0.125, 71]], formats={(1, 1): "0.0%"})
    answer = sent(head, data if kind == "xlsx" else f"key,{WEEKS}\nterms,12.5%,71\n".encode(), f"card.{kind}")
    head.post(ADDRESS, {"changes": answer.context["signed"]})
    assert values() == {"terms 09": Decimal("12.5"), "terms 16": 71}


def test_a_percent_cell_of_a_measurable_in_another_unit_is_refused(head: Client) -> None:
    answer = sent(head, workbook([["reviews", 0.125]], formats={(1, 1): "0.0%"}), "card.xlsx")
    assert "“12.5%” is in percent, and the unit of Reviews done is reviews" in answer.content.decode()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("key", ["=reviews", "-reviews", "@reviews", "'=reviews"])
def test_a_downloaded_file_changes_nothing_when_it_comes_back(
    head: Client, measurables: dict[str, Measurable], kind: str, key: str
) -> None:
    Measurable.objects.filter(key="reviews").update(key=key, name="=1+1")
    Entry.objects.create(measurable=measurables["reviews"], week=DUE, value=Decimal("1.234"))
    Entry.objects.create(measurable=measurables["terms"], week=DUE, value=Decimal("71.123456"))
    out = head.get(f"/scorecards/legal/download/{kind}/").content
    answer = sent(head, out, f"card.{kind}")
    assert "All 2 cells already have these values" in answer.content.decode()


def test_a_key_that_kept_its_guard_in_a_workbook_is_known(head: Client) -> None:
    Measurable.objects.filter(key="reviews").update(key="=reviews")
    assert len(sent(head, workbook([["'=reviews", 5]]), "card.xlsx").context["changes"]) == 1


def test_an_upload_that_is_too_large_is_refused_by_its_size(head: Client) -> None:
    answer = sent(head, b"key,2026-11-16\n" + b"x,1\n" * 1_500_000)
    assert answer.status_code == 422
    assert "larger than 4 MB" in answer.content.decode()


def test_the_upload_is_still_guarded_against_forgery(lea: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(lea, backend="django.contrib.auth.backends.ModelBackend")
    assert sent(client, f"key,{WEEKS}\nreviews,4,5\n".encode()).status_code == 403


def test_a_cell_that_comes_twice_in_a_block_is_refused_as_that(measurables: dict[str, Measurable], lea: User) -> None:
    cell = CellText(measurable="reviews", week=DUE, version=0, text="5")
    with pytest.raises(PasteRefused) as refused:
        entries_paste(department=measurables["reviews"].department_id, cells=[cell, cell], user=lea, now=NOW)
    assert refused.value.errors == {("reviews", DUE): "It comes 2 times; send it once."}


def test_a_note_with_a_nul_character_is_stored_as_it_can_be_read(head: Client) -> None:
    head.post(f"/scorecards/legal/cells/reviews/{DUE}/", {"action": "note", "note": "two\0were ill", "version": "0"})
    assert Entry.objects.get().note == "two were ill"


@pytest.mark.parametrize(
    "address",
    [
        "/scorecards/%00/",
        "/scorecards/legal/measurables/%00/",
        f"/scorecards/legal/cells/%00/{DUE}/",
        "/scorecards/legal/cells/reviews/9999-12-27/",
        "/scorecards/legal/cells/reviews/0001-01-01/",
        "/scorecards/legal/weeks/9999-12-27/",
        "/scorecards/legal/weeks/0001-01-01/",
        "/scorecards/~00/",
        "/scorecards/legal/download/%00/",
        "/scorecards/%00/upload/",
    ],
)
def test_an_address_that_can_be_none_is_not_found(head: Client, address: str) -> None:
    assert head.get(address).status_code == 404


@pytest.mark.parametrize(
    "query",
    ["until=9999-12-31", "until=0001-01-01", "until=%00", "show=%00", "weeks=%00", "start=99999999999999999999"],
)
def test_any_question_gets_a_page(head: Client, query: str) -> None:
    assert head.get(f"/scorecards/legal/?{query}").status_code == 200
    assert head.get(f"/scorecards/legal/panel/?{query}").status_code == 200
    assert head.get(f"/scorecards/legal/download/csv/?{query}").status_code == 200


@pytest.mark.parametrize("week", ["0001-01-01", "9999-12-27", "\0"])
def test_my_week_of_another_age_says_so(head: Client, week: str) -> None:
    assert head.get("/my/", {"week": week}).status_code in (200, 404)


def test_setting_up_with_a_name_that_is_too_long_is_refused(head: Client) -> None:
    sent = {"action": "change", "name": "x" * 300, "unit": "", "owner": "", "weight": "1"}
    assert head.post("/scorecards/legal/measurables/reviews/", sent).status_code == 422
