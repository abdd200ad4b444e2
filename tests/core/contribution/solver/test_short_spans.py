"""Spans shorter than a day, as on the first night of a quarter: as exact as longer ones, and no larger."""

from __future__ import annotations

import numpy as np
import pytest

from revenue_health.contribution.core.flows import AGE_BINS, AGE_EDGES, Floats
from revenue_health.contribution.core.solver.kernels import (
    Grid,
    age_cells,
    make_grid,
    opening_paths,
    spread_opening,
)

HAZARD = np.geomspace(0.5, 0.02, AGE_BINS)[None]
OPENED = np.linspace(900.0, 100.0, AGE_BINS)[None, None]
HOUR, SECOND = 1 / 24, 1 / 86_400


def left(grid: Grid) -> Floats:
    """What of the opening stock leaves in the span, by its age bin."""
    leaves = []
    for age in range(AGE_BINS):
        opening = np.where(np.arange(AGE_BINS) == age, OPENED, 0.0)
        stock = spread_opening(opening, HAZARD[:, None], grid)
        assert stock.sum() == pytest.approx(opening.sum())
        leaves.append(opening_paths(stock, HAZARD, np.ones((1, 1)), grid).worth.sum())
    return np.array(leaves)


@pytest.mark.parametrize("days", [SECOND, HOUR, 2 * HOUR, 0.6, 1.0, 1.4])
def test_there_are_no_more_cells_than_days_of_age(days: float) -> None:
    assert age_cells(make_grid(np.array([days]))).size <= AGE_EDGES[-2] + 1


@pytest.mark.parametrize("days", [HOUR, 4 * HOUR, 0.7])
def test_as_much_leaves_as_in_many_short_steps(days: float) -> None:
    fine = make_grid(np.array([days]), longest=days / 40)
    assert fine.cell_days == fine.dt
    np.testing.assert_allclose(left(make_grid(np.array([days]))), left(fine), rtol=0.01)


def test_of_an_hour_leaves_what_the_hazards_say() -> None:
    grid = make_grid(np.array([HOUR]))
    np.testing.assert_allclose(left(grid), OPENED[0, 0] * -np.expm1(-HAZARD[0] * HOUR), rtol=0.015)
