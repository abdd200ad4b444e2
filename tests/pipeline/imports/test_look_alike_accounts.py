"""Accounts of a later file that look like ones that are in: named with their money, and never merged."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from departments.core.text import look_alike_form
from pipeline.models import Account
from pipeline.services.imports import company_folder_load
from tests.pipeline.folders import folder_write, part_write

ALIKE = [
    ("Müller GmbH", "Mueller GmbH"),
    ("Müller GmbH", unicodedata.normalize("NFD", "Müller GmbH")),
    ("Müller GmbH", "MÜLLER  GMBH "),
    ("Acme Inc", "Ａｃｍｅ Inc."),
    ("Acme", "Аcme"),
    ("Café Roma", "Cafe Roma"),
    ("Groß AG", "Gross AG"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_names_that_a_reader_takes_for_one_have_one_form(one: str, other: str) -> None:
    assert look_alike_form(one) == look_alike_form(other)


def test_other_names_stay_apart() -> None:
    names = ["Acme", "Acme 2", "Akme", "Müller", "Miller", "+++", "---", "Ромашка"]
    assert len({look_alike_form(name) for name in names}) == len(names)


@pytest.mark.django_db
@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_a_new_account_that_looks_like_an_old_one_is_named_with_its_money(tmp_path: Path, one: str, other: str) -> None:
    company_folder_load(path=folder_write(tmp_path / "in"))
    # Account A1 has deal O1; its newest amount is what the folder says last.
    assert company_folder_load(path=part_write(tmp_path / "b", {"accounts.csv": f"key,name\nA1,{one}\n"})).accepted
    before = Account.objects.count()
    result = company_folder_load(path=part_write(tmp_path / "c", {"accounts.csv": f"key,name\nA9,{other.strip()}\n"}))
    assert result.accepted
    (note,) = [note for note in result.notes if "with a name like that of an earlier one" in note]
    assert note.startswith("accounts.csv: 1 new account with a name like")
    assert f"“{one}” (1 deal, " in note
    assert "(0 deals)" in note
    assert Account.objects.count() == before + 1
    assert not Account.objects.exclude(merged_into="").exists()


@pytest.mark.django_db
def test_a_first_load_and_an_equal_row_again_say_nothing(tmp_path: Path) -> None:
    first = company_folder_load(path=folder_write(tmp_path / "in"))
    again = company_folder_load(path=folder_write(tmp_path / "in"))
    assert not [note for note in (*first.notes, *again.notes) if "with a name like" in note]
