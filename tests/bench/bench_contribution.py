"""Speed of the contribution model, run by `make bench`: prints seconds and holds the limits of the design.

Eight players (six departments, the market, the opening pipeline), thirteen weeks, six stages, forty replicates.
"""

import time
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from revenue_health.contribution.core.flows import Custody, FlowArrays, Layout
from revenue_health.contribution.core.model.bridge import bridge
from revenue_health.contribution.core.model.rates import Rates, estimate_rates
from revenue_health.contribution.core.sensitivity import Change, Lever, ranked_constraints, what_if
from tests.core.contribution.companies import by_chance, simulated

pytestmark = pytest.mark.bench


def seconds(work: Callable[[], object], rounds: int = 3) -> float:
    """Median of a few rounds, the first one thrown away: the shorter of wall-clock and processor time.

    All of this is one thread's work, so on a machine busy with other things its processor time is what counts; with
    threads in the linear algebra the wall clock is.
    """
    work()
    taken = []
    for _ in range(rounds):
        wall, processor = time.perf_counter(), time.process_time()
        work()
        taken.append(min(time.perf_counter() - wall, time.process_time() - processor))
    return float(np.median(taken))


@cache
def periods() -> tuple[FlowArrays, FlowArrays]:
    return simulated("legal slow, production slow and leaky", buckets=40)


@cache
def rates() -> Rates:
    return estimate_rates(baseline=periods()[0], period=periods()[1]).actual


def test_a_bridge_of_eight_players_with_intervals() -> None:
    taken = seconds(lambda: bridge(baseline=periods()[0], period=periods()[1], target=15e6))
    print(f"\nbridge, 8 players x 13 weeks x 6 stages x 40 replicates, with factors: {taken:.2f} s")
    assert taken < 5


def many_players(count: int) -> Layout:
    """A pipeline of six stages through the hands of many departments."""
    departments = [f"department {number}" for number in range(count)]
    custodies = [Custody(place * 5 // count, key) for place, key in enumerate(departments)]
    return Layout(
        stages=("lead", "qualified", "solution", "contract", "delivery", "won"),
        earns=(False, False, False, False, False, True),
        custodies=(*custodies, Custody(5, departments[-1])),
        players=(*departments, "market"),
        custody_player=(*range(count), count - 1),
    )


def test_a_bridge_of_twelve_players() -> None:
    layout = many_players(10)
    baseline, period = by_chance(1, 40, 13, layout), by_chance(2, 40, 13, layout)
    taken = seconds(lambda: bridge(baseline=baseline, period=period, target=1e6), rounds=1)
    print(f"\nbridge, 12 players x 13 weeks x 6 stages x 40 replicates, with factors: {taken:.2f} s")
    assert taken < 30


def test_a_what_if() -> None:
    change = Change(stage="contract", department="legal", lever=Lever.WAIT_DAYS, value=10.0)
    taken = seconds(lambda: what_if(rates=rates(), changes=[change]), rounds=9)
    print(f"\nwhat-if with interval: {1000 * taken:.0f} ms")
    assert taken < 0.15


def test_all_constraints() -> None:
    taken = seconds(lambda: ranked_constraints(rates()))
    print(f"\nconstraints of every stage and department: {1000 * taken:.0f} ms")
    assert taken < 2
