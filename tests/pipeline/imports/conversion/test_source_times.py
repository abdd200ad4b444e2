"""Times of logs and exports: what is certain is read, what is not is refused or counted."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from pipeline.imports.conversion.source_times import TimeReader, UnreadableTime

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
NAMED = "%Y-%m-%d %H:%M %Z"


@pytest.mark.parametrize(
    ("text", "form", "instant"),
    [
        ("2026-07-01 10:00 UTC", NAMED, "2026-07-01T10:00"),
        ("2026-07-01 23:30 GMT", NAMED, "2026-07-01T23:30"),
        ("2026-07-01 10:00 Europe/Berlin", NAMED, "2026-07-01T08:00"),
        ("2026-07-01 10:00 America/New_York", NAMED, "2026-07-01T14:00"),
        ("2026-07-01 10:00 +0200", "%Y-%m-%d %H:%M %z", "2026-07-01T08:00"),
        ("Wed Jul 01 10:00:00 UTC 2026", "%a %b %d %H:%M:%S %Z %Y", "2026-07-01T10:00"),
        ("2026-07-01 10:00 +0200 CEST", "%Y-%m-%d %H:%M %z %Z", "2026-07-01T08:00"),
        ("2026-07-01T10:00:00Z", "", "2026-07-01T10:00"),
        ("2026-07-01T10:00:00+02:00", "", "2026-07-01T08:00"),
        ("2026-07-01 10:00", "", "2026-07-01T08:00"),
        ("2026-07-01", "", "2026-06-30T22:00"),
    ],
)
def test_a_time_is_read_in_its_own_zone(text: str, form: str, instant: str) -> None:
    moment = TimeReader(BERLIN, [form] if form else []).parse(text)
    assert moment.at.astimezone(UTC) == datetime.fromisoformat(instant + "+00:00")


@pytest.mark.parametrize(
    ("text", "forms", "why"),
    [
        ("2026-07-01 10:00 CST", [NAMED], "“CST”, which stands for more than one offset"),
        ("2026-07-01 10:00 CET", [NAMED], "“CET”"),
        ("2026-07-01 10:00", [NAMED], "cannot be read"),
        ("2026-07-01 10:00 UTC", [], "cannot be read"),
        ("03/04/2026", [], "cannot be read"),
        ("03/04/2026", ["%d/%m/%Y", "%m/%d/%Y"], "2026-04-03 or 2026-03-04"),
        ("2026-03-29 02:30", [], "never was in Europe/Berlin"),
        ("2026-02-30", [], "cannot be read"),
        ("0001-01-01", [], "between the years 1900 and 2199"),
        ("9999-12-31T23:59:59-12:00", [], "between the years 1900 and 2199"),
        ("2026-W10", [], "cannot be read"),
        ("", [], "cannot be read"),
        ("now", [], "cannot be read"),
    ],
)
def test_an_uncertain_time_is_refused(text: str, forms: list[str], why: str) -> None:
    with pytest.raises(UnreadableTime, match=why):
        TimeReader(BERLIN, forms).parse(text)


def test_one_of_two_formats_that_fits_is_certain() -> None:
    assert TimeReader(BERLIN, ["%d/%m/%Y", "%m/%d/%Y"]).parse("13/04/2026").day == date(2026, 4, 13)
    assert TimeReader(BERLIN, ["%d/%m/%Y", "%m/%d/%Y"]).parse("04/04/2026").day == date(2026, 4, 4)


def test_an_hour_that_comes_twice_is_the_first_and_counted() -> None:
    times = TimeReader(BERLIN)
    assert times.parse("2026-10-25 02:30").at.astimezone(UTC).hour == 0
    assert times.notes() == [
        "1 time falls in an hour that occurred twice in Europe/Berlin; it is read as the first of the two."
    ]
    assert TimeReader(ZoneInfo("UTC")).parse("2026-10-25 02:30").at.hour == 2


@pytest.mark.parametrize(
    ("clock", "instants", "later"),
    [
        # Clocks in Berlin go back at 01:00 UTC: what stands after a later time is of the second hour.
        (["02:50", "02:10"], ["00:50", "01:10"], 1),
        (["02:10", "02:50"], ["00:10", "00:50"], 0),
        (["02:50", "02:10", "02:30"], ["00:50", "01:10", "01:30"], 2),
        (["01:59", "02:50", "02:50", "02:10", "03:00"], ["23:59", "00:50", "00:50", "01:10", "02:00"], 1),
        # The newest first: the same hour, read from the end of the file.
        (["03:00", "02:10", "02:50", "01:59"], ["02:00", "01:10", "00:50", "23:59"], 1),
        (["03:00", "02:50", "02:10", "01:59"], ["02:00", "00:50", "00:10", "23:59"], 0),
        # Out of order all the same: not even the second hour is after what stands before.
        (["01:00", "04:00", "02:10"], ["23:00", "03:00", "00:10"], 0),
    ],
)
def test_in_the_hour_that_comes_twice_times_keep_the_order_of_the_file(
    clock: list[str], instants: list[str], later: int
) -> None:
    times = TimeReader(BERLIN)
    moments = times.in_order([times.parse(f"2026-10-25 {text}") for text in clock])
    assert [f"{moment.at.astimezone(UTC):%H:%M}" for moment in moments] == instants
    assert times.later["Europe/Berlin"] == later
    if later:
        assert f"but {later} of them as the second" in times.notes()[0]


def test_a_single_time_of_the_second_hour_is_noted_as_one() -> None:
    times = TimeReader(BERLIN)
    moments = [times.parse(text) for text in ("2026-10-25T02:50:00+02:00", "2026-10-25 02:10")]
    assert [f"{moment.at.astimezone(UTC):%H:%M}" for moment in times.in_order(moments)] == ["00:50", "01:10"]
    assert times.notes() == [
        "1 time falls in an hour that occurred twice in Europe/Berlin; it is read as the second of the two, since the "
        "file has it after a later time of the same deal."
    ]


def test_days_and_certain_times_are_left_as_they_are() -> None:
    times = TimeReader(BERLIN)
    moments = [times.parse(text) for text in ("2026-10-25T02:10:00+01:00", "2026-10-25", "2026-10-25T02:50:00+02:00")]
    assert times.in_order(moments) == moments
    assert times.notes() == []


@pytest.mark.parametrize(
    ("text", "zone", "day"),
    [
        ("2026-09-30T22:00:00Z", BERLIN, date(2026, 10, 1)),
        ("2026-09-30T21:59:59Z", BERLIN, date(2026, 9, 30)),
        ("2026-10-01T03:59:59Z", NEW_YORK, date(2026, 9, 30)),
        ("2026-10-01T04:00:00Z", NEW_YORK, date(2026, 10, 1)),
        ("2026-10-01T00:30:00+05:45", BERLIN, date(2026, 9, 30)),
        ("2026-12-31T12:00:00Z", ZoneInfo("Pacific/Kiritimati"), date(2027, 1, 1)),
        ("2026-10-01 23:30", NEW_YORK, date(2026, 10, 1)),
        ("2026-10-01", NEW_YORK, date(2026, 10, 1)),
    ],
)
def test_the_day_of_an_instant_is_that_of_the_company(text: str, zone: ZoneInfo, day: date) -> None:
    assert TimeReader(zone).parse(text).day == day
