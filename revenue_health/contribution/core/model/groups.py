"""Bridges by segment, region, team or rep, and the company as their sum.

R is a sum over groups of deals, so shares are too. The company's figures are the sum over its segments: then a shift
of mix between segments is demand, not somebody's invented fault. Another cut of the same deals (teams, say) models
them in other groups and would sum to slightly other figures; it is reconciled to the company's (`reconciled`).

Small groups lean on their company: `LEAN_DEALS` deals that behave like the company's average are mixed into a group's
deals before its rates are taken (empirical Bayes with a fixed prior weight: Efron and Morris, JASA 68 (1973) 117). What
entered and what was open is always the group's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from departments.translation import gettext_noop
from revenue_health.contribution.core.flows import FlowArrays, FlowError
from revenue_health.contribution.core.intervals import Interval, interval
from revenue_health.contribution.core.model.bridge import Bridge, Party, bridge
from revenue_health.contribution.core.model.group import Group, whole_of
from revenue_health.contribution.core.model.interplay.origins import Excess
from revenue_health.contribution.core.model.interplay.worlds import with_interplay
from revenue_health.contribution.core.model.options import DEFAULT, ModelOptions
from revenue_health.contribution.core.model.rates import RatePair, estimate_rates, with_entries_of
from revenue_health.contribution.core.model.sums import sums_of
from revenue_health.contribution.core.verdict import judge

__all__ = ["Group", "GroupedBridge", "bridges", "group_bridge", "group_rates", "reconciled", "summed", "whole_of"]

LEAN_DEALS = 60.0
"""Deals of the company's average mixed into each group's rates, per custody."""


@dataclass(frozen=True, kw_only=True)
class GroupedBridge:
    """The company as the sum of its groups, and each group's own bridge."""

    company: Bridge
    groups: dict[str, Bridge]


def bridges(
    *, groups: Mapping[str, Group], target: float | None, factors: bool = True, options: ModelOptions = DEFAULT
) -> GroupedBridge:
    """Every group's bridge and their sum. target: the company's plan; a group's own is used for its own bridge only.

    Raises FlowError without groups.
    """
    if not groups:
        raise FlowError("no group of deals to make a bridge of")
    together = whole_of(groups.values())
    parts = {
        key: group_bridge(group=group, together=together, factors=factors, options=options)
        for key, group in groups.items()
    }
    return GroupedBridge(company=summed(tuple(parts.values()), target), groups=parts)


def group_bridge(
    *, group: Group, together: Group, factors: bool = True, options: ModelOptions = DEFAULT, pairs: bool = False
) -> Bridge:
    """One group's bridge, so that groups can be computed apart. together: `whole_of` all groups; a group that is all
    of them leans on nobody. pairs: see `bridge`."""
    pair = group_rates(group=group, together=together, options=options)
    return bridge(
        baseline=group.baseline, period=group.period, target=group.target, pair=pair, factors=factors, pairs=pairs
    )


def group_rates(*, group: Group, together: Group, options: ModelOptions = DEFAULT) -> RatePair:
    """The rates of one group in both spans, leaning on all groups together (empirical Bayes, see the module).

    together: `whole_of` all groups. Demand, opening stock and take-backs stay the group's own; a group that is all of
    them leans on nobody. What others do to a department's factors (load, losses of one origin's deals) is found in all
    groups together.
    """
    loads = together.loads if options.load else ()
    excesses = together.excesses if options.origin else ()
    inflations = together.inflations if options.inflation else ()
    if is_all(group, together):
        pair = estimate_rates(baseline=group.baseline, period=group.period, options=options)
    else:
        own = [excess for excess in excesses if excess.told_apart and excess.origin == group.origin]
        pair = _leaning(group, as_origin(together, own), options)
    return with_interplay(pair, origin=group.origin, loads=loads, excesses=excesses, inflations=inflations)


def as_origin(together: Group, excesses: Sequence[Excess]) -> Group:
    """All groups together, losing as one origin's deals do where those differ from the others': else a group that leans
    on its company would lend the company's losses to its own origin."""
    before, now = together.baseline.lost.copy(), together.period.lost.copy()
    for excess in excesses:
        before[:, :, excess.stage, excess.player] *= excess.against[0]
        now[:, :, excess.stage, excess.player] *= excess.against[1]
    return replace(
        together, baseline=replace(together.baseline, lost=before), period=replace(together.period, lost=now)
    )


def is_all(group: Group, together: Group) -> bool:
    """Whether a group is all there is, so that it leans on nobody."""
    return all(
        np.array_equal(getattr(own, name), getattr(other, name))
        for own, other in (
            (group.baseline.sum_of_steps(), together.baseline),
            (group.period, together.period),
        )
        for name in ("held", "handed_on", "entered", "lost", "opening")
    )


def _leaning(group: Group, together: Group, options: ModelOptions) -> RatePair:
    """A group's rates with the company's average mixed in; demand, opening stock and take-backs stay its own."""
    before, now = together.baseline, together.period
    mixed = estimate_rates(
        baseline=group.baseline.sum_of_steps().plus(before.scaled(lean_weight(before))),
        period=group.period.plus(now.scaled(lean_weight(now))),
        options=options,
    )
    return with_entries_of(mixed, before=sums_of(group.baseline.sum_of_steps()), now=sums_of(group.period))


def lean_weight(flows: FlowArrays) -> float:
    """Scale at which the company's hand-ons are `LEAN_DEALS` per custody that has any."""
    counts = flows.handed_on_count.sum(axis=(0, 1))
    used = counts[counts > 0]
    # Never more of the company than there is.
    return min(LEAN_DEALS / float(used.mean()), 1.0) if used.size else 0.0


def summed(parts: Sequence[Bridge], target: float | None, *, names: Sequence[str] = (), word: str = "") -> Bridge:
    """The bridge of several groups together; intervals from the sum of their replicates.

    names, word: what the parts are called (`segment`), so that a reason which only some of them have names those.
    """
    all_baseline = sum(part.baseline_revenue for part in parts)
    scale = all_baseline if target is None else target
    keys = [party.key for party in parts[0].parties]
    parties = tuple(_sum_party([part.parties[index] for part in parts], scale) for index in range(len(keys)))
    strategy = None
    base = np.sum([part.baseline_replicates for part in parts], axis=0)
    if target is not None:
        strategy = interval(base - target)
    # Values of coalitions only add up where they are the same coalitions in every group.
    same_players = len({part.players for part in parts}) == 1
    exact = same_players and len({part.coalitions.shape for part in parts}) == 1
    return replace(
        parts[0],
        target=target,
        actual=sum(part.actual for part in parts),
        baseline_revenue=all_baseline,
        baseline_replicates=base,
        modelled_actual=sum(part.modelled_actual for part in parts),
        strategy=strategy,
        unexplained=interval(np.sum([part.unexplained_replicates for part in parts], axis=0)),
        unexplained_replicates=np.sum([part.unexplained_replicates for part in parts], axis=0),
        parties=parties,
        players=parts[0].players if exact else (),
        coalitions=parts[0].coalitions if exact else parts[0].coalitions[:0],
        loads=next((part.loads for part in parts if part.loads), ()),
        origins=next((part.origins for part in parts if part.origins), ()),
        inflations=next((part.inflations for part in parts if part.inflations), ()),
        coalition_values=np.sum([part.coalition_values for part in parts], axis=0)
        if exact
        else parts[0].coalition_values[:0],
        reasons=reasons_together([part.reasons for part in parts], names=names, word=word)
        + (() if target is not None else (gettext_noop("no plan: the bridge starts at the baseline"),)),
    )


def reasons_together(parts: Sequence[Sequence[str]], *, names: Sequence[str] = (), word: str = "") -> tuple[str, ...]:
    """Reasons of several groups as those of their sum: what all of them say stands for the sum, anything else names the
    groups that say it (`segment small: nothing was in the pipeline in this period`). Reasons about a plan are left out:
    the sum has its own."""
    together = []
    for reason in dict.fromkeys(reason for part in parts for reason in part if not _of_plan(reason)):
        having = [place for place, part in enumerate(parts) if reason in part]
        if len(having) == len(parts) or not names:
            together.append(reason)
            continue
        called = [names[place] or "(none)" for place in having]
        together.append(f"{word}{'s' if len(called) > 1 else ''} {', '.join(called)}: {reason}")
    return tuple(together)


def _of_plan(reason: str) -> bool:
    return reason.startswith("no plan")


def _sum_party(parties: Sequence[Party], scale: float) -> Party:
    replicates = np.sum([party.replicates for party in parties], axis=0)
    error = float(np.sqrt(sum(party.sampling_error**2 for party in parties)))
    share, deals = interval(replicates, error), sum(party.deals for party in parties)
    in_baseline = any(party.in_baseline for party in parties)
    return replace(
        parties[0],
        share=share,
        replicates=replicates,
        switch_replicates=np.sum([party.switch_replicates for party in parties], axis=0),
        factors={name: sum(party.factors.get(name, 0.0) for party in parties) for name in parties[0].factors},
        deals=deals,
        in_baseline=in_baseline,
        load=sum(party.load for party in parties),
        brought=sum(party.brought for party in parties),
        judgement=judge(share=share, scale=scale, deals=deals, replicates=replicates.size - 1, in_baseline=in_baseline),
        sampling_error=error,
    )


def reconciled(cut: GroupedBridge, company: Bridge) -> GroupedBridge:
    """Another cut of the same deals, moved so that every party's groups add up to the company's share.

    The difference of each party is spread over the groups by their won revenue (equally where nothing was won) and
    taken out of the groups' unexplained, so every group still adds up. Intervals keep their width.
    """
    won = np.array([max(part.actual, 0.0) for part in cut.groups.values()])
    weights = won / won.sum() if won.sum() > 0 else np.full(won.size, 1 / won.size)
    short = [
        whole.share.value - part.share.value for whole, part in zip(company.parties, cut.company.parties, strict=True)
    ]
    base = company.baseline_revenue - cut.company.baseline_revenue
    moved = {
        key: _moved(part, [weight * miss for miss in short], float(weight * base))
        for (key, part), weight in zip(cut.groups.items(), weights, strict=True)
    }
    return GroupedBridge(company=company, groups=moved)


def _moved(part: Bridge, misses: Sequence[float], base: float) -> Bridge:
    parties = tuple(
        replace(
            party,
            share=_shifted(party.share, miss),
            replicates=party.replicates + miss,
            factors=_scaled(party.factors, party.share.value + miss, miss),
        )
        for party, miss in zip(part.parties, misses, strict=True)
    )
    return replace(
        part,
        parties=parties,
        baseline_revenue=part.baseline_revenue + base,
        baseline_replicates=part.baseline_replicates + base,
        strategy=None if part.strategy is None else _shifted(part.strategy, base),
        unexplained=_shifted(part.unexplained, -base - sum(misses)),
        unexplained_replicates=part.unexplained_replicates - base - sum(misses),
        modelled_actual=part.modelled_actual + base + sum(misses),
    )


def _shifted(value: Interval, by: float) -> Interval:
    return replace(value, value=value.value + by, low=value.low + by, high=value.high + by)


def _scaled(factors: dict[str, float], total: float, miss: float) -> dict[str, float]:
    """Factors that sum to the new total: the difference goes to each in proportion to its size."""
    size = sum(abs(amount) for amount in factors.values())
    if not size:
        return {name: total if index == 0 else 0.0 for index, name in enumerate(factors)} if total else dict(factors)
    return {name: amount + miss * abs(amount) / size for name, amount in factors.items()}
