"""Weeks in the company's time zone and ages of a hold: the two clocks of the weekly roll-up."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.core.columns import Ints, Numbers, integers

DAY = 86_400
AGE_BIN_DAYS = (0, 1, 2, 3, 4, 6, 8, 10, 13, 16, 20, 25, 30, 40, 50, 70)
"""Lower edges of the age bins of a hold, in days of 86,400 seconds; the last bin has no upper edge."""
AGE_BIN_STARTS: Ints = np.array(AGE_BIN_DAYS, dtype=np.int64) * DAY
_BIN_OF_DAY = np.searchsorted(np.array(AGE_BIN_DAYS), np.arange(AGE_BIN_DAYS[-1] + 1), side="right") - 1


def week_table(first: int, as_of: int, time_zone_name: str) -> pa.Table:
    """Weeks (Monday 00:00 local) from the one containing `first` to the one after `as_of`'s.

    Returns `week` (date32, the Monday) and `starts` (epoch seconds UTC), contiguous. Where a time zone's day
    does not begin at 00:00 on a Monday (a clock change at midnight) zoneinfo's first reading of it counts.
    """
    zone = ZoneInfo(time_zone_name)
    begin, end = _monday_of_instant(min(first, as_of), zone), _monday_of_instant(as_of, zone) + timedelta(days=7)
    mondays = [begin + timedelta(days=7 * k) for k in range((end - begin).days // 7 + 1)]
    starts = [_midnight(monday, zone) for monday in mondays]
    return pa.table({"week": pa.array(mondays, pa.date32()), "starts": pa.array(starts, pa.int64())})


def _monday_of_instant(instant: int, zone: ZoneInfo) -> date:
    local = datetime.fromtimestamp(instant, UTC).astimezone(zone).date()
    return local - timedelta(days=local.weekday())


def _midnight(day: date, zone: ZoneInfo) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


def age_bin(seconds: Numbers) -> NDArray[np.int8]:
    """Number of the age bin (0..15) that an age in whole seconds falls into."""
    days = np.clip(seconds // DAY, 0, AGE_BIN_DAYS[-1])
    return _BIN_OF_DAY.astype(np.int8)[days]


class Weeks:
    """Looks up the week of an instant: `starts[of(t)] <= t < starts[of(t) + 1]`."""

    STEP = 900  # no time zone in use shifts by less than a quarter of an hour

    def __init__(self, table: pa.Table) -> None:
        self.starts: Ints = integers(table, "starts")
        if len(self.starts) < 2 or (np.diff(self.starts) <= 0).any():
            raise ValueError("weeks need at least two rows in rising order")
        self.monday = table.column("week")
        low, high = self.starts[0], self.starts[-1]
        steps = np.arange(low, high + self.STEP, self.STEP)
        self._of_step = (np.searchsorted(self.starts, steps, side="right") - 1).astype(np.int32)
        # Not so with old offsets to the second, such as local mean time; then every instant is searched for.
        self._exact = bool(((self.starts - low) % self.STEP == 0).all())

    def of(self, instants: Numbers) -> NDArray[np.int32]:
        """Row number of the week of each instant (epoch seconds). Raises outside the table."""
        if not len(instants):
            return np.zeros(0, dtype=np.int32)
        if instants.min() < self.starts[0] or instants.max() >= self.starts[-1]:
            raise ValueError("an instant lies outside the weeks given")
        if not self._exact:
            return (np.searchsorted(self.starts, instants, side="right") - 1).astype(np.int32)
        return self._of_step[(instants - self.starts[0]) // self.STEP]
