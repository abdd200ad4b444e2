"""When a reminder may be sent: around the close of a week, and only during working hours."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

FIRST_HOUR, LAST_HOUR = 8, 18
"""Mail is sent Monday to Friday, from 8:00 until before 18:00, in the person's own time zone."""
AFTERNOON_BEFORE = time(14)
"""A reminder that would be due outside working hours goes out at this time on the working day before."""
BEFORE_CLOSE = timedelta(hours=3)
AFTER_CLOSE = timedelta(hours=1)
BEFORE, AFTER = "before", "after"


def is_mail_hour(instant: datetime, zone: ZoneInfo) -> bool:
    """Whether mail may be sent at this instant to somebody in this time zone."""
    local = instant.astimezone(zone)
    return local.weekday() < 5 and FIRST_HOUR <= local.hour < LAST_HOUR


def before_due(closes_at: datetime, zone: ZoneInfo) -> datetime:
    """When the reminder before a close is due (UTC): three hours before, or the working afternoon before that."""
    at = (closes_at - BEFORE_CLOSE).astimezone(UTC)
    if is_mail_hour(at, zone):
        return at
    day = at.astimezone(zone).date()
    while True:
        afternoon = datetime.combine(day, AFTERNOON_BEFORE, tzinfo=zone).astimezone(UTC)
        if afternoon <= at and is_mail_hour(afternoon, zone):
            return afternoon
        day -= timedelta(days=1)


def after_due(closes_at: datetime, zone: ZoneInfo) -> datetime:
    """When the reminder after a close is due (UTC): an hour later, or when the next working day begins."""
    at = (closes_at + AFTER_CLOSE).astimezone(UTC)
    if is_mail_hour(at, zone):
        return at
    day = at.astimezone(zone).date()
    while True:
        morning = datetime.combine(day, time(FIRST_HOUR), tzinfo=zone).astimezone(UTC)
        if morning >= at and is_mail_hour(morning, zone):
            return morning
        day += timedelta(days=1)


def may_send(kind: str, *, closes_at: datetime, next_close: datetime, zone: ZoneInfo, now: datetime) -> bool:
    """Whether to send a reminder of this kind now: it is due, not too late to be useful, and within working hours.

    The reminder before the close is useless after it; the one after it, once the next week's reminder is due.
    """
    if not is_mail_hour(now, zone):
        return False
    if kind == BEFORE:
        return before_due(closes_at, zone) <= now < closes_at
    return after_due(closes_at, zone) <= now < before_due(next_close, zone)
