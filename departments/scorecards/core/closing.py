"""When a week closes, and what that makes of an entry: in time, late, missing, changed after the close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

WEEK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class CloseRule:
    """A week closes on `weekday` (0 is Monday) of the following week at `at`, by the clocks of `zone`."""

    weekday: int
    at: time
    zone: ZoneInfo

    def closes_at(self, week: date) -> datetime:
        """The instant (UTC) from which the week that began on Monday `week` is closed.

        Where the clocks are changed the reading of the time may not exist, or exist twice: the later instant of the
        two possible ones counts, so that nobody is cut off early. PostgreSQL's AT TIME ZONE reads it likewise.
        """
        day = week + timedelta(days=7 + self.weekday)
        readings = [datetime.combine(day, self.at, tzinfo=self.zone).replace(fold=fold) for fold in (0, 1)]
        return max(reading.astimezone(UTC) for reading in readings)

    def is_closed(self, week: date, now: datetime) -> bool:
        """Whether at `now` the week that began on Monday `week` is closed: its values then count as late."""
        return now >= self.closes_at(week)

    def due_week(self, now: datetime) -> date:
        """The Monday of the week people owe values for: the earliest one that is still open."""
        today = now.astimezone(self.zone).date()
        # Two weeks back is always closed, since a week closes in the one after it.
        week = today - timedelta(days=today.weekday()) - 2 * WEEK
        while self.is_closed(week, now):
            week += WEEK
        return week

    def last_closed_week(self, now: datetime) -> date:
        """The Monday of the newest week that is closed."""
        return self.due_week(now) - WEEK

    def close_seconds(self, weeks: Sequence[date]) -> list[float]:
        """`closes_at` of each week, as epoch seconds."""
        return [self.closes_at(week).timestamp() for week in weeks]


@dataclass(frozen=True, kw_only=True)
class StoredValue:
    """What is stored of an entry's value and of what was reported of it."""

    value: Decimal | None = None
    entered_at: datetime | None = None
    changed_after_close: bool = False
    reported_value: Decimal | None = None

    def is_late(self, closes_at: datetime) -> bool:
        """There is a value, and it came when the week was closed already."""
        return self.value is not None and self.entered_at is not None and self.entered_at >= closes_at

    def reported(self, closes_at: datetime) -> Decimal | None:
        """The value when the week closed; None where it was missing then. It never changes once the week is closed."""
        if self.changed_after_close:
            return self.reported_value
        if self.entered_at is not None and self.entered_at >= closes_at:
            return None
        return self.value


def changed(before: StoredValue, value: Decimal | None, *, now: datetime, closes_at: datetime) -> StoredValue:
    """What is kept after `value` is written at `now`.

    In an open week the value simply changes. In a closed one the value that was reported is kept beside it and the
    entry is marked, until the reported value stands there again. A first value in a closed week is late.
    """
    if value == before.value:
        return before
    closed = now >= closes_at
    reported = before.reported(closes_at) if closed else None
    if reported is not None:
        differs = value != reported
        return StoredValue(
            value=value,
            entered_at=before.entered_at,
            changed_after_close=differs,
            reported_value=reported if differs else None,
        )
    first = before.value is None and value is not None
    return StoredValue(value=value, entered_at=now if first else before.entered_at)
