"""R against a closed form: with constant hazards money moves by linear differential equations (scipy.linalg.expm)."""

import numpy as np
import pytest
import scipy

from revenue_health.contribution.core.flows import AGE_BINS, Custody, Layout
from revenue_health.contribution.core.model.rates import Rates
from revenue_health.contribution.core.model.revenue import everyone, revenue

LAYOUT = Layout(
    stages=("lead", "offer", "won", "customer"),
    earns=(False, False, True, False),
    custodies=(
        Custody(0, "a"), Custody(1, "a"), Custody(1, "b"), Custody(1, "a", 1), Custody(2, "c"), Custody(3, "c"),
    ),
    players=("a", "b", "c", "market"),
    custody_player=(0, 0, 1, 0, 2, 2),
)  # fmt: skip
HAND_ON = np.array([0.08, 0.3, 0.1, 0.15, 0.05, 0.0])
LOSS = np.array([0.02, 0.01, 0.004, 0.0])
GROWTH = np.array([0.0, -0.002, 0.001, 0.0, 0.0, 0.0])
ENTER = np.array([500.0, 120.0, 0.0, 0.0, 0.0, 0.0])
OPENING = np.array([4000.0, 900.0, 2500.0, 300.0, 5000.0, 0.0])


def routing() -> np.ndarray:
    rows = np.zeros((6, 7))
    rows[0, 1], rows[1, 2], rows[1, 3] = 1.0, 0.7, 0.3
    rows[2, 3], rows[2, 0], rows[3, 4], rows[4, 5] = 0.9, 0.1, 1.0, 1.0
    rows[5, 6] = 1.0
    return rows


def by_holder(growth: np.ndarray, steps: int) -> np.ndarray:
    """Everybody writes the amounts of what they hold themselves, [1, J, P, W]."""
    written = np.zeros((1, growth.size, len(LAYOUT.players), steps))
    written[0, np.arange(growth.size), LAYOUT.player_of] = growth[:, None]
    return written


def rates(days: np.ndarray) -> Rates:
    steps = days.size
    loss, demand = np.zeros((1, 4, 4, steps)), np.zeros((1, 6, 4, steps))
    loss[0, :, 3], demand[0, :, 0] = LOSS[:, None], ENTER[:, None]
    opening = np.zeros((1, 6, AGE_BINS))
    opening[0, :, 3], opening[0, :, 12] = 0.6 * OPENING, 0.4 * OPENING
    by_age = np.repeat(HAND_ON[None, :, None], AGE_BINS, axis=2)
    return Rates(
        layout=LAYOUT, step_days=days, fresh=by_age, old=by_age, speed=np.ones((1, 6, steps)), pace=np.ones((1, 6)),
        loss=loss, growth=by_holder(GROWTH, steps), routing=routing()[None], demand=demand,
        opening=opening, reversed=np.zeros((1, 4, steps)),
    )  # fmt: skip


def closed_form(days: float) -> float:
    """Integral of earnings: stock x' = M x + v, in one matrix exponential with earnings and demand as extra states."""
    stage = LAYOUT.stage_of
    leave = HAND_ON + LOSS[stage] - GROWTH
    flow = HAND_ON[:, None] * routing()[:, :6]
    matrix = np.zeros((8, 8))
    matrix[:6, :6] = flow.T - np.diag(leave)
    matrix[5, :6] = 0.0  # the last stage ends the books
    matrix[:6, 7] = ENTER
    earn = (HAND_ON[:, None] * routing()[:, :6] * LAYOUT.earning_move[:, :6]).sum(axis=1)
    matrix[6, :6] = earn - np.where(LAYOUT.after_earning[stage], LOSS[stage], 0.0)
    return float((scipy.linalg.expm(matrix * days) @ np.append(OPENING, [0.0, 1.0]))[6])


@pytest.mark.parametrize("days", [np.full(13, 7.0), np.append(np.full(13, 7.0), 1.0), np.array([7.0, 7.0, 3.0])])
def test_constant_hazards_give_the_matrix_exponential(days: np.ndarray) -> None:
    found = revenue((rates(days),), everyone(LAYOUT, 0))[0, 0]
    assert found == pytest.approx(closed_form(days.sum()), rel=1e-4)


def test_half_the_step_comes_closer() -> None:
    days = np.full(13, 7.0)
    exact = closed_form(91.0)
    errors = [abs(revenue((rates(days),), everyone(LAYOUT, 0), step)[0, 0] - exact) for step in (2.0, 1.0, 0.5)]
    assert errors[0] > errors[1] > errors[2]


def test_a_step_that_is_no_whole_day_is_fine() -> None:
    days = np.array([7.0 + 1 / 24, 7.0, 7.0])
    found = revenue((rates(days),), everyone(LAYOUT, 0))[0, 0]
    assert found == pytest.approx(closed_form(days.sum()), rel=2e-4)
