"""The promise of the method: estimated shares are true. A few companies always, all of them in the slow run."""

import json
from dataclasses import replace

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from revenue_health.contribution.core.model.bridge import bridge
from revenue_health.contribution.validation import simulator
from revenue_health.contribution.validation.company import company
from revenue_health.contribution.validation.table import Table, make_table


def check(table: Table, *, on_average: float, at_worst: float) -> None:
    assert table.mean_error <= on_average
    assert table.worst_error <= at_worst
    assert abs(table.unexplained_mean) <= 0.01
    assert table.unexplained_spread <= 0.04
    assert max(row.largest_residual for row in table.rows) <= 1e-9


def test_a_few_companies() -> None:
    names = ["sales at fault", "bad leads", "legal slow, production slow and leaky", "nothing changed"]
    table = make_table(seeds=range(2), names=names, shapes=(4,), buckets=4)
    # Two companies leave the noise of two companies in the mean: the limits are wider than the promise.
    check(table, on_average=0.12, at_worst=0.25)
    guilty = {row.scenario: min(row.estimated, key=row.estimated.__getitem__) for row in table.rows[:2]}
    assert guilty == {"sales at fault": "sales", "bad leads": "marketing"}


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["start", "clock", "hazard"])
def test_the_whole_promise(mode: str) -> None:
    table = make_table(seeds=range(20), mode=mode, processes=2)
    check(table, on_average=0.10, at_worst=0.20)
    assert 0.80 <= table.coverage <= 0.97
    assert table.judged_when_nothing_changed is not None
    assert table.judged_when_nothing_changed <= 0.10


def test_the_command_prints_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("validate_method", seeds=1, shapes=[2], scenario=["the market"], processes=1)
    assert "| the market | 2 | market -2." in capsys.readouterr().out


def test_the_command_answers_machines(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("validate_method", seeds=1, shapes=[2], scenario=["the market"], processes=1, json=True)
    row = json.loads(capsys.readouterr().out)["rows"][0]
    assert row["true"]["market"] < -2e6
    assert row["runs"] == 1


def test_the_command_refuses_what_is_not_there() -> None:
    with pytest.raises(CommandError, match="no scenario"):
        call_command("validate_method", scenario=["bad luck"])
    with pytest.raises(CommandError, match="whole numbers"):
        call_command("validate_method", seeds=0)


def test_a_history_of_whole_days_still_finds_the_guilty() -> None:
    """Everything happens at midnight: holds last whole days, some of them none."""
    made = company("legal slow, production slow and leaky", 2)
    exact = simulator.simulate(made, made.after, np.random.default_rng(3))
    # A hold begins just after the midnight at which the one before it ended, as the roll-up books it.
    begin = np.floor(exact.begin) + 1e-7
    end = np.maximum(np.where(exact.following == -2, exact.end, np.floor(exact.end)), begin)
    days = replace(exact, begin=begin, end=end, entered_at=np.floor(exact.entered_at))
    baseline, period = simulator.baseline_flows(made, days), simulator.period_flows(made, days)
    found = bridge(baseline=baseline.in_fewer_buckets(4), period=period.in_fewer_buckets(4), target=15e6, factors=False)
    shares = {party.key: party.share.value for party in found.parties}
    assert set(sorted(shares, key=shares.__getitem__)[:2]) == {"production", "legal"}
    assert abs(found.unexplained.value) < 0.05 * found.actual
