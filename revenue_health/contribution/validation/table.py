"""The validation table: estimated shares against the truth, over scenarios, shapes of hold times, and seeds."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache

import numpy as np

from revenue_health.contribution.core.model.bridge import bridge
from revenue_health.contribution.core.verdict import Verdict
from revenue_health.contribution.validation import simulator, truth
from revenue_health.contribution.validation.company import Company, company, scenarios

SHAPES = (1, 2, 4)


@dataclass(frozen=True, kw_only=True)
class Run:
    """One simulated company. shares, low, high: by party; judged: parties with a verdict other than cannot tell."""

    scenario: str
    shape: int
    seed: int
    shares: dict[str, float]
    low: dict[str, float]
    high: dict[str, float]
    judged: tuple[str, ...]
    unexplained: float
    won: float
    residual: float


@dataclass(frozen=True, kw_only=True)
class Row:
    """One scenario and shape over its seeds. Money as simulated; error, coverage, judged, unexplained as parts of 1.

    error: the largest error of a party's mean share, relative to the largest true share; where all true shares are
    zero, relative to the revenue expected (there is no share to be relative to). unexplained_* relative to revenue.
    """

    scenario: str
    shape: int
    true: dict[str, float]
    estimated: dict[str, float]
    error: float
    coverage: float
    judged: float
    unexplained_mean: float
    unexplained_spread: float
    runs: int
    largest_residual: float


@dataclass(frozen=True, kw_only=True)
class Table:
    """All rows and the figures the acceptance looks at; judged_when_nothing_changed is None without such a company."""

    rows: tuple[Row, ...]
    mean_error: float
    worst_error: float
    coverage: float
    judged_when_nothing_changed: float | None
    unexplained_mean: float
    unexplained_spread: float


@cache
def true_shares(scenario: str, shape: int, mode: str) -> tuple[dict[str, float], float]:
    """Exact shares and expected revenue in the period, once per company."""
    simulated = company(scenario, shape, mode)
    return truth.true_shares(simulated), truth.expected_revenue(simulated, simulated.after)


def run_once(scenario: str, shape: int, seed: int, mode: str = "start", buckets: int = simulator.BUCKETS) -> Run:
    """Simulate one company and estimate its bridge, with the jackknife over so many buckets."""
    simulated: Company = company(scenario, shape, mode)
    history = simulator.simulate(simulated, simulated.after, np.random.default_rng([seed, shape]))
    target = simulated.target_factor * truth.expected_revenue(simulated, simulated.before)
    result = bridge(
        baseline=simulator.baseline_flows(simulated, history).in_fewer_buckets(buckets),
        period=simulator.period_flows(simulated, history).in_fewer_buckets(buckets),
        target=target,
        factors=False,
    )
    return Run(
        scenario=scenario,
        shape=shape,
        seed=seed,
        shares={party.key: party.share.value for party in result.parties},
        low={party.key: party.share.low for party in result.parties},
        high={party.key: party.share.high for party in result.parties},
        judged=tuple(party.key for party in result.parties if party.judgement.verdict != Verdict.CANNOT_TELL),
        unexplained=result.unexplained.value,
        won=result.actual,
        residual=result.residual() / max(abs(result.actual), 1.0),
    )


def summarise(runs: Sequence[Run], true: dict[str, float], expected: float) -> Row:
    """One row of the table out of the runs of a scenario and shape."""
    mean = {key: float(np.mean([run.shares[key] for run in runs])) for key in true}
    largest = max(abs(value) for value in true.values())
    miss = max(abs(mean[key] - true[key]) for key in true)
    covered = [run.low[key] <= true[key] <= run.high[key] for run in runs for key in true]
    left = np.array([run.unexplained / run.won for run in runs])
    return Row(
        scenario=runs[0].scenario,
        shape=runs[0].shape,
        true=true,
        estimated=mean,
        error=miss / (largest or expected),
        coverage=float(np.mean(covered)),
        judged=float(np.mean([key in run.judged for run in runs for key in true])),
        unexplained_mean=float(left.mean()),
        unexplained_spread=float(left.std(ddof=1)) if len(runs) > 1 else 0.0,
        runs=len(runs),
        largest_residual=max(abs(run.residual) for run in runs),
    )


def _job(job: tuple[str, int, int, str, int]) -> Run:
    return run_once(*job)


def make_table(
    *,
    seeds: Iterable[int],
    names: Sequence[str] = (),
    shapes: Sequence[int] = SHAPES,
    mode: str = "start",
    processes: int = 1,
    buckets: int = simulator.BUCKETS,
) -> Table:
    """Simulate and compare. names: scenarios, all of them when empty. processes: companies worked on side by side."""
    names, seeds = tuple(names) or tuple(scenarios()), tuple(seeds)
    jobs = [(name, shape, seed, mode, buckets) for name in names for shape in shapes for seed in seeds]
    if processes > 1:
        with ProcessPoolExecutor(processes) as pool:
            runs = list(pool.map(_job, jobs, chunksize=4))
    else:
        runs = [_job(job) for job in jobs]
    rows = []
    for name in names:
        for shape in shapes:
            here = [run for run in runs if (run.scenario, run.shape) == (name, shape)]
            rows.append(summarise(here, *true_shares(name, shape, mode)))
    return _table(tuple(rows))


def _table(rows: tuple[Row, ...]) -> Table:
    still = [row.judged for row in rows if not any(row.true.values())]
    return Table(
        rows=rows,
        mean_error=float(np.mean([row.error for row in rows])),
        worst_error=max(row.error for row in rows),
        coverage=float(np.mean([row.coverage for row in rows])),
        judged_when_nothing_changed=float(np.mean(still)) if still else None,
        unexplained_mean=max((row.unexplained_mean for row in rows), key=abs),
        unexplained_spread=max(row.unexplained_spread for row in rows),
    )
