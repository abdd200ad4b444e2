"""Times of event logs: what is certain is read; what is not is refused by line, and what comes twice is noted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipeline.imports.conversion.logs import (
    CSV,
    HEAD,
    convert_log,
    mapping,
    moves,
    problems,
)

ZONED = 'time_format = "%Y-%m-%d %H:%M %Z"'


def test_a_zone_by_name_counts_and_an_uncertain_name_is_refused(tmp_path: Path) -> None:
    log = HEAD + "C1,Lead,2026-07-01 10:00 UTC,Ann\nC1,Won,2026-07-01 23:30 GMT,Ann\n"
    convert_log(tmp_path, log, mapping(log=ZONED))
    assert [at for _, at, _ in moves(tmp_path)["C1"]] == ["2026-07-01T10:00:00+00:00", "2026-07-01T23:30:00+00:00"]
    (one,) = problems(tmp_path, log.replace("GMT", "CST"), mapping(log=ZONED))
    assert one.startswith("log.csv line 3: time “2026-07-01 23:30 CST” names the zone “CST”")


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ("%d.%m.%Q", "is not a format"),
        ("%H:%M", "names no year and no month and no day"),
        ("%m/%Y", "names no day"),
        ("%a %m/%Y", "names no day"),
        ("%", "is not a format"),
        ("%d/%m/%Y %I:%M", "has %I, an hour of twelve, without %p"),
        ("%d/%m/%Y %H:%M %p", "has %p without %I"),
    ],
)
def test_a_time_format_that_leaves_the_time_open_is_refused(tmp_path: Path, form: str, why: str) -> None:
    (one,) = problems(tmp_path, CSV, mapping(log=f'time_format = "{form}"'))
    assert why in one


@pytest.mark.parametrize(
    ("time", "why"),
    [
        ("03/04/2026 10:00", "it is not ISO 8601; name its format in time_format"),
        ("2026-03-29 02:30", "never was in Europe/Berlin"),
        ("0026-07-01", "is not between the years"),
        ("soon", "cannot be read"),
        ("", "is missing"),
    ],
)
def test_a_time_that_is_uncertain_is_refused_by_line(tmp_path: Path, time: str, why: str) -> None:
    (one,) = problems(tmp_path, CSV + f"C1,Lost,{time},Ann\n")
    assert one.startswith("log.csv line 4: time")
    assert why in one


def test_hours_that_come_twice_and_days_without_a_time_are_noted(tmp_path: Path) -> None:
    rows = "C1,Lead,2026-10-25 02:30,\nC1,Won,2026-10-25,\nC2,Lead,2026-10-24,\nC2,Won,2026-10-24,\n"
    notes = convert_log(tmp_path, HEAD + rows)
    assert (
        [place for place, _, _ in moves(tmp_path)["C1"]]
        == [place for place, _, _ in moves(tmp_path)["C2"]]
        == ["lead", "won"]
    )
    text = " ".join(notes)
    assert "1 time falls in an hour that occurred twice in Europe/Berlin" in text
    assert "3 events have a day without a time" in text
    assert "1 events have no time while others of their deal and day have one" in text


def test_two_events_in_the_hour_that_comes_twice_keep_the_order_of_the_file(tmp_path: Path) -> None:
    """A quarter of an hour after it came in, a deal was won: by the clock forty minutes before."""
    log = HEAD + "C1,Lead,2026-10-25 02:50,\nC1,Won,2026-10-25 02:10,\nC2,Lead,2026-10-25 02:20,\n"
    notes = convert_log(tmp_path, log)
    assert [(place, at) for place, at, _ in moves(tmp_path)["C1"]] == [
        ("lead", "2026-10-25T02:50:00+02:00"), ("won", "2026-10-25T01:10:00+00:00"),
    ]  # fmt: skip
    assert [at for _, at, _ in moves(tmp_path)["C2"]] == ["2026-10-25T02:20:00+02:00"]
    assert (
        "3 times fall in an hour that occurred twice in Europe/Berlin; they are read as the first of the two, but 1 of"
        " them as the second, since the file has them after a later time of the same deal." in notes
    )


def test_a_log_with_the_newest_first_is_read_from_its_end(tmp_path: Path) -> None:
    log = (
        HEAD
        + "C1,Won,2026-10-07 09:00,\nC1,Lead,2026-10-05 09:00,\nC2,Won,2026-10-06 09:00,\nC2,Lead,2026-10-06 09:00,\n"
    )
    notes = convert_log(tmp_path, log)
    assert [place for place, _, _ in moves(tmp_path)["C2"]] == ["lead", "won"]
    assert any("2 cases have their newest event first and are read from their end" in note for note in notes)


def test_a_row_that_was_added_below_turns_nothing_round(tmp_path: Path) -> None:
    log = HEAD + "C1,Lead,2026-10-05 09:00,\nC1,Won,2026-10-07 09:00,\n"
    log += "C2,Lead,2026-10-06 09:00,\nC2,Won,2026-10-06 09:00,\nC2,Lead,2026-10-01 09:00,\n"
    convert_log(tmp_path, log)
    assert [place for place, _, _ in moves(tmp_path)["C2"]] == ["lead", "won"]


def test_the_evening_is_the_evening(tmp_path: Path) -> None:
    log = HEAD + "C1,Lead,05/10/2026 09:00 AM,\nC1,Won,05/10/2026 09:00 PM,\n"
    convert_log(tmp_path, log, mapping(log='time_format = "%d/%m/%Y %I:%M %p"'))
    assert [at for _, at, _ in moves(tmp_path)["C1"]] == ["2026-10-05T09:00:00+02:00", "2026-10-05T21:00:00+02:00"]
