"""The laws of the bridge: it adds up, idle departments get nothing, names and order do not matter."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revenue_health.contribution.core.flows import Custody, FlowArrays, Layout
from revenue_health.contribution.core.model.bridge import Bridge, bridge
from revenue_health.contribution.core.model.rates import RatePair, estimate_rates
from revenue_health.contribution.core.verdict import Verdict
from tests.core.contribution.companies import LAYOUT, by_chance, simulated


def share(found: Bridge, key: str) -> float:
    return next(party.share.value for party in found.parties if party.key == key)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.none() | st.floats(1.0, 1e7))
def test_it_adds_up_to_rounding(seed: int, target: float | None) -> None:
    found = bridge(baseline=by_chance(seed), period=by_chance(seed + 1), target=target)
    assert abs(found.residual()) <= 1e-9 * max(abs(found.actual), abs(target or 0.0), 1.0)
    for party in found.parties:
        assert sum(party.factors.values()) == pytest.approx(party.share.value, rel=1e-9, abs=1e-6)


def test_a_simulated_company_adds_up_too() -> None:
    baseline, period = simulated("legal slow, production slow and leaky")
    found = bridge(baseline=baseline, period=period, target=15e6)
    assert abs(found.residual()) <= 1e-9 * found.actual
    assert share(found, "legal") < -1e6
    assert share(found, "production") < -1e6


def test_who_did_nothing_else_gets_exactly_zero() -> None:
    pair = estimate_rates(baseline=by_chance(1), period=by_chance(2))
    legal = LAYOUT.player_of == 1
    same = {name: getattr(pair.actual, name).copy() for name in ("fresh", "old", "speed", "growth", "routing", "loss")}
    for name in ("fresh", "old", "speed", "routing"):
        same[name][:, legal] = getattr(pair.baseline, name)[:, legal]
    same["loss"][:, :, 1] = pair.baseline.loss[:, :, 1]
    same["growth"][:, :, 1] = pair.baseline.growth[:, :, 1]
    demand, back = pair.actual.demand.copy(), pair.actual.reversed.copy()
    demand[:, :, 1], back[:, 1] = pair.baseline.demand[:, :, 1], pair.baseline.reversed[:, 1]
    idle = RatePair(baseline=pair.baseline, actual=replace(pair.actual, **same, demand=demand, reversed=back))
    found = bridge(baseline=by_chance(1), period=by_chance(2), target=1e5, pair=idle)
    assert share(found, "legal") == 0.0
    assert share(found, "sales") != 0.0
    assert "legal" not in found.players


BY_PLAYER = ("lost", "lost_count", "entered", "entered_count", "revalued")


def relabelled(flows: FlowArrays, order: list[int]) -> FlowArrays:
    """The same flows with players in another order, and so the axes of causes and sources."""
    place = [order.index(player) for player in range(len(order))]
    layout = Layout(
        stages=flows.layout.stages,
        earns=flows.layout.earns,
        custodies=flows.layout.custodies,
        players=tuple(flows.layout.players[player] for player in order),
        custody_player=tuple(place[player] for player in flows.layout.custody_player),
    )
    turned = {name: getattr(flows, name)[..., order] for name in BY_PLAYER}
    return replace(flows, layout=layout, **turned)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000), st.permutations([0, 1, 2]))
def test_the_order_of_departments_changes_nothing(seed: int, order: list[int]) -> None:
    plain = bridge(baseline=by_chance(seed), period=by_chance(seed + 1), target=1e5)
    turned = bridge(
        baseline=relabelled(by_chance(seed), order), period=relabelled(by_chance(seed + 1), order), target=1e5
    )
    for party in plain.parties:
        assert share(turned, party.key) == pytest.approx(party.share.value, rel=1e-9, abs=1e-6)


def test_the_same_quarter_again_gives_no_shares() -> None:
    flows = by_chance(3, steps=1)
    pair = estimate_rates(baseline=flows, period=flows)
    still = RatePair(baseline=pair.baseline, actual=pair.baseline)
    found = bridge(baseline=flows, period=flows, target=1e5, pair=still)
    assert [party.share.value for party in found.parties] == [0.0] * 4
    assert found.players == ()
    assert abs(found.residual()) <= 1e-9 * found.actual


def test_without_a_plan_it_starts_at_the_baseline() -> None:
    found = bridge(baseline=by_chance(1), period=by_chance(2), target=None)
    assert found.strategy is None
    assert found.baseline_revenue + sum(p.share.value for p in found.parties) + found.unexplained.value == (
        pytest.approx(found.actual)
    )
    assert "no plan: the bridge starts at the baseline" in found.reasons


def test_doubling_all_amounts_doubles_all_shares() -> None:
    plain = bridge(baseline=by_chance(1), period=by_chance(2), target=1e5)
    names = [name for name in by_chance(1).__dataclass_fields__ if name not in ("layout", "step_days")]
    names = [name for name in names if not name.endswith("_count")]
    twice = [replace(f, **{name: 2 * getattr(f, name) for name in names}) for f in (by_chance(1), by_chance(2))]
    found = bridge(baseline=twice[0], period=twice[1], target=2e5)
    for one, two in zip(plain.parties, found.parties, strict=True):
        assert two.share.value == pytest.approx(2 * one.share.value, rel=1e-9)


def test_the_model_of_everybody_as_they_were_reproduces_the_revenue() -> None:
    baseline, period = simulated("sales at fault")
    found = bridge(baseline=baseline, period=period, target=None, factors=False)
    assert found.modelled_actual == pytest.approx(found.actual, rel=0.03)


def test_few_deals_are_not_judged() -> None:
    flows = by_chance(2)
    none = {name: np.zeros_like(getattr(flows, name)) for name in flows.__dataclass_fields__ if "_count" in name}
    found = bridge(baseline=by_chance(1), period=replace(flows, **none), target=1e5)
    assert {party.judgement.verdict for party in found.parties} == {Verdict.CANNOT_TELL}
    assert "fewer than 30" in found.parties[0].judgement.reason


def test_with_many_players_sampled_orders_still_add_up() -> None:
    """Eleven departments, the market and the opening pipeline: too many for every coalition."""
    keys = [f"d{number}" for number in range(11)]
    layout = Layout(
        stages=("lead", "offer", "won"),
        earns=(False, False, True),
        custodies=(*(Custody(number // 6, key) for number, key in enumerate(keys)), Custody(2, "d10")),
        players=(*keys, "market"),
        custody_player=(*range(11), 10),
    )
    found = bridge(baseline=by_chance(1, 4, 3, layout), period=by_chance(2, 4, 3, layout), target=1e5)
    assert len(found.players) == 13
    assert abs(found.residual()) <= 1e-9 * found.actual
    assert any(party.sampling_error > 0 for party in found.parties)
    for party in found.parties:
        assert sum(party.factors.values()) == pytest.approx(party.share.value, rel=1e-9, abs=1e-6)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_a_party_s_own_switch_is_everybody_less_everybody_but_it(seed: int) -> None:
    found = bridge(baseline=by_chance(seed), period=by_chance(seed + 1), target=1e5, factors=False)
    row = {tuple(bits): value for bits, value in zip(found.coalitions.tolist(), found.coalition_values, strict=True)}
    for party in found.parties:
        if party.key not in found.players:
            assert party.switch.value == 0.0
            continue
        but_one = [int(key != party.key) for key in found.players]
        assert party.switch.value == pytest.approx(found.modelled_actual - row[tuple(but_one)], abs=1e-6)
        assert party.switch.low <= party.switch.value <= party.switch.high


def test_with_one_player_alone_the_switch_is_the_share() -> None:
    pair = estimate_rates(baseline=by_chance(1), period=by_chance(2))
    only_losses = replace(pair.baseline, loss=pair.baseline.loss.copy())
    only_losses.loss[:, :, 1] *= 1.5
    alone = RatePair(baseline=pair.baseline, actual=only_losses)
    found = bridge(baseline=by_chance(1), period=by_chance(2), target=1e5, pair=alone)
    legal = next(party for party in found.parties if party.key == "legal")
    assert legal.share.value != 0.0
    assert legal.switch.value == pytest.approx(legal.share.value, rel=1e-9)


def test_of_many_players_the_switch_is_computed_where_orders_are_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = bridge(baseline=by_chance(1), period=by_chance(2), target=1e5, factors=False)
    monkeypatch.setattr("revenue_health.contribution.core.model.shares.EXACT_UP_TO", 1)
    sampled = bridge(baseline=by_chance(1), period=by_chance(2), target=1e5, factors=False)
    for one, other in zip(exact.parties, sampled.parties, strict=True):
        np.testing.assert_allclose(other.switch_replicates, one.switch_replicates, rtol=1e-9, atol=1e-6)
