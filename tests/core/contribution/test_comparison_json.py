"""What is stored of a comparison is read and written again without a change, whatever release wrote it."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from revenue_health.contribution.core.comparison import MoneyInterval, minor_units
from revenue_health.contribution.core.verdict import Verdict
from revenue_health.contribution.selectors.comparison.contributions_json import (
    comparison_from_json,
    comparison_to_json,
    group_from_json,
    group_to_json,
    party_from_json,
    party_to_json,
)

GOLDEN = Path(__file__).parents[2] / "golden"
FACTORS = ("demand", "waiting", "losses", "value", "routing")
amounts = some.floats(allow_nan=False, allow_infinity=False)
numbers = some.none() | amounts | some.integers(min_value=-(10**25), max_value=10**25)
"""What a JSON column gives back: null for what is not finite, and whole numbers for very large floats."""
texts = some.text(max_size=12)

# The clock of a full machine says nothing of the code.
many = settings(
    max_examples=int(os.environ.get("PROPERTY_EXAMPLES", "25")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@some.composite
def intervals(draw: some.DrawFn) -> dict[str, Any]:
    return {end: draw(numbers) for end in ("amount", "low", "high")}


@some.composite
def parties(draw: some.DrawFn, kind: str, *, switches: bool) -> dict[str, Any]:
    """A party as it is stored; `switches`: by a release that knew what a party's own switch changes."""
    share = draw(intervals())
    if share["amount"] is None:
        share = dict.fromkeys(share)
    switch = {"switch": draw(intervals()), "had_met_baseline": draw(intervals())}
    return {
        "key": draw(texts),
        "name": draw(texts),
        "kind": kind,
        **share,
        "score": draw(some.none() | amounts),
        **({} if not switches else dict.fromkeys(switch) if kind == "strategy" else switch),
        "verdict": draw(some.sampled_from([str(verdict) for verdict in Verdict])),
        "reason": draw(texts),
        "factors": draw(some.dictionaries(some.sampled_from([*FACTORS, "opening", "strategy"]), numbers)),
        "deals": draw(numbers),
    }


@some.composite
def bridges(draw: some.DrawFn, *, switches: bool) -> dict[str, Any]:
    kinds = ("internal", "internal", "market", "opening", "strategy")
    return {
        "actual": draw(numbers),
        "baseline_revenue": draw(numbers),
        "modelled_actual": draw(numbers),
        "parties": [draw(parties(kind, switches=switches)) for kind in kinds],
        "strategy": draw(numbers),
        "unexplained": draw(numbers),
        "unexplained_low": draw(numbers),
        "unexplained_high": draw(numbers),
    }


@some.composite
def stored_figures(draw: some.DrawFn) -> dict[str, Any]:
    """The figures of a score run or a pack, new or old, cut by something or not."""
    switches, by = draw(some.booleans()), draw(some.sampled_from(["", "segment", "team"]))
    days = sorted(draw(some.lists(some.dates(), min_size=5, max_size=5)))
    period, baseline = (
        {"label": draw(texts), "start": start.isoformat(), "end": end.isoformat()}
        for start, end in ((days[2], days[3]), (days[0], days[1]))
    )
    earned = {"won": draw(amounts), "reversed": draw(amounts)} if draw(some.booleans()) else {}
    counts = some.integers(0, 99)
    past = {
        "margin": draw(amounts),
        "quarters": draw(some.none() | counts),
        "cases": draw(counts),
        "named": draw(counts),
        **({"most_named": draw(counts)} if draw(some.booleans()) else {}),
    }
    groups = [
        {"key": draw(texts), "target": draw(numbers), **draw(bridges(switches=switches))}
        for _ in range(draw(some.integers(0, 2)))
    ]
    return {
        "period": period,
        "baseline": draw(some.sampled_from([None, baseline])),
        "as_of": days[4].isoformat(),
        "running": draw(some.booleans()),
        "target": draw(numbers),
        "target_period": draw(numbers),
        **draw(bridges(switches=switches)),
        **earned,
        "players": draw(some.integers(0, 30)),
        "replicates": draw(some.integers(0, 40)),
        "reasons": draw(some.lists(texts, max_size=3)),
        **({"by": by, "groups": groups} if by else {}),
        **({"past": past} if draw(some.booleans()) else {}),
    }


def text(figures: Any) -> str:
    """Strict JSON in the order of the keys: equal texts are equal bytes."""
    return json.dumps(figures, allow_nan=False)


@many
@given(figures=stored_figures())
def test_what_was_stored_is_written_again_byte_for_byte(figures: dict[str, Any]) -> None:
    assert text(comparison_to_json(comparison_from_json(figures))) == text(figures)


@many
@given(figures=stored_figures())
def test_the_order_of_a_column_does_not_matter(figures: dict[str, Any]) -> None:
    column = json.loads(json.dumps(figures, sort_keys=True))
    assert comparison_to_json(comparison_from_json(column)) == figures


@many
@given(figures=stored_figures())
def test_reading_what_was_written_gives_the_same_comparison(figures: dict[str, Any]) -> None:
    comparison = comparison_from_json(figures)
    assert repr(comparison_from_json(comparison_to_json(comparison))) == repr(comparison)


@many
@given(share=intervals(), kind=some.sampled_from(["internal", "market", "opening"]))
def test_a_switch_nobody_could_compute_stays_an_empty_interval(share: dict[str, Any], kind: str) -> None:
    nothing = dict.fromkeys(("amount", "low", "high"))
    figures = {
        "key": "legal",
        "name": "Legal",
        "kind": kind,
        **nothing,
        "score": None,
        "switch": nothing,
        "had_met_baseline": share,
        "verdict": "cannot tell",
        "reason": "",
        "factors": {},
        "deals": None,
    }
    assert party_to_json(party_from_json(figures)) == figures


@pytest.mark.parametrize(
    "file", sorted(GOLDEN.glob("*/contributions*.json")), ids=lambda file: f"{file.parent.name}-{file.stem}"
)
def test_pinned_answers_are_written_again(file: Path) -> None:
    figures = json.loads(file.read_text(encoding="utf-8"))
    assert comparison_to_json(comparison_from_json(figures)) == figures
    for group in figures.get("groups", ()):
        assert group_to_json(group_from_json(group)) == group


@pytest.mark.parametrize("name", ["small", "tiny"])
def test_the_comparison_of_a_pinned_pack_is_written_again(name: str) -> None:
    content = json.loads((GOLDEN / name / "pack.json").read_text(encoding="utf-8"))["content"]
    figures = content["contributions"]
    assert comparison_to_json(comparison_from_json(figures)) == figures


@many
@given(amount=some.floats(min_value=-1e12, max_value=1e12), half=some.floats(min_value=0, max_value=1e9))
def test_cents_are_rounded_once(amount: float, half: float) -> None:
    cents = MoneyInterval(amount=amount, low=amount - half, high=amount + half).minor
    assert (cents.amount, cents.low, cents.high) == (
        round(amount * 100),
        round((amount - half) * 100),
        round((amount + half) * 100),
    )


@pytest.mark.parametrize("amount", [None, math.nan, math.inf, -math.inf])
def test_nothing_finite_has_no_cents(amount: float | None) -> None:
    assert minor_units(amount) is None
