"""`leaks` and `flows`: shapes others rely on, a company by hand, and two ways to the same figure."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from pipeline.services.recompute import recompute
from tests.pipeline.companies import (
    BEGIN,
    company_make,
    event_add,
    handoff_add,
    opportunity_make,
    random_history,
    second_pipeline,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _own_store(settings: Any, tmp_path: Any) -> None:
    settings.CUSTODY_STORE = tmp_path / "custody"


def asked(*command: str) -> Any:
    out = io.StringIO()
    call_command(*command, "--json", stdout=out)
    return json.loads(out.getvalue())


@pytest.fixture
def by_hand() -> None:
    """Three deals of 1,000.00: one won on day 5, one lost by production on day 4, one still an offer."""
    company = company_make()
    for key, steps in {
        "won": [(0, "lead"), (2, "offer"), (5, "won")],
        "lost": [(0, "lead"), (1, "offer"), (4, "lost")],
        "open": [(1, "lead"), (3, "offer")],
    }.items():
        deal = opportunity_make(company, key)
        for day, stage in steps:
            event_add(company, deal, day, stage, reason="late" if stage == "lost" else None)
    handoff_add(company, deal, "legal", 4)
    recompute(as_of=BEGIN + timedelta(days=30))


@pytest.mark.usefixtures("by_hand")
@pytest.mark.parametrize(
    ("arguments", "first"),
    [((), "all time to "), (("--period", f"{BEGIN:%Y-%m}"), f"{BEGIN:%Y-%m}, {BEGIN:%Y-%m-01} to ")],
)
def test_the_text_begins_with_its_period(arguments: tuple[str, ...], first: str) -> None:
    out = io.StringIO()
    call_command("leaks", *arguments, stdout=out)
    assert out.getvalue().startswith(first)


@pytest.mark.usefixtures("by_hand")
def test_the_leak_map_by_hand() -> None:
    figures = asked("leaks")
    lead, offer, *_ = figures["stages"]
    assert (lead["stage"], lead["entered"], lead["advanced"]) == (
        "lead",
        {"amount": 3000.0, "count": 3},
        {"amount": 3000.0, "count": 3},
    )
    assert (offer["moved_in"]["count"], offer["won"]["count"], offer["lost"]["count"]) == (3, 1, 1)
    assert offer["closing"] == {"amount": 1000.0, "count": 1} == offer["over_limit"]
    assert (offer["conversion_previous"], offer["median_days"]) == (1.0, 3.0)
    lost = [cell for cell in figures["cells"] if cell["lost"]["count"]]
    assert [(cell["stage"], cell["department"], cell["lost"]["amount"]) for cell in lost] == [
        ("offer", "production", 1000.0)
    ]
    held = {(c["stage"], c["department"]): c["held"]["deal_days"] for c in figures["cells"]}
    assert held["offer", "legal"] == 26.0
    assert {name: figure["count"] for name, figure in figures["totals"].items()} == {
        "created": 3,
        "won": 1,
        "reversed": 0,
        "lost": 1,
        "open": 1,
    }
    assert figures["balance_error"] == 0


@pytest.mark.usefixtures("by_hand")
def test_a_period_sees_only_its_days() -> None:
    figures = asked("leaks", "--period", "2026-03-06..2026-03-06")
    assert figures["period"] == {"start": "2026-03-06", "end": "2026-03-06"}
    assert figures["totals"]["lost"]["count"] == 1
    assert figures["totals"]["won"]["count"] == 0
    assert sum(stage["opening"]["count"] for stage in figures["stages"]) == 3


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.always(1)
def test_weeks_of_the_roll_up_equal_the_same_weeks_from_custody(seed: int) -> None:
    company = company_make()
    if seed % 2:
        second_pipeline(company)
    random_history(company, np.random.default_rng(seed), deals=30, days=70, prefix="a")
    recompute(as_of=BEGIN + timedelta(days=60))
    flows = asked("flows")
    came = [row["pipeline_in"] for week in flows["weeks"] for row in week["stages"] if "pipeline_in" in row]
    assert bool(came) is bool(seed % 2)
    assert flows["balance_error"] == 0
    assert len(flows["weeks"]) >= 8
    for week in flows["weeks"]:
        period = f"{week['week']}..{(date.fromisoformat(week['week']) + timedelta(days=6)).isoformat()}"
        custody = asked("leaks", "--period", period)
        assert week["stages"] == custody["stages"]
        assert week["cells"] == custody["cells"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["leaks", "--period", "soon"], "is not a period"),
        (["leaks", "--pipeline", "nope"], "There is no pipeline “nope”"),
        (["leaks", "--segment", "nope"], "No deal has the segment “nope”"),
        (["flows", "--segment", "nope"], "No deal has the segment “nope”"),
        (["leaks", "--region", "nope"], "No deal has the region “nope”"),
        (["flows", "--team", "1"], "not kept by team"),
    ],
)
@pytest.mark.usefixtures("by_hand")
@pytest.mark.always(2)
def test_a_wrong_question_is_answered_with_what_to_do(options: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        call_command(*options)


def test_before_the_first_load_the_commands_say_so() -> None:
    with pytest.raises(CommandError, match="load a company folder"):
        call_command("leaks")
    company_make()
    with pytest.raises(CommandError, match="recompute first"):
        call_command("leaks")


@pytest.mark.usefixtures("by_hand")
def test_commands_say_first_that_nothing_was_recorded_for_long(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As pages do; not on the output that programs read."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: BEGIN + timedelta(days=13 * 366))
    asked("leaks")
    assert "13 years ago; nothing was recorded since." in capsys.readouterr().err
