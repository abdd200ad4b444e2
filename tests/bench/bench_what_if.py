"""Speed of one what-if once its rates are kept: `python -m tests.bench.bench_what_if` (simulated, no database).

Prints processor milliseconds for keeping the rates, and for each lever the median of ten questions, over the rest of a
quarter and over that and the next one.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from revenue_health.contribution.core.capacity import limits_of
from revenue_health.contribution.core.forecast import forward_rates
from revenue_health.contribution.core.sensitivity import REPLICATES, Change, Lever, what_if, what_if_scenario
from tests.core.contribution.companies import simulated

QUESTIONS = {
    Lever.WAIT_DAYS: Change(stage="contract", department="legal", lever=Lever.WAIT_DAYS, value=-0.3, relative=True),
    Lever.HANDS_ON: Change(stage="contract", department="legal", lever=Lever.HANDS_ON, value=-0.3, relative=True),
    Lever.LOSS_RATE: Change(stage="contract", department="legal", lever=Lever.LOSS_RATE, value=-0.3, relative=True),
}


def milliseconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


def main() -> None:
    baseline, period = simulated("legal slow, production slow and leaky", buckets=40)
    print(f"{'days ahead':<12}{'keep ms':>10}" + "".join(f"{lever:>12} ms" for lever in QUESTIONS))
    for weeks in (5, 18):
        stock = period.opening.sum(axis=0)
        rates = forward_rates(history=baseline, recent=period, step_days=np.full(weeks, 7.0), stock=stock)
        keeping = milliseconds(partial(what_if_scenario, rates))
        kept = what_if_scenario(rates)
        limits = limits_of(before=baseline, now=period, rates=rates).thinned(REPLICATES)
        asked = []
        for change in QUESTIONS.values():
            question = partial(what_if, rates=rates, changes=[change], scenario=kept, limits=limits)
            asked.append(statistics.median(milliseconds(question) for _ in range(10)))
        print(f"{weeks * 7:<12}{keeping:>10.0f}" + "".join(f"{one:>15.0f}" for one in asked))


if __name__ == "__main__":
    main()
