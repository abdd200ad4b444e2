"""A list of deals with a file of their changes: proposed, asked about, taken in, and continued a week later."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings

from pipeline.models import Event, SourcePull
from pipeline.services.sources.mappings import mapping_content
from pipeline.sources.meaning.editing import content_of
from tests.pipeline.sources.uploads import COMPANY, HEADER, edit, look, take_in, upload

pytestmark = pytest.mark.django_db(transaction=True)
FIRST, SECOND = datetime(2026, 3, 6, 17, tzinfo=UTC), datetime(2026, 3, 13, 17, tzinfo=UTC)
DEALS_1 = "D1,Offer,2026-02-02,,150,Ann,\nD2,Offer,2026-02-03,,200,Ann,\nD3,Won,2026-02-03,2026-03-01,300,Bob,\n"
CHANGES_1 = """OpportunityId,Field,OldValue,NewValue,CreatedDate,CreatedBy
D1,StageName,Qualify,Legal review,2026-02-10 10:00,Eva
D1,StageName,Legal review,Offer,2026-02-12 10:00,Eva
D1,Amount,100,150,2026-02-20 10:00,Ann
D3,StageName,Qualify,Won,2026-03-01 09:00,Bob
"""
# D1 is won on a day the list gives and an hour only the history has; D2 changed its amount, which only the list says.
DEALS_2 = (
    "D1,Won,2026-02-02,2026-03-10,150,Ann,\nD2,Offer,2026-02-03,,220,Ann,\nD3,Won,2026-02-03,2026-03-01,300,Bob,\n"
)
CHANGES_2 = (
    CHANGES_1
    + "D1,StageName,Offer,Legal review,2026-03-09 10:00,Ann\nD1,StageName,Legal review,Won,2026-03-10 15:00,Ann\n"
)


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "UPLOADS", tmp_path / "uploads")
    monkeypatch.setattr(settings, "CUSTODY_STORE", tmp_path / "custody")


@pytest.fixture
def first() -> SourcePull:
    pull = upload({"deals.csv": HEADER + DEALS_1, "changes.csv": CHANGES_1}, taken_at=FIRST)
    edit(pull, company=COMPANY)
    return pull


def history(key: str) -> list[tuple[str, str, str, float]]:
    """Stage, day and hour it happened, day it was recorded (UTC), amount."""
    rows = Event.objects.filter(opportunity__key=key).order_by("occurred_at", "sequence").select_related("stage")
    return [
        (e.stage.key if e.stage else "lost", f"{e.occurred_at:%m-%d %H}", f"{e.recorded_at:%m-%d}", float(e.amount))
        for e in rows
    ]


def test_the_history_is_proposed_with_the_stages_that_only_it_names(first: SourcePull) -> None:
    newest = first.source.mappings.first()
    assert newest is not None
    content = mapping_content(newest)
    assert content["history"] == {
        "file": "changes.csv", "deal_column": "OpportunityId", "field_column": "Field", "new": "NewValue",
        "old": "OldValue", "at": "CreatedDate", "actor": "CreatedBy", "stage_fields": ["StageName"],
        "amount_fields": ["Amount"],
    }  # fmt: skip
    assert {stage["name"]: stage["owner"] for stage in content["stages"]} == {
        "Qualify": "sales", "Offer": "sales", "Legal review": "legal", "Won": "sales",
    }  # fmt: skip
    tables = first.reading["columns"]
    without = content_of({"history-file": ""}, content, tables["deals.csv"], log=False, tables=tables)
    assert "history" not in without
    again = content_of({"history-file": "changes.csv"}, without, tables["deals.csv"], log=False, tables=tables)
    assert again["history"] == content["history"]
    posted = {"history-file": "changes.csv", "history-amount_fields": "", "history-actor": ""}
    chosen = content_of(posted, content, tables["deals.csv"], log=False, tables=tables)
    assert (chosen["history"]["amount_fields"], chosen["history"]["actor"]) == ([], "")


def test_a_stage_of_the_history_that_nobody_decided_is_asked_about(first: SourcePull) -> None:
    newest = first.source.mappings.first()
    assert newest is not None
    stages = [stage for stage in mapping_content(newest)["stages"] if stage["name"] != "Legal review"]
    edit(first, stages=stages)
    assert look(first)["undecided"] == ["“Legal review”, 2 changes in the history: which stage is it?"]


def test_the_next_files_add_what_changed_since(first: SourcePull) -> None:
    assert look(first)["accepted"], first.look
    take_in(first)
    # 09:00 in Berlin in winter is 08:00 UTC. D2 has no history.
    assert history("D1") == [
        ("qualify", "02-01 23", "02-01", 100), ("legal_review", "02-10 09", "02-10", 100),
        ("offer", "02-12 09", "02-12", 100), ("offer", "02-20 09", "02-20", 150),
    ]  # fmt: skip
    assert history("D3")[1:] == [("won", "03-01 08", "03-01", 300)]
    before = history("D1")
    later = upload({"deals.csv": HEADER + DEALS_2, "changes.csv": CHANGES_2}, source=first.source, taken_at=SECOND)
    assert look(later)["accepted"], later.look
    take_in(later)
    assert history("D1") == [
        *before, ("legal_review", "03-09 09", "03-13", 150), ("won", "03-10 14", "03-13", 150),
    ]  # fmt: skip
    assert history("D2")[1:] == [("offer", "03-13 17", "03-13", 220)]
    assert len(history("D3")) == 2
