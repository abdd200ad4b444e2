"""Deals that go from one pipeline to another, from the folder to the truth and out again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command

from pipeline.imports.problems import UndoRefused
from pipeline.models import Event
from pipeline.services.imports import company_folder_load
from pipeline.services.imports_export import company_folder_export
from pipeline.services.imports_undo import import_undo
from tests.pipeline.folders import GOOD, folder_bytes, folder_write, out_and_in_again, part_write, truth

pytestmark = pytest.mark.django_db
HEADER = GOOD["events.csv"].splitlines()[0] + ",pipeline"
LAST = len(GOOD["events.csv"].splitlines())
MOVED = "O1,2026-02-05T08:00:00Z,,due,120,,,Ann,old"
KEPT = "O1,2026-02-09T08:00:00Z,,kept,150,,,Ann,old"


def events(*more: str) -> dict[str, str]:
    """The good company's events with a column for the pipeline, and what happened besides."""
    rows = [HEADER, *(f"{row}," for row in GOOD["events.csv"].splitlines()[1:]), *more]
    return {"events.csv": "\n".join(rows) + "\n"}


def later(tmp_path: Path, *rows: str) -> Path:
    return part_write(tmp_path / "later", {"events.csv": "\n".join([HEADER, *rows]) + "\n"})


def places(key: str) -> list[str]:
    rows = Event.objects.filter(opportunity__key=key).select_related("stage__pipeline")
    return [f"{row.stage.pipeline.key}/{row.stage.key}" if row.stage else row.way_out for row in rows]


def refused(tmp_path: Path, *rows: str) -> list[tuple[int, str, str, str]]:
    result = company_folder_load(path=folder_write(tmp_path, events(*rows)))
    assert not result.accepted
    assert {problem.file for problem in result.problems} == {"events.csv"}
    return [(problem.line - LAST, problem.column, problem.value, problem.reason) for problem in result.problems]


def test_an_event_says_in_which_pipeline_it_happened(tmp_path: Path) -> None:
    assert company_folder_load(path=folder_write(tmp_path, events(MOVED, KEPT))).accepted
    assert places("O1") == ["new/lead", "new/offer", "new/won", "old/due", "old/kept"]


@pytest.mark.django_db(transaction=True)
def test_what_goes_out_comes_in_again(tmp_path: Path) -> None:
    gone = "O1,2026-03-09T08:00:00Z,,withdrawn,,,,,"
    rows = out_and_in_again(folder_write(tmp_path / "in", events(MOVED, KEPT, gone)), tmp_path)
    assert [row.rsplit(",", 1)[1] for row in rows if row.startswith("O1")] == ["new", "new", "new", "old", "old", ""]
    assert [row.rsplit(",", 1)[1] for row in rows if row.startswith("O2")] == ["", "", ""]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.django_db(transaction=True)
def test_random_histories_through_two_pipelines_go_out_and_come_in_again(tmp_path: Path, seed: int) -> None:
    """Deals that go to and fro, are lost, reopened and recorded late; some stay in the pipeline they begin in."""
    random = np.random.default_rng(seed)
    places = [("new", "lead"), ("new", "offer"), ("new", "won"), ("old", "due"), ("old", "kept"), ("", "lost")]
    rows = []
    for deal in ("O1", "O2", "O3"):
        own = "old" if deal == "O3" else "new"
        days = np.sort(random.choice(np.arange(60, 300), 8, replace=False))
        for number, day in enumerate(days):
            pipeline, stage = places[random.integers(3 if own == "old" else 0, 5 if own == "old" else 3)]
            if number and deal != "O2":  # which never leaves
                pipeline, stage = places[random.integers(0, len(places))]
            at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=int(day))
            late = at + timedelta(days=int(random.choice([0, 0, 12])))
            amount = int(random.integers(1, 9)) * 111
            rows.append(f"{deal},{at.isoformat()},{late.isoformat()},{stage},{amount},,,Ann,{pipeline}")
    result = company_folder_load(path=folder_write(tmp_path / "in", events(*rows)))
    assert result.accepted, [problem.reason for problem in result.problems]
    company_folder_export(path=tmp_path / "one")
    before = truth()
    assert company_folder_load(path=tmp_path / "one").accepted
    assert truth() == before
    call_command("flush", interactive=False)
    assert company_folder_load(path=tmp_path / "one").accepted
    company_folder_export(path=tmp_path / "two")
    assert folder_bytes(tmp_path / "one") == folder_bytes(tmp_path / "two")


def test_without_a_move_an_export_has_no_column_for_it(tmp_path: Path) -> None:
    company_folder_load(path=folder_write(tmp_path / "in"))
    company_folder_export(path=tmp_path / "one")
    assert (tmp_path / "one/events.csv").read_text().splitlines()[0] == GOOD["events.csv"].splitlines()[0]


def test_undoing_the_import_that_moved_a_deal_brings_it_back(tmp_path: Path) -> None:
    company_folder_load(path=folder_write(tmp_path / "in"))
    before = truth()["pipeline_event"]
    result = company_folder_load(path=later(tmp_path, MOVED))
    assert result.accepted
    assert places("O1")[-1] == "old/due"
    import_undo(batch_id=result.batch)
    assert truth()["pipeline_event"] == before


def test_an_import_that_moves_a_deal_is_undone_before_the_one_in_which_it_began(tmp_path: Path) -> None:
    company_folder_load(path=folder_write(tmp_path / "in"))
    deal = GOOD["opportunities.csv"].splitlines()[0] + "\nO4,Fourth,new,,,,,EUR,\n"
    assert company_folder_load(path=part_write(tmp_path / "deal", {"opportunities.csv": deal})).accepted
    first = company_folder_load(path=later(tmp_path / "a", "O4,2026-03-01T08:00:00Z,,lead,50,,,Ann,"))
    second = company_folder_load(path=later(tmp_path / "b", "O4,2026-03-02T08:00:00Z,,due,50,,,Ann,old"))
    assert first.accepted
    assert second.accepted
    with pytest.raises(UndoRefused, match=f"Undo import {second.batch} first"):
        import_undo(batch_id=first.batch)


def test_an_unknown_pipeline_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, MOVED.replace("old", "odl")) == [(1, "pipeline", "odl", "is not a known pipeline")]


def test_a_stage_is_one_of_the_pipeline_of_its_event(tmp_path: Path) -> None:
    assert refused(tmp_path / "a", MOVED.replace("due", "offer")) == [
        (1, "stage", "offer", "is not a stage of pipeline old")
    ]
    assert refused(tmp_path / "b", MOVED.removesuffix("old")) == [(1, "stage", "due", "is not a stage of pipeline new")]


def test_what_is_lost_or_withdrawn_names_no_pipeline(tmp_path: Path) -> None:
    why = "is given on a lost or withdrawn row; a deal leaves the pipeline it is in"
    assert refused(tmp_path, "O1,2026-03-09T08:00:00Z,,lost,,,,,old") == [(1, "pipeline", "old", why)]


def test_a_deal_begins_in_its_own_pipeline(tmp_path: Path) -> None:
    why = "is where the first event of opportunity O1 is; it begins in its own pipeline, new"
    assert refused(tmp_path, MOVED.replace("2026-02-05", "2026-01-01")) == [(1, "pipeline", "old", why)]
    company_folder_load(path=folder_write(tmp_path / "in", events(MOVED)))
    deals = GOOD["opportunities.csv"].replace("First deal,new", "First deal,old")
    result = company_folder_load(path=part_write(tmp_path / "deals", {"opportunities.csv": deals}))
    why = "is not new, the pipeline of its first event; a deal moves with an event, not here"
    assert [(p.file, p.line, p.column, p.value, p.reason) for p in result.problems] == [
        ("opportunities.csv", 2, "pipeline", "old", why)
    ]


def test_after_a_move_every_event_says_where_it_happened(tmp_path: Path) -> None:
    """Without it a stage of the first pipeline would take the deal back there unseen."""
    silent = "O1,2026-02-07T08:00:00Z,,offer,120,,,Ann,"
    why = (
        "is empty, but opportunity O1 was in pipeline old on 2026-02-05;"
        " write the pipeline of this event, new or another"
    )
    assert refused(tmp_path / "a", MOVED, silent) == [(2, "pipeline", "", why)]
    company_folder_load(path=folder_write(tmp_path / "in", events(MOVED)))
    plain = {"events.csv": "\n".join([GOOD["events.csv"].splitlines()[0], silent.removesuffix(",")]) + "\n"}
    result = company_folder_load(path=part_write(tmp_path / "plain", plain))
    assert [(p.line, p.column, p.reason) for p in result.problems] == [(2, "pipeline", why)]
    assert company_folder_load(path=later(tmp_path, silent + "new")).accepted
    assert places("O1")[-2:] == ["old/due", "new/offer"]


def test_what_is_there_already_may_come_again_without_its_pipeline(tmp_path: Path) -> None:
    company_folder_load(path=folder_write(tmp_path / "in"))
    early = MOVED.replace("2026-02-05", "2026-01-07")
    assert company_folder_load(path=later(tmp_path, early)).accepted
    assert places("O1") == ["new/lead", "old/due", "new/offer", "new/won"]
    again = company_folder_load(path=part_write(tmp_path / "again", {"events.csv": GOOD["events.csv"]}))
    assert again.accepted
