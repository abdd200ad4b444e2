"""Rows of a log with a start and an end, stages by the transition of an activity, departments by an attribute."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.imports.problems import ConversionRefused
from pipeline.models import Event, HandOff
from pipeline.services.imports_log import event_log_load
from tests.pipeline.imports.conversion.exports import table
from tests.pipeline.imports.conversion.logs import convert_log, mapping, moves, problems

HEAD = "deal,step,time,until,who,team,kind\n"
LEGAL = '[[departments]]\nkey = "legal"\nname = "Legal"\n'
CHECK = '[[handoffs]]\nactivity = "Check"\ndepartment = "legal"\n'
SPANS = mapping(log='end = "until"', more=LEGAL + CHECK)
BY_TEAM = LEGAL + '[[handoffs]]\nactivity = "Check"\ndepartment_attribute = "team"\n'
TEAMS = 'department_values = {"Line 1" = "legal", "Desk" = "sales"}\n'


def hand_offs(tmp_path: Path) -> list[tuple[str, ...]]:
    """Department, requested, started, completed as day and hour, and outcome of each hand-off."""
    words = ("requested_at", "started_at", "completed_at")
    rows = table(tmp_path / "out", "handoffs")
    return [(row["department"], *(row[word][8:13] for word in words), row["outcome"]) for row in rows]


def test_a_row_with_a_start_and_an_end_is_one_hand_off(tmp_path: Path) -> None:
    """Two that overlap are two; one without an end still runs, until its deal is won."""
    rows = (
        "C1,Lead,2026-07-01 09:00,2026-07-01 10:00,,,\n"
        "C1,Check,2026-07-02 09:00,2026-07-04 17:00,Ann,,\nC1,Check,2026-07-03 08:00,2026-07-03 12:00,Bob,,\n"
        "C1,Check,2026-07-05 08:00,,Bob,,\nC1,Won,2026-07-06 10:00,2026-07-08 10:00,,,\n"
    )
    convert_log(tmp_path, HEAD + rows, SPANS)
    assert hand_offs(tmp_path) == [
        ("legal", "02T09", "02T09", "04T17", ""),
        ("legal", "03T08", "03T08", "03T12", ""),
        ("legal", "05T08", "05T08", "06T10", "cancelled"),
    ]
    assert [row["assignee"] for row in table(tmp_path / "out", "handoffs")] == ["Ann", "Bob", "Bob"]
    # The end of a row moves no deal: it is in Lead until it is won, and is won when that row begins.
    assert [(stage, at[8:13]) for stage, at, _ in moves(tmp_path)["C1"]] == [("lead", "01T09"), ("won", "06T10")]


def test_a_request_waits_until_a_row_with_a_start_and_an_end(tmp_path: Path) -> None:
    text = mapping(log='end = "until"\ntransition = "kind"', more=LEGAL + CHECK)
    rows = (
        "C1,Lead,2026-07-01 09:00,,,,complete\nC1,Check,2026-07-01 10:00,,,,schedule\n"
        "C1,Check,2026-07-02 09:00,2026-07-02 15:00,,,complete\nC1,Check,2026-07-03 10:00,,,,schedule\n"
        "C1,Check,2026-07-04 10:00,,,,withdraw\n"
    )
    convert_log(tmp_path, HEAD + rows, text)
    assert hand_offs(tmp_path) == [
        ("legal", "01T10", "02T09", "02T15", ""),
        ("legal", "03T10", "", "04T10", "cancelled"),
    ]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("2026-07-02 09:00,2026-07-01 09:00", "[file log.csv, line 3, column until] “2026-07-01 09:00” is before"),
        ("2026-07-02 09:00,soon", "“soon” cannot be read as a time"),
    ],
)
def test_an_end_that_cannot_be_is_refused_by_line(tmp_path: Path, row: str, why: str) -> None:
    (problem,) = problems(tmp_path, HEAD + f"C1,Lead,2026-07-01 09:00,,,,\nC1,Check,{row},,,\n", SPANS)
    assert "line 3" in problem
    assert why.rpartition("] ")[2] in problem


def test_an_end_that_is_a_day_is_no_time_before_its_row(tmp_path: Path) -> None:
    rows = "C1,Lead,2026-07-01 09:00,,,,\nC1,Check,2026-07-02 09:00,2026-07-02,,,\n"
    notes = convert_log(tmp_path, HEAD + rows, SPANS)
    assert hand_offs(tmp_path) == [("legal", "02T09", "02T09", "02T09", "")]
    assert "1 ends have a day without a time; they count from its start, or from the row's own time." in notes


def test_an_end_in_the_hour_that_comes_twice_is_after_its_start(tmp_path: Path) -> None:
    """02:50 to 02:10 on the night when clocks go back in Berlin is 20 minutes, not 40 backwards."""
    rows = "C1,Lead,2026-10-24 09:00,,,,\nC1,Check,2026-10-25 02:50,2026-10-25 02:10,,,\n"
    convert_log(tmp_path, HEAD + rows, SPANS)
    (row,) = table(tmp_path / "out", "handoffs")
    assert (row["started_at"][11:], row["completed_at"][11:16]) == ("02:50:00+02:00", "01:10")


def test_the_transition_of_an_activity_can_be_a_stage(tmp_path: Path) -> None:
    """An offer that is begun is one stage, one that is sent another; its cancellation loses the deal."""
    text = mapping(log='transition = "kind"').replace('["Lead"]', '["Lead", "Offer/START"]')
    text = text.replace('["Won"]', '["Won"]').replace('activities = ["Lost"]', 'activities = ["Offer/ate_abort"]')
    text = text.replace('[[stages]]\nkey = "won"', '[[stages]]\nkey = "sent"\nname = "Sent"\nowner = "sales"\n'
                        'activities = ["Offer/Complete"]\n[[stages]]\nkey = "won"')  # fmt: skip
    rows = "".join(
        f"{deal},{step},2026-07-0{day} 09:00,,,,{kind}\n"
        for deal, step, day, kind in (
            ("C1", "Offer", 1, "start"), ("C1", "Offer", 2, "suspend"), ("C1", "Offer", 3, "complete"),
            ("C1", "Won", 4, "complete"), ("C2", "Lead", 1, ""), ("C2", "Offer", 2, "start"),
            ("C2", "Offer", 5, "ATE_ABORT"), ("C3", "Lead", 1, "start"), ("C3", "Offer", 2, ""),
        )
    )  # fmt: skip
    notes = convert_log(tmp_path, HEAD + rows, text)
    stages = {deal: [(stage, at[9:10]) for stage, at, _ in steps] for deal, steps in moves(tmp_path).items()}
    # C3 begins with a start of Lead, which is none of the transitions that move deals, and its offer says nothing.
    assert stages == {"C1": [("lead", "1"), ("sent", "3"), ("won", "4")], "C2": [("lead", "1"), ("lost", "5")]}
    assert "Activities the mapping does not use: Offer suspend (1), Lead start (1), Offer (1)." in notes
    assert not any("does not have" in note for note in notes)


def test_an_activity_with_a_slash_in_its_name_is_itself(tmp_path: Path) -> None:
    text = mapping(log='transition = "kind"').replace('["Lead"]', '["Lead/Call"]')
    rows = "C1,Lead/Call,2026-07-01 09:00,,,,complete\nC1,Won,2026-07-02 09:00,,,,complete\n"
    convert_log(tmp_path, HEAD + rows, text)
    assert [stage for stage, *_ in moves(tmp_path)["C1"]] == ["lead", "won"]
    two = rows + "C2,Lead,2026-07-01 09:00,,,,call\n"
    (problem,) = problems(tmp_path, HEAD + two, text)
    assert "“Lead/Call” is an activity of the log, and the transition of another one" in problem


WORK = (
    "C1,Lead,2026-07-01 09:00,,,,\nC1,Check,2026-07-02 09:00,,,Line 1,\nC1,Check,2026-07-03 09:00,,,Desk,\n"
    "C1,Check,2026-07-04 09:00,,,Line 9,\nC1,Check,2026-07-05 09:00,,,legal,\nC1,Check,2026-07-06 09:00,,,,\n"
)


def test_an_attribute_of_the_row_says_whose_work_it_is(tmp_path: Path) -> None:
    notes = convert_log(tmp_path, HEAD + WORK, mapping(more=BY_TEAM + TEAMS))
    assert [(row[0], row[1]) for row in hand_offs(tmp_path)] == [
        ("legal", "02T09"), ("sales", "03T09"), ("legal", "05T09"),
    ]  # fmt: skip
    left_out = "Hand-offs by team without a department in the mapping are left out: “Line 9” (1), no value (1)."
    assert left_out in notes


def test_values_without_a_department_are_those_of_the_activity_and_named(tmp_path: Path) -> None:
    notes = convert_log(tmp_path, HEAD + WORK, mapping(more=BY_TEAM + TEAMS + 'department = "sales"\n'))
    assert [row[0] for row in hand_offs(tmp_path)] == ["legal", "sales", "sales", "legal", "sales"]
    counted = "Hand-offs by team without a department in the mapping count for sales: “Line 9” (1), no value (1)."
    assert counted in notes


def test_the_first_row_of_a_hand_off_that_names_a_group_says_whose_it_is(tmp_path: Path) -> None:
    rows = (
        "C1,Lead,2026-07-01 09:00,,,,complete\nC1,Check,2026-07-02 09:00,,,,schedule\n"
        "C1,Check,2026-07-03 09:00,,,Line 1,start\nC1,Check,2026-07-04 09:00,,,Desk,complete\n"
    )
    notes = convert_log(tmp_path, HEAD + rows, mapping(log='transition = "kind"', more=BY_TEAM + TEAMS))
    assert hand_offs(tmp_path) == [("legal", "02T09", "03T09", "04T09", "")]
    assert "1 rows name another department than the first row of their hand-off, which counts." in notes


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ('[[handoffs]]\nactivity = "Check"\n', "department is missing; name one, or an attribute"),
        (CHECK + 'department_values = {"a" = "legal"}\n', "is given without the attribute that has these values"),
        (BY_TEAM + 'department_values = {"a" = "law"}\n', "“law” is not a department of the mapping (sales, legal)"),
        (BY_TEAM.replace('"team"', '"gang"'), "“gang” is not an attribute of log.csv"),
    ],
)
def test_a_mapping_of_work_that_cannot_be_meant_is_refused(tmp_path: Path, more: str, why: str) -> None:
    text = more if "legal" in more.partition("[[handoffs]]")[0] else LEGAL + more
    with pytest.raises(ConversionRefused) as refused:
        convert_log(tmp_path, HEAD + WORK, mapping(more=text))
    assert any(why in str(problem) for problem in refused.value.problems.listed), refused.value.problems.listed


def test_the_end_is_no_attribute_of_its_own_start(tmp_path: Path) -> None:
    with pytest.raises(ConversionRefused) as refused:
        convert_log(tmp_path, HEAD + WORK, mapping(log='end = "time"'))
    assert "is the attribute of the time, too" in str(refused.value.problems.listed[0])


@pytest.mark.django_db
def test_work_with_its_groups_loads(tmp_path: Path) -> None:
    """In the database: 30 hours of Legal, 4 of Sales, and a deal that moved twice."""
    (tmp_path / "m.toml").write_text(mapping(log='end = "until"', more=BY_TEAM + TEAMS))
    (tmp_path / "log.csv").write_text(
        HEAD + "C1,Lead,2026-07-01 09:00,,,,\nC1,Check,2026-07-02 09:00,2026-07-03 15:00,Ann,Line 1,\n"
        "C1,Check,2026-07-02 10:00,2026-07-02 14:00,Bob,Desk,\nC1,Won,2026-07-06 10:00,,,,\n"
    )
    result = event_log_load(path=tmp_path / "log.csv", mapping=tmp_path / "m.toml")
    assert result.accepted, result.problems
    hours = {
        hand_off.department.key: (hand_off.completed_at - hand_off.started_at).total_seconds() / 3600
        for hand_off in HandOff.objects.select_related("department")
        if hand_off.completed_at and hand_off.started_at
    }
    assert hours == {"legal": 30, "sales": 4}
    assert [event.stage.key for event in Event.objects.order_by("occurred_at") if event.stage] == ["lead", "won"]
