"""Shares without intervals, many times over: what placebos, other ways to calculate and wrong records are judged by.

A point estimate of a whole company takes a fortieth of the time of one with its interval, so a verdict can afford a
hundred of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from revenue_health.contribution.core.flows import OPENING, FlowArrays
from revenue_health.contribution.core.model.groups import Group, whole_of
from revenue_health.contribution.core.model.options import DEFAULT, ModelOptions
from revenue_health.contribution.core.model.stacked import point_shares_of

type Pipelines = Mapping[int, Mapping[Any, Group]]
"""The groups of deals of every pipeline; what the keys say does not matter here."""
type Change = Callable[[FlowArrays], FlowArrays]


@dataclass(frozen=True, kw_only=True)
class PointShares:
    """shares: amount by party. won: gross revenue won in the period; baseline_won: the same in the baseline, for as
    many days. days: length of the period."""

    shares: dict[str, float]
    won: float
    baseline_won: float
    days: float

    @property
    def scale(self) -> float:
        """Revenue against which a share is large or small."""
        return max(self.won, self.baseline_won)


def point_shares(pipelines: Pipelines, options: ModelOptions = DEFAULT) -> PointShares:
    """Every party's share of the whole company, without intervals, and what was won."""
    shares: dict[str, float] = {}
    won = before = days = 0.0
    for groups in pipelines.values():
        whole = {key: group.in_fewer_buckets(1) for key, group in groups.items()}
        together = whole_of(whole.values())
        amounts = point_shares_of(whole.values(), together=together, options=options)
        for key, amount in zip((*together.period.layout.players, OPENING), amounts, strict=True):
            shares[key] = shares.get(key, 0.0) + float(amount)
        for group in whole.values():
            days = group.period.days
            won += gross_won(group.period)
            before += gross_won(group.baseline) * days / max(group.baseline.days, 1.0)
    return PointShares(shares=shares, won=won, baseline_won=before, days=days)


def gross_won(flows: FlowArrays) -> float:
    """Revenue won in the span before anything was taken back, all buckets, in the unit of the amounts."""
    moved = np.einsum("bwjk,jk->", flows.routed, np.maximum(flows.layout.earning_move, 0.0))
    entered = np.einsum("bwjp,j->", flows.entered, flows.layout.entry_earns.astype(np.float64))
    return float(moved + entered)


def with_period(pipelines: Pipelines, change: Change) -> Pipelines:
    """The same deals with the period's flows changed."""
    return {
        pipeline: {key: replace(group, period=change(group.period)) for key, group in groups.items()}
        for pipeline, groups in pipelines.items()
    }
