"""Load and pace: a queue whose figures are known, by hand and deal by deal."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from revenue_health.contribution.core.flows import AGE_BINS, Custody, FlowArrays, Layout
from revenue_health.contribution.core.leaks import cells_changed, costs_of, own_changes
from revenue_health.contribution.core.model.bridge import Bridge, Party
from revenue_health.contribution.core.model.groups import Group, bridges, group_rates, whole_of
from revenue_health.contribution.core.model.interplay.load import loads_of
from revenue_health.contribution.core.model.options import ModelOptions
from tests.core.contribution.companies import empty

LAYOUT = Layout(
    stages=("lead", "review", "won"),
    earns=(False, False, True),
    custodies=(Custody(0, "sales"), Custody(1, "legal"), Custody(2, "sales")),
    players=("marketing", "sales", "legal", "market"),
    custody_player=(1, 2, 1),
)
SIZE = 10.0
"""Amount of every deal."""


def span(days: list[float], *, came: float, done: float, queue: list[float], stock: float) -> FlowArrays:
    """A lead stage in which every deal stays a day, and a review: deals a day that come (from marketing) and are handed
    on, deals in the queue in each step, and at the start."""
    steps, shape = len(days), (1, len(days), 3, AGE_BINS)
    length = np.array(days)
    held, on, routed = np.zeros(shape), np.zeros(shape), np.zeros((1, steps, 3, 4))
    held[0, :, 0, 0], on[0, :, 0, 0] = came * length * SIZE, came * length * SIZE
    # Reviews are equally likely at every age, so the queue is spread over the first six bins as it may be.
    held[0, :, 1, :6] = np.array(queue)[:, None] * length[:, None] * SIZE / 6
    on[0, :, 1, :6] = (done * length * SIZE / 6)[:, None]
    routed[0, :, 0, 1], routed[0, :, 1, 2] = came * length * SIZE, done * length * SIZE
    entered, opening = np.zeros((1, steps, 3, 4)), np.zeros((1, 3, AGE_BINS))
    entered[0, :, 0, 0], opening[0, 1, 2] = came * length * SIZE, stock * SIZE
    counts = on.sum(axis=-1) / SIZE
    arrived = np.stack([entered.sum(axis=-1)[..., 0] / SIZE, routed[:, :, 0, 1] / SIZE, routed[:, :, 1, 2] / SIZE], -1)
    return replace(
        empty(1, steps, LAYOUT),
        step_days=length, held=held, handed_on=on, routed=routed, entered=entered, opening=opening,
        handed_on_count=counts, entered_count=entered / SIZE, arrived_count=arrived,
    )  # fmt: skip


BEFORE = span([365.0], came=6.0, done=6.0, queue=[30.0], stock=30.0)
WEEKS = [7.0] * 13


def now(came: float, done: float) -> FlowArrays:
    """The queue grows by what comes and is not done."""
    middles = np.cumsum(WEEKS) - 3.5
    return span(WEEKS, came=came, done=done, queue=list(30.0 + (came - done) * middles), stock=30.0)


def company(came: float, done: float, **options: Any) -> Bridge:
    groups = {"": Group(baseline=BEFORE, period=now(came, done))}
    return bridges(groups=groups, target=None, options=ModelOptions(**options)).company


def party(found: Bridge, key: str) -> Party:
    return next(party for party in found.parties if party.key == key)


def test_as_many_are_done_and_more_come_is_load_and_its_figures_are_those_of_the_queue() -> None:
    (load,) = loads_of(BEFORE, now(8.0, 6.0))
    assert (load.stage, load.player, load.custodies) == (1, 2, (1,))
    assert load.arrivals == pytest.approx((6.0, 8.0))
    assert load.hand_ons == pytest.approx((6.0, 6.0))
    # two more a day for 91 days: 30 + 2 * 45.5 on a mean day
    assert load.queue == pytest.approx((30.0, 121.0))
    assert load.relief is None
    assert load.brought == pytest.approx((1.0, 0.0, 0.0, 0.0, 0.0))


def test_the_load_is_who_brings_more_and_the_reviewers_are_free_of_it() -> None:
    found, blind = company(8.0, 6.0), company(8.0, 6.0, load=False)
    assert abs(found.residual()) < 1e-6
    assert party(blind, "legal").share.value < -500.0
    legal, marketing = party(found, "legal"), party(found, "marketing")
    assert legal.share.value == legal.pace == 0.0
    assert legal.load < -500.0
    assert marketing.brought == pytest.approx(legal.load)
    # what more deals are worth where as many as ever are reviewed: nearly nothing in the end
    assert marketing.share.value == pytest.approx(
        party(blind, "marketing").share.value + party(blind, "legal").share.value, abs=1e-6
    )
    assert sum(marketing.factors.values()) == pytest.approx(marketing.share.value)


def test_fewer_are_done_and_no_more_come_is_pace() -> None:
    assert loads_of(BEFORE, now(6.0, 4.0)) == ()
    assert party(company(6.0, 4.0), "legal").share.value == party(company(6.0, 4.0, load=False), "legal").share.value


def test_more_come_and_are_done_as_fast_as_ever_is_neither() -> None:
    period = span(WEEKS, came=9.0, done=9.0, queue=[45.0] * 13, stock=30.0)
    assert loads_of(BEFORE, period) == ()


def test_fewer_are_done_while_more_come_is_split_by_the_queue_there_would_have_been() -> None:
    (load,) = loads_of(BEFORE, now(8.0, 5.0))
    assert load.relief is not None
    middles = np.cumsum(WEEKS) - 3.5
    # Q(t) = 30 + 3 t with the load, 30 + 1 t without it; never faster than the baseline was
    expected = (30 + 3 * middles) / (30 + middles)
    handed, would = 5.0 * 91, (30 + 3 * 45.5) * 91 * 6.0 / 30
    assert load.relief == pytest.approx(np.minimum(expected, would / handed), rel=1e-3)
    found, blind = company(8.0, 5.0), company(8.0, 5.0, load=False)
    legal = party(found, "legal")
    assert party(blind, "legal").share.value < legal.share.value < 0.0
    assert legal.load < 0.0
    assert legal.share.value + legal.load == pytest.approx(party(blind, "legal").share.value, rel=0.15)


def test_where_no_entry_rose_the_stage_before_brings_it_if_it_hands_on_faster() -> None:
    period = now(8.0, 6.0)
    # the leads had been held for two days each in the baseline, and no more enter than then
    slow = BEFORE.held.copy()
    slow[:, :, 0, 0] *= 2
    slow[:, :, 0, 1] = slow[:, :, 0, 0]
    before = replace(BEFORE, held=slow)
    as_ever = replace(period, entered_count=period.entered_count * 6.0 / 8.0)
    (load,) = loads_of(before, as_ever)
    assert load.brought == pytest.approx((0.0, 1.0, 0.0, 0.0, 0.0))
    (unknown,) = loads_of(BEFORE, as_ever)
    assert unknown.brought == pytest.approx((0.0, 0.0, 0.0, 1.0, 0.0))


def test_what_waits_because_more_came_is_no_leak_of_the_department() -> None:
    def waiting(came: float, done: float) -> list[str]:
        group = Group(baseline=BEFORE, period=now(came, done))
        pair = own_changes(group_rates(group=group, together=whole_of([group])))
        cells = [cell for cell in cells_changed(pair) if cell.factor == "waiting"]
        costs = costs_of(pair, cells, replicates=False)[0]
        return [cell.department for cell, cost in zip(cells, costs, strict=True) if cost > 1.0]

    assert "legal" not in waiting(came=9.0, done=6.0)
    assert "legal" in waiting(came=6.0, done=4.0)
