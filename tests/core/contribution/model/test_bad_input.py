"""Nothing, too little, and nonsense: a named reason and finite figures, never a NaN."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from revenue_health.contribution.core.flows import FlowArrays, FlowError
from revenue_health.contribution.core.model.bridge import Bridge, bridge
from revenue_health.contribution.core.verdict import Verdict
from tests.core.contribution.companies import by_chance, empty


def numbers(thing: Any) -> list[float]:
    if isinstance(thing, np.ndarray):
        return [] if thing.dtype.kind in "bO" else thing.astype(float).ravel().tolist()
    if isinstance(thing, dict):
        return [number for value in thing.values() for number in numbers(value)]
    if isinstance(thing, tuple):
        return [number for value in thing for number in numbers(value)]
    if hasattr(thing, "__dataclass_fields__"):
        return [number for field in fields(thing) for number in numbers(getattr(thing, field.name))]
    return [float(thing)] if isinstance(thing, (int, float)) else []


def finite(baseline: FlowArrays, period: FlowArrays, target: float | None = 1e5) -> Bridge:
    found = bridge(baseline=baseline, period=period, target=target)
    assert np.isfinite(numbers(found)).all()
    assert abs(found.residual()) <= 1e-9 * max(abs(found.actual), 1e5)
    return found


def one_deal() -> FlowArrays:
    flows = empty()
    held, opening = flows.held.copy(), flows.opening.copy()
    held[0, 0, 0, :3], opening[0, 0, 2] = 1000.0, 1000.0
    return replace(flows, held=held, opening=opening)


def test_nothing_at_all() -> None:
    found = finite(empty(), empty(), None)
    assert found.actual == found.baseline_revenue == 0.0
    assert "nothing was in the pipeline in this period" in found.reasons


def test_no_baseline() -> None:
    found = finite(empty(), by_chance(1))
    assert any(reason.startswith("no baseline") for reason in found.reasons)
    assert {party.judgement.verdict for party in found.parties} == {Verdict.CANNOT_TELL}
    assert "nothing of this department" in found.parties[0].judgement.reason


def test_no_period() -> None:
    assert finite(by_chance(1), empty(steps=3)).actual == 0.0


def test_one_deal() -> None:
    found = finite(one_deal(), one_deal())
    assert {party.judgement.verdict for party in found.parties} == {Verdict.CANNOT_TELL}


def test_one_deal_in_the_period() -> None:
    finite(by_chance(1), one_deal())


def test_all_deals_lost() -> None:
    flows = by_chance(2)
    lost = replace(flows, handed_on=flows.handed_on * 0, routed=flows.routed * 0, lost=flows.lost * 50)
    assert finite(by_chance(1), lost).actual <= 0.0


def test_hand_ons_and_losses_without_exposure() -> None:
    flows = by_chance(2)
    finite(by_chance(1), replace(flows, held=flows.held * 0))
    finite(replace(by_chance(1), held=by_chance(1).held * 0), flows)


def test_shaving_more_than_there_was() -> None:
    flows = by_chance(2)
    finite(by_chance(1), replace(flows, revalued=flows.revalued - 1e9))
    finite(by_chance(1), replace(flows, revalued=flows.revalued + 1e9))


def test_deals_going_round_within_no_time() -> None:
    flows = by_chance(2)
    routed = flows.routed.copy()
    routed[:, :, 1, 2], routed[:, :, 2, 1], routed[:, :, 2, 3] = 1e4, 1e4, 10.0
    finite(by_chance(1), replace(flows, held=flows.held * 1e-6, routed=routed))


def test_a_single_bucket_has_no_interval_and_no_verdict() -> None:
    found = finite(by_chance(1, buckets=1), by_chance(2, buckets=1))
    assert {party.judgement.verdict for party in found.parties} == {Verdict.CANNOT_TELL}


def test_money_lost_after_it_left_the_books_is_taken_back() -> None:
    flows = by_chance(2)
    lost = flows.lost.copy()
    lost[:, :, 2, 1] = 100.0
    taken = finite(by_chance(1), replace(flows, lost=lost))
    before = finite(by_chance(1), flows)
    total = lost[:, :, 2, 1].sum()
    assert taken.actual == pytest.approx(before.actual - total)
    # To the length of a step: what is lost there stood earned for a moment.
    assert taken.modelled_actual == pytest.approx(before.modelled_actual - total, rel=1e-3)


def test_what_is_no_number_is_refused() -> None:
    flows = by_chance(1)
    with pytest.raises(FlowError, match="held holds something"):
        replace(flows, held=flows.held * np.nan)
    with pytest.raises(FlowError, match="revalued has shape"):
        replace(flows, revalued=flows.revalued[:1])
