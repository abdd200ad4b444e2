"""What a department is said to have done is something that can move revenue."""

from __future__ import annotations

from pipeline.selectors.overview import StageName, Structure
from revenue_health.contribution.core.comparison import MoneyInterval, PartyKind, PartyShare
from revenue_health.contribution.core.verdict import Verdict
from revenue_health.contribution.selectors.comparison.share_breakdown import Rate
from revenue_health.review.selectors.drivers.mechanism import Mechanism, mechanism_of

STAGES = ("slot", "won", "delivery", "accepted")


def structure(earns: str) -> Structure:
    stages = {
        place: StageName(
            id=place, key=key, name=key.title(), position=place, pipeline=1, pipeline_key="new", pipeline_name="New",
            owner=1, owner_name="Production", earns=key == earns, limit_days=None,
        )
        for place, key in enumerate(STAGES, 1)
    }  # fmt: skip
    return Structure(stages=stages, departments={})


def seen(rates: list[Rate], *, earns: str = "won", **factors: float) -> Mechanism | None:
    party = PartyShare(
        key="production", name="Production", kind=PartyKind.INTERNAL,
        share=MoneyInterval(amount=-283, low=-400, high=-90),
        score=None, switch=None, had_met_baseline=None, verdict=Verdict.CANNOT_TELL, reason="", factors=dict(factors),
        deals=50,
    )  # fmt: skip
    return mechanism_of(party, rates, structure=structure(earns), currency="EUR")


def waits(stage: str, before: float, now: float, *, base: float = 100.0, pace: float = 1.0) -> Rate:
    return Rate("New", stage, "hold_days", before, now, 59, base, 1.0, pace)


def test_days_after_a_deal_is_won_explain_nothing() -> None:
    """Delivery took ten days more for five times the money; what waits for a slot is still to be won."""
    rates = [waits("delivery", 11, 21, base=500), waits("slot", 4, 6)]
    mechanism = seen(rates, waiting=-283)
    assert mechanism
    assert mechanism.stage.key == "slot"
    assert seen(rates[:1], waiting=-283) is None


def test_where_a_deal_is_earned_later_the_days_before_count() -> None:
    mechanism = seen([waits("delivery", 11, 21, base=500), waits("slot", 4, 6)], earns="accepted", waiting=-283)
    assert mechanism
    assert mechanism.stage.key == "delivery"


def test_losses_after_a_deal_is_won_take_revenue_back() -> None:
    mechanism = seen([Rate("New", "delivery", "loss_rate", 1.0, 3.0, 12, 40.0)], losses=-50)
    assert mechanism
    assert mechanism.stage.key == "delivery"


def test_it_says_whether_more_came_or_fewer_were_handed_on() -> None:
    for pace, says in ((0.8, "it handed on fewer, 0.8 a day, 1.0 before"), (1.3, "it handed on more, 1.3 a day"),
                       (1.0, "it handed on 1.0 a day, 1.0 before")):  # fmt: skip
        mechanism = seen([waits("slot", 4, 6, pace=pace)], waiting=-283)
        assert mechanism
        assert says in mechanism.sentence
