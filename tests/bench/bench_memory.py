"""Memory of a served demo company: `python -m tests.bench.bench_memory [--pages 200] [--more 2000]`.

PSS of every process (what is shared counts once, divided among those who share it), after the start, after some
pages, and after many more: the last column must not grow. Linux only.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from pathlib import Path

from tests.bench.load import PAGES
from tests.bench.serving import Reader, served_process

MOST_MB = 1100
MOST_GROWTH = 1.05
"""Between the first pages and all of them: processes are replaced, so it goes a little up and down."""
LONGEST_START = 1200
MORE_PAGES = (
    "/data/",
    "/what-if/",
    "/scorecards/",
    "/commitments/",
    "/contribution/register/",
    "/drivers/legal/",
    "/pipeline/opportunities/",
)


def processes_below(pid: int) -> list[int]:
    """The process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, new = [], [pid]
    while new:
        found += new
        new = [child for one in new for child in children.get(one, [])]
    return found


def name_of(pid: int) -> str:
    """Which part of the installation a process belongs to."""
    line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    marks = {
        "embedded.watching": "supervisor",
        "gunicorn": "web",
        "web /": "web",
        "celery.clock": "beat",
        "revenue_health.clock": "beat",
        "revenue_health.celery": "worker",
        "celeryd": "worker",
        "postgres": "PostgreSQL",
        "valkey": "Valkey",
    }
    return next((part for mark, part in marks.items() if mark in line), line[:40].strip() or "other")


def memory_mb(pid: int) -> dict[str, tuple[float, int]]:
    """PSS in MB and number of processes of each part."""
    parts: dict[str, tuple[float, int]] = {}
    for one in processes_below(pid):
        try:
            rollup = Path(f"/proc/{one}/smaps_rollup").read_text()
            name = name_of(one)
        except OSError:
            continue
        pss = next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024
        total, count = parts.get(name, (0.0, 0))
        parts[name] = (total + pss, count + 1)
    return parts


def processor_seconds(pid: int) -> float:
    """What the workers have used of the processors."""
    ticks = 0
    for one in processes_below(pid):
        try:
            if name_of(one) == "worker":
                fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
                ticks += int(fields[11]) + int(fields[12])
        except OSError:
            continue
    return ticks / os.sysconf("SC_CLK_TCK")


def wait_until_idle(pid: int) -> None:
    """Until the workers have done what they do after a start: a fresh demo looks back on its past first."""
    deadline, pause = time.monotonic() + LONGEST_START, 20
    before, now = -1.0, 0.0
    while now - before > pause * 0.05:
        assert time.monotonic() < deadline, f"workers are still busy after {LONGEST_START} s"
        before = processor_seconds(pid)
        time.sleep(pause)
        now = processor_seconds(pid)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", help="a demo home that is built already; its users need the bench's password")
    parser.add_argument("--opportunities", type=int, help="size of the company, where one is built")
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--more", type=int, default=2000)
    options = parser.parse_args()
    with served_process(options.home, opportunities=options.opportunities) as (address, pid):
        wait_until_idle(pid)
        reader, chance = Reader(address), random.Random(1)
        seen = [memory_mb(pid)]
        for count in (options.pages, options.more):
            for _ in range(count):
                reader.get(chance.choice(PAGES + MORE_PAGES))
            seen.append(memory_mb(pid))
    report(seen, [0, options.pages, options.pages + options.more])


def report(seen: list[dict[str, tuple[float, int]]], pages: list[int]) -> None:
    """A table: a row for each part, a column for each number of pages."""
    print("| PSS, MB | processes | " + " | ".join(f"{count:,} pages" for count in pages) + " |")
    print("|---|---|" + "---|" * len(pages))
    for name in sorted({name for parts in seen for name in parts}):
        cells = " | ".join(f"{parts.get(name, (0.0, 0))[0]:.0f}" for parts in seen)
        print(f"| {name} | {seen[-1].get(name, (0.0, 0))[1]} | {cells} |")
    totals = [sum(total for total, _ in parts.values()) for parts in seen]
    print("| all | | " + " | ".join(f"{total:.0f}" for total in totals) + " |")
    assert max(totals[1:]) <= MOST_MB, f"more than {MOST_MB} MB"
    assert totals[-1] <= totals[1] * MOST_GROWTH, f"{totals[1]:.0f} MB have grown to {totals[-1]:.0f}"


if __name__ == "__main__":
    main()
