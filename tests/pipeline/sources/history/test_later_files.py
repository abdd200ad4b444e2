"""A list that comes again every week: what changed becomes events, and what an earlier week knew stays what it was."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings

from departments.models import Department
from pipeline.imports.problems import ImportBusy, UndoRefused
from pipeline.models import Event, Opportunity, SourcePull, Stage
from pipeline.services.imports import company_folder_load
from pipeline.services.imports_undo import import_undo
from pipeline.services.sources import pulls
from pipeline.services.sources.mappings import mapping_content
from tests.pipeline.folders import part_write
from tests.pipeline.sources.uploads import COMPANY, HEADER, edit, look, take_in, upload

pytestmark = pytest.mark.django_db(transaction=True)
FIRST = datetime(2026, 3, 6, 17, 0, tzinfo=UTC)
SECOND = datetime(2026, 3, 13, 17, 0, tzinfo=UTC)
THIRD = datetime(2026, 3, 20, 17, 0, tzinfo=UTC)
WEEK_1 = """D1,Qualify,2026-02-02,,100,Ann,
D2,Offer,2026-02-03,,200,Ann,
D3,Offer,2026-02-04,,300,Bob,
D4,Won,2026-02-05,2026-03-01,400,Bob,
"""
# D1 moved on, D2 was won on a date the file gives, D3 is gone, D4 is as it was, D5 is new.
WEEK_2 = """D1,Offer,2026-02-02,,150,Ann,
D2,Won,2026-02-03,2026-03-10,200,Ann,
D4,Won,2026-02-05,2026-03-01,400,Bob,
D5,Qualify,2026-03-09,,500,Ann,
"""


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "UPLOADS", tmp_path / "uploads")
    monkeypatch.setattr(settings, "CUSTODY_STORE", tmp_path / "custody")


@pytest.fixture
def first() -> SourcePull:
    pull = upload({"deals.csv": HEADER + WEEK_1}, taken_at=FIRST)
    edit(pull, company=COMPANY)
    assert look(pull)["accepted"], pull.look
    return take_in(pull)


def history(key: str) -> list[tuple[str, str, str, float]]:
    """Stage, day and day of recording (UTC), amount."""
    return [
        (
            event.stage.key if event.stage else "lost",
            event.occurred_at.strftime("%m-%d"),
            event.recorded_at.strftime("%m-%d"),
            float(event.amount),
        )
        for event in Event.objects.filter(opportunity__key=key).order_by("occurred_at", "sequence")
    ]


def test_the_second_week_adds_what_changed_and_nothing_else(first: SourcePull) -> None:
    before = {key: history(key) for key in ("D3", "D4")}
    pull = upload({"deals.csv": HEADER + WEEK_2}, source=first.source, taken_at=SECOND)
    assert look(pull)["accepted"], pull.look
    assert any("1 deals of earlier files (D3) are not in this one" in note for note in pull.look["notes"])
    assert take_in(pull).state == SourcePull.State.DONE

    # Midnight of 2 February in Berlin is 23:00 UTC of the 1st. The move of D1 has no date: the time of the file.
    assert history("D1") == [("qualify", "02-01", "02-01", 100.0), ("offer", "03-13", "03-13", 150.0)]
    # The close of D2 has one, and became known with the file.
    assert history("D2")[1:] == [("won", "03-09", "03-13", 200.0)]
    assert history("D5") == [("qualify", "03-08", "03-13", 500.0)]
    assert {key: history(key) for key in ("D3", "D4")} == before


def test_a_close_on_the_day_of_the_last_event_counts_on_that_day(tmp_path: Path) -> None:
    """Entered on the last day of March and won that day; the next file comes in April, in another quarter."""
    pull = upload(
        {"deals.csv": HEADER + WEEK_1 + "D6,Offer,2026-03-31,,600,Ann,\nD7,Offer,2026-03-31 10:15,,70,Ann,\n"},
        taken_at=datetime(2026, 3, 31, 16, 0, tzinfo=UTC),
    )
    edit(pull, company=COMPANY)
    assert look(pull)["accepted"], pull.look
    take_in(pull)
    won = "D6,Won,2026-03-31,2026-03-31,600,Ann,\nD7,Won,2026-03-31 10:15,2026-03-31,70,Ann,\n"
    pull = upload(
        {"deals.csv": HEADER + WEEK_1 + won}, source=pull.source, taken_at=datetime(2026, 4, 7, 16, tzinfo=UTC)
    )
    assert look(pull)["accepted"], pull.look
    take_in(pull)
    # The file of that day had it open, so it was won after that file, still in March.
    assert history("D6")[1:] == [("won", "03-31", "04-07", 600.0)]
    assert Event.objects.get(opportunity__key="D6", stage__key="won").occurred_at.hour == 16
    assert history("D7")[1:] == [("won", "03-31", "04-07", 70.0)]


def test_what_went_to_another_pipeline_is_left_alone_until_it_comes_back(first: SourcePull, tmp_path: Path) -> None:
    """D1 goes to Renewal and stays there whatever files say; D2 came back, and its later events name their pipeline."""
    own, renewal = Stage.objects.get(key="offer").pipeline, tmp_path / "renewal"
    part_write(
        renewal,
        {
            "pipelines.csv": "key,name\nrenewal,Renewal\n",
            "stages.csv": "pipeline,key,name,position,owner_department,earns\nrenewal,due,Due,1,sales,0\n",
            "events.csv": "opportunity,occurred_at,stage,amount,pipeline\n"
            "D1,2026-03-07T08:00:00Z,due,120,renewal\nD2,2026-03-07T08:00:00Z,due,200,renewal\n"
            f"D2,2026-03-08T08:00:00Z,offer,200,{own.key}\n",
        },
    )
    assert company_folder_load(path=renewal).accepted
    pull = upload({"deals.csv": HEADER + WEEK_2}, source=first.source, taken_at=SECOND)
    assert look(pull)["accepted"], pull.look
    assert any("1 deals went to another pipeline" in note for note in pull.look["notes"])
    take_in(pull)
    assert [stage for stage, *_ in history("D1")] == ["qualify", "due"]
    assert [stage for stage, *_ in history("D2")] == ["offer", "due", "offer", "won"]
    # A file without D1 does not miss it.
    pull = upload({"deals.csv": HEADER + WEEK_2.split("\n", 1)[1]}, source=first.source, taken_at=THIRD)
    assert look(pull)["accepted"], pull.look
    assert not any("D1" in note for note in gone_of(pull))


def test_the_same_file_again_changes_nothing(first: SourcePull) -> None:
    events = Event.objects.count()
    pull = upload({"deals.csv": HEADER + WEEK_1}, source=first.source, taken_at=SECOND)
    assert look(pull)["accepted"], pull.look
    take_in(pull)
    assert Event.objects.count() == events
    assert Opportunity.objects.count() == 4


def test_files_of_an_earlier_day_than_what_is_in_are_refused(first: SourcePull) -> None:
    third = upload({"deals.csv": HEADER + WEEK_2}, source=first.source, taken_at=THIRD)
    look(third)
    take_in(third)
    second = upload({"deals.csv": HEADER + WEEK_2}, source=first.source, taken_at=SECOND)
    assert "Take files in by their age" in look(second)["problems"][0]


def test_files_are_compared_with_what_came_in_while_they_were_read(first: SourcePull) -> None:
    """Two uploads of a source that were looked at before either was in: the later one is read again."""
    second, third = (
        upload({"deals.csv": HEADER + WEEK_2}, source=first.source, taken_at=taken_at) for taken_at in (SECOND, THIRD)
    )
    for pull in (second, third):
        assert look(pull)["accepted"], pull.look
    read = pulls._convert

    def read_slowly(pull: SourcePull, *arguments: Any) -> Any:
        converted = read(pull, *arguments)
        if pull.pk == third.pk and SourcePull.objects.get(pk=second.pk).state == SourcePull.State.LOOKED:
            take_in(second)
        return converted

    with patch.object(pulls, "_convert", read_slowly):
        with pytest.raises(ImportBusy):
            take_in(third)
        pulls.pull_import(token=third.token, user=None)  # as the worker tries again
    third.refresh_from_db()
    assert third.state == SourcePull.State.DONE
    assert history("D1")[1:] == [("offer", "03-13", "03-13", 150.0)]
    assert history("D2")[1:] == [("won", "03-09", "03-13", 200.0)]
    assert Event.objects.filter(batch=third.batch).count() == 0


def test_what_a_later_file_found_as_it_was_is_not_undone_under_it(first: SourcePull, tmp_path: Path) -> None:
    """D1 has 150 in both later files, and the second of them brought nothing of it."""
    later = []
    for taken_at in (SECOND, THIRD):
        pull = upload({"deals.csv": HEADER + WEEK_2}, source=first.source, taken_at=taken_at)
        assert look(pull)["accepted"], pull.look
        later.append(take_in(pull).batch_id)
    folder = part_write(
        tmp_path / "more",
        {"events.csv": "opportunity,occurred_at,stage,amount\nD1,2026-03-21T08:00:00Z,offer,175\n"},
    )
    by_hand = company_folder_load(path=folder).batch
    fourth = upload(
        {"deals.csv": HEADER + WEEK_2.replace(",150,", ",175,")}, source=first.source,
        taken_at=datetime(2026, 3, 27, 17, 0, tzinfo=UTC),
    )  # fmt: skip
    assert look(fourth)["accepted"], fourth.look
    last = take_in(fourth).batch_id
    assert Event.objects.filter(batch=last).count() == 0
    for batch in (first.batch_id, *later, by_hand):
        with pytest.raises(UndoRefused, match=f"Undo import {last} first"):
            import_undo(batch_id=batch)
    for batch in (last, by_hand, *reversed(later), first.batch_id):
        import_undo(batch_id=batch)
    assert not Opportunity.objects.exists()


def test_a_lost_deal_keeps_the_amount_it_had(first: SourcePull) -> None:
    lost = WEEK_1.replace("D3,Offer,2026-02-04,,300,Bob,", "D3,Lost,2026-02-04,2026-03-11,0,Bob,")
    pull = upload({"deals.csv": HEADER + lost}, source=first.source, taken_at=SECOND)
    edit(pull, losses=[{"activities": ["Lost"]}])
    assert look(pull)["accepted"], pull.look
    take_in(pull)
    assert history("D3")[1:] == [("lost", "03-10", "03-13", 300.0)]


def test_settings_keep_what_a_later_file_says_otherwise(first: SourcePull) -> None:
    legal = Department.objects.get(key="legal")
    Stage.objects.filter(key="offer").update(owner_department=legal, time_limit_days=14)
    later = WEEK_1 + "D6,Legal review,2026-03-09,,600,Ann,\n"
    pull = upload({"deals.csv": HEADER + later}, source=first.source, taken_at=SECOND)
    content = mapping_content(pull.source.mappings.first())  # type: ignore[arg-type]  # the first upload proposed one
    review = {"key": "review", "name": "Legal review", "owner": "sales", "activities": ["Legal review"]}
    # Qualify, Offer, then the new one, then Won: an open stage behind Won would count as earned.
    edit(pull, stages=[*content["stages"][:2], review, *content["stages"][2:]])
    assert look(pull)["accepted"], pull.look
    take_in(pull)
    stages = list(Stage.objects.order_by("position"))
    assert [stage.key for stage in stages] == ["qualify", "offer", "review", "won"]
    assert stages[1].owner_department == legal
    assert stages[1].time_limit_days == 14
    assert stages[2].owner_department.key == "sales"


def gone_of(pull: SourcePull) -> list[str]:
    return [note for note in pull.look["notes"] if "of earlier files" in note]


def test_of_complete_files_an_open_deal_that_is_missing_was_withdrawn(first: SourcePull) -> None:
    """D3 was open and is gone: withdrawn at the time of the file. D4 was won: what it earned stays."""
    week = "".join(line for line in WEEK_1.splitlines(keepends=True) if line[:2] in ("D1", "D2"))
    pull = upload({"deals.csv": HEADER + week}, source=first.source, taken_at=SECOND)
    edit(pull, files={"complete": True})
    assert look(pull)["accepted"], pull.look
    assert gone_of(pull) == [
        "1 deals of earlier files (D3) are not in this one: files are complete, so they are withdrawn.",
        "1 deals of earlier files (D4) are not in this one. They stay as they were.",
    ]
    take_in(pull)
    gone = Event.objects.get(withdrawn=True)
    assert (gone.opportunity.key, gone.occurred_at, gone.recorded_at, float(gone.amount)) == ("D3", SECOND, SECOND, 0)
    assert len(history("D4")) == 2

    back = upload({"deals.csv": HEADER + WEEK_1}, source=first.source, taken_at=THIRD)
    assert look(back)["accepted"], back.look
    assert any("they stay withdrawn" in note for note in back.look["notes"])
    events = Event.objects.count()
    take_in(back)
    assert Event.objects.count() == events


def test_a_value_of_the_stage_can_mean_that_a_deal_was_withdrawn(first: SourcePull) -> None:
    deleted = WEEK_1.replace("D3,Offer", "D3,Duplicate") + "D6,Duplicate,2026-03-09,,600,Ann,\n"
    pull = upload({"deals.csv": HEADER + deleted}, source=first.source, taken_at=SECOND)
    edit(pull, losses=[{"activities": ["Duplicate"], "withdrawn": True}])
    assert look(pull)["accepted"], pull.look
    assert pull.look["outcomes"]["withdrawn"][0] == 2
    take_in(pull)
    gone = Event.objects.filter(withdrawn=True).order_by("opportunity__key")
    assert [(event.opportunity.key, float(event.amount)) for event in gone] == [("D3", 300.0), ("D6", 0.0)]  # as it was


def test_a_deal_that_the_file_flags_as_deleted_was_withdrawn(first: SourcePull) -> None:
    rows = WEEK_1.splitlines()
    flagged = "".join(f"{row},{'yes' if row.startswith('D3') else 'no'}\n" for row in rows)
    pull = upload({"deals.csv": HEADER.strip() + ",Deleted\n" + flagged}, source=first.source, taken_at=SECOND)
    edit(pull, deal={"skip_flag": "Deleted"})
    assert look(pull)["accepted"], pull.look
    assert gone_of(pull) == ["1 deals of earlier files (D3) have Deleted set. They are withdrawn."]
    take_in(pull)
    assert [event.opportunity.key for event in Event.objects.filter(withdrawn=True)] == ["D3"]
