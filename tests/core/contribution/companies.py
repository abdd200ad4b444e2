"""Small flows for the tests of the contribution core, made by hand or by chance."""

from dataclasses import replace
from functools import cache

import numpy as np

from revenue_health.contribution.core.flows import AGE_BINS, Custody, FlowArrays, Layout
from revenue_health.contribution.validation import simulator
from revenue_health.contribution.validation.company import company

LAYOUT = Layout(
    stages=("lead", "offer", "won"),
    earns=(False, False, True),
    custodies=(Custody(0, "sales"), Custody(1, "sales"), Custody(1, "legal"), Custody(2, "sales")),
    players=("sales", "legal", "market"),
    custody_player=(0, 0, 1, 0),
)


def empty(buckets: int = 4, steps: int = 2, layout: Layout = LAYOUT) -> FlowArrays:
    """Flows in which nothing happens."""
    custodies, stages, players = len(layout.custodies), len(layout.stages), len(layout.players)
    shape = (buckets, steps, custodies)
    return FlowArrays(
        layout=layout,
        step_days=np.full(steps, 7.0),
        held=np.zeros((*shape, AGE_BINS)),
        handed_on=np.zeros((*shape, AGE_BINS)),
        routed=np.zeros((*shape, custodies + 1)),
        lost=np.zeros((buckets, steps, stages, players)),
        revalued=np.zeros((*shape, players)),
        entered=np.zeros((*shape, players)),
        taken_back=np.zeros((buckets, steps, players)),
        opening=np.zeros((buckets, custodies, AGE_BINS)),
        handed_on_count=np.zeros(shape),
        lost_count=np.zeros((buckets, steps, stages, players)),
        entered_count=np.zeros((*shape, players)),
        arrived_count=np.zeros(shape),
    )


def by_chance(seed: int, buckets: int = 4, steps: int = 3, layout: Layout = LAYOUT) -> FlowArrays:
    """Flows of plausible size, at random; every custody but the last hands on."""
    rng, flows = np.random.default_rng(seed), empty(buckets, steps, layout)
    live = len(layout.custodies) - 1
    held, handed = flows.held.copy(), flows.handed_on.copy()
    held[:, :, :live] = rng.gamma(1.0, 300.0, held[:, :, :live].shape)
    handed[:, :, :live] = held[:, :, :live] * rng.uniform(0.02, 0.2, held[:, :, :live].shape)
    routed, total = flows.routed.copy(), handed.sum(axis=-1)
    for custody in range(live):
        routed[:, :, custody, custody + 1] = total[:, :, custody]
    lost = rng.gamma(1.0, 20.0, flows.lost.shape) * (np.arange(len(layout.stages)) < len(layout.stages) - 1)[:, None]
    entered = flows.entered.copy()
    entered[:, :, 0] = rng.gamma(2.0, 200.0, entered[:, :, 0].shape)
    opening = flows.opening.copy()
    opening[:, :live] = rng.gamma(1.0, 100.0, opening[:, :live].shape)
    return replace(
        flows,
        held=held,
        handed_on=handed,
        routed=routed,
        lost=lost,
        revalued=rng.normal(0, 5, flows.revalued.shape) * (np.arange(live + 1) < live)[:, None],
        entered=entered,
        opening=opening,
        handed_on_count=np.ceil(total / 50),
        lost_count=np.ceil(lost / 50),
        entered_count=np.ceil(entered / 50),
        arrived_count=np.ceil(entered / 50).sum(axis=-1) + np.ceil(routed[..., :-1].sum(axis=2) / 50),
    )


@cache
def simulated(scenario: str, shape: int = 2, seed: int = 1, buckets: int = 4) -> tuple[FlowArrays, FlowArrays]:
    """Baseline and period of a simulated company."""
    made = company(scenario, shape)
    history = simulator.simulate(made, made.after, np.random.default_rng(seed))
    baseline, period = simulator.baseline_flows(made, history), simulator.period_flows(made, history)
    return baseline.in_fewer_buckets(buckets), period.in_fewer_buckets(buckets)
