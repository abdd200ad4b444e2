"""Scorecards as files, by the pages: out, back in after a look, and refused with a reason."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from departments.models import Entry, EntryChange, Measurable, User
from departments.scorecards.services.entries import entry_save
from tests.departments.scorecards.companies import DUE, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def head(lea: User) -> Client:
    return signed_in(lea)


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


def put(measurable: Measurable, week: date, value: int, by: User, version: int = 0) -> Entry:
    return entry_save(
        measurable=measurable, week=week, value=Decimal(value), note=None, version=version, user=by, now=NOW, how="grid"
    )


def test_a_workbook_goes_out_and_comes_back_after_a_look(
    head: Client, measurables: dict[str, Measurable], lea: User
) -> None:
    put(measurables["reviews"], DUE, 19, lea)
    out = head.get("/scorecards/legal/download/xlsx/")
    book = load_workbook(BytesIO(out.content))
    sheet = book.worksheets[0]
    assert sheet["E2"].value == 19
    sheet["E2"], sheet["E3"] = 25.5, 72
    changed = BytesIO()
    book.save(changed)
    preview = head.post("/scorecards/legal/upload/", {"file": SimpleUploadedFile("card.xlsx", changed.getvalue())})
    assert "2 of 2 cells would change" in text(preview)
    assert Entry.objects.get().value == 19
    assert head.post("/scorecards/legal/upload/", {"changes": preview.context["signed"]}).status_code == 302
    assert [str(entry.value.normalize()) for entry in Entry.objects.all() if entry.value] == ["25.5", "72"]
    assert EntryChange.objects.filter(how="file").count() == 2


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"\xff\xfe\x00", "neither an XLSX file nor CSV"),
        (b"PK\x03\x04nonsense", "cannot be opened"),
        (b"name,2026-11-23\nx,1\n", "no column"),
        (b"key,name\nreviews,x\n", "headed by a week"),
        (b"key,2026-11-23\nreviews,lots\n", "is not a number"),
        (b"key,2026-11-23\ncalls,4\n", "no measurable with this key"),
        (b"key,2026-11-24\nreviews,4\n", "is not a Monday"),
    ],
)
def test_a_file_that_cannot_be_taken_says_why(head: Client, data: bytes, why: str) -> None:
    answer = head.post("/scorecards/legal/upload/", {"file": SimpleUploadedFile("card.csv", data)})
    assert answer.status_code == 422
    if data:
        assert why in text(answer)
    assert not Entry.objects.exists()


def test_names_in_a_csv_are_no_formulas(head: Client) -> None:
    Measurable.objects.filter(key="reviews").update(name="=1+1")
    assert ",'=1+1," in text(head.get("/scorecards/legal/download/csv/"))
