"""True shares: the expected revenue of the real process, solved on a fine grid, for every coalition.

The process is the simulator's own (gamma holds, loss hazards, routing, Poisson demand), not the model's: a hold's
kernel is its exact Erlang distribution, and money moves by the renewal equation. Nothing of `core` but the layout and
plain Shapley weights is used, and the weights are written out again here.
"""

from itertools import combinations
from math import factorial

import numpy as np

from revenue_health.contribution.core.flows import Floats
from revenue_health.contribution.validation.company import DEPARTMENTS, Behaviour, Company

GRID_DAYS = 0.25
PAST_DAYS = 400.0


def erlang_survival(age: Floats, shape: int, mean: float) -> Floats:
    """P(hold > age) for a gamma of integer shape: exp(-x) sum_{i<k} x^i / i!, x = shape age / mean."""
    x = shape * np.asarray(age, dtype=np.float64) / mean
    total, term = np.zeros_like(x), np.ones_like(x)
    for power in range(shape):
        total += term
        term = term * x / (power + 1)
    return np.asarray(np.exp(-x) * total)


def erlang_density(age: Floats, shape: int, mean: float) -> Floats:
    """Density of the same hold time."""
    rate = shape / mean
    x = rate * np.asarray(age, dtype=np.float64)
    return np.asarray(rate * x ** (shape - 1) * np.exp(-x) / factorial(shape - 1))


def leaving_weights(shape: int, mean: float, hazard: float, steps: int, dt: float) -> tuple[Floats, Floats]:
    """Weights (near, far)[steps] of linear inflow on the outflow `lag` cells later, by Erlang closed forms."""
    thinned = (1 + hazard * mean / shape) ** -shape
    tilted = mean / (1 + hazard * mean / shape)
    edges: Floats = np.arange(steps + 1, dtype=np.float64) * dt
    mass = thinned * np.diff(1 - erlang_survival(edges, shape, tilted))
    # First moment of f(x) x over a cell: the mean times the cell mass of an Erlang of one more phase.
    longer = tilted * (shape + 1) / shape
    moment = thinned * tilted * np.diff(1 - erlang_survival(edges, shape + 1, longer))
    far = (moment - mass * edges[:-1]) / dt
    return mass - far, far


def old_outflow(
    company: Company, custody: int, mean_after: float, hazards: tuple[float, float], grid: Floats
) -> Floats:
    """Outflow at grid times of holds begun before the period, per unit of past inflow a day."""
    shape, before = company.shape, float(company.before.mean_hold[custody])
    cell = GRID_DAYS / 2
    ages: Floats = (np.arange(int(PAST_DAYS / cell), dtype=np.float64) + 0.5) * cell
    keep = erlang_survival(ages, shape, before) > 1e-14
    ages = ages[keep]
    survived = erlang_survival(ages, shape, before) * np.exp(-hazards[0] * ages)
    if company.mode == "start" or mean_after == before:
        leaving = (
            erlang_density(ages[:, None] + grid[None, :], shape, before) / erlang_survival(ages, shape, before)[:, None]
        )
    elif company.mode == "clock":
        pace = before / mean_after
        virtual = ages[:, None] + pace * grid[None, :]
        leaving = pace * erlang_density(virtual, shape, before) / erlang_survival(ages, shape, before)[:, None]
    else:
        floor = np.maximum(erlang_survival(ages, shape, mean_after), 1e-300)
        leaving = erlang_density(ages[:, None] + grid[None, :], shape, mean_after) / floor[:, None]
    return np.asarray((survived[:, None] * leaving).sum(axis=0) * cell * np.exp(-hazards[1] * grid))


def steady_inflow(company: Company) -> tuple[Floats, Floats]:
    """Deals a day entering each custody before the period, and the stock in each, in the long run."""
    before, shape = company.before, company.shape
    hazard = before.loss.sum(axis=1)[company.layout.stage_of]
    passing = (1 + hazard * before.mean_hold / shape) ** -shape
    custodies = len(company.layout.custodies)
    moves = before.routing[:, :custodies] * passing[:, None]
    inflow = np.linalg.solve(np.eye(custodies) - moves.T, before.demand.sum(axis=1))
    stay = np.where(hazard > 0, (1 - passing) / np.where(hazard > 0, hazard, 1), before.mean_hold)
    return inflow, inflow * stay


def expected_revenue(company: Company, behaviour: Behaviour) -> float:
    """E[R] of the period under a behaviour, money, to about 1e-5."""
    steps = round(company.days / GRID_DAYS)
    dt = company.days / steps
    grid: Floats = np.arange(steps + 1, dtype=np.float64) * dt
    inflow_before, stock = steady_inflow(company)
    custodies = len(company.layout.custodies)
    hazard = behaviour.loss.sum(axis=1)[company.layout.stage_of]
    hazard_before = company.before.loss.sum(axis=1)[company.layout.stage_of]
    out = np.zeros((custodies, steps + 1))
    near, far = np.zeros((custodies, steps)), np.zeros((custodies, steps))
    live = [j for j in range(custodies) if behaviour.routing[j, custodies] < 1]
    for j in live:
        mean = float(behaviour.mean_hold[j])
        near[j], far[j] = leaving_weights(company.shape, mean, float(hazard[j]), steps, dt)
        rates = (float(hazard_before[j]), float(hazard[j]))
        out[j] = inflow_before[j] * old_outflow(company, j, mean, rates, grid)
    inflow = _solve_renewal(behaviour, out, near, far)
    won = 0.0
    for j in live:
        move = company.layout.earning_move[j] * behaviour.routing[j]
        won += float(move.sum()) * float(np.trapezoid(out[j], dx=dt))
        if company.layout.after_earning[company.layout.stage_of[j]]:
            won -= _lost(stock[j], inflow[j] - out[j], float(hazard[j]), dt)
    return float(won * company.amount_mean)


def _solve_renewal(behaviour: Behaviour, out: Floats, near: Floats, far: Floats) -> Floats:
    """Solve the renewal equation node by node; adds the fresh money's outflow to `out`, returns the inflow."""
    custodies, nodes = out.shape
    entering = behaviour.demand.sum(axis=1)
    moves = behaviour.routing[:, :custodies]
    inflow = np.zeros((custodies, nodes))
    inflow[:, 0] = entering + out[:, 0] @ moves
    implicit = np.linalg.inv(np.eye(custodies) - moves.T * near[:, 0][None, :])
    for node in range(1, nodes):
        # Outflow at this node of inflow over cell `lag`: near end inflow[node - lag], far end inflow[node - lag - 1].
        past = inflow[:, :node][:, ::-1]
        out[:, node] += (far[:, :node] * past).sum(axis=1) + (near[:, 1:node] * past[:, : node - 1]).sum(axis=1)
        inflow[:, node] = implicit @ (entering + out[:, node] @ moves)
        out[:, node] += near[:, 0] * inflow[:, node]
    return inflow


def _lost(stock: float, net_inflow: Floats, hazard: float, dt: float) -> float:
    """Money lost over the span from a stock fed by net_inflow, at a constant hazard."""
    if hazard == 0:
        return 0.0
    decay, lost, level = np.exp(-hazard * dt), 0.0, stock
    for flow in 0.5 * (net_inflow[1:] + net_inflow[:-1]):
        following = level * decay + flow * (1 - decay) / hazard
        lost += level + flow * dt - following
        level = following
    return lost


def true_shares(company: Company) -> dict[str, float]:
    """Shapley shares of E[R], after minus before, of every player and the opening pipeline (zero: same expectation)."""
    players = [p for p in range(len(DEPARTMENTS)) if _plays(company, p)]
    worth = {
        coalition: expected_revenue(company, company.mixed(coalition))
        for size in range(len(players) + 1)
        for coalition in map(frozenset, combinations(players, size))
    }
    shares = dict.fromkeys((*DEPARTMENTS, "opening"), 0.0)
    count = len(players)
    for coalition, value in worth.items():
        for player in coalition:
            weight = factorial(len(coalition) - 1) * factorial(count - len(coalition)) / factorial(count)
            shares[DEPARTMENTS[player]] += float(weight * (value - worth[coalition - {player}]))
    return shares


def _plays(company: Company, player: int) -> bool:
    mixed, before = company.mixed(frozenset({player})), company.before
    return any(
        not np.array_equal(getattr(mixed, name), getattr(before, name))
        for name in ("mean_hold", "routing", "loss", "demand")
    )
