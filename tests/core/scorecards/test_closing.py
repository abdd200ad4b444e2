"""When weeks close, by hand and as properties over time zones and changes of the clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from departments.scorecards.core.closing import CloseRule, StoredValue, changed

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Cairo",
)
BERLIN = ZoneInfo("Europe/Berlin")
mondays = st.integers(0, 2600).map(lambda number: date(1990, 1, 1) + timedelta(days=7 * number))
rules = st.builds(
    CloseRule,
    weekday=st.integers(0, 6),
    at=st.times(),
    zone=st.sampled_from(ZONES).map(ZoneInfo),
)
instants = st.datetimes(datetime(1995, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("week", "at", "closes"),
    [
        (date(2026, 11, 16), time(12), "2026-11-23T11:00:00+00:00"),
        (date(2026, 6, 1), time(12), "2026-06-08T10:00:00+00:00"),
        # Clocks go forward on Sunday 29 March 2026, back on Sunday 25 October 2026.
        (date(2026, 3, 23), time(12), "2026-03-30T10:00:00+00:00"),
        (date(2026, 10, 19), time(12), "2026-10-26T11:00:00+00:00"),
    ],
)
def test_a_week_closes_by_the_clock_on_the_wall(week: date, at: time, closes: str) -> None:
    assert CloseRule(weekday=0, at=at, zone=BERLIN).closes_at(week).isoformat() == closes


@pytest.mark.parametrize(
    ("week", "closes"),
    [
        (date(2026, 3, 16), "2026-03-29T01:30:00+00:00"),  # 02:30 does not exist: half an hour after the change
        (date(2026, 10, 12), "2026-10-25T01:30:00+00:00"),  # 02:30 is there twice: the second
    ],
)
def test_a_time_that_is_not_there_or_there_twice_counts_late(week: date, closes: str) -> None:
    assert CloseRule(weekday=6, at=time(2, 30), zone=BERLIN).closes_at(week).isoformat() == closes


@given(rule=rules, week=mondays)
def test_weeks_close_in_order_and_about_a_week_apart(rule: CloseRule, week: date) -> None:
    apart = rule.closes_at(week + timedelta(days=7)) - rule.closes_at(week)
    # Apia skipped a whole day in 2011; elsewhere clocks move by at most an hour.
    assert timedelta(days=6) - timedelta(hours=2) <= apart <= timedelta(days=7, hours=2)


@given(rule=rules, week=mondays)
def test_a_week_is_open_until_the_instant_it_closes(rule: CloseRule, week: date) -> None:
    closes = rule.closes_at(week)
    assert not rule.is_closed(week, closes - timedelta(microseconds=1))
    assert rule.is_closed(week, closes)


@given(rule=rules, week=mondays)
def test_outside_changes_of_the_clocks_the_wall_shows_the_time_of_the_rule(rule: CloseRule, week: date) -> None:
    local = rule.closes_at(week).astimezone(rule.zone)
    day_before, day_after = (local + timedelta(days=days) for days in (-2, 2))
    if day_before.utcoffset() == day_after.utcoffset():
        assert (local.date(), local.time()) == (week + timedelta(days=7 + rule.weekday), rule.at)


@given(rule=rules, now=instants)
def test_the_due_week_is_the_earliest_open_one_and_has_begun(rule: CloseRule, now: datetime) -> None:
    due = rule.due_week(now)
    assert due.weekday() == 0
    assert due <= now.astimezone(rule.zone).date()
    assert rule.closes_at(due) > now
    assert rule.closes_at(rule.last_closed_week(now)) <= now


values = st.one_of(st.none(), st.integers(0, 3).map(Decimal))
CLOSES = datetime(2026, 11, 23, 11, tzinfo=UTC)
moves = st.lists(st.tuples(values, st.integers(-72, 72)), max_size=8)


@given(moves=moves)
def test_what_was_reported_is_the_last_value_before_the_close_for_ever(moves: list[tuple[Decimal | None, int]]) -> None:
    kept, at_close = StoredValue(), None
    for value, hours in sorted(moves, key=lambda move: move[1]):
        now = CLOSES + timedelta(hours=hours)
        kept = changed(kept, value, now=now, closes_at=CLOSES)
        if now < CLOSES:
            at_close = value
        assert kept.value == value
        if now >= CLOSES:
            assert kept.reported(CLOSES) == at_close
            assert kept.changed_after_close == (at_close is not None and value != at_close)
            assert kept.is_late(CLOSES) == (at_close is None and value is not None)
