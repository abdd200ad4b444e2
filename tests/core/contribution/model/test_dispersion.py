"""Deals that wait for one another vary together: hand-ons show it, and intervals get wider where waiting counts."""

from dataclasses import replace

import numpy as np
import pytest

from revenue_health.contribution.core.flows import FlowArrays
from revenue_health.contribution.core.model.bridge import bridge
from revenue_health.contribution.core.model.groups import Group
from revenue_health.contribution.core.model.interplay.dispersion import TOGETHER, WIDER, dispersions, widened
from tests.core.contribution.companies import empty

BUCKETS, STEPS, LEGAL = 40, 13, 2


def _handing_on(rates: np.ndarray, seed: int = 1) -> FlowArrays:
    """Legal holds as much in every step and bucket; deals of one size are handed on by chance, at rates by step."""
    flows = empty(buckets=BUCKETS, steps=STEPS)
    held, handed, routed = flows.held.copy(), flows.handed_on.copy(), flows.routed.copy()
    held[:, :, LEGAL, 0] = 100.0
    counts = np.random.default_rng(seed).poisson(100.0 * rates, (BUCKETS, STEPS))
    handed[:, :, LEGAL, 0] = counts
    routed[:, :, LEGAL, 3] = counts
    return replace(flows, held=held, handed_on=handed, routed=routed)


def _group(flows: FlowArrays) -> Group:
    return Group(baseline=flows, period=flows)


def test_independent_deals_vary_as_their_buckets() -> None:
    values = [dispersions([_group(_handing_on(np.full(STEPS, 0.1), seed))])["legal"] for seed in range(200)]
    assert np.mean(values) == pytest.approx(1.0, abs=0.1)
    assert max(values) < TOGETHER


def test_a_rate_all_deals_share_shows() -> None:
    """Weeks of 80 and of 120 in a hundred: the variance is that of independent deals and their own, 1 + 400 x 0.04."""
    rates = 0.1 * (1 + 0.2 * np.where(np.arange(STEPS) % 2, 1.0, -1.0))
    values = [dispersions([_group(_handing_on(rates, seed))])["legal"] for seed in range(20)]
    assert np.mean(values) == pytest.approx(17.0, rel=0.2)


def test_groups_wait_in_the_same_queue() -> None:
    """What one group's deals have more than another's in a week is no sign of a queue."""
    up = 0.1 * (1 + 0.3 * np.where(np.arange(STEPS) % 2, 1.0, -1.0))
    together = dispersions([_group(_handing_on(up)), _group(_handing_on(0.2 - up, 2))])
    assert together["legal"] < TOGETHER < dispersions([_group(_handing_on(up))])["legal"]


@pytest.mark.parametrize(("buckets", "steps"), [(1, STEPS), (BUCKETS, 5)])
def test_too_little_says_nothing(buckets: int, steps: int) -> None:
    flows = _handing_on(np.full(STEPS, 0.1)).in_fewer_buckets(buckets)
    short = replace(
        flows,
        step_days=flows.step_days[:steps],
        **{
            name: getattr(flows, name)[:, :steps]
            for name in (
                "held", "handed_on", "routed", "lost", "revalued", "entered", "taken_back", "handed_on_count",
                "lost_count", "entered_count", "arrived_count",
            )
        },
    )  # fmt: skip
    assert dispersions([_group(short)]) == {}


def test_only_shares_of_waiting_get_wider() -> None:
    queued = _handing_on(0.1 * (1 + 0.5 * np.linspace(1.0, -1.0, STEPS)))
    whole = bridge(baseline=queued, period=queued, target=None)
    factors = {"legal": {"waiting": -3.0, "losses": 1.0}, "sales": {"waiting": -3.0}, "market": {}}
    spread = np.array([-2.0, -1.0, -3.0])
    parties = tuple(replace(party, replicates=spread, factors=factors.get(party.key, {})) for party in whole.parties)
    parties_after = widened(replace(whole, parties=parties), [[_group(queued)]]).parties
    by_key = {party.key: party.replicates for party in parties_after}
    assert by_key["sales"] == pytest.approx(spread)
    times = np.sqrt(1 + (WIDER**2 - 1) * 0.75**2)
    assert by_key["legal"] == pytest.approx([-2.0, -2.0 + times, -2.0 - times])


def test_nobody_gets_wider_where_nobody_queues() -> None:
    calm = _handing_on(np.full(STEPS, 0.1))
    whole = bridge(baseline=calm, period=calm, target=None)
    assert widened(whole, [[_group(calm)]]) is whole
