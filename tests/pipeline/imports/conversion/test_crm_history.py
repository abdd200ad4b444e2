"""A list of deals and a file of their changes give one history; where they contradict each other it is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.imports.problems import ConversionRefused
from tests.pipeline.imports.conversion.exports import convert, mapping, table

STAGES = """
[[stages]]
key = "offer"
name = "Offer"
owner = "sales"
activities = ["Offer"]
"""
FIELDS = """
[history]
file = "history.csv"
deal_column = "Opportunity"
at = "When"
field_column = "Field"
stage_fields = ["StageName"]
amount_fields = ["Amount"]
old = "Old"
new = "New"
actor = "By"
"""
HEADER = "id,stage,created,closed,amount,changed\n"
CHANGES = "Opportunity,When,Field,Old,New,By\n"


def stages_between(text: str) -> str:
    """An offer between the open stage and the won one."""
    return text.replace('[[stages]]\nkey = "won"', STAGES.strip() + '\n[[stages]]\nkey = "won"')


def events(folder: Path) -> dict[str, list[tuple[str, str, str, str]]]:
    """Stage, day and hour, amount and actor of the events of each deal."""
    deals: dict[str, list[tuple[str, str, str, str]]] = {}
    for row in table(folder, "events"):
        at = row["occurred_at"][5:16].replace("T", " ")
        deals.setdefault(row["opportunity"], []).append((row["stage"], at, row["amount"], row["actor"]))
    return deals


def run(tmp_path: Path, rows: str, changes: str, parts: str = FIELDS, deal: str = 'changed = "changed"') -> list[str]:
    text = stages_between(mapping(deal=deal, more=parts))
    return convert(tmp_path, HEADER + rows, text, history=changes).notes


def test_changes_of_fields_become_the_history_between_creation_and_close(tmp_path: Path) -> None:
    changes = (
        "D1,2026-03-05 10:00,StageName,Open,Offer,Ann\nD1,2026-03-10 11:00,Amount,200,250,Bob\n"
        "D1,2026-03-11 11:00,NextStep,call,write,Bob\nD1,2026-03-20 16:00,StageName,Offer,Won,Ann\n"
    )
    notes = run(tmp_path, "D1,Won,2026-03-02 09:00,2026-03-20,250,\n", CHANGES + changes)
    assert events(tmp_path / "out")["D1"] == [
        ("open", "03-02 09:00", "200", ""), ("offer", "03-05 10:00", "200", "Ann"),
        ("offer", "03-10 11:00", "250", "Bob"), ("won", "03-20 16:00", "250", "Ann"),
    ]  # fmt: skip
    assert "3 changes of 1 deals come from history.csv." in notes
    assert "1 rows of history.csv change other fields and are not used." in notes
    assert not [note for note in notes if "contradict" in note or "elsewhere" in note]


def test_rows_that_hold_the_values_after_a_change_are_read_as_such(tmp_path: Path) -> None:
    """As Salesforce's OpportunityHistory: the first row is the creation."""
    parts = '[history]\nfile = "history.csv"\ndeal_column = "D"\nat = "At"\nnew = "Stage"\namount = "Amount"\n'
    changes = "D,At,Stage,Amount\nD1,2026-03-02 09:00,Open,100\n"
    changes += "D1,2026-03-04 09:00,Offer,100\nD1,2026-03-06 09:00,Offer,120\n"
    run(tmp_path, "D1,Offer,2026-03-02 09:00,,120,\n", changes, parts)
    assert [event[:3] for event in events(tmp_path / "out")["D1"]] == [
        ("open", "03-02 09:00", "100"), ("offer", "03-04 09:00", "100"), ("offer", "03-06 09:00", "120"),
    ]  # fmt: skip


def test_of_changes_at_one_instant_the_chain_decides_the_order(tmp_path: Path) -> None:
    changes = "D1,2026-03-05 10:00,StageName,Offer,Won,Ann\nD1,2026-03-05 10:00,StageName,Open,Offer,Ann\n"
    run(tmp_path, "D1,Won,2026-03-02 09:00,2026-03-05,5,\n", CHANGES + changes)
    # Open was left for Offer, and Offer for Won: the other way round the deal would end in Offer.
    assert [event[0] for event in events(tmp_path / "out")["D1"]] == ["open", "offer", "won"]


def test_where_the_list_stands_elsewhere_it_decides_and_the_deals_are_named(tmp_path: Path) -> None:
    rows = (
        "D1,Won,2026-03-02 09:00,2026-03-20,250,\n"  # its closing is in no history
        "D2,Offer,2026-03-02 09:00,,90,2026-03-12 08:00\n"  # the amount was changed and nobody wrote it down
        "D3,Open,2026-03-02 09:00,,70,\n"  # not even a date: the newest of the export
    )
    changes = (
        "D1,2026-03-05 10:00,StageName,Open,Offer,Ann\nD2,2026-03-05 10:00,StageName,Open,Offer,Ann\n"
        "D2,2026-03-06 10:00,Amount,50,80,Ann\nD3,2026-03-05 10:00,StageName,Open,Offer,Ann\n"
        "D9,2026-03-05 10:00,StageName,Open,Offer,Ann\n"
    )
    notes = run(tmp_path, rows, CHANGES + changes)
    told = events(tmp_path / "out")
    assert told["D1"][-1][:3] == ("won", "03-20", "250")
    assert told["D2"][1:] == [
        ("offer", "03-05 10:00", "50", "Ann"), ("offer", "03-06 10:00", "80", "Ann"),
        ("offer", "03-12 08:00", "90", ""),
    ]  # fmt: skip
    assert told["D3"][-1][:2] == ("open", "03-20")
    assert (
        "2 deals stand elsewhere by the list than by the last change of the history (D1: won, not offer, D3: open, not"
        " offer). The list decides, as of the date it gives."
    ) in notes
    assert (
        "1 deals are worth something else by the list than by the last change of the history (D2: 90, not 80). The list"
        " decides."
    ) in notes
    assert "1 deals have changes in history.csv and are not in the list (D9). They are left out." in notes


def test_a_chain_with_a_gap_is_named_and_a_deal_without_changes_has_its_two_dates(tmp_path: Path) -> None:
    rows = "D1,Lost,2026-03-02 09:00,2026-03-08,5,\nD2,Won,2026-03-02 09:00,2026-03-20,7,\n"
    changes = "D1,2026-03-05 10:00,StageName,Open,Offer,Ann\nD1,2026-03-08 10:00,StageName,Open,Lost,Ann\n"
    notes = run(tmp_path, rows, CHANGES + changes)
    assert [event[0] for event in events(tmp_path / "out")["D1"]] == ["open", "offer", "lost"]
    assert any("does not begin where the one before ended (D1)" in note for note in notes)
    assert [event[:2] for event in events(tmp_path / "out")["D2"]] == [("open", "03-02 09:00"), ("won", "03-20")]
    assert "1 deals have no history; two dates and a stage are all that is known of them." in notes


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("D1,2026-03-05,StageName,Open,Legal,Ann", "is not a known stage"),
        ("D1,,StageName,Open,Offer,Ann", "nobody knows when it changed"),
        ("D1,5.3.26,StageName,Open,Offer,Ann", "of the history cannot be read as a time"),
        ("D1,2026-03-05,Amount,1,-2,Ann", "history.csv line 2"),
        (",2026-03-05,Amount,1,2,Ann", "every change is of a deal"),
    ],
)
def test_a_change_that_cannot_be_understood_is_refused_at_its_line(tmp_path: Path, row: str, reason: str) -> None:
    with pytest.raises(ConversionRefused) as refused:
        run(tmp_path, "D1,Open,2026-03-02,,5,\n", CHANGES + row + "\n")
    assert reason in str(refused.value)
    assert "history.csv line 2" in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('stage_fields = ["StageName"]', "", "which values of the field are changes of the stage"),
        ('field_column = "Field"', "", "names no field_column"),
        ('actor = "By"', 'amount = "New"', "write amount_fields"),
        ('at = "When"', 'at = "Day"', "is not a column of history.csv"),
    ],
)
def test_a_history_that_cannot_be_meant_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    with pytest.raises(ConversionRefused) as refused:
        run(tmp_path, "D1,Open,2026-03-02,,5,\n", CHANGES, FIELDS.replace(old, new))
    assert reason in str(refused.value)


def test_who_changed_it_can_be_read_as_a_department(tmp_path: Path) -> None:
    """A change of the amount then belongs to that department, as `actor` in a company folder says."""
    parts = FIELDS + '[values."history.By"]\n"Eva Blum" = "sales"\n'
    changes = "D1,2026-03-05 10:00,Amount,200,150,Eva Blum\nD1,2026-03-06 10:00,Amount,150,140,Ann\n"
    notes = run(tmp_path, "D1,Open,2026-03-02 09:00,,140,\n", CHANGES + changes, parts)
    assert [event[2:] for event in events(tmp_path / "out")["D1"]] == [("200", ""), ("150", "sales"), ("140", "Ann")]
    assert any("history.By “Eva Blum”, read as “sales”" in note for note in notes)


def test_a_deal_that_goes_on_after_the_close_date_of_the_list_is_named(tmp_path: Path) -> None:
    rows = "".join(f"D{n},Won,2026-03-02 09:00,2026-03-10 23:30,250,\n" for n in (1, 2, 3))
    changes = (
        "D1,2026-03-10 10:00,StageName,Open,Won,Ann\nD1,2026-03-15 10:00,StageName,Won,Offer,Ann\n"
        "D1,2026-03-20 10:00,StageName,Offer,Won,Ann\n"
        "D2,2026-03-10 10:00,StageName,Open,Offer,Ann\nD2,2026-03-12 10:00,StageName,Offer,Won,Ann\n"
        "D3,2026-03-10 10:00,StageName,Open,Won,Ann\nD3,2026-03-19 10:00,Amount,250,250,Ann\n"  # no stage: no matter
    )
    notes = run(tmp_path, rows, CHANGES + changes)
    assert [event[:2] for event in events(tmp_path / "out")["D1"]][-2:] == [
        ("offer", "03-15 10:00"), ("won", "03-20 10:00"),
    ]  # fmt: skip
    assert (
        "1 deals are open again in history.csv after the close date that the list gives (D1: closed on 2026-03-10,"
        " offer on 2026-03-15). What happened after it counts as history.csv has it, on its days; the list's close date"
        " is not used where a later change ends the deal."
    ) in notes
    assert (
        "1 deals are closed in history.csv on a later day than the list says (D2: closed on 2026-03-10, won on"
        " 2026-03-12). The day in history.csv counts."
    ) in notes
    assert not any("D3" in note for note in notes)
