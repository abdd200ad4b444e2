"""Lists with a column a stage that holds the day on which a deal came into it: they become a history."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from pipeline.imports.conversion.mapping_source import MappingSource
from pipeline.imports.conversion.toml_text import mapping_toml
from pipeline.imports.problems import ConversionRefused, ImportUnreadable
from pipeline.imports.snapshot.conversion import folder_from_snapshot
from pipeline.imports.snapshot.mapping import snapshot_mapping_parse
from pipeline.models import Event
from pipeline.sources.meaning.editing import content_of
from pipeline.sources.meaning.mapping_gaps import decided
from tests.pipeline.sources.reading.strange_lists import Strange, strange
from tests.pipeline.sources.uploads import COMPANY, edit, look, take_in, upload

HEAD = "Record ID,Deal Name,Deal Stage,Create Date,Close Date,Amount"
ENTERED = (
    ',"Date entered ""Appointment scheduled (Sales Pipeline)""","Date entered ""Contract sent (Sales Pipeline)"""'
    ',"Date entered ""Closed won (Sales Pipeline)""","Date entered ""Closed lost (Sales Pipeline)"""\n'
)
ROWS = (
    "1,A,Contract sent,2026-01-05,,100,2026-01-05,2026-02-02,,\n"
    "2,B,Closed won,2026-01-05,2026-03-09,200,2026-01-12,2026-02-09,2026-03-09,\n"
    "3,C,Closed lost,2026-01-06,2026-02-20,300,2026-01-06,,,2026-02-20\n"
    "4,D,Appointment scheduled,2026-01-07,,400,2026-01-07,,,\n"
)


def events(seen: Strange, key: str) -> list[tuple[str, str]]:
    return [(e["stage"], e["occurred_at"][:10]) for e in seen.events if e["opportunity"] == key]


def test_days_in_stages_are_proposed_and_become_the_history(tmp_path: Path) -> None:
    seen = strange(tmp_path, {"deals.csv": HEAD + ENTERED + ROWS})
    assert list(seen.content["stage_dates"].values()) == [
        "Appointment scheduled", "Contract sent", "Closed won", "Closed lost",
    ]  # fmt: skip
    assert seen.problems == []
    assert events(seen, "1") == [("appointment_scheduled", "2026-01-05"), ("contract_sent", "2026-02-02")]
    assert events(seen, "2") == [
        ("appointment_scheduled", "2026-01-05"), ("contract_sent", "2026-02-09"), ("won", "2026-03-09"),
    ]  # fmt: skip
    assert events(seen, "3") == [("appointment_scheduled", "2026-01-06"), ("lost", "2026-02-20")]
    assert events(seen, "4") == [("appointment_scheduled", "2026-01-07")]
    assert any(note.startswith("8 days on which 4 deals came into a stage are in deals.csv") for note in seen.notes)
    assert not [check for check in seen.checks if check.startswith("Not used")]


@pytest.mark.parametrize(
    ("names", "stages"),
    [
        (("date_entered_bid", "date_entered_won"), ("Bid", "Won")),
        (("Bid date", "Won date"), ("Bid", "")),  # the day of winning is known as such already
        (("Date Bid", "Date Won"), ("Bid", "")),
        (("Bid date", "Call date"), ("", "")),  # one alone may be anything
        (("Date/Time Entered Bid", "Date/Time Entered Won"), ("Bid", "Won")),
        (("Eintritt in Bid", "Eintritt in Won"), ("Bid", "Won")),
        (("Reached Bid", "Reached Won"), ("Bid", "Won")),
        (("hs_v2_date_entered_bid", "hs_v2_date_entered_won"), ("Bid", "Won")),
        (("Last Activity", "Next Meeting"), ("", "")),
    ],
)
def test_headers_say_of_which_stage_they_are(tmp_path: Path, names: tuple[str, str], stages: tuple[str, str]) -> None:
    head = f"Deal ID,Stage,Created,Close Date,Amount,{','.join(names)}\n"
    rows = "1,Won,2026-01-05,2026-03-02,9,2026-01-06,2026-03-02\n2,Bid,2026-01-05,,8,2026-01-07,\n"
    seen = strange(tmp_path, {"d.csv": head + rows})
    proposed = seen.content.get("stage_dates", {})
    assert proposed == {name: stage for name, stage in zip(names, stages, strict=True) if stage}


def test_a_stage_in_which_no_deal_is_today_is_proposed_by_its_column(tmp_path: Path) -> None:
    head = "Deal ID,Stage,Created,Close Date,Amount,Date entered Legal review,Date entered Bid,Date entered Won\n"
    rows = "1,Won,2026-01-05,2026-03-02,9,2026-02-03,2026-01-06,2026-03-02\n2,Bid,2026-01-05,,8,,2026-01-07,\n"
    seen = strange(tmp_path, {"d.csv": head + rows})
    assert {stage["name"]: stage["owner"] for stage in seen.content["stages"]} == {
        "Bid": "sales", "Legal review": "legal", "Won": "sales",
    }  # fmt: skip
    assert events(seen, "1") == [
        ("bid", "2026-01-05"), ("legal_review", "2026-02-03"), ("won", "2026-03-02"),
    ]  # fmt: skip


def test_a_list_without_a_stage_stands_where_its_last_day_is(tmp_path: Path) -> None:
    head = "Deal ID,Created,Amount,Date entered Lead,Date entered Bid,Date entered Won,Date entered Lost\n"
    rows = (
        "1,2026-01-05,9,2026-01-05,2026-01-20,2026-03-02,\n2,2026-01-06,8,2026-01-06,2026-01-21,,\n"
        "3,2026-01-07,7,2026-01-07,,,2026-02-01\n4,2026-01-08,6,,,,\n"
    )
    seen = strange(tmp_path, {"d.csv": head + rows})
    assert (seen.questions, seen.problems) == ([], [])
    assert events(seen, "1") == [("lead", "2026-01-05"), ("bid", "2026-01-20"), ("won", "2026-03-02")]
    assert events(seen, "2")[-1] == ("bid", "2026-01-21")
    assert events(seen, "3") == [("lead", "2026-01-07"), ("lost", "2026-02-01")]
    assert len(events(seen, "4")) == 1
    assert {outcome: counts[0] for outcome, counts in seen.outcomes.items() if counts[0]} == {
        "won": 1, "open": 2, "lost": 1,
    }  # fmt: skip


def test_a_deal_that_went_back_and_one_older_than_its_first_day(tmp_path: Path) -> None:
    head = "Deal ID,Stage,Created,Close Date,Amount,Date entered Lead,Date entered Bid,Date entered Won\n"
    rows = (
        "1,Lead,2026-01-05,,9,2026-02-03,2026-01-20,\n"  # back in the first stage: its last day counts
        "2,Bid,2026-01-05,,8,,2026-02-01,\n"  # nobody wrote down when it was a lead
        "3,Won,2026-01-05,2026-03-01,7,2026-01-05,2026-01-05,2026-03-01\n"  # two stages on the first day
    )
    seen = strange(tmp_path, {"d.csv": head + rows})
    assert events(seen, "1") == [("lead", "2026-01-05"), ("bid", "2026-01-20"), ("lead", "2026-02-03")]
    assert events(seen, "2") == [("lead", "2026-01-05"), ("bid", "2026-02-01")]
    assert events(seen, "3") == [("lead", "2026-01-05"), ("bid", "2026-01-05"), ("won", "2026-03-01")]


def test_where_list_and_days_differ_the_list_decides_and_the_deals_are_named(tmp_path: Path) -> None:
    head = "Deal ID,Stage,Created,Close Date,Amount,Date entered Bid,Date entered Won\n"
    rows = "1,Won,2026-01-05,2026-03-02,9,2026-01-06,\n2,Bid,2026-01-05,,8,2026-01-07,2026-01-09\n"
    seen = strange(tmp_path, {"d.csv": head + rows})
    assert events(seen, "1")[-1] == ("won", "2026-03-02")
    assert events(seen, "2")[-1][0] == "bid"
    assert any(check.startswith("2 deals stand elsewhere by the list") for check in seen.checks)


def test_a_wrong_day_is_refused_by_its_line(tmp_path: Path) -> None:
    head = "Deal ID,Stage,Created,Close Date,Amount,Date entered Bid,Date entered Won\n"
    good = "1,Won,2026-01-05,2026-03-02,9,2026-01-06,2026-03-02\n2,Bid,2026-01-05,,8,2026-01-07,\n"
    first = strange(tmp_path / "first", {"d.csv": head + good})
    mapping = snapshot_mapping_parse(decided(first.content))
    (tmp_path / "d.csv").write_text(head + good + "3,Bid,2026-01-05,,8,soon,\n")
    (tmp_path / "company").mkdir()
    with pytest.raises(ConversionRefused) as refused:
        folder_from_snapshot(tmp_path, mapping, tmp_path / "company")
    (problem,) = refused.value.problems.listed
    assert (problem.file, problem.line, problem.column, problem.value) == ("d.csv", 4, "Date entered Bid", "soon")


def test_a_column_with_a_word_among_its_days_is_said_not_to_be_used(tmp_path: Path) -> None:
    head = "Deal ID,Stage,Created,Close Date,Amount,Date entered Bid,Date entered Won,Entered by\n"
    rows = "1,Won,2026-01-05,2026-03-02,9,2026-01-06,2026-03-02,Ann\n2,Bid,2026-01-05,,8,2026-01-06,,Bob\n"
    seen = strange(tmp_path, {"d.csv": head + rows + "3,Bid,2026-01-05,,8,soon,,Bob\n"})
    assert seen.content["stage_dates"] == {"Date entered Won": "Won"}
    (check,) = [check for check in seen.checks if check.startswith("Not used")]
    assert "“Date entered Bid” does not hold dates written in one way" in check
    assert "mend the file" in check


def test_a_mapping_names_stages_there_are_columns_there_are_and_one_history(tmp_path: Path) -> None:
    seen = strange(tmp_path, {"deals.csv": HEAD + ENTERED + ROWS})
    content = decided(seen.content)
    text = mapping_toml(content)
    assert snapshot_mapping_parse(content).stage_dates == content["stage_dates"]
    assert "[stage_dates]" in text
    column = next(iter(content["stage_dates"]))

    def refused(**parts: Any) -> str:
        with pytest.raises((ConversionRefused, ImportUnreadable)) as error:
            snapshot_mapping_parse(content | parts, MappingSource("m.toml", text))
        problems = getattr(error.value, "problems", None)
        return str(problems.listed[0]) if problems else str(error.value)

    assert "is called by none of its stages and losses" in refused(stage_dates={column: "Nowhere"})
    assert "[stage_dates] says of columns which stage" in refused(stage_dates={column: 3})
    history = {"file": "h.csv", "deal_column": "d", "at": "t", "new": "n"}
    assert "is given beside a [history]" in refused(history=history)


def test_a_person_chooses_and_unchooses_columns(tmp_path: Path) -> None:
    head = "Deal ID,Stage,Created,Close Date,Amount,Handed to bids,Sent to bids\n"
    rows = "1,Won,2026-01-05,2026-03-02,9,2026-01-06,2026-03-02\n2,Bid,2026-01-05,,8,2026-01-07,\n"
    seen = strange(tmp_path, {"d.csv": head + rows})
    assert "stage_dates" not in seen.content
    columns = [{"name": "Handed to bids", "kind": "date", "filled": 2, "formats": [], "values": []}]
    posted = {
        "stage-date-0-column": "Handed to bids", "stage-date-0-value": "Bid",
        "stage-date-1-column": "Sent to bids", "stage-date-1-value": "Won",
    }  # fmt: skip
    chosen = content_of(posted, seen.content, columns, log=False)
    assert chosen["stage_dates"] == {"Handed to bids": "Bid", "Sent to bids": "Won"}
    assert content_of(posted | {"stage-date-1-value": ""}, chosen, columns, log=False)["stage_dates"] == {
        "Handed to bids": "Bid"
    }
    assert content_of({}, chosen, columns, log=False)["stage_dates"] == chosen["stage_dates"]


@pytest.mark.django_db(transaction=True)
def test_it_comes_in_and_the_next_file_adds_what_came_since(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, admin_client: Client
) -> None:
    monkeypatch.setattr(settings, "UPLOADS", tmp_path / "uploads")
    monkeypatch.setattr(settings, "CUSTODY_STORE", tmp_path / "custody")
    first = upload({"deals.csv": HEAD + ENTERED + ROWS}, taken_at=datetime(2026, 3, 13, 17, tzinfo=UTC))
    edit(first, company=COMPANY)
    assert look(first)["accepted"], first.look
    page = admin_client.get(reverse("pipeline:source_files", args=[first.token])).content.decode()
    assert "Days in stages" in page
    assert '<option value="Contract sent" selected>Contract sent</option>' in page
    places = [page.index(f"{name} (Sales Pipeline)") for name in ("scheduled", "Contract sent", "Closed won")]
    assert places == sorted(places)
    take_in(first)

    def history(key: str) -> list[tuple[str, str]]:
        rows = Event.objects.filter(opportunity__key=key).order_by("occurred_at", "sequence").select_related("stage")
        return [(e.stage.key if e.stage else "lost", f"{e.occurred_at:%m-%d}") for e in rows]

    before = history("1")
    assert [stage for stage, _ in before] == ["appointment_scheduled", "contract_sent"]
    won = ROWS.replace(
        "1,A,Contract sent,2026-01-05,,100,2026-01-05,2026-02-02,,",
        "1,A,Closed won,2026-01-05,2026-03-18,100,2026-01-05,2026-02-02,2026-03-18,",
    )
    later = upload(
        {"deals.csv": HEAD + ENTERED + won}, source=first.source, taken_at=datetime(2026, 3, 20, 17, tzinfo=UTC)
    )
    assert look(later)["accepted"], later.look
    take_in(later)
    assert history("1") == [*before, ("won", "03-17")]  # midnight in Berlin
    assert len(history("2")) == 3
