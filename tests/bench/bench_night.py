"""The whole night of a large company, in one process and in two: `python -m tests.bench.bench_night --sizes N ...`.

Each size is generated and loaded in a home of its own, its deals spread over ten segments. Then everything the night
does is done and timed: custody and flows (all anew), scores of both quarters, leak register, forecast, people's
numbers. Each time, nothing is left of the one before but the figures of the run. The lines: one process kept to one
processor core, one process that may use all, and two processes on two cores; PostgreSQL may use all of them always.
"""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.bench_recompute import AS_OF, run_command

SEGMENTS = 10
PARTS = "custody model total"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure()
        return
    from revenue_health.embedded.home import Home
    from revenue_health.embedded.session import servers_of, session

    for size in options.sizes:
        with tempfile.TemporaryDirectory(prefix="rh-bench-") as folder:
            os.environ["REVENUE_HEALTH_HOME"] = folder
            home = Home(Path(folder).resolve())
            with session(home, servers_of(home)):
                run_command(
                    "manage.py", "generate", f"{folder}/company", "--opportunities", str(size), "--as-of", AS_OF
                )
                spread_segments(Path(folder) / "company" / "opportunities.csv")
                run_command("manage.py", "load", f"{folder}/company")
                print(f"{size:,} opportunities, {SEGMENTS} segments")
                subprocess.run([sys.executable, "-m", "tests.bench.bench_night", "--measure"], check=True)


def spread_segments(file: Path) -> None:
    """Deals in ten segments from the start: an UPDATE afterwards would leave a table of twice the size to be read."""
    whole = file.with_suffix(".whole")
    with file.open(newline="", encoding="utf-8") as source, whole.open("w", newline="", encoding="utf-8") as target:
        rows = csv.DictReader(source)
        writer = csv.DictWriter(target, rows.fieldnames or [], lineterminator="\n")
        writer.writeheader()
        writer.writerows(row | {"segment": f"segment {number % SEGMENTS}"} for number, row in enumerate(rows))
    whole.replace(file)


def measure() -> None:
    """Inside a home: the night, in one process and in two."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "revenue_health.settings")
    import django

    django.setup()
    from datetime import date, datetime

    from django.db import connection

    from departments.models import Company
    from pipeline.services.recompute import recompute
    from revenue_health.contribution.models import ForecastSnapshot, Leak, ScoreRun
    from revenue_health.contribution.services.nightly_run import run_nightly_steps
    from revenue_health.contribution.services.processes import process_pool

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    end = datetime.combine(date.fromisoformat(AS_OF), datetime.min.time(), Company.objects.get().zone)
    print("  ".join(f"{name:>10}" for name in ("processes", "cores", *PARTS.split())))
    every = sorted(os.sched_getaffinity(0))
    for processes, cores in ((1, every[:1]), (1, every), (2, every[:2])):
        os.sched_setaffinity(0, cores)
        ScoreRun.objects.all().delete()
        Leak.objects.all().delete()
        ForecastSnapshot.objects.all().delete()
        with process_pool(processes) as others:
            if others:
                others.ready()  # as workers are, when the night begins
            began = time.perf_counter()
            run = recompute(as_of=end, full=True)
            custody = time.perf_counter() - began
            run_nightly_steps(run=run, others=others)
            total = time.perf_counter() - began
        cells = (str(processes), str(len(cores)), *(f"{part:.1f}" for part in (custody, total - custody, total)))
        print("  ".join(f"{cell:>10}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
