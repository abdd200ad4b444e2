"""Weekly files carry the date in their names; they stand for the files of the mapping."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings

from pipeline.models import Event
from pipeline.sources.meaning.renamed import files_renamed
from tests.pipeline.sources.uploads import COMPANY, HEADER, edit, look, take_in, upload

CONTENT = {
    "files": {"deals": "deals-2026-03-06.csv"},
    "accounts": {"file": "accounts.csv"},
    "tickets": {"file": "tickets_w10.csv"},
    "lookups": [{"file": "prices.csv"}],
}


def test_names_that_differ_in_digits_stand_for_each_other() -> None:
    tables = ["deals-2026-03-13.csv", "accounts.csv", "tickets_w11.csv", "prices.csv"]
    renamed, sentences = files_renamed(CONTENT, tables, "deals-2026-03-13.csv")
    assert renamed["files"]["deals"] == "deals-2026-03-13.csv"
    assert renamed["tickets"]["file"] == "tickets_w11.csv"
    assert renamed["accounts"] == CONTENT["accounts"]
    assert "tickets_w11.csv is read as tickets_w10.csv, as the mapping calls it." in sentences
    assert CONTENT["tickets"] == {"file": "tickets_w10.csv"}


def test_two_that_could_be_meant_stand_for_none() -> None:
    tables = ["export.csv", "accounts.csv", "tickets_1.csv", "tickets_2.csv", "prices.csv"]
    renamed, sentences = files_renamed(CONTENT, tables, "export.csv")
    assert renamed["files"]["deals"] == "export.csv"  # the only one that looks like deals
    assert renamed["tickets"]["file"] == "tickets_w10.csv"
    assert len(sentences) == 1


@pytest.mark.django_db(transaction=True)
def test_next_weeks_file_comes_in_under_its_own_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "UPLOADS", tmp_path / "uploads")
    monkeypatch.setattr(settings, "CUSTODY_STORE", tmp_path / "custody")
    row = "D1,{},2026-02-02,,100,Ann,\nD2,Won,2026-02-02,2026-03-01,100,Ann,\nD3,Offer,2026-02-02,,1,Ann,\n"
    pull = upload({"deals-06.csv": HEADER + row.format("Qualify")}, taken_at=datetime(2026, 3, 6, 17, tzinfo=UTC))
    edit(pull, company=COMPANY)
    assert look(pull)["accepted"], pull.look
    take_in(pull)
    later = upload(
        {"deals-13.csv": HEADER + row.format("Offer")}, source=pull.source,
        taken_at=datetime(2026, 3, 13, 17, tzinfo=UTC),
    )  # fmt: skip
    assert look(later)["accepted"], later.look
    assert "deals-13.csv is read as deals-06.csv, as the mapping calls it." in later.look["notes"]
    take_in(later)
    assert Event.objects.filter(opportunity__key="D1").count() == 2
