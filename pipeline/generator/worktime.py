"""Working time: seconds counted only from 9:00 to 18:00 of the company's working days, and back to instants.

A deal moves in working time (float64 seconds since 9:00 of the first working day); files show instants (epoch
seconds UTC). Summer time needs no care inside a day: no clock changes between 9:00 and 18:00.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DAY_SECONDS = 9 * 3600.0
OPENS = time(9)
_HOLIDAYS = {(1, 1), (5, 1), (10, 3), (12, 24), (12, 25), (12, 26), (12, 31)}  # month, day
_AHEAD_DAYS = 500  # due dates and expected closes lie beyond the as-of date


def years_before(day: date, years: int) -> date:
    """The same day some years before; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def quarter_start(day: date) -> date:
    """First day of the calendar quarter, which is the fiscal quarter of this company."""
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def next_quarter(start: date) -> date:
    """First day of the quarter after the one that starts on `start`."""
    # A quarter has at most 92 days, two have at least 181.
    return quarter_start(start + timedelta(days=100))


def previous_quarter(start: date) -> date:
    """First day of the quarter before the one that starts on `start`."""
    return quarter_start(start - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class WorkTime:
    """The working days of a company from `first` on: `ordinals` (proleptic) and `opens` (epoch seconds of 9:00)."""

    first: date
    as_of: date
    ordinals: Ints
    opens: Ints
    cutoff: float  # working time at 0:00 of the as-of date: nothing later is known

    @classmethod
    def between(cls, *, first: date, as_of: date, zone: ZoneInfo) -> WorkTime:
        """Working days from `first` until well after `as_of`."""
        days = [first + timedelta(days=i) for i in range((as_of - first).days + _AHEAD_DAYS)]
        open_days = [day for day in days if day.weekday() < 5 and (day.month, day.day) not in _HOLIDAYS]
        ordinals = np.array([day.toordinal() for day in open_days], dtype=np.int64)
        opens = [int(datetime.combine(day, OPENS, zone).timestamp()) for day in open_days]
        cutoff = float(np.searchsorted(ordinals, as_of.toordinal())) * DAY_SECONDS
        return cls(first, as_of, ordinals, np.array(opens, dtype=np.int64), cutoff)

    def at(self, day: date) -> float:
        """Working time at 0:00 of a date; 0 for dates before the first."""
        return float(np.searchsorted(self.ordinals, day.toordinal())) * DAY_SECONDS

    def day_index(self, worked: Floats) -> Ints:
        """Number of the working day, clipped to the known ones."""
        return np.clip((worked // DAY_SECONDS).astype(np.int64), 0, len(self.ordinals) - 1)

    def epoch(self, worked: Floats) -> Ints:
        """Instant (epoch seconds UTC) of a working time."""
        day = self.day_index(worked)
        seconds = np.clip(worked - day * DAY_SECONDS, 0, DAY_SECONDS - 1).astype(np.int64)
        return np.asarray(self.opens[day] + seconds, dtype=np.int64)

    def ordinal(self, worked: Floats) -> Ints:
        """Calendar date (proleptic ordinal) of a working time."""
        return np.asarray(self.ordinals[self.day_index(worked)], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Clock:
    """Work done since the start as a piecewise linear function of working time: how fast someone is, when.

    Used for a department's speed (1 = its usual) and for the hazard of a loss (rate a working second).
    """

    at: Floats
    done: Floats

    @classmethod
    def of_rates(cls, changes: Floats, rates: Floats) -> Clock:
        """`rates[i]` holds from `changes[i]` (first one 0) to the next; the last one for ever."""
        # np.interp stays at its last point: this one lies beyond all work.
        at = np.append(changes, changes[-1] + 1e11)
        return cls(at, np.concatenate([[0.0], np.cumsum(rates * np.diff(at))]))

    def finish(self, start: Floats, work: Floats) -> Floats:
        """When `work` that begins at `start` is done. Never before `start`."""
        due = np.interp(np.interp(start, self.at, self.done) + work, self.done, self.at)
        # There and back, interpolation may round a hair below the start.
        return np.maximum(due, start)
