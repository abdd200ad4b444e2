"""What a value of a measurable can be by its unit, and when it should be looked at once more."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from departments.scorecards.core.entry_rules import (
    entry_text,
    is_percent,
    limits_of_unit,
    note_problem,
    unusual_problem,
)
from departments.scorecards.core.number_text import NotANumber, NumberText, number_parse


@pytest.mark.parametrize(
    ("unit", "limits"),
    [
        ("%", "0 to 100"), ("percent", "0 to 100"), ("% of deals", "0 to 100"), ("Prozent", "0 to 100"),
        ("pct", "0 to 100"), ("reviewers", "from 0"), ("calls", "from 0"), ("days", "from 0"), ("hours", "from 0"),
        ("EUR", "any number"), ("k EUR", "any number"), ("€", "any number"), ("", "any number"),
        ("points", "any number"),
        ("percentage points", "any number"), ("NPS", "any number"), ("score", "any number"),
    ],
)  # fmt: skip
def test_the_unit_says_what_is_possible(unit: str, limits: str) -> None:
    assert str(limits_of_unit(unit)) == limits


@pytest.mark.parametrize(
    ("unit", "goals", "limits"),
    [
        ("%", [("110", None)], "from 0"), ("%", [("-5", "5")], "up to 100"), ("calls", [("-1", None)], "any number"),
        ("%", [("20", "100")], "0 to 100"),
    ],
)  # fmt: skip
def test_a_goal_beyond_a_limit_lifts_it(unit: str, goals: list[tuple[str, str | None]], limits: str) -> None:
    read = [(Decimal(low), None if high is None else Decimal(high)) for low, high in goals]
    assert str(limits_of_unit(unit, goals=read)) == limits


def test_what_cannot_be_says_what_can() -> None:
    limits = limits_of_unit("%")
    assert "640 is above 100, the highest value that Standard can have" in limits.problem(Decimal(640), name="Standard")
    assert "-4 is below 0, the lowest value" in limits.problem(Decimal(-4), name="Standard")
    assert limits.problem(Decimal(100), name="Standard") == limits.problem(Decimal(0), name="Standard") == ""


@pytest.mark.parametrize(
    ("text", "earlier", "why"),
    [
        ("640", ["60", "64", "61"], "far above the weeks before"), ("640", ["64"], "far above the weeks before"),
        ("10", ["60", "64", "70"], ""), ("6", ["60", "64"], "far below the weeks before"), ("0", ["60"], ""),
        ("-640", ["60"], "far above the weeks before"), ("500", ["0", "0"], ""), ("500", [], ""),
        ("1,234", ["1200"], ""), ("400", ["60", "61"], ""),
        ("1,234", ["1.2"], "far above the weeks before"), ("1.234", ["1200"], "far below the weeks before"),
        ("1,234", [], "read as 1234, and could be meant as 1.2340"), ("1.234", ["0"], "could be meant as 1234"),
        ("65", ["600"] + ["60"] * 8, ""), ("430", ["600"] + ["60"] * 8, "far above the weeks before"),
    ],
)  # fmt: skip
def test_a_value_far_from_the_ones_before_is_asked_about(text: str, earlier: list[str], why: str) -> None:
    said = unusual_problem(number_parse(text), earlier=[Decimal(one) for one in earlier])
    assert why in said
    assert bool(said) == bool(why)


@given(st.decimals("0.01", 10**9, places=2), st.sampled_from([Decimal(1000), Decimal("0.001")]))
def test_a_value_a_thousand_times_off_never_passes_silently(value: Decimal, slip: Decimal) -> None:
    assert unusual_problem(NumberText(value=value * slip), earlier=[value])


@pytest.mark.parametrize("unit", ["%", "percent"])
def test_a_percent_sign_needs_a_unit_of_percent(unit: str) -> None:
    assert is_percent(unit)
    assert entry_text("12,5 %", name="Rate", unit=unit).value == Decimal("12.5")
    for other in ("calls", "", "percentage points"):
        with pytest.raises(NotANumber, match="is in percent"):
            entry_text("12,5 %", name="Calls", unit=other)


def test_a_note_is_bounded() -> None:
    assert note_problem("x" * 11, longest=10)
    assert note_problem("a\0b", longest=10)
    assert not note_problem("fine", longest=10)
