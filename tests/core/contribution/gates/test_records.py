"""How wrong the records may be: which losses, hand-offs and amounts would have to be another's."""

import numpy as np
import pytest

from revenue_health.contribution.core.gates.records import (
    Kind,
    Tipping,
    amounts,
    causes,
    handoffs,
    records_gate,
    tipping_points,
)
from revenue_health.contribution.core.gates.shares import point_shares
from revenue_health.contribution.core.model.groups import Group
from revenue_health.contribution.validation.table import scenarios
from tests.core.contribution.companies import by_chance, empty, simulated


def test_losses_are_moved_not_made() -> None:
    flows = by_chance(1)
    changed = causes(flows, "legal", 0.4)
    assert changed.lost.sum() == pytest.approx(flows.lost.sum())
    assert changed.lost[..., 1] == pytest.approx(0.6 * flows.lost[..., 1])
    assert changed.lost[..., 2] == pytest.approx(flows.lost[..., 2] + 0.4 * flows.lost[..., 1])


def test_losses_are_taken_from_all_others_alike() -> None:
    flows = by_chance(1)
    changed = causes(flows, "legal", -0.5)
    assert changed.lost.sum(axis=-1) == pytest.approx(flows.lost.sum(axis=-1))
    others = flows.lost.sum(axis=-1) - flows.lost[..., 1]
    taken = np.minimum(0.5 * flows.lost[..., 1], others)
    assert changed.lost[..., 1] == pytest.approx(flows.lost[..., 1] + taken)
    assert (changed.lost >= 0).all()


def test_only_the_own_time_and_amounts_are_changed() -> None:
    flows = by_chance(2)
    held = handoffs(flows, "legal", 0.25).held
    assert held[:, :, 2] == pytest.approx(0.75 * flows.held[:, :, 2])
    assert np.array_equal(np.delete(held, 2, axis=2), np.delete(flows.held, 2, axis=2))
    revalued = amounts(flows, "sales", 0.5).revalued
    assert revalued[..., 0] == pytest.approx(0.5 * flows.revalued[..., 0])
    assert np.array_equal(revalued[..., 1:], flows.revalued[..., 1:])


def test_a_department_that_really_loses_more_survives_much() -> None:
    baseline, period = simulated(next(name for name in scenarios() if "sales" in name))
    pipelines = {1: {"": Group(baseline=baseline, period=period)}}
    share = point_shares(pipelines).shares["sales"]
    found = tipping_points(pipelines, party="sales", share=share, factors={"losses": share}, least=abs(share) / 4)
    assert share < 0
    assert not found or found[0].least > 0.3
    assert records_gate(found, share=share, most_wrong=0.2).passed


def test_the_tipping_point_is_where_a_line_between_two_parts_crosses() -> None:
    tipping = Tipping(kind=Kind.CAUSES, of_own=0.43, of_others=None, shares=(-1.0, -0.8, -0.6, -0.4, -0.2))
    gate = records_gate([tipping], share=-1.0, most_wrong=0.2)
    assert gate.passed
    assert gate.detail == "holds unless more than 43 % of the losses booked on it had been somebody else’s"


def test_a_few_losses_of_others_are_enough() -> None:
    tipping = Tipping(kind=Kind.CAUSES, of_own=0.4, of_others=0.06, shares=())
    gate = records_gate([tipping], share=-1.0, most_wrong=0.2)
    assert gate.passed is False
    assert (
        gate.detail == "it would fall if 6 % of others’ losses in its stages had been booked on it by mistake"
        " (a verdict must survive 20 %)"
    )


def test_nothing_that_overturns_it_is_said_so() -> None:
    gate = records_gate([], share=-1.0, most_wrong=0.2)
    assert (gate.passed, gate.detail) == (True, "holds even if 80 % of its records had been somebody else’s")


def test_flows_without_losses_stay_as_they_are() -> None:
    flows = empty()
    assert np.array_equal(causes(flows, "legal", -0.5).lost, flows.lost)
