"""Leaks: what one department's change in one stage, in one factor, costs while everybody else plays as they do.

The size of a leak is a difference of two revenues of the same model,

    R(everyone as they are, but this one cell as in the baseline) - R(everyone as they are),

so it answers what would have been earned more by now had this one thing stayed as it was. Positive is money lost. It
is no share: shares average over every order in which departments could be put back, leaks are taken one at a time from
where the company is, so leaks of cells that feed each other overlap and do not add up to a share.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from revenue_health.contribution.core.flows import Floats, Layout
from revenue_health.contribution.core.intervals import Interval
from revenue_health.contribution.core.model.rates import RatePair, Rates
from revenue_health.contribution.core.model.revenue import everyone, revenue
from revenue_health.contribution.core.solver.backward import LOSSES, VALUE, WAITING

WATCHED = {"waiting": WAITING, "losses": LOSSES, "value": VALUE}
"""Factors that happen somewhere. Demand comes before any stage, routing is a decision about two of them."""


@dataclass(frozen=True, kw_only=True, order=True)
class Cell:
    """One factor of one department in one stage; all turns of the department there together."""

    stage: str
    department: str
    factor: str


def own_changes(pair: RatePair) -> RatePair:
    """The pair in which a department put back into its baseline keeps what others do to it: the waits that more deals
    bring, the losses of one origin's deals. Those are no leaks of its stage."""
    if pair.interplay is None:
        return pair
    return RatePair(baseline=pair.interplay.others, actual=pair.actual)


def cells_changed(pair: RatePair) -> list[Cell]:
    """Cells whose play differs between the spans (in the whole, replicate 0), in order of stage, department, factor.

    Only the factors of `WATCHED`; a department's turns in a stage are one cell.
    """
    layout = pair.actual.layout
    before, now = pair.baseline, pair.actual
    cells = set()
    for custody, (stage, department, _) in enumerate(layout.custodies):
        if any(_differ(getattr(before, name)[0, custody], getattr(now, name)[0, custody]) for name in _HAZARDS):
            cells.add(Cell(stage=layout.stages[stage], department=department, factor="waiting"))
        for player, key in enumerate(layout.players):
            if _differ(before.growth[0, custody, player], now.growth[0, custody, player]):
                cells.add(Cell(stage=layout.stages[stage], department=key, factor="value"))
    for place, stage_key in enumerate(layout.stages):
        for player, key in enumerate(layout.players):
            if _differ(before.loss[0, place, player], now.loss[0, place, player]):
                cells.add(Cell(stage=stage_key, department=key, factor="losses"))
    return sorted(cells)


_HAZARDS = ("fresh", "old", "speed")


def _differ(before: Floats, now: Floats) -> bool:
    return not np.array_equal(before, now)


def costs_of(pair: RatePair, cells: Sequence[Cell], *, replicates: bool) -> Floats:
    """What each cell costs, [R, len(cells)]; only the whole (R = 1) without replicates.

    The cells become players of their own in the same model, so that one pass over two worlds answers all of them.
    """
    before, now = pair.baseline, pair.actual
    if not replicates:
        before, now = before.whole(), now.whole()
    if not cells:
        return np.zeros((now.replicates, 0))
    places = sorted({(cell.stage, cell.department) for cell in cells})
    worlds = tuple(_by_place(rates, places) for rates in (before, now))
    layout = worlds[0].layout
    # Row 0 is everybody as they are, which the others are compared with.
    choice = np.repeat(everyone(layout, 1), len(cells) + 1, axis=0)
    for row, cell in enumerate(cells, 1):
        choice[row, 1 + places.index((cell.stage, cell.department)), WATCHED[cell.factor]] = 0
    values = revenue(worlds, choice)
    return np.asarray(values[:, 1:] - values[:, :1])


def _by_place(rates: Rates, places: Sequence[tuple[str, str]]) -> Rates:
    """The same rates with a player for each (stage, department) in `places`, and player 0 for everything else."""
    layout = rates.layout
    player_of = {place: index for index, place in enumerate(places, 1)}
    custody_player = tuple(
        player_of.get((layout.stages[stage], department), 0) for stage, department, _ in layout.custodies
    )
    loss = np.zeros((rates.replicates, len(layout.stages), len(places) + 1, rates.step_days.size))
    for stage, stage_key in enumerate(layout.stages):
        for player, key in enumerate(layout.players):
            loss[:, stage, player_of.get((stage_key, key), 0)] += rates.loss[:, stage, player]
    growth = np.zeros((rates.replicates, len(layout.custodies), len(places) + 1, rates.step_days.size))
    for custody, stage in enumerate(layout.stage_of):
        for player, key in enumerate(layout.players):
            growth[:, custody, player_of.get((layout.stages[stage], key), 0)] += rates.growth[:, custody, player]
    new = Layout(
        stages=layout.stages,
        earns=layout.earns,
        custodies=layout.custodies,
        players=("rest", *(":".join(place) for place in places)),
        custody_player=custody_player,
    )
    return replace(
        rates,
        layout=new,
        loss=loss,
        growth=growth,
        demand=_all_in_first(rates.demand, 2, len(places) + 1),
        reversed=_all_in_first(rates.reversed, 1, len(places) + 1),
    )


def _all_in_first(values: Floats, axis: int, size: int) -> Floats:
    """The sum over an axis, put into the first of `size` places of it."""
    total = values.sum(axis=axis, keepdims=True)
    rest = np.zeros((*total.shape[:axis], size - 1, *total.shape[axis + 1 :]))
    return np.concatenate([total, rest], axis=axis)


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one cell costs, with its 90 % interval; positive is money lost."""

    cell: Cell
    cost: Interval


def is_leak(cost: Interval, scale: float, materiality: float) -> bool:
    """Whether this is a leak: material, and certain to be one (the whole 90 % interval is above zero).

    scale: what materiality is a part of, the plan to date, or without one the baseline's revenue; same unit as cost.
    """
    return cost.value > materiality * abs(scale) and cost.low > 0


def is_no_leak(cost: Interval, scale: float, materiality: float) -> bool:
    """Whether the figure shows that it is no leak; a material but uncertain cost is neither."""
    return cost.value <= materiality * abs(scale)
