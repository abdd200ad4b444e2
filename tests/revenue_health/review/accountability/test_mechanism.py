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


def seen(
    rates: list[Rate], *, earns: str = "won", leaks: tuple[tuple[int, str], ...] = (), **factors: float
) -> Mechanism | None:
    party = PartyShare(
        key="production", name="Production", kind=PartyKind.INTERNAL,
        share=MoneyInterval(amount=-283, low=-400, high=-90),
        score=None, switch=None, had_met_baseline=None, verdict=Verdict.CANNOT_TELL, reason="", factors=dict(factors),
        deals=50,
    )  # fmt: skip
    return mechanism_of(party, rates, structure=structure(earns), currency="EUR", leaks=leaks)


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


def test_the_costliest_leak_explains_a_loss_before_the_rate_that_grew_most() -> None:
    """Waiting for a slot cost most by the register, though losses in delivery grew more and weigh more by factor."""
    rates = [waits("slot", 4, 6), Rate("New", "delivery", "loss_rate", 1.0, 9.0, 12, 900.0)]
    factors = {"losses": -503.0, "waiting": -421.0}
    assert (before := seen(rates, **factors))
    assert before.stage.key == "delivery"
    assert (mechanism := seen(rates, leaks=((1, "waiting"), (3, "losses")), **factors))
    assert (mechanism.stage.key, mechanism.factor) == ("slot", "waiting")
    # A leak whose rate is no worse against this baseline explains nothing.
    assert (other := seen(rates, leaks=((2, "waiting"), (3, "losses")), **factors))
    assert other.stage.key == "delivery"


def test_it_says_whether_more_came_or_fewer_were_handed_on() -> None:
    for pace, says in ((0.8, "it handed on fewer, 0.8 a day, 1.0 before"), (1.3, "it handed on more, 1.3 a day"),
                       (1.0, "it handed on 1.0 a day, 1.0 before")):  # fmt: skip
        mechanism = seen([waits("slot", 4, 6, pace=pace)], waiting=-283)
        assert mechanism
        assert says in mechanism.sentence
