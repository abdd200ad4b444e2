"""The working behind a party's share: rates before and after, what they rest on, and coalition values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from pipeline.models import RecomputeRun
from pipeline.run_cache import cached
from revenue_health.contribution.core.comparison import MINOR_UNITS
from revenue_health.contribution.core.model.bridge import Bridge
from revenue_health.contribution.core.model.groups import Group, whole_of
from revenue_health.contribution.models import ScoreRun
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods
from revenue_health.contribution.selectors.comparison.scores import bridges_of
from revenue_health.contribution.selectors.model_input import pipelines_flows

NOBODY = ""
"""Stands for any party without a play of its own."""


@dataclass(frozen=True)
class Rate:
    """One rate of a party in one stage, in the baseline (`before`) and in the period (`now`); None is undefined.

    kind: hold_days (mean amount-days held per amount handed on), loss_rate (lost per 1,000 amount-days in the stage),
    demand (amount a week, in cents). count: deals behind `now`. a_day_before, a_day_now: so many of them a day, for
    hold_days the pace of handing on; None where nothing was counted. base: what the rate is per, in the period: amount
    handed on, 1,000 amount-days, weeks; times the change of the rate it is money, or money-days for hold_days.
    """

    pipeline: str
    stage: str
    kind: str
    before: float | None
    now: float | None
    count: int
    base: float
    a_day_before: float | None = None
    a_day_now: float | None = None


@dataclass(frozen=True, kw_only=True)
class Coalitions:
    """Revenue in cents with nobody, only the party, all but the party, and everybody as they really were; None where
    the order of many players was sampled and this coalition was not among them."""

    all_baseline: int
    alone: int | None
    without: int | None
    all_actual: int


def rates_of(*, run: RecomputeRun, periods: ComparisonPeriods, party: str) -> list[Rate]:
    """Rates of a department or the market, pipeline by pipeline and stage by stage."""

    def compute() -> dict[str, list[Rate]]:
        # Of everybody at once, and into the cache server: the flows behind a few numbers are too large for every web
        # process to hold.
        rates: dict[str, list[Rate]] = {}
        for flows in pipelines_flows(run=run, periods=periods):
            layout, whole = flows.axes.layout, whole_of(flows.groups.values())
            for player, key in enumerate(layout.players):
                for place, stage in enumerate(layout.stages):
                    rates.setdefault(key, []).extend(_of_stage(whole, flows.name, stage, place, player))
        return rates

    return cached(run, "stage_rates", compute, of=periods.key).get(party, [])


def _of_stage(whole: Group, pipeline: str, stage: str, place: int, player: int) -> list[Rate]:
    spans = (whole.baseline, whole.period)
    layout = whole.period.layout
    here = layout.stage_of == place
    own = here & (layout.player_of == player)
    held = [float(flows.held[:, :, own].sum()) for flows in spans]
    handed = [float(flows.handed_on[:, :, own].sum()) for flows in spans]
    exposed = [float(flows.held[:, :, here].sum()) for flows in spans]
    lost = [float(flows.lost[:, :, place, player].sum()) for flows in spans]
    came = [float(flows.entered[:, :, here, player].sum()) for flows in spans]
    weeks = [flows.days / 7 for flows in spans]
    counts = {
        "hold_days": [float(flows.handed_on_count[:, :, own].sum()) for flows in spans],
        "loss_rate": [float(flows.lost_count[:, :, place, player].sum()) for flows in spans],
        "demand": [float(flows.entered_count[:, :, here, player].sum()) for flows in spans],
    }
    values_of_kind = [
        ("hold_days", _ratios(held, handed), any(handed), handed[1]),
        ("loss_rate", _ratios([1000 * amount for amount in lost], exposed), any(lost), exposed[1] / 1000),
        ("demand", _ratios([MINOR_UNITS * amount for amount in came], weeks), any(came), weeks[1]),
    ]
    days = [flows.days for flows in spans]
    rates = []
    for kind, (before, now), has_any, base in values_of_kind:
        a_day_before, a_day_now = _ratios(counts[kind], days)
        if has_any:
            count = round(counts[kind][1])
            rates.append(Rate(pipeline, stage, kind, before, now, count, base, a_day_before, a_day_now))
    return rates


def _ratios(over: list[float], under: list[float]) -> list[float | None]:
    return [a / b if b > 0 else None for a, b in zip(over, under, strict=True)]


def stored_coalitions(*, run: RecomputeRun, score_run: ScoreRun, party: str) -> Coalitions:
    """Coalition values of a party in a score run that is DONE. Raises KeyError where another method computed them."""

    def compute() -> dict[str, Coalitions]:
        # Of everybody at once: to read the bridges of all groups takes longer than everything else on the page.
        bridges = [bridge for groups in bridges_of(score_run).values() for bridge in groups.values()]
        parties = {player for bridge in bridges for player in bridge.players}
        return {key: coalitions_of(bridges=bridges, party=key) for key in (*sorted(parties), NOBODY)}

    # Whoever scores it again, or against another plan, finishes it anew.
    coalitions = cached(run, "coalitions", compute, of=(score_run.pk, score_run.finished_at))
    return coalitions.get(party, coalitions[NOBODY])


def coalitions_of(*, bridges: Iterable[Bridge], party: str) -> Coalitions:
    """Sums over groups of what revenue would have been with and without the party's play."""
    all_baseline = all_actual = alone = without = 0.0
    is_computed = True
    for bridge in bridges:
        all_baseline += bridge.baseline_revenue
        all_actual += bridge.modelled_actual
        if party not in bridge.players:
            alone += bridge.baseline_revenue
            without += bridge.modelled_actual
            continue
        place, sizes = bridge.players.index(party), bridge.coalitions.sum(axis=1)
        only = np.nonzero((sizes == 1) & (bridge.coalitions[:, place] == 1))[0]
        others = np.nonzero((sizes == len(bridge.players) - 1) & (bridge.coalitions[:, place] == 0))[0]
        is_computed &= bool(only.size and others.size)
        alone += float(bridge.coalition_values[only[0]]) if only.size else 0.0
        without += float(bridge.coalition_values[others[0]]) if others.size else 0.0
    return Coalitions(
        all_baseline=round(MINOR_UNITS * all_baseline),
        alone=round(MINOR_UNITS * alone) if is_computed else None,
        without=round(MINOR_UNITS * without) if is_computed else None,
        all_actual=round(MINOR_UNITS * all_actual),
    )
