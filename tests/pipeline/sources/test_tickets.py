"""A file of tickets beside the deals: hand-offs of departments, and what names no deal is counted and named."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from pipeline.imports.problems import ConversionRefused
from pipeline.models import HandOff, SourcePull
from pipeline.services.sources.mappings import mapping_content
from pipeline.sources.meaning.editing import content_of
from pipeline.sources.meaning.mapping_gaps import NOBODY
from tests.pipeline.imports.conversion.exports import convert, mapping, table
from tests.pipeline.sources.uploads import COMPANY, HEADER, edit, look, take_in, upload

DEALS = "id,stage,created,closed,amount\nD1,Open,2026-03-02,,100\nD2,Won,2026-03-02,2026-03-20,200\n"
PARTS = """
[tickets]
file = "tickets.csv"
key = "no"
deal_column = "deal"
opened = "opened"
started = "begun"
closed = "closed"
queue = "queue"
outcome = "result"
assignee = "who"
[[queues]]
name = "Legal"
department = "legal"
[[queues]]
name = "Bots"
[[departments]]
key = "legal"
name = "Legal"
"""
TICKETS = """no,deal,queue,opened,begun,closed,result,who
T1,D1,Legal,2026-03-03T09:00:00+01:00,2026-03-04T09:00:00+01:00,2026-03-06T12:00:00+01:00,approved,Eva
T2,D2,Legal,2026-03-05T15:00:00+01:00,,2026-03-05,Done,Eva
T3,D9,Legal,2026-03-05,,,,
T4,,Legal,2026-03-05,,,,
T5,D1,Bots,2026-03-05,,,,
"""


def test_each_ticket_of_a_department_is_a_hand_off_of_its_deal(tmp_path: Path) -> None:
    result = convert(tmp_path, DEALS, mapping(more=PARTS), tickets=TICKETS)
    rows = table(tmp_path / "out", "handoffs")
    assert [(row["key"], row["opportunity"], row["department"], row["kind"], row["assignee"]) for row in rows] == [
        ("T1", "D1", "legal", "Legal", "Eva"), ("T2", "D2", "legal", "Legal", "Eva"),
    ]  # fmt: skip
    assert [row["completed_at"] for row in rows] == [
        "2026-03-06T12:00:00+01:00",
        "2026-03-05T15:00:00+01:00",  # a bare day that is the day of its opening: not before it
    ]
    assert [row["outcome"] for row in rows] == ["approved", ""]  # “Done” says none of the four
    for sentence in (
        "2 of 5 tickets became hand-offs (Legal 2).",
        "1 of 5 tickets name a deal that is not there and are left out: T3: D9.",
        "1 of 5 tickets name no deal and are left out: T4.",
        "1 of 5 tickets are in “Bots”, a queue of no department and are left out: T5.",
    ):
        assert sentence in result.notes
    assert any(note.startswith("1 tickets have the result “Done”") for note in result.notes)


def test_a_ticket_that_was_closed_when_clocks_had_gone_back_was_closed_after_it_was_opened(tmp_path: Path) -> None:
    tickets = "no,deal,queue,opened,begun,closed,result,who\n"
    tickets += "T1,D1,Legal,2026-10-25 02:50,,2026-10-25 02:10,,\n"
    result = convert(tmp_path, DEALS, mapping(more=PARTS), tickets=tickets)
    (row,) = table(tmp_path / "out", "handoffs")
    assert (row["requested_at"], row["completed_at"]) == ("2026-10-25T02:50:00+02:00", "2026-10-25T01:10:00+00:00")
    assert any("but 1 of them as the second" in note for note in result.notes)


def test_tickets_may_call_a_deal_by_another_of_its_columns(tmp_path: Path) -> None:
    text = mapping(more=PARTS.replace('deal_column = "deal"', 'deal_column = "deal"\ndeal_key = "order"'))
    deals = "id,stage,created,closed,amount,order\n"
    deals += "D1,Open,2026-03-02,,1,A7\nD2,Open,2026-03-02,,1,A8\nD3,Open,2026-03-02,,1,A8\n"
    tickets = "no,deal,queue,opened,begun,closed,result,who\nT1,A7,Legal,2026-03-03,,,,\nT2,A8,Legal,2026-03-03,,,,\n"
    result = convert(tmp_path, deals, text, tickets=tickets)
    assert [(row["key"], row["opportunity"]) for row in table(tmp_path / "out", "handoffs")] == [("T1", "D1")]
    assert (
        "1 of 2 tickets name a deal by its order, which several deals have, and are left out: T2: A8." in result.notes
    )


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("T1,D1,Finance,2026-03-03,,,,", "is not a known queue"),
        ("T1,D1,Legal,,,,,", "every ticket needs the day on which it was opened"),
        ("T1,D1,Legal,3.4.2026,,,,", "of the tickets cannot be read as a time"),
        (",D1,Legal,2026-03-03,,,,", "every ticket needs its key"),
        ("T1,D1,Legal,2026-03-03,,2026-03-01,,", "is before"),
        ("T1,D1,Legal,2026-03-03,,,,\nT1,D2,Legal,2026-03-03,,,,", "is already on line 2"),
    ],
)
def test_what_cannot_be_understood_is_refused_at_its_line(tmp_path: Path, row: str, reason: str) -> None:
    tickets = f"no,deal,queue,opened,begun,closed,result,who\n{row}\n"
    with pytest.raises(ConversionRefused) as refused:
        convert(tmp_path, DEALS, mapping(more=PARTS), tickets=tickets)
    assert reason in str(refused.value)
    assert "tickets.csv line" in str(refused.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('department = "legal"', 'department = "law"', "is not a department of the mapping"),
        ('queue = "queue"', "", "name the department of all tickets"),
        ('key = "no"', 'key = "number"', "is not a column of tickets.csv"),
        ('name = "Bots"', 'name = "Legal"', "appears twice"),
    ],
)
def test_a_mapping_that_cannot_be_meant_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    with pytest.raises(ConversionRefused) as refused:
        convert(tmp_path, DEALS, mapping(more=PARTS.replace(old, new, 1)), tickets=TICKETS)
    assert reason in str(refused.value)


# In the browser and week by week.

WEEK = "D1,Qualify,2026-02-02,,100,Ann,\nD2,Offer,2026-02-03,,200,Ann,\nD3,Won,2026-02-03,2026-03-01,300,Bob,\n"
TICKET_HEADER = "Ticket,Opportunity,Queue,Opened at,Resolved at,Assigned to\n"
T_WEEK_1 = """T1,D1,Contracts,2026-03-02 10:00,,Eva
T2,D2,Contracts,2026-03-02 10:00,2026-03-04 10:00,Eva
T3,D2,Credit check,2026-03-03 08:00,,Kim
T4,X9,Credit check,2026-03-03 08:00,,Kim
"""
# T1 went on to the other queue, T2 is open again, T3 was closed on a day the file gives.
T_WEEK_2 = """T1,D1,Credit check,2026-03-02 10:00,,Kim
T2,D2,Contracts,2026-03-02 10:00,,Eva
T3,D2,Credit check,2026-03-03 08:00,2026-03-10 09:30,Kim
"""
FIRST, SECOND = datetime(2026, 3, 6, 17, tzinfo=UTC), datetime(2026, 3, 13, 17, tzinfo=UTC)


@pytest.fixture
def _folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "UPLOADS", tmp_path / "uploads")
    monkeypatch.setattr(settings, "CUSTODY_STORE", tmp_path / "custody")


def first_week() -> SourcePull:
    pull = upload({"deals.csv": HEADER + WEEK, "tickets.csv": TICKET_HEADER + T_WEEK_1}, taken_at=FIRST)
    edit(pull, company=COMPANY)
    return pull


def content(pull: SourcePull) -> dict[str, Any]:
    newest = pull.source.mappings.first()
    assert newest is not None
    return mapping_content(newest)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_folders")
class TestInTheBrowser:
    def test_tickets_are_proposed_and_shown_before_they_are_taken_in(self) -> None:
        pull = first_week()
        proposed = content(pull)
        assert proposed["tickets"] == {
            "file": "tickets.csv", "key": "Ticket", "opened": "Opened at", "closed": "Resolved at", "queue": "Queue",
            "assignee": "Assigned to", "deal_column": "Opportunity",
        }  # fmt: skip
        assert proposed["queues"] == [
            {"name": "Contracts", "department": "legal"}, {"name": "Credit check", "department": "finance"},
        ]  # fmt: skip
        seen = look(pull)
        assert seen["accepted"], seen
        assert "1 of 4 tickets name a deal that is not there and are left out: T4: X9." in seen["checks"]
        assert seen["handoffs"] == [["Legal", 2], ["Finance", 1]]
        assert not HandOff.objects.exists()

    def test_tickets_of_which_no_deal_has_two_are_tickets_by_their_columns(self) -> None:
        one_each = "".join(row + "\n" for row in T_WEEK_1.splitlines() if not row.startswith(("T2", "T4")))
        pull = upload({"deals.csv": HEADER + WEEK, "tickets.csv": TICKET_HEADER + one_each}, taken_at=FIRST)
        proposed = content(pull)
        assert proposed["tickets"] == {
            "file": "tickets.csv", "key": "Ticket", "opened": "Opened at", "closed": "Resolved at", "queue": "Queue",
            "assignee": "Assigned to", "deal_column": "Opportunity",
        }  # fmt: skip
        assert (proposed["lookups"], pull.reading["joins"]) == ([], [])
        edit(pull, company=COMPANY)
        assert look(pull)["handoffs"] == [["Finance", 1], ["Legal", 1]]

    @pytest.mark.parametrize(
        ("name", "header", "rows"),
        [
            ("quotes.csv", "Quote ID,Opportunity,Created,Closed,Team,Price", "Q{n},D{n},2026-03-02,2026-03-03,North,5"),
            ("contracts.csv", "No,Opportunity,Created,Closed,Owner", "K{n},D{n},2026-03-02,2026-03-03,Eva"),
            ("queues.csv", "No,Opportunity,Opened,Closed,Queue,Amount", "K{n},D{n},2026-03-02,2026-03-03,Legal,7"),
        ],
    )
    def test_a_table_of_one_row_a_deal_that_is_no_work_is_joined(self, name: str, header: str, rows: str) -> None:
        table = header + "\n" + "".join(rows.format(n=n) + "\n" for n in (1, 2, 3))
        proposed = content(upload({"deals.csv": HEADER + WEEK, name: table}))
        assert "tickets" not in proposed
        assert [lookup["file"] for lookup in proposed["lookups"]] == [name]

    def test_a_queue_that_nobody_decided_stops_the_import(self) -> None:
        pull = first_week()
        edit(pull, queues=[{"name": "Contracts", "department": "legal"}])
        assert look(pull)["undecided"] == ["Tickets: “Credit check”, 2 tickets: which department's queue is it?"]
        edit(
            pull, queues=[{"name": "Contracts", "department": "legal"}, {"name": "Credit check", "department": NOBODY}]
        )
        assert look(pull)["handoffs"] == [["Legal", 2]]

    def test_the_form_chooses_the_table_its_columns_and_departments(self) -> None:
        pull = first_week()
        tables = pull.reading["columns"]
        before = content(pull)
        without = content_of({"tickets-file": ""}, before, tables["deals.csv"], log=False, tables=tables)
        assert "tickets" not in without
        again = content_of({"tickets-file": "tickets.csv"}, without, tables["deals.csv"], log=False, tables=tables)
        assert again["tickets"] == before["tickets"]
        posted = {"tickets-file": "tickets.csv", "queue-0-name": "Contracts", "queue-0-department": "finance",
                  "ticket-kind": "Queue", "ticket-department": "sales", "queue-rest": NOBODY}  # fmt: skip
        chosen = content_of(posted, again, tables["deals.csv"], log=False, tables=tables)
        assert chosen["queues"][0] == {"name": "Contracts", "department": "finance"}
        assert (chosen["tickets"]["kind"], chosen["tickets"]["department"]) == ("Queue", "sales")

    def test_a_ticket_that_moves_on_or_comes_back_is_a_hand_off_of_its_own(self) -> None:
        pull = first_week()
        assert look(pull)["accepted"], pull.look
        take_in(pull)
        later = upload(
            {"deals.csv": HEADER + WEEK, "tickets.csv": TICKET_HEADER + T_WEEK_2}, source=pull.source, taken_at=SECOND
        )
        assert look(later)["accepted"], later.look
        take_in(later)
        rows = {
            key: (department, f"{requested:%m-%d}", completed and f"{completed:%m-%d}")
            for key, department, requested, completed in HandOff.objects.values_list(
                "key", "department__key", "requested_at", "completed_at"
            )
        }
        assert rows == {
            "T1": ("legal", "03-02", "03-13"),
            "T1 (2)": ("finance", "03-13", None),
            "T2": ("legal", "03-02", "03-04"),
            "T2 (2)": ("legal", "03-13", None),
            "T3": ("finance", "03-03", "03-10"),
        }
