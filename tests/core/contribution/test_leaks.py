"""What one cell costs: against the same revenue with that cell's rates exchanged by hand, and in a known story."""

from dataclasses import replace

import numpy as np
import pytest

from revenue_health.contribution.core.intervals import Interval, interval
from revenue_health.contribution.core.leaks import Cell, Cost, cells_changed, costs_of, is_leak, is_no_leak
from revenue_health.contribution.core.model.rates import RatePair, estimate_rates
from revenue_health.contribution.core.model.revenue import everyone, revenue
from tests.core.contribution.companies import simulated

CONTRACT_WAIT = Cell(stage="contract", department="legal", factor="waiting")


def pair_of(scenario: str = "legal slow, production slow and leaky", buckets: int = 8) -> RatePair:
    baseline, period = simulated(scenario, buckets=buckets)
    return estimate_rates(baseline=baseline, period=period)


def exchanged(pair: RatePair, cell: Cell) -> RatePair:
    """The pair with the cell's rates put back by hand."""
    layout, now, before = pair.actual.layout, pair.actual, pair.baseline
    stage = layout.stages.index(cell.stage)
    if cell.factor == "losses":
        player = layout.players.index(cell.department)
        loss = now.loss.copy()
        loss[:, stage, player] = before.loss[:, stage, player]
        return RatePair(baseline=before, actual=replace(now, loss=loss))
    own = [j for j, custody in enumerate(layout.custodies) if custody[:2] == (stage, cell.department)]
    if cell.factor == "value":
        growth, writer = now.growth.copy(), layout.players.index(cell.department)
        here = layout.stage_of == stage
        growth[:, here, writer] = before.growth[:, here, writer]
        return RatePair(baseline=before, actual=replace(now, growth=growth))
    arrays = {name: getattr(now, name).copy() for name in ("fresh", "old", "speed")}
    for name, values in arrays.items():
        values[:, own] = getattr(before, name)[:, own]
    return RatePair(baseline=before, actual=replace(now, **arrays))


def test_a_cost_is_the_revenue_gained_by_putting_the_cell_back() -> None:
    pair = pair_of()
    cells = [
        CONTRACT_WAIT,
        Cell(stage="contract", department="production", factor="losses"),
        Cell(stage="offer", department="sales", factor="value"),
    ]
    cells = [cell for cell in cells if cell in cells_changed(pair)]
    assert CONTRACT_WAIT in cells
    costs = costs_of(pair, cells, replicates=True)
    as_it_is = revenue((pair.actual,), everyone(pair.actual.layout, 0))[:, 0]
    for place, cell in enumerate(cells):
        back = exchanged(pair, cell).actual
        expected = revenue((back,), everyone(back.layout, 0))[:, 0] - as_it_is
        # The opening stock is spread over ages by the hazards of the world it belongs to: a difference of 1e-5.
        np.testing.assert_allclose(costs[:, place], expected, rtol=1e-4, atol=1e-3)


def test_the_whole_is_the_first_replicate() -> None:
    pair = pair_of()
    whole = costs_of(pair, [CONTRACT_WAIT], replicates=False)
    assert whole.shape == (1, 1)
    assert whole[0, 0] == pytest.approx(costs_of(pair, [CONTRACT_WAIT], replicates=True)[0, 0])


def test_nothing_changed_means_no_cells() -> None:
    pair = pair_of()
    same = RatePair(baseline=pair.actual, actual=pair.actual)
    assert cells_changed(same) == []
    assert costs_of(same, [], replicates=True).shape == (pair.actual.replicates, 0)


def test_the_guilty_cells_of_a_known_story_cost_most() -> None:
    pair = pair_of()
    cells = cells_changed(pair)
    costs = costs_of(pair, cells, replicates=True)
    found = [Cost(cell=cell, cost=interval(costs[:, place])) for place, cell in enumerate(cells)]
    found.sort(key=lambda one: -one.cost.value)
    assert {cost.cell.department for cost in found[:2]} == {"legal", "production"}
    assert CONTRACT_WAIT in {cost.cell for cost in found[:3]}
    assert all(cost.cost.low > 0 for cost in found[:2])


@pytest.mark.parametrize(
    ("value", "low", "leak", "no_leak"),
    [(60, 10, True, False), (60, -10, False, False), (40, 10, False, True), (-60, -80, False, True)],
)
def test_material_and_certain_is_a_leak_immaterial_is_none_and_between_nothing_is_said(
    value: float, low: float, leak: bool, no_leak: bool
) -> None:
    cost = Interval(value=value, low=low, high=2 * value - low, standard_error=1.0)
    assert is_leak(cost, 10_000, 0.005) is leak
    assert is_no_leak(cost, 10_000, 0.005) is no_leak
