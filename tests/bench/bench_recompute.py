"""From PostgreSQL to the stored roll-up, and one day's changes: `python -m tests.bench.bench_recompute --sizes N ...`.

Each size is generated, loaded and computed in a home of its own with its own servers, removed afterwards. Printed are
medians of the repeats (wall-clock seconds), the largest memory of the computing process, and what a day changes: every
deal with something recorded in the last day.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

AS_OF = "2026-11-24"
COLUMNS = "opportunities events handoffs load_s full_s read_s custody_s flows_s write_s peak_GB touched day_s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.repeat)))
        return
    print("  ".join(f"{name:>13}" for name in COLUMNS.split()))
    for size in options.sizes:
        print("  ".join(f"{cell:>13}" for cell in in_a_home(size, options.repeat)), flush=True)


def in_a_home(size: int, repeat: int) -> list[str]:
    """Make, load and measure a company of one size; the cells of its line."""
    from revenue_health.embedded.home import Home
    from revenue_health.embedded.session import servers_of, session

    with tempfile.TemporaryDirectory(prefix="rh-bench-") as folder:
        os.environ["REVENUE_HEALTH_HOME"] = folder
        home = Home(Path(folder).resolve())
        with session(home, servers_of(home)):
            run_command("manage.py", "generate", f"{folder}/company", "--opportunities", str(size), "--as-of", AS_OF)
            began = time.perf_counter()
            loaded = json.loads(run_command("manage.py", "load", f"{folder}/company", "--json"))["files"]
            seconds = time.perf_counter() - began
            found = json.loads(
                run_command("-m", "tests.bench.bench_recompute", "--measure", "--repeat", str(repeat)).splitlines()[-1]
            )
    counts = [loaded[name]["new"] for name in ("opportunities.csv", "events.csv", "handoffs.csv")]
    full = found["full"]
    parts = [full[name] for name in ("total", "read", "custody", "flows", "write")]
    return [
        *(f"{count:,}" for count in counts),
        *(f"{value:.2f}" for value in (seconds, *parts, found["peak_gb"])),
        f"{found['touched']:,}",
        f"{found['day']:.2f}",
    ]


def measure(repeat: int) -> dict[str, object]:
    """Inside a home: full runs, then a day's changes on top of each other."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "revenue_health.settings")
    import django

    django.setup()
    from datetime import date, datetime, timedelta

    from departments.models import Company
    from pipeline.models import Event, TouchedOpportunity
    from pipeline.services.recompute import recompute

    end = datetime.combine(date.fromisoformat(AS_OF), datetime.min.time(), Company.objects.get().zone)
    full = [recompute(as_of=end, full=True).seconds for _ in range(repeat)]
    changed = list(
        Event.objects.filter(recorded_at__gt=end - timedelta(days=1), recorded_at__lte=end)
        .values_list("opportunity", flat=True)
        .distinct()
    )
    days = []
    for number in range(repeat):
        TouchedOpportunity.objects.bulk_create([TouchedOpportunity(opportunity=pk) for pk in changed])
        days.append(recompute(as_of=end + timedelta(days=number + 1)).seconds["total"])
    return {
        "full": {name: statistics.median(run[name] for run in full) for name in full[0]},
        "touched": len(changed),
        "day": statistics.median(days),
        "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    }


def run_command(*command: str) -> str:
    return subprocess.run([sys.executable, *command], check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    main()
