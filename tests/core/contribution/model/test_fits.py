"""Other ideas of what a change does to holds in progress: each finds the truth of a company in which it holds."""

import numpy as np
import pytest

from revenue_health.contribution.core.flows import AGE_BINS
from revenue_health.contribution.core.model import fits
from revenue_health.contribution.core.model.bridge import bridge
from revenue_health.contribution.core.model.options import Fit, ModelOptions
from revenue_health.contribution.core.model.rates import estimate_rates
from revenue_health.contribution.validation import simulator
from revenue_health.contribution.validation.company import company
from revenue_health.contribution.validation.table import true_shares
from tests.core.contribution.companies import by_chance

SCENARIO = "legal slow, production slow and leaky"


@pytest.mark.parametrize(
    ("mode", "shape", "fit"),
    [("start", 1, Fit.MEMORYLESS), ("clock", 4, Fit.CLOCK), ("hazard", 4, Fit.HAZARD)],
)
def test_each_idea_is_right_where_it_holds(mode: str, shape: int, fit: Fit) -> None:
    made = company(SCENARIO, shape, mode)
    shares = np.zeros(2)
    for seed in (1, 2, 3):
        history = simulator.simulate(made, made.after, np.random.default_rng(seed))
        spans = [
            made_of(made, history).in_fewer_buckets(1) for made_of in (simulator.baseline_flows, simulator.period_flows)
        ]
        pair = estimate_rates(baseline=spans[0], period=spans[1], options=ModelOptions(fit=fit))
        found = bridge(baseline=spans[0], period=spans[1], target=None, pair=pair, factors=False)
        shares += [party.share.value / 3 for party in found.parties if party.key in ("legal", "production")]
    true = true_shares(SCENARIO, shape, mode)[0]
    # A mean of three companies lies within a tenth of the truth; the noise of one is about that size.
    assert shares == pytest.approx([true["legal"], true["production"]], rel=0.12)


def test_without_memory_a_hazard_is_all_hand_ons_over_all_days() -> None:
    on, held = np.zeros((1, 1, AGE_BINS)), np.zeros((1, 1, AGE_BINS))
    on[0, 0, :2], held[0, 0, :3] = (10.0, 20.0), (100.0, 300.0, 200.0)
    found = fits.baseline_hazards(Fit.MEMORYLESS, on, held, np.full((1, 1, 1), 10.0))
    assert found == pytest.approx(30.0 / 600.0)


@pytest.mark.parametrize("fit", list(Fit))
def test_the_period_expects_the_hand_ons_it_had(fit: Fit) -> None:
    """Over all weeks the hazards times the days held give what was handed on: nothing is lost in the fit."""
    period = by_chance(2)
    pair = estimate_rates(baseline=by_chance(1), period=period, options=ModelOptions(fit=fit))
    share = fits.hazards.fresh_share(period.step_days)[:, None, :]
    rates = pair.actual
    hazard = share * rates.fresh[0][None] + (1 - share) * rates.old[0][None]
    expected = (period.held.sum(axis=0) * hazard).sum(axis=-1) * rates.speed[0].T
    seen = period.handed_on.sum(axis=(0, 3))
    assert expected.sum(axis=0) == pytest.approx(seen.sum(axis=0), rel=0.02)
