"""What truly happened in the invented company: the truth a good model must find in the data.

Legal and production go wrong in the last full quarter and stay so; marketing is a little better than before;
sales does the same as ever. Earlier, one quarter has a weak market.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from pipeline.generator.worktime import DAY_SECONDS, Clock, Floats, WorkTime, next_quarter, previous_quarter
from pipeline.generator.worktime import quarter_start as start_of_quarter

_RUSH_DAYS = 10  # working days before a quarter's end
_RUSH_SPEED = 1.15  # sales only, the same every quarter
WEAK_QUARTERS_BEFORE = 6  # how long before the last full quarter the market was weak


@dataclass(frozen=True, slots=True)
class Story:
    """Multipliers from the first day of the last full quarter on (1 = as before)."""

    speeds: dict[str, float] = field(default_factory=lambda: {"legal": 0.5, "production": 0.75, "marketing": 1.05})
    losses: dict[str, float] = field(
        default_factory=lambda: {
            "delivery_date": 2.2, "bad_fit": 0.97, "wrong_contact": 0.97, "wrong_profile": 0.97,
        }
    )  # fmt: skip
    marketing_demand: float = 1.04
    weak_market: float = 1.45  # loss multiplier of the market's reasons in the weak quarter


@dataclass(frozen=True, slots=True)
class Calendar:
    """Dates of the story: the last full quarter before the as-of date, and the weak one."""

    decline: date
    running: date
    weak: date

    @classmethod
    def before(cls, as_of: date) -> Calendar:
        running = start_of_quarter(as_of)
        decline = weak = previous_quarter(running)
        for _ in range(WEAK_QUARTERS_BEFORE):
            weak = previous_quarter(weak)
        return cls(decline, running, weak)


def speed_clock(*, department: str, story: Story, calendar: Calendar, worktime: WorkTime) -> Clock:
    """How much of its usual work a department gets done: 1 a second, other in the rush or the decline."""
    changes = {0.0: 1.0}
    if department == "sales":
        for end in _quarter_ends(worktime):
            changes[max(0.0, end - _RUSH_DAYS * DAY_SECONDS)] = _RUSH_SPEED
            changes[end] = 1.0
    speed = story.speeds.get(department, 1.0)
    # The value is not used: the decline only has to be one of the moments.
    at = np.array(sorted(changes | {worktime.at(calendar.decline): np.nan}))
    rates, last = [], 1.0
    for moment in at:
        last = changes.get(float(moment), last)
        rates.append(last * (speed if moment >= worktime.at(calendar.decline) else 1.0))
    return Clock.of_rates(at, np.array(rates))


def _quarter_ends(worktime: WorkTime) -> list[float]:
    start = next_quarter(start_of_quarter(worktime.first))
    ends = []
    while start.toordinal() < worktime.ordinals[-1]:
        ends.append(worktime.at(start))
        start = next_quarter(start)
    return ends


def loss_factors(*, reason: str, department: str, story: Story) -> Floats:
    """Multiplier of a loss reason's hazard in each of the four spans of `loss_changes`."""
    factors = np.ones(4)
    if department == "market":
        factors[1] = story.weak_market
    factors[3] = story.losses.get(reason, 1.0)
    return factors


def loss_changes(*, calendar: Calendar, worktime: WorkTime) -> Floats:
    """Where hazards change: the start, the weak quarter, its end, the decline."""
    moments = [worktime.at(day) for day in (calendar.weak, next_quarter(calendar.weak), calendar.decline)]
    return np.array([0.0, *moments])
