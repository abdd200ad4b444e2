"""Tickets whose deals are in already: a source of their own, or next files of a source that has them beside deals."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from pipeline.imports.problems import ImportUnreadable
from pipeline.models import Event, HandOff, ImportBatch, SourcePull
from pipeline.services.imports_undo import import_undo
from pipeline.services.sources.mappings import content_for, mapping_content
from pipeline.services.sources.pulls import pull_read
from pipeline.sources.convert import mapping_check
from pipeline.sources.meaning.editing import content_of
from pipeline.sources.meaning.mapping_gaps import undecided
from pipeline.sources.meaning.tickets import ticket_parts
from tests.pipeline.sources.test_tickets import FIRST, SECOND, T_WEEK_1, TICKET_HEADER, WEEK
from tests.pipeline.sources.uploads import COMPANY, HEADER, edit, look, take_in, upload

pytestmark = pytest.mark.django_db(transaction=True)
THIRD = datetime(2026, 3, 20, 17, tzinfo=UTC)
QUEUES = [{"name": "Contracts", "department": "legal"}, {"name": "Credit check", "department": "finance"}]


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path, settings: Any) -> None:
    settings.UPLOADS, settings.CUSTODY_STORE = tmp_path / "uploads", tmp_path / "custody"


def deals_in() -> SourcePull:
    """D1, D2 and D3 from a list without tickets."""
    pull = upload({"deals.csv": HEADER + WEEK}, taken_at=FIRST)
    edit(pull, company=COMPANY)
    assert look(pull)["accepted"], pull.look
    return take_in(pull)


def content(pull: SourcePull) -> dict[str, Any]:
    newest = pull.source.mappings.first()
    assert newest is not None
    return mapping_content(newest)


def hand_offs() -> dict[str, tuple[str, str, str]]:
    return {key: (deal, department, f"{requested:%m-%d}") for key, deal, department, requested in
            HandOff.objects.values_list("key", "opportunity__key", "department__key", "requested_at")}  # fmt: skip


def test_a_file_of_tickets_is_a_source_of_its_own() -> None:
    deals_in()
    events = Event.objects.count()
    pull = upload({"tickets.csv": TICKET_HEADER + T_WEEK_1}, taken_at=FIRST)
    assert (pull.state, pull.source.kind) == ("read", "tickets"), pull.error
    proposed = content(pull)
    assert set(proposed) == {"company", "departments", "files", "tickets", "queues"}
    assert proposed["tickets"]["deal_column"] == "Opportunity"
    assert proposed["queues"] == QUEUES
    seen = look(pull)
    assert seen["accepted"], seen
    # T4 names X9, which no source brought.
    assert seen["checks"] == ["1 of 4 tickets name a deal that is not there and are left out: T4: X9."]
    assert (seen["handoffs"], seen["outcomes"], seen["newest"]) == ([["Legal", 2], ["Finance", 1]], {}, "2026-03-04")
    assert [deal["key"] for deal in seen["deals"]] == ["D2", "D1"]
    assert seen["stopped"]  # nothing since March: figures may be read as of the last day, as those of the deals
    batch = take_in(pull).batch_id
    assert hand_offs() == {"T1": ("D1", "legal", "03-02"), "T2": ("D2", "legal", "03-02"),
                           "T3": ("D2", "finance", "03-03")}  # fmt: skip
    assert Event.objects.count() == events
    import_undo(batch_id=batch)
    assert (hand_offs(), Event.objects.count()) == ({}, events)


def test_its_next_file_goes_on_with_the_tickets_whatever_it_is_called() -> None:
    """T1 went to the other queue, T9 is new; even a file whose tickets all name unknown deals is one of tickets."""
    deals_in()
    first = upload({"tickets.csv": TICKET_HEADER + T_WEEK_1}, taken_at=FIRST)
    assert look(first)["accepted"], first.look
    take_in(first)
    later = "T1,D1,Credit check,2026-03-02 10:00,,Kim\nT9,D3,Contracts,2026-03-10 09:00,,Eva\n"
    second = upload({"export of march.csv": TICKET_HEADER + later}, source=first.source, taken_at=SECOND)
    assert look(second)["accepted"], second.look
    take_in(second)
    rows = hand_offs()
    assert (rows["T1 (2)"], rows["T9"]) == (("D1", "finance", "03-13"), ("D3", "legal", "03-10"))
    ended = HandOff.objects.get(key="T1").completed_at
    assert ended is not None
    assert f"{ended:%m-%d}" == "03-13"
    unknown = TICKET_HEADER + "T8,X1,Contracts,2026-03-12 09:00,,\n"
    third = upload({"x.csv": unknown}, source=first.source, taken_at=THIRD)
    assert third.reading["kind"] == "tickets"
    seen = look(third)
    assert seen["checks"] == ["1 of 1 tickets name a deal that is not there and are left out: T8: X1."]
    assert not seen["accepted"]


def test_a_source_of_deals_and_tickets_takes_the_tickets_of_a_week_alone() -> None:
    both = upload({"deals.csv": HEADER + WEEK, "tickets 06.csv": TICKET_HEADER + T_WEEK_1}, taken_at=FIRST)
    edit(both, company=COMPANY)
    assert look(both)["accepted"], both.look
    take_in(both)
    mapping = content(both)
    alone = upload({"tickets 13.csv": TICKET_HEADER + "T3,D2,Credit check,2026-03-03 08:00,2026-03-10 09:30,Kim\n"},
                   source=both.source, taken_at=SECOND)  # fmt: skip
    assert (alone.reading["kind"], alone.source.kind) == ("tickets", "list"), alone.error
    assert look(alone)["accepted"], alone.look
    take_in(alone)
    ended = HandOff.objects.get(key="T3").completed_at
    assert ended is not None
    assert f"{ended:%m-%d}" == "03-10"
    assert content(both) == mapping
    # The next list is compared with the list before, not with the tickets, and D1's offer is of the day it was made.
    moved = WEEK.replace("D1,Qualify", "D1,Offer")
    third = upload({"deals.csv": HEADER + moved, "tickets 20.csv": TICKET_HEADER + T_WEEK_1}, source=both.source,
                   taken_at=THIRD)  # fmt: skip
    assert look(third)["accepted"], third.look
    take_in(third)
    places = Event.objects.filter(opportunity__key="D1").order_by("occurred_at").values_list("stage__name", flat=True)
    assert list(places) == ["Qualify", "Offer"]


def test_without_deals_a_file_of_tickets_is_no_source_of_its_own() -> None:
    pull = upload({"tickets.csv": TICKET_HEADER + T_WEEK_1})
    assert pull.source.kind == "list"


def test_a_list_of_deals_that_are_in_is_a_list() -> None:
    deals_in()
    header = "Request ID,Parent opportunity,Opened,Closed,Queue,Stage\n"
    rows = "".join(f"D{n},D1,2026-03-02,,North,Open\n" for n in (1, 2, 3))
    assert upload({"requests.csv": header + rows}).source.kind == "list"


def test_a_person_says_what_a_file_holds() -> None:
    deals_in()
    pull = upload(
        {"jobs.csv": "No,Deal,Created,Done,Desk\nJ1,D1,2026-03-02,2026-03-03,Legal\nJ2,D2,2026-03-02,,Legal\n"}
    )
    for says, kind in (("tickets", "tickets"), ("jobs.csv", "list")):
        SourcePull.objects.filter(pk=pull.pk).update(state="reading", file_settings={"deals": says})
        pull_read(token=pull.token)
        pull.refresh_from_db()
        pull.source.refresh_from_db()
        assert (pull.source.kind, pull.state) == (kind, "read"), pull.error


def test_the_form_of_tickets_alone_changes_what_is_said_of_them_only() -> None:
    deals_in()
    pull = upload({"tickets.csv": TICKET_HEADER + T_WEEK_1})
    newest = pull.source.mappings.first()
    assert newest is not None
    before, tables = content_for(newest, pull)[0], pull.reading["columns"]
    posted = {"tickets-file": "tickets.csv", "queue-0-name": "Contracts", "queue-0-department": "finance",
              "ticket-kind": "Queue", "ticket-department": "sales"}  # fmt: skip
    after = content_of(posted, before, [], log=False, tables=tables)
    assert after["queues"][0] == {"name": "Contracts", "department": "finance"}
    assert (after["tickets"]["kind"], after["tickets"]["department"]) == ("Queue", "sales")
    assert undecided(after, [], tables) == []
    mapping_check(after, log=False, tickets=True)
    assert content_of({"tickets-file": ""}, after, [], log=False, tables=tables)["tickets"] == after["tickets"]


def test_a_mapping_of_tickets_alone_says_nothing_of_deals() -> None:
    deals_in()
    parts = content(upload({"tickets.csv": TICKET_HEADER + T_WEEK_1}))
    for wrong, reason in (
        (parts | {"deal": {"key": "x"}}, "has a part .deal., which tickets alone do not have"),
        ({name: part for name, part in parts.items() if name != "tickets"}, "lacks its part .tickets."),
        (parts | {"tickets": parts["tickets"] | {"deal_key": "Order"}}, "tickets alone name deals by their keys"),
    ):
        with pytest.raises(ImportUnreadable, match=reason):
            mapping_check(wrong, log=False, tickets=True)
    whole = content(SourcePull.objects.earliest("pk")) | {"tickets": parts["tickets"], "queues": parts["queues"]}
    mapping_check(ticket_parts(whole), log=False, tickets=True)


def test_the_command_takes_tickets_alone(tmp_path: Path) -> None:
    deals_in()
    (tmp_path / "tickets.csv").write_text(TICKET_HEADER + T_WEEK_1)
    call_command("source", "add", str(tmp_path / "tickets.csv"), stdout=io.StringIO())
    out = io.StringIO()
    call_command("source", "pull", "tickets", "--json", stdout=out)
    answer = json.loads(out.getvalue())
    assert (answer["state"], answer["handoffs"]) == ("done", {"Legal": 2, "Finance": 1})
    assert ImportBatch.objects.latest("pk").kind == ImportBatch.Kind.SOURCE
    assert len(hand_offs()) == 3
