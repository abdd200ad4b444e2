"""Pace or load: does a department hand on more slowly, or did more come than it can hand on (Little 1961)?

Waits grow in both cases. What tells them apart is what is handed on a day: a department that hands on as many deals as
before while clearly more arrive is not slower; its queue is longer. Then the slow-down is load, and load belongs to who
brings more. Where it hands on fewer as well, a fluid queue tells which part is which: fed with the baseline's arrivals
and served with what was really handed on it would have had Q0 + (H0 - H1) t deals instead of Q(t), and waits are in
proportion to the queue.

Source: Little, Operations Research 9 (1961) 383.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from revenue_health.contribution.core.flows import Floats, FlowArrays, Ints, Layout
from revenue_health.contribution.core.model import hazards
from revenue_health.contribution.core.model.hazards import ratio

CLEARLY = 2.5
"""Standard errors by which arrivals must have risen."""
RISE = 1.10
"""And by at least this factor; the queue must have grown by as much."""
SLOWER = -2.0
"""Standard errors of hand-ons against what the baseline's hazards expected: only then there is a slow-down to split."""
FEWER = -1.645
"""Standard errors of hand-ons a day against the baseline's: above, as many are handed on as before."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """A department (player) in a stage whose waits grew because more came.

    custodies: its turns there. arrivals, hand_ons, queue: before and now, deals a day and deals waiting. brought [P +
    1]: the parts of those who bring more, summing to 1: by player, the last one the opening pipeline. relief [W]: what
    its speed in each step would have been multiplied with, had only the baseline's deals come; None: it would have had
    the waits of the baseline.
    """

    stage: int
    player: int
    custodies: tuple[int, ...]
    arrivals: tuple[float, float]
    hand_ons: tuple[float, float]
    queue: tuple[float, float]
    brought: tuple[float, ...]
    relief: Floats | None = None


def loads_of(baseline: FlowArrays, period: FlowArrays) -> tuple[Load, ...]:
    """Every loaded department of a company: all of its groups together, since they wait in one queue.

    baseline: of any number of steps. A department is loaded in a stage where arrivals rose clearly, the queue grew, and
    deals were handed on more slowly than the baseline's hazards expect.
    """
    spans = _Spans(baseline.sum_of_steps(), period)
    loads = (spans.load(stage, player, custodies) for stage, player, custodies in _places(period.layout))
    return tuple(load for load in loads if load)


def _places(layout: Layout) -> Iterable[tuple[int, int, Ints]]:
    """(stage, player, custodies of all turns) of every department that holds deals somewhere."""
    for stage in range(len(layout.stages)):
        for player in range(len(layout.players) - 1):  # the market has no queue
            custodies = np.flatnonzero((layout.stage_of == stage) & (layout.player_of == player))
            if custodies.size:
                yield stage, player, custodies


def _clearly(now: float, before: float, scale: float) -> float:
    """Standard errors by which a count is above another one times scale (Poisson)."""
    spread = now + before * scale * scale
    return float((now - before * scale) / np.sqrt(spread)) if spread > 0 else 0.0


class _Spans:
    """Counts of both spans, of all buckets together."""

    def __init__(self, before: FlowArrays, now: FlowArrays) -> None:
        self.before, self.now, self.layout = before, now, now.layout
        self.scale = now.days / before.days
        self.arrived = before.arrived_count.sum(axis=(0, 1)), now.arrived_count.sum(axis=(0, 1))
        self.handed = before.handed_on_count.sum(axis=(0, 1)), now.handed_on_count.sum(axis=(0, 1))
        self.held = before.held.sum(axis=(0, 1)), now.held.sum(axis=0)
        self.amount = before.handed_on.sum(axis=(0, 1)), now.handed_on.sum(axis=(0, 1))

    def load(self, stage: int, player: int, custodies: Ints) -> Load | None:
        """The load of one department in one stage, None where there is none."""
        arrived, handed = ([float(side[custodies].sum()) for side in pair] for pair in (self.arrived, self.handed))
        if _clearly(arrived[1], arrived[0], self.scale) < CLEARLY or arrived[1] < RISE * arrived[0] * self.scale:
            return None
        expected = self._expected(custodies)
        queue = self._queue(custodies)
        if not expected or queue[1].mean() < RISE * queue[0] or (handed[1] - expected) / np.sqrt(expected) > SLOWER:
            return None
        days = self.before.days, self.now.days
        return Load(
            stage=stage,
            player=player,
            custodies=tuple(custodies.tolist()),
            arrivals=(arrived[0] / days[0], arrived[1] / days[1]),
            hand_ons=(handed[0] / days[0], handed[1] / days[1]),
            queue=(queue[0], float(queue[1].mean())),
            brought=self._brought(custodies, arrived[1] / days[1] - arrived[0] / days[0]),
            relief=self._relief(handed, queue, handed[1] / expected),
        )

    def _expected(self, custodies: Ints) -> float:
        """Deals the baseline's hazards would have handed on of what was held."""
        count = self.handed[0][custodies].sum() + self.handed[1][custodies].sum()
        size = float(self.amount[0][custodies].sum() + self.amount[1][custodies].sum()) / max(float(count), 1.0)
        if not size or not self.held[0][custodies].any():
            return 0.0
        hazard = hazards.smooth(self.amount[0][custodies], self.held[0][custodies], np.full((custodies.size, 1), size))
        return float((hazard * self.held[1].sum(axis=0)[custodies]).sum() / size)

    def _queue(self, custodies: Ints) -> tuple[float, Floats]:
        """Deals waiting: on a mean day of the baseline, and in each step of the period; money over the mean amount of
        what arrived in each span, so that larger amounts are no longer queue."""
        sizes = []
        for side, arrived in zip((self.before, self.now), self.arrived, strict=True):
            came = float(side.routed[..., custodies].sum() + side.entered[:, :, custodies].sum())
            sizes.append(came / max(float(arrived[custodies].sum()), 1.0))
        if not min(sizes) > 0:
            return 0.0, np.zeros(self.now.step_days.size)
        before = float(self.held[0][custodies].sum() / self.before.days / sizes[0])
        return before, self.held[1][:, custodies].sum(axis=(1, 2)) / self.now.step_days / sizes[1]

    def _relief(self, handed: list[float], queue: tuple[float, Floats], theta: float) -> Floats | None:
        if _clearly(handed[1], handed[0], self.scale) > FEWER:
            return None
        ends = np.cumsum(self.now.step_days)
        fewer = handed[0] / self.before.days - handed[1] / self.now.days
        alone = queue[0] + fewer * (ends - self.now.step_days / 2)
        most = max(1 / theta, 1.0) if theta > 0 else 1.0  # never beyond the baseline's speed
        return np.clip(queue[1] / np.maximum(alone, 1e-9), 1.0, most)

    def _brought(self, custodies: Ints, rise: float) -> tuple[float, ...]:
        """Who brings more: sources whose entries that get here rose, then who hands on faster to here than before,
        then the opening pipeline where it was larger, else the market. Sums to 1."""
        entered = self.now.entered_count.sum(axis=(0, 1)) / self.now.days
        entered = entered - self.before.entered_count.sum(axis=(0, 1)) / self.before.days
        arrival_share = self._arrival_shares(custodies)
        parts = np.append(np.maximum(arrival_share @ entered, 0.0), 0.0)
        missing = rise - parts.sum()
        if missing > 0.25 * rise:
            parts += missing * self._from_before(custodies, arrival_share)
        return tuple((parts / parts.sum()).tolist())

    def _arrival_shares(self, custodies: Ints) -> Floats:
        """Expected arrivals here of a deal that enters each custody, [J], moved and lost as in the baseline."""
        held = self.held[0].sum(axis=-1)
        stage_held = np.bincount(self.layout.stage_of, weights=held, minlength=len(self.layout.stages))
        lost = self.before.lost.sum(axis=(0, 1, 3))[self.layout.stage_of]
        lost = lost * ratio(held, stage_held[self.layout.stage_of])
        routed = self.before.routed.sum(axis=(0, 1))
        moves = ratio(routed, np.broadcast_to((routed.sum(axis=1) + lost)[:, None], routed.shape))[:, :-1]
        # 0.999: a circle that nothing leaves would make the matrix singular.
        visits = np.linalg.solve(np.eye(moves.shape[0]) - 0.999 * moves, np.eye(moves.shape[0])[:, custodies])
        return np.asarray(visits.sum(axis=1))

    def _from_before(self, custodies: Ints, arrival_share: Floats) -> Floats:
        """Parts [P + 1] of what no entry explains."""
        players = len(self.layout.players)
        parts = np.zeros(players + 1)
        to_here = [
            side.routed.sum(axis=(0, 1))[:, custodies].sum(axis=1) / side.days for side in (self.before, self.now)
        ]
        for custody in np.flatnonzero(to_here[1] > to_here[0]):
            single = np.array([custody])
            expected = self._expected(single)
            if custody not in custodies and expected and self.handed[1][custody] > expected + 2 * np.sqrt(expected):
                parts[self.layout.player_of[custody]] += to_here[1][custody] - to_here[0][custody]
        if parts.any():
            return np.asarray(parts / parts.sum())
        stock = [float((side.opening.sum(axis=(0, 2)) * arrival_share).sum()) for side in (self.before, self.now)]
        parts[players if stock[1] > RISE * stock[0] else players - 1] = 1.0
        return parts
