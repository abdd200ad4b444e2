"""Imports that need a second thought: another company's name, a folder of nothing, a disk that is full."""

from __future__ import annotations

import errno
import json
import zipfile
from contextlib import suppress
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from departments.models import Company
from pipeline.imports.problems import ImportUnreadable
from pipeline.models import ImportBatch
from pipeline.services.imports import company_folder_load
from pipeline.services.uploads import upload_check, upload_confirm, upload_import, upload_state, upload_store
from tests.pipeline.folders import GOOD, changed, folder_write, part_write, truth

pytestmark = pytest.mark.django_db
OTHER = {"company.csv": GOOD["company.csv"].replace("Small", "Other")}


def load(*options: str) -> dict[str, object]:
    out = StringIO()
    with suppress(SystemExit):
        call_command("load", *options, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_a_file_of_another_company_is_refused_until_that_is_confirmed(tmp_path: Path) -> None:
    company_folder_load(path=folder_write(tmp_path / "one"))
    other = str(part_write(tmp_path / "two", OTHER))
    before = truth()
    assert load(other)["status"] == "refused"
    assert truth() == before
    (problem,) = company_folder_load(path=Path(other)).problems
    assert (problem.file, problem.line, problem.column, problem.value) == ("company.csv", 2, "name", "Other")
    assert "“Small”" in problem.reason
    assert "--rename-company" in problem.reason
    answer = load(other, "--rename-company")
    assert answer["status"] == "done"
    assert any("from “Small” to “Other”" in note for note in answer["notes"])  # type: ignore[attr-defined]
    assert Company.objects.get().name == "Other"


def test_what_does_not_rename_needs_no_confirmation(tmp_path: Path) -> None:
    folder = folder_write(tmp_path / "one")
    assert company_folder_load(path=folder).accepted
    assert company_folder_load(path=folder).accepted
    zone = {"company.csv": GOOD["company.csv"].replace("Berlin", "Paris")}
    assert company_folder_load(path=part_write(tmp_path / "two", zone)).accepted


def test_a_first_load_without_deals_is_no_success(tmp_path: Path) -> None:
    names = ("opportunities.csv", "events.csv")
    files = {name: GOOD[name].partition("\n")[0] + "\n" for name in names}
    result = company_folder_load(path=folder_write(tmp_path, files, without=("handoffs.csv",)))
    reason = "has no rows; a first load needs deals"
    assert [(one.file, one.reason) for one in result.problems] == [(name, reason) for name in names]


def test_a_later_folder_of_nothing_is_no_success(tmp_path: Path) -> None:
    company_folder_load(path=folder_write(tmp_path / "one"))
    files = {name: GOOD[name].partition("\n")[0] + "\n,,,,\n" for name in ("sources.csv", "rates.csv")}
    result = company_folder_load(path=part_write(tmp_path / "two", files))
    assert [one.reason for one in result.problems] == ["no file of the folder has a row; there is nothing to load"]


def disk_is_full() -> None:
    """The server's own answer when it cannot extend a table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$"
        )
        cursor.execute("CREATE TRIGGER full_disk BEFORE INSERT ON pipeline_event EXECUTE FUNCTION pg_temp.full_disk()")


def test_a_full_disk_is_a_sentence_and_nothing_is_loaded(tmp_path: Path) -> None:
    disk_is_full()
    before = truth()
    with pytest.raises(CommandError, match="The disk is full"):
        call_command("load", str(folder_write(tmp_path)))
    assert truth() == before
    batch = ImportBatch.objects.get()
    assert batch.status == "failed"
    assert batch.error.startswith("The disk is full")


def test_a_full_disk_while_reading_is_the_same_sentence(tmp_path: Path) -> None:
    def advance(step: str, share: float) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(ImportUnreadable, match="The disk is full"):
        company_folder_load(path=folder_write(tmp_path), progress=advance)


def test_a_wrong_key_next_to_another_company_is_named_too(tmp_path: Path) -> None:
    company_folder_load(path=folder_write(tmp_path / "one"))
    files = OTHER | changed("departments.csv", "legal,Legal", "r/d,Legal")
    result = company_folder_load(path=part_write(tmp_path / "two", files))
    assert {one.file for one in result.problems} == {"company.csv", "departments.csv"}


def test_an_upload_that_renames_the_company_waits_for_a_tick(tmp_path: Path) -> None:
    company_folder_load(path=folder_write(tmp_path))
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("company.csv", OTHER["company.csv"])
    token = upload_store(pieces=[packed.getvalue()], name="other.zip")
    upload_check(token=token)
    state = upload_state(token=token)
    assert state is not None
    assert state["renames"] == "The company is renamed from “Small” to “Other”."
    assert not upload_confirm(token=token)
    assert upload_confirm(token=token, rename_company=True)
    upload_import(token=token, user=None)
    assert Company.objects.get().name == "Other"
