"""What a company would use instead of the model: simple forecasts of a period, from nothing but earlier revenue.

They are the measure of the model's forecast: one that is not better than the best of them is worth nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from revenue_health.contribution.core.flows import Floats

QUARTERS = 4
"""Earlier periods that are averaged."""


@dataclass(frozen=True, kw_only=True)
class Earned:
    """Net revenue over time: instants in ascending order and signed amounts, in money, both [bookings]."""

    at: Floats
    amount: Floats

    def between(self, start: float, end: float) -> float:
        """Net revenue in [start, end), money."""
        low, high = np.searchsorted(self.at, [start, end], side="left")
        return float(self.amount[low:high].sum())


@dataclass(frozen=True, kw_only=True)
class Span:
    """A period from its first instant to the one after its last, epoch seconds."""

    start: float
    end: float

    def at(self, part: float) -> float:
        """The instant at which this part (0 to 1) of the period is over."""
        return self.start + part * (self.end - self.start)


@dataclass(frozen=True, kw_only=True)
class Stock:
    """The pipeline open at one instant, amount [stages], beside what it was at the same part of earlier periods,
    [periods, stages], and the part of each stage's earlier amount that was won by that period's end, won [periods,
    stages], money."""

    now: Floats
    before: Floats
    won: Floats

    def worth(self) -> float | None:
        """Each stage's amount by the share of it that used to be won in time; None without earlier periods."""
        if not self.before.size:
            return None
        opened, won = self.before.sum(axis=0), self.won.sum(axis=0)
        share = np.where(opened > 0, won / np.where(opened > 0, opened, 1.0), 0.0)
        return float(self.now @ share)


def peers(
    *, earned: Earned, period: Span, now: float, earlier: Sequence[Span], stock: Stock | None = None
) -> dict[str, float]:
    """What simple rules expect of the whole period at the instant `now`, money by name; a rule that history is too
    short for is left out.

    run_rate: won so far, spread over all days. recent_rest: won so far and the mean of what the last four periods
    earned in the same rest. last_year: won so far and the rest of the same period a year ago, times the growth of the
    last periods (up to four) over those a year before them. pipeline: won so far and the open deals by stage, weighted
    with the share that earlier periods won of them in time. earlier: whole periods before this one, the newest first,
    all within history.
    """
    part = (now - period.start) / (period.end - period.start)
    so_far = earned.between(period.start, now)
    rules = {"run_rate": so_far / part} if part > 0 else {}
    rests = [earned.between(span.at(part), span.end) for span in earlier[:QUARTERS]]
    if rests:
        rules["recent_rest"] = so_far + float(np.mean(rests))
    if (rest := _last_year(earned, earlier, part)) is not None:
        rules["last_year"] = so_far + rest
    if stock is not None and (worth := stock.worth()) is not None:
        rules["pipeline"] = so_far + worth
    return rules


def _last_year(earned: Earned, earlier: Sequence[Span], part: float) -> float | None:
    """The same rest a year ago times growth; growth is 1 while history has no two years to compare."""
    if len(earlier) < QUARTERS:
        return None
    whole = [earned.between(span.start, span.end) for span in earlier]
    compared = min(QUARTERS, len(whole) - QUARTERS)
    recent, before = sum(whole[:compared]), sum(whole[QUARTERS : QUARTERS + compared])
    growth = recent / before if compared and before > 0 else 1.0
    a_year_ago = earlier[QUARTERS - 1]
    return earned.between(a_year_ago.at(part), a_year_ago.end) * growth
