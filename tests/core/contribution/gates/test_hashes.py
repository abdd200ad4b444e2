"""Standard errors that do not depend on which deals happen to share a bucket."""

import numpy as np
import pytest

from revenue_health.contribution.core.gates.company import intervals_of, near_border
from revenue_health.contribution.core.gates.hashes import MOST, steadied, steadying_factors
from revenue_health.contribution.core.gates.shares import Pipelines
from revenue_health.contribution.core.intervals import standard_error
from revenue_health.contribution.core.model.groups import Group, bridges
from tests.core.contribution.companies import simulated


def company(scenario: str, buckets: int = 40) -> Pipelines:
    baseline, period = simulated(scenario, seed=3, buckets=buckets)
    return {1: {"": Group(baseline=baseline.sum_of_steps(), period=period)}}


def test_many_buckets_say_how_far_off_the_error_of_few_is() -> None:
    fine = company("sales at fault")
    factors = steadying_factors(fine, 8)
    whole = bridges(groups=fine[1], target=None, factors=False).company
    few = bridges(groups={"": fine[1][""].in_fewer_buckets(8)}, target=None, factors=False).company
    for many, party in zip(whole.parties, few.parties, strict=True):
        ratio = float(standard_error(many.replicates) / standard_error(party.replicates))
        assert factors[party.key] == pytest.approx(np.clip(ratio, 1 / MOST, MOST), rel=0.05)
    off = steadied(few, {1: {"": fine[1][""].in_fewer_buckets(8)}}, lambda: fine)
    for party, before in zip(off.parties, few.parties, strict=True):
        assert party.share.value == before.share.value
        error = standard_error(before.replicates) * factors[party.key]
        assert standard_error(party.replicates) == pytest.approx(float(error))


def test_far_from_the_border_no_deal_is_read_again() -> None:
    pipelines = company("nothing changed")
    calm = bridges(groups=pipelines[1], target=None, factors=False).company
    widest = max(abs(party.share.value) / intervals_of(calm).half[party.key] for party in calm.parties[:-2])
    assert widest < 1 / MOST
    assert not near_border(calm, pipelines, MOST)
    assert steadied(calm, pipelines, lambda: pytest.fail("read again")) is calm
