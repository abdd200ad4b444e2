"""What-if and constraints: the same revenue with other rates."""

import numpy as np
import pytest

from revenue_health.contribution.core.flows import AGE_BINS, FlowError
from revenue_health.contribution.core.model.rates import Rates, estimate_rates
from revenue_health.contribution.core.model.revenue import everyone, revenue
from revenue_health.contribution.core.sensitivity import (
    Change,
    Lever,
    apply_changes,
    mean_hold,
    ranked_constraints,
    what_if,
)
from tests.core.contribution.companies import simulated


def rates(scenario: str = "legal slow, production slow and leaky") -> Rates:
    baseline, period = simulated(scenario)
    return estimate_rates(baseline=baseline, period=period).actual


def change(lever: Lever, value: float, *, relative: bool = False, who: str = "legal") -> Change:
    return Change(stage="contract", department=who, lever=lever, value=value, relative=relative)


def test_the_mean_of_a_constant_hazard_is_its_inverse() -> None:
    assert mean_hold(np.full(AGE_BINS, 0.125)) == pytest.approx(8.0)


def test_who_never_hands_on_holds_for_ever() -> None:
    assert mean_hold(np.zeros(AGE_BINS)) == np.inf


def test_a_promised_wait_becomes_the_mean_hold() -> None:
    now = rates()
    custody = [c[:2] for c in now.layout.custodies].index((3, "legal"))
    kept = apply_changes(now, [change(Lever.WAIT_DAYS, 6.0)])
    speed = kept.speed[0, custody].mean()
    assert mean_hold(kept.fresh[0, custody] * speed) == pytest.approx(6.0, rel=0.05)


def test_a_faster_legal_brings_more_and_the_interval_knows_it() -> None:
    found = what_if(rates=rates(), changes=[change(Lever.WAIT_DAYS, 8.0)])
    assert found.change.low > 0
    assert found.change.value == pytest.approx(found.after.value - found.before.value)


def test_no_change_changes_nothing() -> None:
    found = what_if(rates=rates(), changes=[change(Lever.WAIT_DAYS, 0.0, relative=True)])
    assert found.change.value == pytest.approx(0.0, abs=1e-6 * found.before.value)


def test_undoing_all_of_legals_play_is_the_coalition_without_legal() -> None:
    """Bridge and what-if are one function: setting legal's hazards to the baseline's gives that coalition's R."""
    baseline, period = simulated("legal slow, production slow and leaky")
    pair = estimate_rates(baseline=baseline, period=period)
    choice = everyone(pair.actual.layout, 1)
    choice[:, pair.actual.layout.players.index("legal")] = 0
    without = revenue((pair.baseline, pair.actual), choice)[0, 0]
    as_it_was = revenue((pair.actual,), everyone(pair.actual.layout, 0))[0, 0]
    assert without - as_it_was > 1e6
    promised = what_if(rates=pair.actual, changes=[change(Lever.WAIT_DAYS, 10.0)])
    assert promised.change.value == pytest.approx(without - as_it_was, rel=0.15)


@pytest.mark.parametrize(
    ("lever", "value", "sign"),
    [(Lever.LIMIT_DAYS, 10.0, 1), (Lever.LOSS_RATE, 0.0, 1), (Lever.VALUE, -0.001, -1), (Lever.LOSS_RATE, 0.05, -1)],
)
def test_every_lever_pulls_the_right_way(lever: Lever, value: float, sign: int) -> None:
    assert sign * what_if(rates=rates(), changes=[change(lever, value)]).change.value > 0


def test_more_demand_brings_more() -> None:
    more = Change(stage="lead", department="marketing", lever=Lever.DEMAND, value=0.1, relative=True)
    assert what_if(rates=rates(), changes=[more]).change.value > 0


@pytest.mark.parametrize(
    "wrong",
    [
        Change(stage="nowhere", department="legal", lever=Lever.WAIT_DAYS, value=1.0),
        Change(stage="contract", department="nobody", lever=Lever.LOSS_RATE, value=0.1),
        Change(stage="lead", department="legal", lever=Lever.WAIT_DAYS, value=1.0),
        Change(stage="contract", department="legal", lever=Lever.WAIT_DAYS, value=-1.0),
        Change(stage="contract", department="legal", lever=Lever.WAIT_DAYS, value=float("nan")),
    ],
)
def test_what_is_not_there_or_no_number_is_refused(wrong: Change) -> None:
    with pytest.raises(FlowError):
        what_if(rates=rates(), changes=[wrong])


def test_the_slow_departments_are_the_constraint() -> None:
    found = ranked_constraints(rates())
    assert (found[0].stage, found[0].department, found[0].kind) == ("contract", "legal", "holding")
    assert [one.gain for one in found] == sorted((one.gain for one in found), reverse=True)
