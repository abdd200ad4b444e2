"""Whether the data carry a verdict, and what in the records speaks against one."""

from dataclasses import replace

import numpy as np
import pytest

from revenue_health.contribution.core.flows import AGE_BINS
from revenue_health.contribution.core.gates.data import DataFacts, data_gate, kish
from revenue_health.contribution.core.gates.doubts.causes import cause_doubts
from revenue_health.contribution.core.gates.doubts.handoffs import handoff_doubts, handoffs_of
from revenue_health.contribution.core.gates.doubts.moved_work import OwnerChange, changes_of_owner, moved_work
from revenue_health.contribution.core.gates.settings import DEFAULT
from revenue_health.contribution.core.gates.shares import Pipelines
from revenue_health.contribution.core.long_tables import DepartmentRow, StageRow
from revenue_health.contribution.core.model.groups import Group
from tests.core.contribution.companies import by_chance, empty

STAGES = [StageRow(id=1, key="offer", earns=False, owner=1), StageRow(id=2, key="won", earns=True, owner=1)]
type Columns = dict[str, np.ndarray]
DEPARTMENTS = [DepartmentRow(id=1, key="sales"), DepartmentRow(id=2, key="legal")]


def company() -> Pipelines:
    return {1: {"": Group(baseline=by_chance(1), period=by_chance(1))}}


def failed(facts: DataFacts, factors: dict[str, float] | None = None) -> str:
    gate = data_gate("legal", factors=factors or {}, pipelines=company(), facts=facts, settings=DEFAULT)
    return "" if gate.passed else gate.detail


def test_a_whale_is_one_deal() -> None:
    assert kish(100 * 1.0, 100 * 1.0) == pytest.approx(100)
    assert kish(1000.0 + 99, 1000.0**2 + 99) < 1.3
    assert kish(0.0, 0.0) == 0.0


def test_what_the_data_cannot_carry_is_named() -> None:
    good = DataFacts(effective_deals={"legal": 500.0})
    assert failed(good) == ""
    assert "no more than 12 deals" in failed(replace(good, effective_deals={"legal": 12.0}))
    assert "unexplained" in failed(replace(good, unexplained=0.2))
    assert "name no reason" in failed(replace(good, unrecorded=0.5), {"losses": -5.0})
    assert failed(replace(good, unrecorded=0.5), {"waiting": -5.0}) == ""
    assert "names no source" in failed(replace(good, without_source=0.5), {"demand": -5.0})
    assert failed(replace(good, doubts={"legal": ["a doubt"]})) == "a doubt"


def test_work_that_moved_is_no_ones_slowness() -> None:
    before, now = empty(), empty()
    held = np.zeros_like(before.held)
    held[:, :, 1, 0], held[:, :, 2, 0] = 90.0, 10.0  # offer: sales nine tenths, legal one
    swapped = held.copy()
    swapped[:, :, 1, 0], swapped[:, :, 2, 0] = 20.0, 80.0
    routed = np.zeros_like(before.routed)
    routed[:, :, 1, 3] = 10.0
    moved = {
        1: {
            "": Group(
                baseline=replace(before, held=held, routed=routed), period=replace(now, held=swapped, routed=routed)
            )
        }
    }
    sentences = moved_work(moved, {"offer": "Offer"})
    assert sentences == {
        "sales": "the work in Offer moved from sales to legal",
        "legal": "the work in Offer moved from sales to legal",
    }
    slower = held.copy()
    slower[:, :, 2, 0] = 80.0  # legal slow, sales as before
    assert (
        moved_work(
            {
                1: {
                    "": Group(
                        baseline=replace(before, held=held, routed=routed),
                        period=replace(now, held=slower, routed=routed),
                    )
                }
            },
            {},
        )
        == {}
    )


def test_losses_booked_otherwise_are_seen() -> None:
    before, now = empty(), empty()
    held = np.full_like(before.held, 10.0)
    early, late = np.zeros_like(before.lost_count), np.zeros_like(before.lost_count)
    early[..., 1, 0], early[..., 1, 1] = 30, 10
    late[..., 1, 0], late[..., 1, 1] = 15, 25
    spans = replace(before, held=held, lost_count=early), replace(now, held=held, lost_count=late)
    doubts = cause_doubts({1: {"": Group(baseline=spans[0], period=spans[1])}}, {})
    assert set(doubts) == {"sales", "legal"}
    assert "38 % of losses moved from sales’s reasons to legal’s" in doubts["legal"][0]
    more = replace(now, held=held, lost_count=2 * early)
    assert cause_doubts({1: {"": Group(baseline=spans[0], period=more)}}, {}) == {}


def hand_ons(within_age: int, out_age: int, legal_age: int, within: float = 60, out: float = 60) -> Columns:
    """Sales hands to legal after one time and out of the stage after another; legal hands back after a third."""
    rows = [
        # stage, department, turn, age bin, to stage, to department, deals
        (1, 1, 0, within_age, 1, 2, within),
        (1, 1, 0, out_age, 2, 1, out),
        (1, 2, 0, legal_age, 1, 1, within),
        (1, 1, 1, 1, 2, 1, within),
    ]
    names = ("stage", "department", "turn", "age_bin", "to_stage", "to_department", "count")
    return {name: np.array(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}


def doubts(before: Columns, now: Columns) -> dict[str, list[str]]:
    spans = handoffs_of(before), handoffs_of(now)
    return handoff_doubts(before=spans[0], now=spans[1], stages=STAGES, departments=DEPARTMENTS, names={})


def test_slow_only_where_no_hand_off_is_recorded() -> None:
    assert AGE_BINS > 10
    found = doubts(hand_ons(3, 5, 5), hand_ons(3, 9, 9))
    assert list(found) == ["sales"]
    assert "slower only where no hand-off to legal is recorded" in found["sales"][0]
    assert doubts(hand_ons(3, 5, 5), hand_ons(7, 9, 9)) == {}  # slower with and without
    assert doubts(hand_ons(3, 5, 5), hand_ons(3, 9, 5)) == {}  # legal is as fast as ever


def test_hand_offs_that_stop_are_seen() -> None:
    found = doubts(hand_ons(3, 5, 5, within=90, out=30), hand_ons(3, 5, 5, within=30, out=90))
    assert set(found) == {"sales", "legal"}
    assert "hand-offs to legal in offer fell from 0.75 to 0.25 a deal" in found["legal"][0]


def test_owners_change_between_the_begin_of_the_baseline_and_the_end_of_the_period() -> None:
    """Legal has it from the begin on: nothing moved since. Finance takes it over on day 40, and keeps it."""
    owners = [(0.0, "sales"), (10.0, "legal"), (40.0, "finance"), (50.0, "finance"), (90.0, "sales")]
    found = list(changes_of_owner("offer", owners, begin=10.0, end=90.0))
    assert found == [OwnerChange("offer", "legal", "finance")]


def test_a_recorded_change_of_owner_needs_not_be_seen() -> None:
    sentence = "the work in Offer moved from Sales to legal"
    changes = [OwnerChange("offer", "sales", "legal")]
    assert moved_work({}, {"offer": "Offer", "sales": "Sales"}, changes) == {"sales": sentence, "legal": sentence}
