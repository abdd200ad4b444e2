"""Beside the market stands how many losses without a reason are counted with it; it never gets a verdict."""

from __future__ import annotations

import pytest

from revenue_health.contribution.core.comparison import PartyKind, PartyShare
from revenue_health.contribution.core.verdict import Verdict
from revenue_health.contribution.selectors.comparison.from_bridge import with_silent_losses

FIRM = "nobody’s doing"


def party(kind: PartyKind) -> PartyShare:
    return PartyShare(
        key=str(kind),
        name=kind.capitalize(),
        kind=kind,
        share=None,
        score=None,
        switch=None,
        had_met_baseline=None,
        verdict=Verdict.NOT_JUDGED,
        reason=FIRM,
        factors={},
        deals=None,
    )


@pytest.mark.parametrize("unrecorded", [(0, 0), (0, 9)])
def test_nothing_is_added_where_every_loss_has_its_reason(unrecorded: tuple[int, int]) -> None:
    assert with_silent_losses(party(PartyKind.MARKET), unrecorded) == party(PartyKind.MARKET)


def test_some_are_counted_beside_the_verdict() -> None:
    market = with_silent_losses(party(PartyKind.MARKET), (1200, 3400))
    assert market.reason == f"{FIRM}; 1,200 of 3,400 losses of the period name no reason and are counted here"
    assert market.verdict == party(PartyKind.MARKET).verdict


def test_all_of_them_are_said_to_be() -> None:
    market = with_silent_losses(party(PartyKind.MARKET), (3, 3))
    assert market.reason == f"{FIRM}; no loss of the period names a reason, and they are all counted here"


def test_departments_are_charged_with_none() -> None:
    assert with_silent_losses(party(PartyKind.INTERNAL), (3, 3)) == party(PartyKind.INTERNAL)
