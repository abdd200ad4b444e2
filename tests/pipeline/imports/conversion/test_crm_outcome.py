"""Won, lost or withdrawn: what a status, dates and flags say together is understood, counted by name, or refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.imports.problems import ImportProblem
from tests.pipeline.imports.conversion.exports import convert, mapping

STATUS = 'status = "status"\nwon_values = ["Won"]\nlost_values = ["Lost"]\nwithdrawn_values = ["Deleted"]'
DATES = 'won_date = "won_on"\nlost_date = "lost_on"'
HEAD = "id,stage,created,closed,amount,status,won_on,lost_on,flag\n"


def place(tmp_path: Path, row: str, deal: str) -> tuple[str, str]:
    """Where the one deal stands at last, and all notes."""
    done = convert(tmp_path, HEAD + row + "\n", mapping(deal=deal))
    last = (tmp_path / "out" / "events.csv").read_text().splitlines()[-1].split(",")
    return f"{last[3]} {last[1]}", " ".join(done.notes)


@pytest.mark.parametrize(
    ("row", "deal", "where", "note"),
    [
        ("A,Open,2026-10-01,2026-10-05,100,won,,,", STATUS, "won 2026-10-05", ""),
        ("A,Open,2026-10-01,2026-10-05,100,LOST,,,", STATUS, "lost 2026-10-05", ""),
        ("A,Open,2026-10-01,2026-10-05,100,deleted,,,", STATUS, "withdrawn 2026-10-05", ""),
        ("A,Open,2026-10-01,,100,Waiting,,,", STATUS, "open 2026-10-01", "1 deals have the status “Waiting”"),
        # Won once, lost later: the status knows it, the old date does not.
        ("A,Open,2026-10-01,,100,Lost,2026-10-02,2026-10-09,", f"{STATUS}\n{DATES}", "lost 2026-10-09",
         "1 deals have a won_on and are not won"),
        ("A,Open,2026-10-01,,100,Open,2026-10-02,,", f'{STATUS}\nopen_values = ["open"]\n{DATES}', "open 2026-10-01",
         "1 deals have a won_on and are not won"),
        ("A,Open,2026-10-01,,100,,2026-10-02,2026-10-09,", DATES, "lost 2026-10-09", "the later one decides"),
        ("A,Open,2026-10-01,,100,,2026-10-12,2026-10-09,", DATES, "won 2026-10-12", "the later one decides"),
        ("A,Won,2026-10-01,2026-10-05,100,Lost,,,", STATUS, "lost 2026-10-05",
         "won by their stage and lost by status; status decides"),
        ("A,Lost,2026-10-01,2026-10-05,100,Won,,,", STATUS, "won 2026-10-05",
         "lost by their stage and won by status; status decides"),
        ("A,Open,2026-10-01,2026-10-05,100,Lost,,,yes", f'{STATUS}\nwon_flag = "flag"', "won 2026-10-05",
         "lost by their status and won by flag; flag decides"),
        ("A,Open,2026-10-01,2026-10-05,100,Won,,,no", f'{STATUS}\nwon_flag = "flag"', "won 2026-10-05",
         "won by their status and not won by flag; status decides"),
        ("A,Open,2026-10-01,2026-10-05,100,no,,,yes", 'closed_flag = "status"\nwon_flag = "flag"', "won 2026-10-05",
         "won by their flag and not closed by their status; flag decides"),
        ("A,Won,2026-10-01,2026-10-05,100,,,,no", 'won_flag = "flag"', "won 2026-10-05",
         "1 deals are won by their stage and not by flag; the stage decides."),
        ("A,Lost,2026-10-01,2026-10-05,100,,,,no", 'won_flag = "flag"', "lost 2026-10-05", "1 deals and 0 accounts."),
        ("A,Won,2026-10-01,2026-10-05,100,Open,,,", f'{STATUS}\nopen_values = ["Open"]', "won 2026-10-05",
         "1 deals are open by their status and won by their stage; stage decides."),
        ("A,Lost,2026-10-01,2026-10-05,100,Open,,,", f'{STATUS}\nopen_values = ["Open"]', "lost 2026-10-05",
         "1 deals are open by their status and lost by their stage; stage decides."),
        ("A,Won,2026-10-01,2026-10-05,100,Open,,,yes", f'{STATUS}\nopen_values = ["Open"]\nclosed_flag = "flag"',
         "won 2026-10-05", "1 deals are open by their status and won by their flag; flag decides."),
        ("A,Open,2026-10-01,2026-10-05,100,Won,,,no", f'{STATUS}\nclosed_flag = "flag"', "won 2026-10-05",
         "1 deals are won by their status and not closed by their flag; status decides."),
        ("A,Won,2026-10-01,2026-10-05,100,Deleted,,,", STATUS, "withdrawn 2026-10-05",
         "won by their stage and withdrawn by status; status decides"),
    ],
)  # fmt: skip
@pytest.mark.always(5)
def test_what_columns_say_together_is_decided_and_counted(
    tmp_path: Path, row: str, deal: str, where: str, note: str
) -> None:
    outcome, notes = place(tmp_path, row, deal)
    assert outcome == where
    assert note in notes


@pytest.mark.parametrize(
    ("row", "deal", "why"),
    [
        ("A,Open,2026-10-01,,100,Gewonnen,,,", STATUS, "line 2: status “Gewonnen” is in none of"),
        ("A,Open,2026-10-01,,100,Waiting,,,", f'{STATUS}\nopen_values = ["Open"]', "status “Waiting” is in none"),
        ("A,Open,2026-10-01,,100,Running,2026-10-02,,", f"{STATUS}\n{DATES}", "and won_on is filled"),
        ("A,Open,2026-10-01,,100,,2026-10-02,2026-10-02,", DATES, "nobody can know whether the deal was won or lost"),
        ("A,Open,2026-10-01,,100,Won,,,", 'status = "status"', "would say nothing"),
        ("A,Open,2026-10-01,,100,Won,,,", 'won_values = ["Won"]', "names no status"),
        ("A,Open,2026-10-01,,100,Won,,,", 'status = "status"\nwon_values = ["Won"]\nlost_values = ["Won"]', "too"),
    ],
)  # fmt: skip
def test_what_nobody_can_know_is_refused(tmp_path: Path, row: str, deal: str, why: str) -> None:
    with pytest.raises(ImportProblem, match=why):
        convert(tmp_path, HEAD + row + "\n", mapping(deal=deal))
    assert not (tmp_path / "out").exists()


def test_accents_written_in_two_ways_are_one_key(tmp_path: Path) -> None:
    rows = "Caf\u00e9,Open,2026-10-01,,1,,,,\nCafe\u0301,Open,2026-10-01,,2,,,,\n"
    with pytest.raises(ImportProblem, match="line 3: id “Caf\u00e9” is already on line 2"):
        convert(tmp_path, HEAD + rows)
