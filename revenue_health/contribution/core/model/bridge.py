"""The bridge from plan to actual: strategy, every department, market, opening pipeline, unexplained.

    actual - target = [R(all baseline) - target] + sum of shares + [actual - R(all actual)]

holds by construction, to rounding. See `revenue` for R, `shares` for the shares, `intervals` for the width.
"""

from dataclasses import dataclass

import numpy as np

from revenue_health.contribution.core.flows import OPENING, Floats, FlowArrays, FlowError, Ints
from revenue_health.contribution.core.intervals import Interval, interval, replicated
from revenue_health.contribution.core.model.rates import RatePair, Rates, estimate_rates
from revenue_health.contribution.core.model.revenue import revenue
from revenue_health.contribution.core.model.shares import (
    EXACT_UP_TO,
    SAMPLED_PAIRS,
    Shares,
    outside,
    owen_factors,
    shares_of,
)
from revenue_health.contribution.core.solver.backward import FACTORS
from revenue_health.contribution.core.verdict import Judgement, judge

SEED = 1953
"""Of the sampled orders: the same input gives the same shares."""


@dataclass(frozen=True, kw_only=True)
class Party:
    """A department, the market or the opening pipeline. share in money; replicates [R]; factors by name sum to it;
    in_baseline: the baseline saw anything of the party.

    switch_replicates [R]: R(everybody) - R(everybody but the party): what its play changed while all others played as
    they did. Another figure than the share, which averages over everything the others might have played.
    """

    key: str
    share: Interval
    replicates: Floats
    switch_replicates: Floats
    factors: dict[str, float]
    deals: float
    in_baseline: bool
    judgement: Judgement
    sampling_error: float

    @property
    def switch(self) -> Interval:
        """The party's own switch with its 90 % interval: no order is sampled for it."""
        return interval(self.switch_replicates)


@dataclass(frozen=True, kw_only=True)
class Bridge:
    """Plan to actual. target and strategy are None without a plan: the bridge then starts at the baseline's revenue.

    baseline_revenue, modelled_actual: R with everyone at baseline, with everyone as they were. *_replicates [R].
    players: the order of `coalitions` int[C, n], whose R is `coalition_values` [C]. reasons: what could not be known.
    """

    target: float | None
    actual: float
    baseline_revenue: float
    modelled_actual: float
    strategy: Interval | None
    unexplained: Interval
    baseline_replicates: Floats
    unexplained_replicates: Floats
    parties: tuple[Party, ...]
    players: tuple[str, ...]
    coalitions: Ints
    coalition_values: Floats
    replicates: int
    reasons: tuple[str, ...]

    def residual(self) -> float:
        """actual - start - sum of all parts: zero but for rounding."""
        start = self.baseline_revenue if self.target is None else self.target
        strategy = self.strategy.value if self.strategy else 0.0
        shares = sum(party.share.value for party in self.parties)
        return self.actual - start - strategy - shares - self.unexplained.value


def bridge(
    *,
    baseline: FlowArrays,
    period: FlowArrays,
    target: float | None,
    pair: RatePair | None = None,
    factors: bool = True,
) -> Bridge:
    """The bridge of one group of deals.

    target: the plan for the period, None without one. pair: rates to compare, when they are not simply the two spans'
    own (shrunk groups, planned drivers). factors: also cut each share into its factors.
    """
    if baseline.layout != period.layout:
        raise FlowError("baseline and period need the same layout")
    rates = pair or estimate_rates(baseline=baseline, period=period)
    game = Game(rates)
    rng = np.random.default_rng(SEED)
    shares = shares_of(game.worth, len(game.active), rng)
    names = (*period.layout.players, OPENING)
    # Coalitions are in order of their bits, sampled or not: nobody first, everybody last.
    all_baseline, all_actual = shares.values[:, 0], shares.values[:, -1]
    won = replicated(period.won_by_bucket())
    scale = float(all_baseline[0]) if target is None else target
    switches = game.switches(shares)
    parties = tuple(
        _party(game, shares, switches, index, key, (baseline, period), scale, factors)
        for index, key in enumerate(names)
    )
    return Bridge(
        target=target,
        actual=float(won[0]),
        baseline_revenue=float(all_baseline[0]),
        modelled_actual=float(all_actual[0]),
        strategy=None if target is None else interval(all_baseline - target),
        unexplained=interval(won - all_actual),
        baseline_replicates=all_baseline,
        unexplained_replicates=won - all_actual,
        parties=parties,
        players=tuple(names[index] for index in game.active),
        coalitions=shares.coalitions,
        coalition_values=shares.values[0],
        replicates=all_baseline.size - 1,
        reasons=_reasons(baseline, period, target),
    )


def _party(
    game: "Game",
    shares: Shares,
    switches: Floats,
    index: int,
    key: str,
    spans: tuple[FlowArrays, FlowArrays],
    scale: float,
    factors: bool,
) -> Party:
    at = game.active.index(index) if index in game.active else None
    none = np.zeros(shares.values.shape[0])
    replicates = game.zero_where_equal(index, none if at is None else shares.shares[:, at])
    error = 0.0 if at is None else float(shares.sampling_error[at])
    deals, share, in_baseline = _deals(spans[1], index), interval(replicates, error), _is_in_baseline(spans[0], index)
    return Party(
        key=key,
        share=share,
        replicates=replicates,
        switch_replicates=game.zero_where_equal(index, none if at is None else switches[:, at]),
        factors=game.factors(index, float(replicates[0])) if factors else {},
        deals=deals,
        in_baseline=in_baseline,
        judgement=judge(share=share, scale=scale, deals=deals, replicates=replicates.size - 1, in_baseline=in_baseline),
        sampling_error=error,
    )


class Game:
    """Who can switch what between baseline and actual. A player whose play is equal in every replicate sits out."""

    def __init__(self, pair: RatePair) -> None:
        self.worlds = (pair.baseline, pair.actual)
        self.layout = pair.baseline.layout
        self.moved = _moved(pair)
        self.active = [player for player in range(len(self.layout.players) + 1) if self.moved[player].any()]
        self.base_only = (pair.baseline.whole(), pair.actual.whole())

    def worth(self, coalitions: Ints) -> Floats:
        """R [R, C] of coalitions int[C, n] over the active players, 1 who plays as it did, 0 as in the baseline."""
        return revenue(self.worlds, self._choice(coalitions))

    def _choice(self, coalitions: Ints) -> Ints:
        choice = np.zeros((coalitions.shape[0], len(self.layout.players) + 1, len(FACTORS)), dtype=np.int64)
        choice[:, self.active] = coalitions[:, :, None]
        return choice

    def switches(self, shares: Shares) -> Floats:
        """R(everybody) - R(everybody but one) for each active player, [R, n]; computed where not among the sampled."""
        count = len(self.active)
        but_one = 1 - np.eye(count, dtype=np.int64)
        if count > EXACT_UP_TO:
            return np.asarray(shares.values[:, -1:] - self.worth(but_one))
        # Rows are binary numbers, the first player the highest bit: everybody but one is everybody less that bit.
        rows = shares.coalitions.shape[0] - 1 - 2 ** np.arange(count - 1, -1, -1)
        return np.asarray(shares.values[:, -1:] - shares.values[:, rows])

    def zero_where_equal(self, player: int, replicates: Floats) -> Floats:
        """A share is exactly zero where the play of the whole is equal, not merely to rounding."""
        if _moved_in(self.base_only[0], self.base_only[1], player):
            return replicates
        return np.concatenate([[0.0], replicates[1:]])

    def factors(self, player: int, share: float) -> dict[str, float]:
        """Owen shares by factor name, summing to the share; the opening pipeline has a single one."""
        if player == len(self.layout.players):
            return {"opening": share}
        parts = dict.fromkeys(FACTORS, 0.0)
        moved = [factor for factor in range(len(FACTORS)) if self.moved[player, factor]]
        if share == 0.0 or not moved:
            return parts
        place = self.active.index(player)
        others, weights = outside(len(self.active), place, np.random.default_rng(SEED), SAMPLED_PAIRS)

        def worth(coalitions: Ints, switched: Ints) -> Floats:
            choice = self._choice(coalitions)
            choice[:, player, moved] = switched
            return revenue(self.base_only, choice)

        amounts = owen_factors(worth, others, weights, moved)[0]
        for factor, amount in zip(moved, amounts, strict=True):
            parts[FACTORS[factor]] = float(amount)
        return parts


def _moved(pair: RatePair) -> np.ndarray:
    """bool[P + 1, 5]: the factors in which a player's play differs; the opening pipeline's is in column 0."""
    count = len(pair.baseline.layout.players)
    moved = np.zeros((count + 1, len(FACTORS)), dtype=bool)
    for player in range(count + 1):
        moved[player] = _differs(pair.baseline, pair.actual, player)
    return moved


def _moved_in(before: Rates, now: Rates, player: int) -> bool:
    return any(_differs(before, now, player))


def _differs(before: Rates, now: Rates, player: int) -> list[bool]:
    layout = before.layout
    if player == len(layout.players):
        return [not np.array_equal(before.opening, now.opening), False, False, False, False]
    own = layout.player_of == player

    def differ(name: str, index: tuple[object, ...]) -> bool:
        return not np.array_equal(getattr(before, name)[index], getattr(now, name)[index])

    every = slice(None)
    return [
        differ("demand", (every, every, player)),
        any(differ(name, (every, own)) for name in ("fresh", "old", "speed")),
        differ("loss", (every, every, player)) or differ("reversed", (every, player)),
        differ("growth", (every, every, player)),
        differ("routing", (every, own)),
    ]


def _deals(flows: FlowArrays, player: int) -> float:
    """Hand-ons, losses and entries of a player; of the opening pipeline, all hand-ons (it is in everybody's hands)."""
    if player == len(flows.layout.players):
        return float(flows.handed_on_count.sum())
    own = flows.layout.player_of == player
    handed = float(flows.handed_on_count[:, :, own].sum())
    return handed + float(flows.lost_count[..., player].sum()) + float(flows.entered_count[..., player].sum())


def _is_in_baseline(baseline: FlowArrays, player: int) -> bool:
    """Whether the baseline saw anything of the player."""
    if player == len(baseline.layout.players):
        return bool(baseline.held.any())
    return _deals(baseline, player) > 0 or bool(baseline.held[:, :, baseline.layout.player_of == player].any())


def _reasons(baseline: FlowArrays, period: FlowArrays, target: float | None) -> tuple[str, ...]:
    """What the reader must know before believing any figure."""
    reasons = []
    if target is None:
        reasons.append("no plan: the bridge starts at the baseline")
    if not baseline.held.any():
        reasons.append("no baseline: nothing was in the pipeline then, so nothing can be compared")
    if not period.held.any():
        reasons.append("nothing was in the pipeline in this period")
    return tuple(reasons)
