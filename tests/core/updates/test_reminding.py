"""When reminders may come: worked by hand on a wall calendar, and for every close in every zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from departments.updates.core.reminding import AFTER, BEFORE, after_due, before_due, is_mail_hour, may_send

BERLIN, NEW_YORK, AUCKLAND = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("Pacific/Auckland")
CLOSE = datetime(2026, 11, 30, 11, 0, tzinfo=UTC)  # Monday noon in Berlin

ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/New_York", "Pacific/Auckland", "Asia/Kolkata", "Australia/Lord_Howe",
     "America/St_Johns", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu", "Africa/Casablanca"]
).map(ZoneInfo)  # fmt: skip
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
INSTANTS = st.integers(0, 7 * 365 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("zone", "before", "after"),
    [
        (BERLIN, datetime(2026, 11, 30, 9, 0, tzinfo=BERLIN), datetime(2026, 11, 30, 13, 0, tzinfo=BERLIN)),
        # Monday noon in Berlin is 6:00 in New York: the mail before it comes on Friday, that after it at 8:00.
        (NEW_YORK, datetime(2026, 11, 27, 14, 0, tzinfo=NEW_YORK), datetime(2026, 11, 30, 8, 0, tzinfo=NEW_YORK)),
        # And midnight in Auckland: in the afternoon of the same Monday, and on Tuesday morning.
        (AUCKLAND, datetime(2026, 11, 30, 14, 0, tzinfo=AUCKLAND), datetime(2026, 12, 1, 8, 0, tzinfo=AUCKLAND)),
    ],
)
def test_around_a_close_on_monday_noon_in_berlin(zone: ZoneInfo, before: datetime, after: datetime) -> None:
    assert before_due(CLOSE, zone) == before.astimezone(UTC)
    assert after_due(CLOSE, zone) == after.astimezone(UTC)


def test_over_the_change_of_clocks_it_is_the_local_hour_that_counts() -> None:
    """Clocks in Berlin go back on Sunday 25 October 2026; a close on Sunday midnight is reminded of on Friday at 14:00
    of summer time (12:00 UTC) and on Monday at 8:00 of winter time (7:00 UTC)."""
    close = datetime(2026, 10, 25, 23, 0, tzinfo=UTC)
    assert before_due(close, BERLIN) == datetime(2026, 10, 23, 12, 0, tzinfo=UTC)
    assert after_due(close, BERLIN) == datetime(2026, 10, 26, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("local", "decent"),
    [
        (datetime(2026, 11, 30, 7, 59), False), (datetime(2026, 11, 30, 8, 0), True),
        (datetime(2026, 11, 30, 17, 59), True), (datetime(2026, 11, 30, 18, 0), False),
        (datetime(2026, 11, 28, 12, 0), False), (datetime(2026, 11, 29, 12, 0), False),
    ],
)  # fmt: skip
def test_a_decent_hour_is_one_of_a_working_day(local: datetime, decent: bool) -> None:
    assert is_mail_hour(local.replace(tzinfo=NEW_YORK), NEW_YORK) is decent


@given(close=INSTANTS, zone=ZONES)
def test_for_every_close_in_every_zone_the_hour_is_decent(close: datetime, zone: ZoneInfo) -> None:
    before, after = before_due(close, zone), after_due(close, zone)
    assert is_mail_hour(before, zone)
    assert is_mail_hour(after, zone)
    assert timedelta(hours=3) <= close - before < timedelta(days=4)
    assert timedelta(hours=1) <= after - close < timedelta(days=4)


@given(close=INSTANTS, zone=ZONES, now=INSTANTS)
def test_nothing_is_sent_at_another_hour_nor_too_late(close: datetime, zone: ZoneInfo, now: datetime) -> None:
    following = close + timedelta(days=7)
    if may_send(BEFORE, closes_at=close, next_close=following, zone=zone, now=now):
        assert is_mail_hour(now, zone)
        assert before_due(close, zone) <= now < close
    if may_send(AFTER, closes_at=close, next_close=following, zone=zone, now=now):
        assert is_mail_hour(now, zone)
        assert after_due(close, zone) <= now < before_due(following, zone)


@given(close=INSTANTS, zone=ZONES)
def test_whoever_asks_every_hour_sends_each_kind(close: datetime, zone: ZoneInfo) -> None:
    hours = [close + timedelta(hours=hour) for hour in range(-24 * 5, 24 * 7)]
    for kind in (BEFORE, AFTER):
        assert any(
            may_send(kind, closes_at=close, next_close=close + timedelta(days=7), zone=zone, now=now) for now in hours
        ), kind
