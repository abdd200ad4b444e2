"""Speed of the core: custody and flows of a synthetic company, per number of opportunities.

    python -m tests.bench.bench_custody --opportunities 1000000
    python -m tests.bench.bench_custody --sizes 100000 1000000 5000000

3.5 events and 2.2 hand-offs an opportunity, three years, seeded. Each size runs in a process of its own, so that
the peak memory printed (whole process, input included) belongs to it. The figures are medians of `--repeat` runs;
cpu_s is processor time over all threads: what a machine busy with other work should be judged by.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time

import numpy as np
import pyarrow as pa

from pipeline.core.custody.custody import CustodyInput, custody_compute
from pipeline.core.flows.balance import balance_error
from pipeline.core.flows.flows import flows_compute
from pipeline.core.weeks import week_table

DAY = 86_400
FIRST = 1_672_617_600  # Monday 2023-01-02 00:00 UTC
SPAN = 3 * 365 * DAY
MICROSECONDS = 1_000_000
STAGES, EARNING, DEPARTMENTS = 6, 4, 6


def company(count: int, seed: int) -> CustodyInput:
    """Deals that climb six stages, stall, shrink and get lost; hand-offs overlap each other and the stages."""
    random = np.random.default_rng(seed)
    created = FIRST * MICROSECONDS + np.sort(random.integers(0, SPAN * MICROSECONDS, count))
    opportunities = pa.table(
        {
            "opportunity": np.arange(1, count + 1),
            "pipeline": np.ones(count, dtype=np.int32),
            "segment": pa.array(["small", "middle", "large"]).take(pa.array(random.integers(0, 3, count))),
            "source": np.ones(count, dtype=np.int32),
            "source_department": random.integers(1, DEPARTMENTS + 1, count).astype(np.int32),
            "bucket": (np.arange(count) % 40).astype(np.int16),
        }
    )
    as_of = FIRST + SPAN
    return CustodyInput(
        opportunities=opportunities,
        events=_events(random, created, as_of),
        handoffs=_handoffs(random, created, as_of),
        stages=_stages(),
        as_of=as_of,
        weeks=week_table(FIRST, as_of, "Europe/Berlin"),
    )


def _events(random: np.random.Generator, created: np.ndarray, as_of: int) -> pa.Table:
    size = 1 + random.poisson(2.5, len(created))
    deal = np.repeat(np.arange(len(created)), size)
    first = np.cumsum(size) - size
    number = np.arange(len(deal)) - first[deal]
    gap = (random.exponential(12 * DAY, len(deal)) * MICROSECONDS).astype(np.int64)
    gap[first] = 0
    running = np.cumsum(gap)
    at = created[deal] + running - running[first][deal]
    climbs = random.random(len(deal)) > 0.15  # else the amount changes
    climbs[first] = False
    steps = np.cumsum(climbs)
    stage = np.minimum(steps - steps[first][deal], STAGES - 1) + 1
    last = number == size[deal] - 1
    lost = last & (number > 0) & (random.random(len(deal)) < 0.6)
    worth = random.lognormal(14, 1, len(created)).astype(np.int64)
    amount = (worth[deal] * np.where(climbs | (number == 0), 1, random.uniform(0.7, 1.2, len(deal)))).astype(np.int64)
    cause = random.integers(1, DEPARTMENTS + 1, len(deal)).astype(np.int32)
    events = pa.table(
        {
            "opportunity": deal + 1,
            "at_us": at,
            "sequence": number.astype(np.int32),
            "stage": pa.array(stage.astype(np.int32), mask=lost),
            "amount": pa.array(amount, mask=lost),
            "cause": pa.array(cause, mask=~lost | (random.random(len(deal)) < 0.2)),
        }
    )
    return events.filter(pa.array(at <= as_of * MICROSECONDS))


def _handoffs(random: np.random.Generator, created: np.ndarray, as_of: int) -> pa.Table:
    size = random.poisson(2.2, len(created))
    deal = np.repeat(np.arange(len(created)), size)
    requested = created[deal] + (random.uniform(0, 40 * DAY, len(deal)) * MICROSECONDS).astype(np.int64)
    completed = requested + (random.gamma(2, 2 * DAY, len(deal)) * MICROSECONDS).astype(np.int64)
    horizon = as_of * MICROSECONDS
    handoffs = pa.table(
        {
            "opportunity": deal + 1,
            "handoff": np.arange(len(deal)),
            "department": random.integers(1, DEPARTMENTS + 1, len(deal)).astype(np.int32),
            "requested_us": requested,
            "completed_us": pa.array(completed, mask=completed > horizon),
        }
    )
    return handoffs.filter(pa.array(requested <= horizon))


def _stages() -> pa.Table:
    number = np.arange(1, STAGES + 1, dtype=np.int32)
    return pa.table(
        {
            "stage": number,
            "pipeline": np.ones(STAGES, dtype=np.int32),
            "position": number,
            "owner": np.array([1, 2, 2, 2, 3, 4], dtype=np.int32),
            "earns": number == EARNING + 1,
            "limit_seconds": pa.array(np.full(STAGES, 20 * DAY)),
        }
    )


def measure(count: int, seed: int, repeat: int, threads: int) -> dict[str, float]:
    """Seconds of custody and flows (medians), rows made, and peak memory."""
    data = company(count, seed)
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    times: dict[str, list[float]] = {"custody": [], "flows": []}
    processor = []
    for _ in range(repeat):
        begun, start = time.process_time(), time.perf_counter()
        custody = custody_compute(data, threads=threads)
        middle = time.perf_counter()
        flows = flows_compute(custody, data.opportunities, data.stages, data.weeks, data.as_of, threads=threads)
        times["custody"].append(middle - start)
        times["flows"].append(time.perf_counter() - middle)
        processor.append(time.process_time() - begun)
    if balance_error(flows, data.stages):
        raise SystemExit("the flows do not balance")
    return {
        "opportunities": count,
        "events": len(data.events),
        "handoffs": len(data.handoffs),
        "visits": len(custody.visits),
        "pieces": len(custody.holds),
        "flows": len(flows),
        "custody_seconds": statistics.median(times["custody"]),
        "flows_seconds": statistics.median(times["flows"]),
        "cpu_seconds": statistics.median(processor),
        "input_gb": base / 2**20,
        "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--opportunities", type=int)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="one size, in this process, as JSON")
    options = parser.parse_args()
    if options.json:
        print(json.dumps(measure(options.opportunities, options.seed, options.repeat, options.threads)))
        return
    columns = (
        "opportunities events handoffs visits pieces flows custody_s flows_s total_s cpu_s us/deal input_GB peak_GB"
    )
    print("  ".join(f"{name:>13}" for name in columns.split()))
    for count in [options.opportunities] if options.opportunities else options.sizes:
        print(_line(_in_own_process(count, options)), flush=True)


def _in_own_process(count: int, options: argparse.Namespace) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.bench_custody", "--json", "--opportunities", str(count)]
    command += [f"--{name}={getattr(options, name)}" for name in ("seed", "repeat", "threads")]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def _line(result: dict[str, float]) -> str:
    counts = [result[name] for name in ("opportunities", "events", "handoffs", "visits", "pieces", "flows")]
    total = result["custody_seconds"] + result["flows_seconds"]
    seconds = [result["custody_seconds"], result["flows_seconds"], total, result["cpu_seconds"]]
    seconds.append(total / result["opportunities"] * 1e6)
    cells = [f"{n:,}" for n in counts] + [f"{s:.2f}" for s in [*seconds, result["input_gb"], result["peak_gb"]]]
    return "  ".join(f"{cell:>13}" for cell in cells)


if __name__ == "__main__":
    main()
