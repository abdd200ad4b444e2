"""Deals that were withdrawn or merged, from the folder to the figures and out again."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.imports.problems import UndoRefused
from pipeline.models import Event, Opportunity
from pipeline.services.imports import company_folder_load
from pipeline.services.imports_undo import import_undo
from tests.pipeline.folders import GOOD, folder_write, out_and_in_again, part_write, truth

pytestmark = pytest.mark.django_db
HEADER = GOOD["events.csv"].splitlines()[0]
OPENED = "O4,2026-03-01T08:00:00Z,,lead,50,,,Ann"
GONE = "O4,2026-03-05T08:00:00Z,2026-03-09T08:00:00Z,withdrawn,,,,"


def folder(*events: str, into: str = "O1", pipeline: str = "new") -> dict[str, str]:
    """The good company with deal O4, merged `into` another, and what happened to it."""
    header, *deals = GOOD["opportunities.csv"].splitlines()
    filled = dict.fromkeys(header.split(","), "") | {"key": "O4", "pipeline": pipeline, "currency": "EUR"}
    rows = [f"{header},merged_into", *(f"{deal}," for deal in deals), ",".join([*filled.values(), into])]
    return {
        "opportunities.csv": "\n".join(rows) + "\n",
        "events.csv": GOOD["events.csv"] + "".join(f"{event}\n" for event in events),
    }


def deals() -> tuple[list[str], list[str]]:
    rows = truth()
    return rows["pipeline_opportunity"], rows["pipeline_event"]


def refused(tmp_path: Path, *events: str, into: str = "O1") -> list[tuple[str, int, str, str]]:
    result = company_folder_load(path=folder_write(tmp_path, folder(*events, into=into)))
    assert not result.accepted
    return [(problem.file, problem.line, problem.column, problem.reason) for problem in result.problems]


def line_of(number: int) -> int:
    """Line in events.csv of the n-th event added to the good ones, from 1."""
    return len(GOOD["events.csv"].splitlines()) + number


def test_a_withdrawn_deal_says_where_it_went(tmp_path: Path) -> None:
    assert company_folder_load(path=folder_write(tmp_path, folder(OPENED, GONE))).accepted
    event = Event.objects.get(withdrawn=True)
    assert (event.opportunity.key, event.stage, str(event.amount)) == ("O4", None, "0.00")
    assert Opportunity.objects.get(key="O4").merged_into == "O1"


@pytest.mark.django_db(transaction=True)
def test_what_goes_out_comes_in_again(tmp_path: Path) -> None:
    rows = out_and_in_again(folder_write(tmp_path / "in", folder(OPENED, GONE)), tmp_path)
    assert "O4,2026-03-05T08:00:00Z,2026-03-09T08:00:00Z,withdrawn,,,," in rows


def test_undoing_the_import_that_withdrew_a_deal_brings_it_back(tmp_path: Path) -> None:
    company_folder_load(path=folder_write(tmp_path / "in", folder(OPENED, into="")))
    before = deals()
    merged = {"opportunities.csv": folder()["opportunities.csv"], "events.csv": f"{HEADER}\n{GONE}\n"}
    result = company_folder_load(path=part_write(tmp_path / "later", merged))
    assert result.accepted
    assert Opportunity.objects.get(key="O4").merged_into == "O1"
    import_undo(batch_id=result.batch)
    assert deals() == before


def test_nothing_happens_to_a_deal_after_it_was_withdrawn(tmp_path: Path) -> None:
    later = "O4,2026-03-06T08:00:00Z,,offer,50,,,Ann"
    why = "comes after opportunity O4 was withdrawn on 2026-03-05"
    assert refused(tmp_path, OPENED, GONE, later) == [("events.csv", line_of(3), "stage", why)]


def test_a_deal_is_withdrawn_once(tmp_path: Path) -> None:
    again = GONE.replace("03-05", "03-07")
    why = "withdraws opportunity O4 a second time; it was withdrawn on 2026-03-05"
    assert refused(tmp_path, OPENED, GONE, again) == [("events.csv", line_of(2) + 1, "stage", why)]


def test_a_deal_is_not_withdrawn_before_what_is_known_of_it(tmp_path: Path) -> None:
    company_folder_load(path=folder_write(tmp_path / "in", folder(OPENED, into="")))
    early = GONE.replace("2026-03-05", "2026-02-05")
    result = company_folder_load(path=part_write(tmp_path / "later", {"events.csv": f"{HEADER}\n{early}\n"}))
    why = "withdraws opportunity O4 on 2026-02-05, before something else happened to it, on 2026-03-01"
    assert [(problem.line, problem.reason) for problem in result.problems] == [(2, why)]


def test_a_merged_deal_was_withdrawn_into_a_deal_there_is(tmp_path: Path) -> None:
    line = len(GOOD["opportunities.csv"].splitlines()) + 1
    missing = ("opportunities.csv", line, "merged_into")
    why = "is what O4 was merged into, but no event withdraws O4"
    assert refused(tmp_path / "a", OPENED) == [(*missing, why)]
    assert refused(tmp_path / "b", OPENED, GONE, into="O9") == [(*missing, "is not a known opportunity")]
    assert refused(tmp_path / "c", OPENED, GONE, into="O4") == [(*missing, "is the deal itself")]


def test_deals_are_not_merged_in_a_circle(tmp_path: Path) -> None:
    files = folder(OPENED, GONE, GONE.replace("O4", "O1").replace("-03-", "-04-"))
    first, second, *rest = files["opportunities.csv"].splitlines()
    files["opportunities.csv"] = "\n".join([first, f"{second}O4", *rest]) + "\n"
    result = company_folder_load(path=folder_write(tmp_path, files))
    assert [(problem.line, problem.reason.split(":")[0]) for problem in result.problems] == [
        (2, "leads back to O1"),
        (len(rest) + 2, "leads back to O4"),
    ]


@pytest.mark.parametrize("first", ["withdrawal", "target"])
def test_a_merge_is_not_undone_by_halves(tmp_path: Path, first: str) -> None:
    """What withdrew the deal, or what it went into, came with an import of its own."""
    company_folder_load(path=folder_write(tmp_path / "in"))
    header = GOOD["opportunities.csv"].splitlines()[0]
    target = {
        "opportunities.csv": f"{header}\nT1,,new,,,,,EUR,\n",
        "events.csv": f"{HEADER}\nT1,2026-03-02T08:00:00Z,,lead,50,,,Ann\n",
    }
    gone = {"events.csv": f"{HEADER}\n{GONE.replace('O4', 'O1')}\n"}
    merged = {"opportunities.csv": "key,pipeline,currency,merged_into\nO1,new,EUR,T1\n"}
    order = [target, gone, merged] if first == "withdrawal" else [gone, target, merged]
    imports = [company_folder_load(path=part_write(tmp_path / str(n), files)) for n, files in enumerate(order)]
    assert all(result.accepted for result in imports)
    with pytest.raises(UndoRefused, match=f"Undo import {imports[2].batch} first"):
        import_undo(batch_id=imports[1].batch)
    import_undo(batch_id=imports[2].batch)
    import_undo(batch_id=imports[1].batch)


def test_what_becomes_known_only_later_is_said(tmp_path: Path) -> None:
    later = GONE.replace("2026-03-09", "2199-03-09")
    result = company_folder_load(path=folder_write(tmp_path, folder(OPENED, later)))
    assert any("1 events have happened and say they will be recorded in the future" in note for note in result.notes)
