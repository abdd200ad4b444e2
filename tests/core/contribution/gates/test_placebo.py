"""Placebo: what the method says of a department's own past, and of halves of the same deals."""

from revenue_health.contribution.core.gates.placebo import PlaceboQuarter, false_alarms, most_named, placebo_gate, since


def quarters(*parts: float) -> list[PlaceboQuarter]:
    return [PlaceboQuarter(label=f"Q{number}", parts={"legal": part}) for number, part in enumerate(parts, 1)]


def gate(part: float, past: list[PlaceboQuarter], halves: tuple[float, ...] = (0.5, -0.5)) -> tuple[bool | None, str]:
    result = placebo_gate(
        "legal",
        part=part,
        clear=0.05,
        quarters=past,
        halves=[{"legal": half} for half in halves],
        scale=100.0,
        fewest=2,
    )
    return result.passed, result.detail


def test_a_share_beyond_all_earlier_quarters_passes() -> None:
    passed, detail = gate(-0.30, quarters(0.02, -0.03, 0.04))
    assert passed
    assert detail.startswith("7.5 times the most")


def test_a_quarter_that_says_as_much_stops_it_whatever_its_sign() -> None:
    passed, detail = gate(-0.30, quarters(0.02, 0.31, -0.02))
    assert passed is False
    assert "Q2" in detail


def test_what_has_been_there_since_does_not_count_against_it() -> None:
    past = quarters(0.02, -0.01, -0.33, -0.31)
    assert [quarter.label for quarter in since("legal", -0.30, 0.05, past)] == ["Q3", "Q4"]
    assert gate(-0.30, past)[0]


def test_a_gap_ends_what_has_been_there_since() -> None:
    past = quarters(-0.40, 0.01, -0.31)
    assert [quarter.label for quarter in since("legal", -0.30, 0.05, past)] == ["Q3"]
    assert gate(-0.30, past)[0] is False


def test_too_short_a_past_names_nobody() -> None:
    passed, detail = gate(-0.30, quarters(0.01))
    assert passed is False
    assert detail == "1 earlier quarter to compare with; at least 2 are needed"


def test_random_halves_that_differ_as_much_stop_it() -> None:
    assert gate(-0.30, quarters(0.01, 0.02), halves=(-31.0, 2.0))[0] is False


def test_false_alarms_count_departments_and_quarters() -> None:
    past = [
        PlaceboQuarter(label="Q1", parts={"legal": 0.3, "sales": 0.0}),
        PlaceboQuarter(label="Q2", parts={"legal": 0.05, "sales": -0.2}),
    ]
    assert false_alarms(past, {"legal": 0.1, "sales": 0.1}) == 0.5
    assert false_alarms([], {"legal": 0.1}) is None


def test_all_gates_name_at_most_what_the_quarters_before_let_pass_as_well() -> None:
    """Legal is beyond the limit of 0.1 in three quarters. Before the first there are no two to compare with; before the
    third there was none as large; before the fifth there was a larger one. Sales never is."""
    parts = [0.15, 0.02, 0.2, 0.01, 0.17]
    past = [PlaceboQuarter(label=str(at), parts={"legal": part, "sales": 0.05}) for at, part in enumerate(parts)]
    limits = {"legal": 0.1, "sales": 0.1}
    assert false_alarms(past, limits) == 0.3
    assert most_named(past, limits, single={"legal": 0.08, "sales": 0.08}, fewest=2) == 1
    assert most_named(past[:2], limits, single=limits, fewest=2) is None, "none of them could be asked"
