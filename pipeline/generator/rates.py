"""Monthly exchange rates of the invented years: a slow random walk, four decimals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from pipeline.generator.company import CURRENCIES, FIRST_RATES
from pipeline.generator.worktime import Floats, Ints, WorkTime

_MONTHLY_STEP = 0.008


@dataclass(frozen=True, slots=True)
class Rates:
    """`table[month, currency]`: reporting units per unit, in force from the first of the month."""

    months: tuple[date, ...]
    table: Floats
    month_of_day: Ints  # month number of each working day

    @classmethod
    def of(cls, *, worktime: WorkTime, rng: np.random.Generator) -> Rates:
        """One row a month from the first day's month to that of the last known working day."""
        days = [date.fromordinal(ordinal) for ordinal in worktime.ordinals.tolist()]
        months = tuple(sorted({day.replace(day=1) for day in days if day <= worktime.as_of} | {days[0].replace(day=1)}))
        walk = np.cumsum(rng.normal(0, _MONTHLY_STEP, (len(months), len(CURRENCIES))), axis=0)
        first = np.array([FIRST_RATES.get(currency, 1.0) for currency in CURRENCIES])
        table = np.round(first * np.exp(walk - walk[0]), 4)
        table[:, CURRENCIES.index("EUR")] = 1.0
        firsts = np.array([month.toordinal() for month in months])
        number = np.searchsorted(firsts, worktime.ordinals, side="right") - 1
        return cls(months, table, np.clip(number, 0, len(months) - 1))

    def at(self, day_index: Ints, currency: Ints) -> Floats:
        """Rate of each row's currency on its working day; 1 for the reporting currency."""
        return np.asarray(self.table[self.month_of_day[day_index], currency])
