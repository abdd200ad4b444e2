"""Event logs of a few lines: what a mapping makes of them, worked by hand."""

# ruff: noqa: E501 - rows of data are kept whole.

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from django.core.management import call_command

from pipeline.imports.conversion.mapping_source import mapping_source, toml_parse
from pipeline.imports.log.mapping import mapping_parse
from pipeline.imports.problems import ImportUnreadable
from pipeline.models import Event, HandOff, Opportunity
from pipeline.services.imports_log import event_log_load

pytestmark = pytest.mark.django_db
MAPPING = """
[company]
name = "Log company"
reporting_currency = "EUR"
time_zone = "Europe/Berlin"
[pipeline]
key = "p"
name = "P"
[opportunity]
amount = "case:AMOUNT"
owner = "event:org:resource"
owner_ignore = ["robot"]
[[departments]]
key = "sales"
name = "Sales"
[[departments]]
key = "legal"
name = "Legal"
[[stages]]
key = "in"
name = "In"
owner = "sales"
activities = ["Come", "Check"]
[[stages]]
key = "offer"
name = "Offer"
owner = "sales"
activities = ["Offer"]
[[stages]]
key = "won"
name = "Won"
owner = "sales"
activities = ["Win"]
earns = true
final = true
[[losses]]
activities = ["Lose"]
[[handoffs]]
activity = "Review"
department = "legal"
"""
T = "2026-03-0{}T10:00:00.000+01:00"


def xes(path: Path, cases: dict[str, list[tuple[str, ...]]]) -> Path:
    """A log of (activity, day, transition) triples."""
    traces = ""
    for key, events in cases.items():
        traces += f'<trace><string key="concept:name" value="{key}"/><int key="AMOUNT" value="50"/>'
        for activity, day, *rest in events:
            traces += (
                f'<event><string key="concept:name" value="{activity}"><string key="note" value="x"/></string>'
                f'<date key="time:timestamp" value="{T.format(day)}"/><string key="org:resource" value="{day}"/>'
                f'<string key="lifecycle:transition" value="{(rest or ["COMPLETE"])[0]}"/></event>'
            )
        traces += "</trace>"
    path.write_text(f'<?xml version="1.0"?><log xmlns="http://www.xes-standard.org/">{traces}</log>')
    return path


def load(tmp_path: Path, cases: dict[str, list[tuple[str, ...]]], mapping: str = MAPPING) -> list[str]:
    (tmp_path / "m.toml").write_text(mapping)
    result = event_log_load(path=xes(tmp_path / "log.xes", cases), mapping=tmp_path / "m.toml")
    assert result.accepted, result.problems
    return result.notes


def history(key: str = "1") -> list[tuple[str, int]]:
    events = Event.objects.filter(opportunity__key=key)
    return [(e.stage.key if e.stage else e.way_out, e.occurred_at.day) for e in events]


def test_activities_of_one_stage_are_one_entry(tmp_path: Path) -> None:
    load(tmp_path, {"1": [("Come", "1"), ("Check", "2"), ("Offer", "3"), ("Lose", "4")]})
    assert history() == [("in", 1), ("offer", 3), ("lost", 4)]
    assert Opportunity.objects.get().owner == "4"


def test_a_step_back_is_a_move_and_a_final_stage_is_not_left(tmp_path: Path) -> None:
    notes = load(tmp_path, {"1": [("Come", "1"), ("Offer", "2"), ("Check", "3"), ("Win", "4"), ("Offer", "5")]})
    assert history() == [("in", 1), ("offer", 2), ("in", 3), ("won", 4)]
    assert "1 moves after a final stage are left out." in notes


def test_an_activity_can_withdraw_a_deal_for_good(tmp_path: Path) -> None:
    deleted = MAPPING.replace('activities = ["Lose"]', 'activities = ["Delete"]\nwithdrawn = true')
    notes = load(tmp_path, {"1": [("Come", "1"), ("Delete", "2"), ("Offer", "3"), ("Delete", "4")]}, deleted)
    assert history() == [("in", 1), ("withdrawn", 2)]
    assert "1 moves after a final stage are left out." in notes


def test_a_stage_entered_once_is_not_entered_again(tmp_path: Path) -> None:
    once = MAPPING.replace('name = "In"', 'name = "In"\nonce = true')
    load(tmp_path, {"1": [("Come", "1"), ("Offer", "2"), ("Check", "3")]}, once)
    assert history() == [("in", 1), ("offer", 2)]


def test_at_one_instant_the_order_of_the_file_decides(tmp_path: Path) -> None:
    load(tmp_path, {"1": [("Come", "1"), ("Offer", "1"), ("Win", "1")]})
    assert [place for place, _ in history()] == ["in", "offer", "won"]


def test_what_is_not_mapped_is_counted(tmp_path: Path) -> None:
    notes = load(tmp_path, {"1": [("Come", "1"), ("Lunch", "2")], "2": [("Lunch", "1")]})
    assert any("Lunch complete (2)" in note for note in notes)
    assert "1 cases never enter a stage and are left out." in notes


S, B, C = "SCHEDULE", "START", "COMPLETE"
WORK = [
    ([(S, 1), (B, 2), (C, 3)], [(1, 2, 3)]),
    ([(S, 1), (B, 2), (C, 3), (B, 4), (C, 5)], [(1, 2, 5)]),
    ([(S, 1), (B, 2), (C, 3), (S, 4), (B, 5), (C, 6)], [(1, 2, 3), (4, 5, 6)]),
    ([(S, 1), (B, 2), (S, 3), (C, 4), (B, 5), (C, 6)], [(1, 2, 4), (3, 5, 6)]),
    ([(B, 2), (C, 3)], [(2, 2, 3)]),
    ([(C, 3)], [(3, None, 3)]),
    ([(S, 1), (C, 3)], [(1, None, 3)]),
    ([(S, 1)], [(1, None, None)]),
]


@pytest.mark.parametrize(("transitions", "expected"), WORK)
def test_transitions_of_a_work_item_become_hand_offs(
    tmp_path: Path, transitions: list[tuple[str, int]], expected: list[tuple[int | None, ...]]
) -> None:
    load(tmp_path, {"1": [("Come", "1"), *(("Review", str(day), name) for name, day in transitions)]})
    found = HandOff.objects.order_by("requested_at").values_list("requested_at", "started_at", "completed_at")
    assert [tuple(at.day if at else None for at in row) for row in found] == expected


def test_work_still_open_when_the_deal_ends_is_cancelled_then(tmp_path: Path) -> None:
    load(tmp_path, {"1": [("Come", "1"), ("Review", "2", S), ("Lose", "3"), ("Review", "4", S)]})
    ended, later = HandOff.objects.order_by("requested_at")
    assert (ended.outcome, ended.completed_at.day, later.completed_at) == ("cancelled", 3, None)


def test_a_csv_log_in_any_order_with_its_own_columns(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(
        "\ufeffDeal;What;When;Sum\nb;Offer;03.03.2026 09:00;70\na;Come;01.03.2026 09:00;10\nb;Come;02.03.2026 09:00;60\n"
    )
    log = '[log]\ncase = "Deal"\nactivity = "What"\ntime = "When"\ndelimiter = ";"\ntime_format = "%d.%m.%Y %H:%M"\n'
    (tmp_path / "m.toml").write_text(
        log + MAPPING.replace("case:AMOUNT", "event:Sum").replace('owner = "event:org:resource"\n', "")
    )
    assert event_log_load(path=tmp_path / "log.csv", mapping=tmp_path / "m.toml").accepted
    assert [(e.amount, e.occurred_at.hour) for e in Event.objects.filter(opportunity__key="b")] == [(60, 8), (70, 8)]


BOMB = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><log><trace>&b;</trace></log>'


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (BOMB.encode(), "declares XML entities"),
        (b"<log><trace></log>", "not well-formed XML"),
        (b"<log>" * 100, "more than 64 deep"),
        (gzip.compress(b"<log><trace/></log>", mtime=0)[:-9], "damaged"),
        (b"<log><trace><event><string key='time:timestamp' value='soon'/></event></trace></log>", "“soon”"),
    ],
)
def test_a_log_made_to_harm_is_refused(tmp_path: Path, data: bytes, why: str) -> None:
    (tmp_path / "m.toml").write_text(MAPPING)
    (tmp_path / "log.xes").write_bytes(data)
    with pytest.raises(ImportUnreadable, match=why):
        event_log_load(path=tmp_path / "log.xes", mapping=tmp_path / "m.toml")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('key = "in"', "", r"\[\[stages\]\] 1 lacks “key”"),
        ('activities = ["Offer"]', 'activities = "Offer"', "“activities” should be"),
        ("final = true", "finally = true", "unknown word “finally”"),
        ('["Offer"]', '["Come"]', "both stage in and stage offer"),
        ("[pipeline]", "[pipes]", "unknown part"),
        ("Europe/Berlin", "Berlin", "not an IANA time zone"),
        ("[pipeline]", "[pipeline", "not valid TOML"),
    ],
)
def test_a_mistake_in_a_mapping_is_named(tmp_path: Path, old: str, new: str, why: str) -> None:
    (tmp_path / "m.toml").write_text(MAPPING.replace(old, new))
    with pytest.raises(ImportUnreadable, match=why):
        mapping_parse(toml_parse(mapping_source(tmp_path / "m.toml")))


def test_a_sketch_lists_activities_and_loads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = xes(
        tmp_path / "log.xes", {"1": [("Come", "1"), ("Review", "2", S), ("Approve", "3")], "2": [("Declined", "1")]}
    )
    call_command("import_log", log, "--sketch", "--json")
    answer = json.loads(capsys.readouterr().out)
    assert {"activity": "Review", "transition": "schedule", "count": 1} in answer["activities"]
    (tmp_path / "m.toml").write_text(answer["mapping"])
    result = event_log_load(path=log, mapping=tmp_path / "m.toml")
    assert (result.accepted, Event.objects.filter(stage=None).count()) == (True, 1)
    assert Event.objects.get(stage__key="won").amount == 50
