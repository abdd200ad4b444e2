"""Owners with dates: a row for each owner of a stage, from the folder to custody and out again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.custody_store import stages_table
from pipeline.models import Stage, StageOwner
from pipeline.selectors.overview import structure_names
from pipeline.services.imports import company_folder_load
from pipeline.services.imports_export import company_folder_export
from pipeline.services.imports_undo import import_undo
from tests.pipeline.folders import GOOD, folder_write, part_write, truth

pytestmark = pytest.mark.django_db

OFFER = "new,offer,Offer,2,{owner},0,7.5,{since}"


def owners(*rows: str) -> dict[str, str]:
    """stages.csv with owner_since; the rows of the offer as given, the others as they are."""
    header, *lines = GOOD["stages.csv"].splitlines()
    others = [f"{line}," for line in lines if not line.startswith("new,offer")]
    return {"stages.csv": "\n".join([f"{header},owner_since", *others, *rows]) + "\n"}


def offer(owner: str, since: str = "") -> str:
    return OFFER.format(owner=owner, since=since)


DATED = owners(offer("sales"), offer("legal", "2026-02-01T00:00:00Z"))


def problems(tmp_path: Path, *rows: str) -> list[tuple[int, str, str]]:
    result = company_folder_load(path=folder_write(tmp_path, owners(*rows)))
    assert not result.accepted
    assert {problem.file for problem in result.problems} == {"stages.csv"}
    return [(problem.line, problem.column, problem.reason) for problem in result.problems]


def test_a_dated_owner_is_kept_beside_the_first_one(tmp_path: Path) -> None:
    assert company_folder_load(path=folder_write(tmp_path, DATED)).accepted
    stage = Stage.objects.select_related("owner_department").get(key="offer")
    assert stage.owner_department.key == "sales"
    later = StageOwner.objects.select_related("department").get()
    assert (later.stage_id, later.department.key, later.since) == (stage.pk, "legal", datetime(2026, 2, 1, tzinfo=UTC))
    assert structure_names().stages[stage.pk].owner_name == "Legal"


def test_custody_knows_the_owners_until_its_day(tmp_path: Path) -> None:
    company_folder_load(path=folder_write(tmp_path, DATED))
    before, after = (stages_table(as_of=datetime(2026, 2, day, tzinfo=UTC)) for day in (1, 2))
    january = stages_table(as_of=datetime(2026, 1, 31, tzinfo=UTC))
    assert [len(table["later_owners"].combine_chunks().flatten()) for table in (january, before, after)] == [0, 1, 1]


def test_what_goes_out_comes_in_again(tmp_path: Path) -> None:
    company_folder_load(path=folder_write(tmp_path / "in", DATED))
    company_folder_export(path=tmp_path / "out")
    assert "new,offer,Offer,2,legal,0,7.5,2026-02-01T00:00:00Z\n" in (tmp_path / "out" / "stages.csv").read_text()
    before = truth()
    assert company_folder_load(path=tmp_path / "out").files["stages.csv"]["unchanged"] == 6
    assert truth() == before


def test_a_later_import_may_add_an_owner_and_be_undone(tmp_path: Path) -> None:
    company_folder_load(path=folder_write(tmp_path / "first"))
    before = truth()
    result = company_folder_load(path=part_write(tmp_path / "second", DATED))
    assert (result.files["stages.csv"]["new"], result.files["stages.csv"]["unchanged"]) == (1, 5)
    assert not [note for note in result.notes if "all of history" in note]
    assert result.batch
    import_undo(batch_id=result.batch)
    assert not StageOwner.objects.exists()
    assert truth()["pipeline_stage"] == before["pipeline_stage"]


def test_another_owner_of_the_same_day_is_noted(tmp_path: Path) -> None:
    company_folder_load(path=folder_write(tmp_path / "first", DATED))
    moved = owners(offer("sales"), offer("market", "2026-02-01T00:00:00Z"))
    result = company_folder_load(path=part_write(tmp_path / "second", moved), dry_run=True)
    assert any("the owner of Offer (New business) since 2026-02-01 changes from Legal" in note for note in result.notes)


def test_two_owners_of_one_day_are_refused(tmp_path: Path) -> None:
    since = "2026-02-01T00:00:00Z"
    found = problems(tmp_path, offer("sales"), offer("legal", since), offer("market", since))
    assert found == [(8, "pipeline+key+owner_since", "is already on line 7")]


def test_a_date_needs_an_owner_from_the_beginning(tmp_path: Path) -> None:
    found = problems(tmp_path, offer("legal", "2026-02-01T00:00:00Z"))
    reason = "has no row without owner_since, for its owner from the beginning"
    assert (6, "key", reason) in found


def test_what_is_no_date_is_refused_once(tmp_path: Path) -> None:
    ((line, column, reason),) = problems(tmp_path, offer("sales"), offer("legal", "spring"))
    assert (line, column) == (7, "owner_since")
    assert "ISO 8601" in reason


def test_rows_of_one_stage_say_the_same_of_it(tmp_path: Path) -> None:
    found = problems(tmp_path, offer("sales"), "new,offer,Offers,2,legal,0,7.5,2026-02-01")
    assert found == [(7, "name", "differs from an earlier row of the same stage")]
