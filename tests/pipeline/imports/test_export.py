"""What goes out comes in again the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import call_command

from pipeline.imports.problems import ImportUnreadable
from pipeline.services.imports import company_folder_load
from pipeline.services.imports_export import company_folder_export
from tests.pipeline.folders import changed, folder_bytes, folder_write, truth

pytestmark = pytest.mark.django_db


def test_loading_the_own_export_changes_nothing(tmp_path: Path) -> None:
    company_folder_load(path=folder_write(tmp_path / "in"))
    company_folder_export(path=tmp_path / "out")
    before = truth()
    result = company_folder_load(path=tmp_path / "out")
    assert truth() == before
    assert sum(counts["unchanged"] for counts in result.files.values()) == sum(c["read"] for c in result.files.values())


@pytest.mark.django_db(transaction=True)
def test_an_export_loaded_elsewhere_exports_the_same_bytes(tmp_path: Path) -> None:
    odd = changed("accounts.csv", "A2,Bolt", 'A2,"Bolt ""&"" Sons,\nBerlin; ÄÖ –"')
    company_folder_load(path=folder_write(tmp_path / "in", odd))
    company_folder_export(path=tmp_path / "one")
    call_command("flush", interactive=False)
    company_folder_load(path=tmp_path / "one")
    company_folder_export(path=tmp_path / "two")
    assert folder_bytes(tmp_path / "one") == folder_bytes(tmp_path / "two")
    assert 'Bolt ""&"" Sons' in (tmp_path / "two" / "accounts.csv").read_text()


def test_a_file_says_what_was_loaded(tmp_path: Path) -> None:
    company_folder_load(path=folder_write(tmp_path / "in"))
    company_folder_export(path=tmp_path / "out")
    events = (tmp_path / "out" / "events.csv").read_text().splitlines()
    assert events[1] == "O1,2026-01-05T08:00:00Z,2026-01-05T08:00:00Z,lead,100.50,2026-03-31,,Ann"
    assert events[3] == "O1,2026-02-01T10:00:00.250000Z,2026-02-01T10:00:00.250000Z,won,120.00,,,Ann"
    assert events[6] == "O2,2026-03-01T08:00:00Z,2026-03-01T08:00:00Z,lost,,,price,Ann"


def test_a_folder_with_other_things_is_not_written_to(tmp_path: Path) -> None:
    company_folder_load(path=folder_write(tmp_path / "in"))
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ImportUnreadable, match="contains other files"):
        company_folder_export(path=tmp_path)


def test_without_a_company_there_is_nothing_to_export(tmp_path: Path) -> None:
    with pytest.raises(ImportUnreadable, match="no company yet"):
        company_folder_export(path=tmp_path / "out")


def test_the_command_answers_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    company_folder_load(path=folder_write(tmp_path / "in"))
    call_command("export", tmp_path / "out", "--json")
    answer = json.loads(capsys.readouterr().out)
    assert answer["files"]["events.csv"] == {"rows": 7}
