"""What a department's page draws and lists of its gates, worked out by hand."""

from __future__ import annotations

from dataclasses import replace

from revenue_health.contribution.charts.gate_drawings import HEIGHT, curve, quarter_bars
from revenue_health.contribution.core.comparison import LoadedStage, MoneyInterval, PartyKind, PartyShare
from revenue_health.contribution.core.gates.gate import UNCHECKED, Gate, GateName, verdict_of
from revenue_health.contribution.core.verdict import Verdict
from revenue_health.contribution.models import ScoreRun
from revenue_health.contribution.selectors.comparison.contributions_json import party_from_json, party_to_json
from revenue_health.contribution.selectors.comparison.sentences import (
    load_sentence,
    only_together_note,
    own_switch_note,
    verdict_in_full,
    verdict_sentence,
)
from revenue_health.contribution.selectors.gates.party_evidence import party_evidence
from revenue_health.review.views.drivers.gates_panel import gate_rows

PASSED = Gate(passed=True, detail="so it is")
TIPPING = Gate(passed=True, detail="holds unless more than 43 % of the losses booked on it had been somebody else’s")
FAILED = Gate(passed=False, detail="it is not")
LEGAL = PartyShare(
    key="legal",
    name="Legal",
    kind=PartyKind.INTERNAL,
    share=MoneyInterval(amount=-100_000.0, low=-140_000.0, high=-60_000.0),
    score=None,
    switch=MoneyInterval(amount=-110_000.0, low=-150_000.0, high=-70_000.0),
    had_met_baseline=None,
    verdict=Verdict.CONTAMINATES,
    reason="all five gates are passed",
    factors={},
    deals=200.0,
    simultaneous=MoneyInterval(amount=-100_000.0, low=-150_000.0, high=-50_000.0),
    gates=dict.fromkeys(GateName, PASSED)
    | {
        GateName.RECORDS: Gate(
            passed=True, detail="holds unless more than 43 % of the losses booked on it had been somebody else’s"
        )
    },
    since="2026-Q2",
)
GATES = {
    "scale": 2_000_000.0,
    "evidence": {
        "variants": [
            {"name": "without queues", "shares": {"legal": -90_000.0}},
            {"name": "with all deals in one group", "shares": {"legal": 5_000.0}},
            {"name": "against the four quarters before", "shares": {"legal": -120_000.0}},
        ],
        "quarters": [
            {"label": "2026-Q1", "parts": {"legal": 0.001}},
            {"label": "2026-Q2", "parts": {"legal": -0.04}},
            {"label": "2026-Q3", "parts": {"legal": -0.05}},
        ],
    },
}


def test_a_verdict_carries_its_interval_its_tipping_point_and_since_when() -> None:
    assert verdict_in_full(LEGAL, "EUR") == (
        "Legal contaminates: EUR −100 k (90 % range EUR −150 k to EUR −50.0 k, if the records are right). Holds unless "
        "more than 43 % of the losses booked on it had been somebody else’s. Since 2026-Q2, not new this quarter."
    )


def test_a_share_and_a_switch_stand_together_where_they_differ_by_more_than_the_interval() -> None:
    """10 k apart is within the 50 k of the interval; 80 k is not."""
    assert own_switch_note(LEGAL, "EUR") == ""
    apart = replace(LEGAL, switch=MoneyInterval(amount=-180_000.0, low=-200_000.0, high=-160_000.0))
    assert own_switch_note(apart, "EUR") == (
        "It moves so much only together with others: EUR −100 k on average over all that others might have done, "
        "EUR −180 k beside what they did."
    )


def test_a_named_department_is_told_what_is_its_own_if_another_was_needed_too() -> None:
    """Two that are both needed share equally: half of 100 k."""
    assert only_together_note(LEGAL, "EUR") == (
        "The records cannot show whether Legal did this alone. If another department’s change was needed as well, at "
        "most half of it is Legal’s own (EUR −50.0 k)."
    )
    assert only_together_note(replace(LEGAL, verdict=Verdict.CANNOT_TELL), "EUR") == ""


def test_a_verdict_says_what_no_record_shows() -> None:
    verdict, reason = verdict_of(-1.0, dict.fromkeys(GateName, PASSED))
    assert verdict == Verdict.CONTAMINATES
    assert reason.endswith("alone or only together with another, no record shows")


def test_a_department_to_which_more_comes_is_not_called_slower() -> None:
    load = LoadedStage(stage="Contract", arrivals=(6.0, 9.1), hand_ons=(6.0, 6.2), queue=(20.0, 41.0))
    assert load_sentence(LEGAL, load) == (
        "In Contract, deals wait longer with Legal because more came (9.1 a day, 6.0 before); it hands on as many a "
        "day as before or more (6.2 a day, 6.0 before)."
    )
    slower = replace(load, hand_ons=(6.0, 5.0))
    assert "it hands on fewer a day than before (5.0 a day, 6.0 before)" in load_sentence(LEGAL, slower)


def test_loads_are_read_as_they_were_written() -> None:
    load = LoadedStage(stage="Contract", arrivals=(6.0, 9.1), hand_ons=(6.0, 6.2), queue=(20.0, 41.0))
    party = replace(LEGAL, loads=(load,))
    assert party_from_json(party_to_json(party)).loads == (load,)
    assert "loads" not in party_to_json(LEGAL)


def test_evidence_is_read_in_cents_with_the_quarters_in_which_it_was_there() -> None:
    """A part of 0.04 of 2 M won is 80 k; it was there from the second quarter on."""
    evidence = party_evidence(ScoreRun(gates=GATES), LEGAL)
    assert [(way.name, way.amount, way.against) for way in evidence.ways] == [
        ("against the four quarters before", -12_000_000, False),
        ("without queues", -9_000_000, False),
        ("with all deals in one group", 500_000, True),
    ]
    assert [(quarter.amount, quarter.begun) for quarter in evidence.quarters] == [
        (200_000, False),
        (-8_000_000, True),
        (-10_000_000, True),
    ]
    assert party_evidence(ScoreRun(gates=None), LEGAL).ways == ()


def test_a_curve_puts_the_largest_share_on_top() -> None:
    """From 0 (10 px from the top) to -100 (10 px from the bottom of 132): -50 is in the middle."""
    drawn = curve([(-100, False), (-50, False)], share=-60, low=-90, high=-20)
    assert drawn is not None
    assert drawn.zero == "10.0"
    assert [(dot.x, dot.y) for dot in drawn.dots] == [("25.00%", f"{HEIGHT - 10:.1f}"), ("75.00%", "66.0")]
    assert drawn.band_top == f"{10 + 0.2 * 112:.1f}"
    assert curve([], share=1, low=0, high=2) is None


def test_a_curve_has_round_values_beside_it_and_zero_among_them() -> None:
    """From -90 to 30: a step of at least 120 / 6 is 20. Zero is 30 of 120 from the top, so 28 of the 112 px."""
    drawn, flat = (
        curve([(-90, False), (10, True)], share=-60, low=-80, high=30),
        curve([(0, True)], share=0, low=0, high=0),
    )
    assert drawn is not None
    assert flat is not None
    assert [tick.amount for tick in drawn.ticks] == [-80, -60, -40, -20, 0, 20]
    assert drawn.ticks[4].y == drawn.zero == "38.0"
    assert flat.ticks == ()


def test_bars_hang_from_zero_and_the_judged_quarter_is_the_last() -> None:
    drawn = quarter_bars([("2026-Q2", 50, False), ("2026-Q3", -50, True)], now=("2026-Q4", -50))
    assert drawn is not None
    assert [(bar.kind, bar.y, bar.height, bar.amount, bar.amount_y) for bar in drawn.bars] == [
        ("earlier", "18.0", "48.0", 50, "14.0"),
        ("begun", "66.0", "48.0", -50, "62.0"),
        ("now", "66.0", "48.0", -50, "62.0"),
    ]
    assert drawn.bars[0].label == ("2026", "Q2")


def test_the_first_gate_that_fails_is_where_the_verdict_falls() -> None:
    gates = dict.fromkeys(GateName, UNCHECKED) | {GateName.DATA: PASSED, GateName.INTERVAL: FAILED}
    rows = gate_rows(replace(LEGAL, gates=gates, verdict=Verdict.CANNOT_TELL))
    assert [row.state for row in rows] == ["passed", "failed", "not checked", "not checked", "not checked"]
    assert [row.falls for row in rows] == [False, True, False, False, False]
    assert rows[1].sentence == "It is not."


def test_gates_that_have_not_spoken_are_being_checked() -> None:
    gates = dict.fromkeys(GateName, UNCHECKED) | {GateName.DATA: PASSED, GateName.INTERVAL: PASSED}
    party = replace(LEGAL, gates=gates, verdict=Verdict.CANNOT_TELL, reason="cannot tell: its checks are not done yet")
    assert party.checking
    assert not party.named
    assert [row.state for row in gate_rows(party)][2:] == ["being checked"] * 3
    assert verdict_sentence(party, "EUR").startswith("Legal: being checked. EUR −100 k")


def test_the_market_is_nobodys_doing_whatever_an_old_release_said_of_it() -> None:
    market = replace(LEGAL, key="market", name="Market", kind=PartyKind.MARKET, gates=None)
    assert market.verdict == Verdict.CONTAMINATES
    assert (market.judgement, market.mark, market.impact) == (Verdict.NOT_JUDGED, "", "soft")
    assert verdict_sentence(market, "EUR").endswith("not a department.")
