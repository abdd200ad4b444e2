"""Heads of departments by date in a company folder: in, out again, undone, and refused where there would be two."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from departments.models import Department, DepartmentHead, Membership, User
from pipeline.imports.problems import UndoRefused
from pipeline.services.imports import company_folder_load
from pipeline.services.imports_export import company_folder_export
from pipeline.services.imports_undo import import_undo
from tests.pipeline.folders import folder_bytes, folder_write, out_and_in_again, part_write

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = "department,name,since,until\n"
HEADS = f"{NAMES}sales,Anna Roth,,2026-03-31\nsales,Bruno Falk,2026-04-15,\nlegal,Lea Kern,2026-01-01,\n"


def loaded(path: Path, text: str) -> list[tuple[int, str, str, str]]:
    """The problems of a later folder with these heads alone, as (line, column, value, reason)."""
    result = company_folder_load(path=part_write(path, {"heads.csv": text}))
    return [(problem.line, problem.column, problem.value, problem.reason) for problem in result.problems]


def heads(key: str = "sales") -> list[tuple[str, date | None, date | None]]:
    return list(DepartmentHead.objects.filter(department__key=key).values_list("name", "since", "until"))


def test_heads_come_in_and_go_out_as_they_were(tmp_path: Path) -> None:
    out_and_in_again(folder_write(tmp_path / "in", {"heads.csv": HEADS}), tmp_path)
    assert heads() == [("Anna Roth", None, date(2026, 3, 31)), ("Bruno Falk", date(2026, 4, 15), None)]
    assert (tmp_path / "two/heads.csv").read_text() == HEADS


def test_a_company_without_heads_exports_no_file_of_them(tmp_path: Path) -> None:
    """Also over an export in which they were."""
    out_and_in_again(folder_write(tmp_path / "in", {"heads.csv": HEADS}), tmp_path)
    DepartmentHead.objects.all().delete()
    company_folder_export(path=tmp_path / "two")
    assert "heads.csv" not in folder_bytes(tmp_path / "two")


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ("ops,Olga,,", (2, "department", "ops", "is not a known department")),
        ("sales,Olga,2026-05-01,2026-04-30", (2, "until", "2026-04-30", "is before since")),
        (
            "sales,Olga,2026-05-01,\nsales,Otto,2026-05-01,",
            (3, "department+since", "sales 2026-05-01", "is already on line 2"),
        ),
        ("sales,Olga,,\nsales,Otto,,", (3, "department+since", "sales ", "is already on line 2")),
        ("sales, ,2026-05-01,", (2, "name", " ", "is empty")),
        ("sales,Olga,1.5.2026,", (2, "since", "1.5.2026", "is not an ISO 8601 date, such as 2026-03-31")),
        (
            "sales,Olga,2026-05-01,2026-06-30\nsales,Otto,2026-06-30,",
            (2, "until", "2026-06-30", "is not before 2026-06-30, the first day of Otto"),
        ),
        ("sales,Olga,,2026-12-31", (2, "until", "2026-12-31", "is not before 2026-04-15, the first day of Bruno Falk")),
        ("sales,Olga,2026-03-31,", (2, "since", "2026-03-31", "is not after 2026-03-31, the last day of Anna Roth")),
    ],
)
def test_what_cannot_be_is_refused_by_its_line(tmp_path: Path, rows: str, problem: tuple[int, str, str, str]) -> None:
    assert company_folder_load(path=folder_write(tmp_path / "in", {"heads.csv": HEADS})).accepted
    before = heads()
    assert loaded(tmp_path / "next", f"department,name,since,until\n{rows}\n") == [problem]
    assert heads() == before


def test_a_row_of_the_same_first_day_is_the_same_head(tmp_path: Path) -> None:
    assert company_folder_load(path=folder_write(tmp_path / "in", {"heads.csv": HEADS})).accepted
    assert not loaded(tmp_path / "next", "department,name,since\nsales,Anna Rot,\n")
    assert heads() == [("Anna Rot", None, date(2026, 3, 31)), ("Bruno Falk", date(2026, 4, 15), None)]


def test_a_head_with_an_account_keeps_it_until_a_file_names_somebody_else(tmp_path: Path) -> None:
    assert company_folder_load(path=folder_write(tmp_path / "in")).accepted
    lea = User.objects.create_user("lea", first_name="Lea", last_name="Kern")
    Membership.objects.create(user=lea, role=Membership.Role.HEAD, department=Department.objects.get(key="legal"))
    User.objects.filter(pk=lea.pk).update(last_name="Kern-Voss")
    company_folder_export(path=tmp_path / "out")
    text = (tmp_path / "out/heads.csv").read_text()
    assert text == "department,name,since,until\nlegal,Lea Kern-Voss,,\n"
    result = company_folder_load(path=part_write(tmp_path / "same", {"heads.csv": text}))
    assert result.files["heads.csv"] == {"read": 1, "new": 0, "changed": 0, "unchanged": 1, "refused": 0}
    assert not loaded(tmp_path / "other", "department,name,since\nlegal,Nora Beck,\n")
    row = DepartmentHead.objects.get()
    assert (row.name, row.account) == ("Nora Beck", None)


def test_an_undo_gives_back_who_it_was(tmp_path: Path) -> None:
    first = company_folder_load(path=folder_write(tmp_path / "in", {"heads.csv": HEADS}))
    text = "department,name,since,until\nsales,Olga Thon,2026-04-15,\nlegal,Nora Beck,2027-01-01,\n"
    later = company_folder_load(path=part_write(tmp_path / "next", {"heads.csv": text}))
    assert first.batch
    assert later.batch
    with pytest.raises(UndoRefused, match=f"Undo import {later.batch} first"):
        import_undo(batch_id=first.batch)
    assert import_undo(batch_id=later.batch).as_json()["removed"] == {"heads of departments": 1}
    assert heads()[1][0] == "Bruno Falk"
    assert heads("legal") == [("Lea Kern", date(2026, 1, 1), None)]
    import_undo(batch_id=first.batch)
    assert not DepartmentHead.objects.exists()
