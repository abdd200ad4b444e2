"""Pieces of a share: the guilty stage and factor come first."""

import pytest

from revenue_health.contribution.core.model.bridge import bridge
from revenue_health.contribution.core.model.pieces import pieces
from revenue_health.contribution.core.model.rates import RatePair, estimate_rates
from tests.core.contribution.companies import simulated


def pair(scenario: str) -> RatePair:
    baseline, period = simulated(scenario)
    return estimate_rates(baseline=baseline, period=period)


def test_the_slow_stage_comes_first() -> None:
    first = pieces(pair("legal slow, production slow and leaky"))[0]
    assert (first.party, first.stage, first.factor) == ("legal", "contract", "waiting")
    assert (first.before, first.after) == (1.0, pytest.approx(0.5, abs=0.1))
    assert first.effect < -1e6


def test_a_loss_rate_is_shown_before_and_after() -> None:
    found = pieces(pair("bad leads"))
    loss = next(p for p in found if (p.party, p.stage, p.factor) == ("marketing", "lead", "losses"))
    assert loss.before == pytest.approx(0.008, rel=0.15)
    assert loss.after == pytest.approx(0.016, rel=0.15)


def test_pieces_sum_to_about_the_share() -> None:
    baseline, period = simulated("bad leads")
    found = bridge(baseline=baseline, period=period, target=None, factors=False)
    share = next(party.share.value for party in found.parties if party.key == "marketing")
    total = sum(piece.effect for piece in pieces(pair("bad leads")) if piece.party == "marketing")
    assert total == pytest.approx(share, rel=0.3)


def test_nothing_moved_gives_no_pieces() -> None:
    same = pair("bad leads").baseline
    assert pieces(RatePair(baseline=same, actual=same)) == ()
