"""Who sent what is lost: losses by origin, by hand."""

from dataclasses import replace

import numpy as np
import pytest

from revenue_health.contribution.core.flows import AGE_BINS, Custody, FlowArrays, Layout
from revenue_health.contribution.core.model.bridge import Bridge
from revenue_health.contribution.core.model.groups import Group, bridges, whole_of
from revenue_health.contribution.core.model.interplay.origins import Excess, excesses_of
from revenue_health.contribution.core.model.options import ModelOptions
from tests.core.contribution.companies import empty

LAYOUT = Layout(
    stages=("lead", "offer", "won"),
    earns=(False, False, True),
    custodies=(Custody(0, "marketing"), Custody(1, "sales"), Custody(2, "sales")),
    players=("marketing", "sales", "market"),
    custody_player=(0, 1, 1),
)
SIZE, HELD = 10.0, 20_000.0
"""Amount of a deal; amount-days in the offer in a quarter."""


def span(days: float, lost: float, cause: int = 1) -> FlowArrays:
    """A stage of offers that loses so many deals a quarter for a reason of `cause` (sales)."""
    part, flows = days / 91, empty(1, 1, LAYOUT)
    held, on, routed = np.zeros((1, 1, 3, AGE_BINS)), np.zeros((1, 1, 3, AGE_BINS)), np.zeros((1, 1, 3, 4))
    held[0, 0, 1, 5], on[0, 0, 1, 5], routed[0, 0, 1, 2] = HELD * part, 1000.0 * part, 1000.0 * part
    losses, entered, opening = np.zeros((1, 1, 3, 3)), np.zeros((1, 1, 3, 3)), np.zeros((1, 3, AGE_BINS))
    losses[0, 0, 1, cause], entered[0, 0, 1, 0] = lost * SIZE * part, 1500.0 * part
    opening[0, 1, 3] = HELD / 91
    return replace(
        flows,
        step_days=np.array([days]), held=held, handed_on=on, routed=routed, lost=losses, entered=entered,
        opening=opening, lost_count=losses / SIZE, handed_on_count=on.sum(axis=-1) / SIZE,
        entered_count=entered / SIZE, arrived_count=entered.sum(axis=-1) / SIZE,
    )  # fmt: skip


def group(origin: str, before: float, now: float, cause: int = 1) -> Group:
    return Group(baseline=span(364.0, before, cause), period=span(91.0, now, cause), origin=origin)


def excesses(*groups: Group) -> tuple[Excess, ...]:
    return excesses_of(LAYOUT, whole_of(groups).origins)


def shares(*groups: Group, **options: bool) -> dict[str, float]:
    keyed = {one.origin: one for one in groups}
    return values(bridges(groups=keyed, target=None, options=ModelOptions(**options)).company)


def values(found: Bridge) -> dict[str, float]:
    assert abs(found.residual()) < 1e-6
    return {party.key: party.share.value for party in found.parties}


def test_what_one_origin_loses_more_is_that_origins() -> None:
    # 40 a quarter became 120 on marketing's deals, 40 stayed 40 on sales' own
    found = {excess.origin: excess for excess in excesses(group("marketing", 40, 120), group("sales", 40, 40))}
    theirs = found["marketing"]
    assert (theirs.stage, theirs.player, theirs.moves, theirs.told_apart) == (1, 1, True, True)
    # half a deal is added to both spans: the logarithm of 120.5 over 160.5 / 4 quarters, about 3
    assert theirs.ratio == pytest.approx(3.0, rel=0.02)
    assert theirs.excess == pytest.approx(np.log(3.0), rel=0.02)
    assert not found["sales"].moves
    alone = shares(group("marketing", 40, 120))  # nobody to compare with: the cause has it
    assert alone["sales"] < -100
    told = shares(group("marketing", 40, 120), group("sales", 40, 40))
    assert told["marketing"] == pytest.approx(alone["sales"], rel=0.02)
    assert abs(told["sales"]) < 0.05 * abs(told["marketing"])


def test_what_all_origins_lose_more_stays_with_the_cause() -> None:
    groups = group("marketing", 40, 120), group("sales", 40, 115)
    assert excesses(*groups) == ()
    assert shares(*groups) == shares(*groups, origin=False)


def test_the_common_part_is_the_smallest_movement() -> None:
    found = {excess.origin: excess for excess in excesses(group("marketing", 40, 160), group("sales", 40, 60))}
    assert found["marketing"].common == pytest.approx(np.log(1.5), rel=0.02)
    assert found["marketing"].excess == pytest.approx(np.log(4 / 1.5), rel=0.02)
    told = shares(group("marketing", 40, 160), group("sales", 40, 60))
    assert told["marketing"] < told["sales"] < 0


def test_origins_that_moved_in_different_directions_have_nothing_in_common() -> None:
    found = {excess.origin: excess for excess in excesses(group("marketing", 40, 120), group("sales", 60, 40))}
    assert (found["marketing"].common, found["marketing"].moves, found["sales"].moves) == (0.0, True, False)


def test_a_single_origin_cannot_be_told_apart() -> None:
    (only,) = excesses(group("marketing", 40, 120))
    assert (only.moves, only.told_apart) == (False, False)
    assert shares(group("marketing", 40, 120)) == shares(group("marketing", 40, 120), origin=False)


def test_an_origin_of_few_losses_is_not_compared() -> None:
    found = excesses(group("marketing", 40, 120), group("sales", 3, 12))
    assert [(one.origin, one.told_apart) for one in found] == [("marketing", False)]


def test_its_own_reasons_are_the_origins_already() -> None:
    assert not any(one.moves for one in excesses(group("marketing", 40, 120, 0), group("sales", 40, 40, 0)))


def test_who_has_no_department_here_is_the_market() -> None:
    told = shares(group("", 40, 120), group("sales", 40, 40))
    assert told["market"] < -100
    assert abs(told["sales"]) < 0.05 * abs(told["market"])
