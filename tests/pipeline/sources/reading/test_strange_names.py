"""Columns of similar names: the one that is meant is taken, whatever the order, and the others are not."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from pipeline.sources.meaning.roles import columns_by_role
from tests.pipeline.sources.reading.strange_lists import strange


def column(name: str) -> dict[str, object]:
    """One of a table of two rows, of the kind that its name says."""
    kind = "date" if any(word in name for word in ("lose", "Created", "Start", "Abschluss")) else "text"
    kind = "number" if any(word in name for word in ("mount", "Value", "wert", "Days")) else kind
    return {"name": name, "kind": kind, "filled": 2, "different": 2, "negative": False, "values": [["1", 1], ["2", 1]]}


@pytest.mark.parametrize(
    ("role", "right", "others"),
    [
        ("amount", "Amount", ("Weighted Amount", "Discount Amount")),
        ("amount", "Auftragswert", ("Gewichteter Wert",)),
        ("owner", "Owner", ("Owner Email", "Owner Role")),
        ("account", "Account Name", ("Account Owner", "Customer Type")),
        ("stage", "Stage", ("Stage Duration Days", "Previous Stage")),
        ("created", "Created Date", ("Start Date",)),
        ("closed", "Close Date", ("Est Close", "Expected Close Date")),
        ("closed", "Abschlussdatum", ("Geplanter Abschluss",)),
    ],
)
def test_the_column_that_is_meant_is_taken_in_any_order(role: str, right: str, others: tuple[str, ...]) -> None:
    for names in permutations(("Deal ID", right, *others)):
        _, roles = columns_by_role([column(name) for name in names], 2)
        assert roles.get(role) == right, names


def test_an_expected_close_alone_is_that_of_open_deals_too(tmp_path: Path) -> None:
    names = "Deal ID,Stage,Created,Expected Close Date,Amount\n"
    seen = strange(tmp_path, {"d.csv": names + "1,Won,2026-01-05,2026-03-02,9\n2,Bid,2026-01-05,2026-12-28,8\n"})
    assert [event["expected_close"] for event in seen.events] == ["", "", "2026-12-28"]
    assert [event["occurred_at"] for event in seen.events] == ["2026-01-05", "2026-03-02", "2026-01-05"]


def test_an_expected_close_is_no_close_where_the_day_of_winning_is_known(tmp_path: Path) -> None:
    names = "Deal ID,Stage,Created,Expected Close Date,Won Date,Amount\n"
    rows = "1,Won,2026-01-05,2026-03-31,2026-02-10,9\n2,Bid,2026-01-05,2026-12-28,,8\n"
    seen = strange(tmp_path, {"d.csv": names + rows})
    assert [(event["stage"], event["occurred_at"]) for event in seen.events][1] == ("won", "2026-02-10")


def test_a_weighted_amount_alone_is_said_to_be_one(tmp_path: Path) -> None:
    rows = "1,Won,2026-01-05,2026-03-02,9\n2,Bid,2026-01-05,,8\n"
    seen = strange(tmp_path, {"d.csv": "Deal ID,Stage,Created,Closed,Weighted Amount\n" + rows})
    assert any(check.startswith("“Weighted Amount” is read as the amount") for check in seen.checks)


def test_seconds_since_1970_are_named_as_such(tmp_path: Path) -> None:
    rows = "1,Won,1767600000000,1772400000000,9\n2,Bid,1767700000000,,8\n"
    seen = strange(tmp_path, {"d.csv": "Deal ID,Stage,Created,Closed,Amount\n" + rows})
    assert any("may be seconds or milliseconds since 1970" in question for question in seen.questions)


@pytest.mark.parametrize("zone", ["+0000", "GMT"])
def test_days_of_mails_are_read(tmp_path: Path, zone: str) -> None:
    rows = f'1,Won,"Mon, 05 Jan 2026 08:00:00 {zone}","Mon, 02 Mar 2026 23:30:00 {zone}",9\n'
    seen = strange(tmp_path, {"d.csv": "Deal ID,Stage,Created,Closed,Amount\n" + rows})
    assert [event["occurred_at"][:13] for event in seen.events] == ["2026-01-05T08", "2026-03-02T23"]
