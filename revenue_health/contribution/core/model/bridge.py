"""The bridge from plan to actual: strategy, every department, market, opening pipeline, unexplained.

    actual - target = [R(all baseline) - target] + sum of shares + [actual - R(all actual)]

holds by construction, to rounding. See `revenue` for R, `shares` for the shares, `intervals` for the width.
"""

from dataclasses import dataclass

import numpy as np

from departments.translation import gettext_noop
from revenue_health.contribution.core.flows import OPENING, Floats, FlowArrays, FlowError, Ints
from revenue_health.contribution.core.intervals import Interval, interval, replicated
from revenue_health.contribution.core.model.game import Game
from revenue_health.contribution.core.model.interplay.inflation import Inflation
from revenue_health.contribution.core.model.interplay.load import Load
from revenue_health.contribution.core.model.interplay.origins import Excess
from revenue_health.contribution.core.model.rates import RatePair, estimate_rates
from revenue_health.contribution.core.model.shares import Shares
from revenue_health.contribution.core.solver.backward import DEMAND, FACTORS, WAITING
from revenue_health.contribution.core.verdict import Judgement, judge

BROUGHT = FACTORS[DEMAND]
"""The factor that holds what more of a party's deals did to the waits of others."""


@dataclass(frozen=True, kw_only=True)
class Party:
    """A department, the market or the opening pipeline. share in money; replicates [R]; factors by name sum to it;
    in_baseline: the baseline saw anything of the party.

    switch_replicates [R]: R(everybody) - R(everybody but the party): what its play changed while all others played as
    they did. Another figure than the share, which averages over everything the others might have played.

    load: what waits in its hands cost because more came; it is not in the share but in those of whoever brought more
    (below zero: "more came"). brought: what more of its own deals did to others' waits, in the share.
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
    load: float = 0.0
    brought: float = 0.0

    @property
    def pace(self) -> float:
        """The party's own part of waiting, money: what its pace did, whatever came; 0 where no factors were cut."""
        return self.factors.get(FACTORS[WAITING], 0.0)

    @property
    def switch(self) -> Interval:
        """The party's own switch with its 90 % interval: no order is sampled for it."""
        return interval(self.switch_replicates)


@dataclass(frozen=True, kw_only=True)
class Bridge:
    """Plan to actual. target and strategy are None without a plan: the bridge then starts at the baseline's revenue.

    baseline_revenue, modelled_actual: R with everyone at baseline, with everyone as they were. *_replicates [R].
    players: the order of `coalitions` int[C, n], whose R is `coalition_values` [C]; loads are called `load:legal`.
    reasons: what could not be known. loads, origins, inflations: what the model found about who brings more, who
    sent what is lost, and whose entries are blown up, of the whole company.
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
    loads: tuple[Load, ...] = ()
    origins: tuple[Excess, ...] = ()
    inflations: tuple[Inflation, ...] = ()

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
    pairs: bool = False,
) -> Bridge:
    """The bridge of one group of deals.

    target: the plan for the period, None without one. pair: rates to compare, when they are not simply the two spans'
    own (shrunk groups, planned drivers). factors: also cut each share into its factors. pairs: shares that are
    only compared with each other, see `shares_of_pairs`.
    """
    if baseline.layout != period.layout:
        raise FlowError("baseline and period need the same layout")
    rates = pair or estimate_rates(baseline=baseline, period=period)
    game = Game(rates)
    shares = game.shares(pairs=pairs)
    names = (*period.layout.players, OPENING)
    all_baseline, all_actual = shares.ends[:, 0], shares.ends[:, 1]
    won = replicated(period.won_by_bucket())
    scale = float(all_baseline[0]) if target is None else target
    switches, own = game.switches(shares, loads=not pairs), game.own_shares(shares)
    whole = [float(replicates[0]) for replicates in own]
    cut = game.factors(whole, in_pairs=shares.in_pairs) if factors else [{} for _ in own]
    parties = tuple(
        _party(game, shares, switches, index, key, (baseline, period), scale, own[index], cut[index])
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
        players=tuple((*names, *game.load_names)[index] for index in game.active),
        coalitions=shares.coalitions,
        coalition_values=shares.values,
        replicates=all_baseline.size - 1,
        reasons=_reasons(baseline, period, target),
        loads=rates.interplay.loads if rates.interplay else (),
        origins=rates.interplay.notes if rates.interplay else (),
        inflations=rates.interplay.inflations if rates.interplay else (),
    )


def _party(
    game: Game,
    shares: Shares,
    switches: Floats,
    index: int,
    key: str,
    spans: tuple[FlowArrays, FlowArrays],
    scale: float,
    own: Floats,
    cut: dict[str, float],
) -> Party:
    at = game.active.index(index) if index in game.active else None
    brought, moved, load_error = game.loads_of(index, shares)
    replicates = own + brought
    if brought[0] and cut:
        cut[BROUGHT if BROUGHT in cut else key] += float(brought[0])
    error = float(np.hypot(load_error, 0.0 if at is None else shares.sampling_error[at]))
    deals, share, in_baseline = _deals(spans[1], index), interval(replicates, error), _is_in_baseline(spans[0], index)
    return Party(
        key=key,
        share=share,
        replicates=replicates,
        switch_replicates=game.zero_where_equal(index, np.zeros_like(own) if at is None else switches[:, at]),
        factors=cut,
        deals=deals,
        in_baseline=in_baseline,
        judgement=judge(share=share, scale=scale, deals=deals, replicates=replicates.size - 1, in_baseline=in_baseline),
        sampling_error=error,
        load=moved,
        brought=float(brought[0]),
    )


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
        reasons.append(gettext_noop("no plan: the bridge starts at the baseline"))
    if not baseline.held.any():
        reasons.append(gettext_noop("no baseline: nothing was in the pipeline then, so nothing can be compared"))
    if not period.held.any():
        reasons.append(gettext_noop("nothing was in the pipeline in this period"))
    return tuple(reasons)
