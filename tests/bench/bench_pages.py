"""Speed of the pages of the demo company under gunicorn: `python -m tests.bench.bench_pages`.

Builds a demo home (or takes the one given), serves it with two workers, signs in as the CEO, and prints for each page
the median and 95th percentile, its size over the wire with everything it loads, and how many full pages a
second eight readers get. Loopback only, bounded in count.

`--beside ADDRESS` asks another release each page in turn with this one, so that what else the machine does slows both
alike: serve it from its own checkout and a home of its own, `manage.py demo --home OTHER --port 8123`.
"""

from __future__ import annotations

import argparse
import re
import statistics
import threading
import time

from tests.bench.serving import Reader, served

PAGES = (
    "/",
    "/review/changes/?bucket=lost",
    "/pipeline/",
    "/pipeline/opportunities/",
    "/departments/",
    "/departments/legal/",
    "/data/",
    "/drivers/",
    "/forecast/",
    "/what-if/",
    "/what-if/?set=contract:legal:wait_days=2",
    "/what-if/scenarios/",
    "/drivers/legal/",
    "/contribution/register/",
    "/packs/",
    "/packs/1/",
    "/board/1/",
    "/scorecards/",
    "/scorecards/legal/",
    "/my/",
    "/commitments/",
)
ROUNDS = 40
READERS, EACH = 8, 60


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", help="a demo home that is built already; its users need the bench's password")
    parser.add_argument("--opportunities", type=int, help="size of the company, where one is built")
    parser.add_argument("--years", type=int, help="years of its history, where one is built")
    parser.add_argument("--beside", metavar="ADDRESS", help="another release, which is served already: asked in turn")
    options = parser.parse_args()
    with served(options.home, opportunities=options.opportunities, years=options.years) as address:
        if options.beside:
            compare(address, options.beside)
        else:
            report(address)


def compare(address: str, beside: str) -> None:
    """Ask both in turn, and print the medians of each."""
    readers = [Reader(beside), Reader(address)]
    print(f"{'page':<42}{'beside ms':>10}{'here ms':>10}{'ratio':>8}")
    for page in PAGES:
        times: list[list[float]] = [[], []]
        for _ in range(ROUNDS):
            for reader, taken in zip(readers, times, strict=True):
                taken.append(_timed(reader, page))
        other, here = (statistics.median(taken) for taken in times)
        print(f"{page:<42}{other:>10.1f}{here:>10.1f}{here / other:>8.2f}")


def report(address: str) -> None:
    """Measure and print."""
    reader = Reader(address)
    deal = re.search(rb'href="(/pipeline/opportunities/[^"?]+/)"', reader.get("/pipeline/opportunities/"))
    pages = [*PAGES, deal[1].decode()] if deal else list(PAGES)
    print(f"{'page':<42}{'median ms':>10}{'p95 ms':>10}{'kB':>8}{'first visit kB':>16}")
    for page in pages:
        times = sorted(_timed(reader, page) for _ in range(ROUNDS))
        size, whole = _sizes(reader, page)
        p95 = times[int(0.95 * len(times)) - 1]
        print(f"{page:<42}{statistics.median(times):>10.1f}{p95:>10.1f}{size / 1000:>8.0f}{whole / 1000:>16.0f}")
    for page in pages[:2]:
        print(f"{READERS} readers of {page}: {_pages_a_second(address, page):.0f} full pages a second")


def _timed(reader: Reader, page: str) -> float:
    began = time.perf_counter()
    reader.get(page)
    return (time.perf_counter() - began) * 1000


def _sizes(reader: Reader, page: str) -> tuple[int, int]:
    """Compressed bytes of the page, and of it with all scripts and styles it names."""
    html = reader.get(page).decode()
    size = len(reader.get(page, **{"Accept-Encoding": "gzip"}))
    files = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', html))
    return size, size + sum(len(reader.get(file, **{"Accept-Encoding": "br"})) for file in files)


def _pages_a_second(address: str, page: str) -> float:
    readers = [Reader(address) for _ in range(READERS)]
    threads = [
        threading.Thread(target=lambda reader=reader: [reader.get(page) for _ in range(EACH)]) for reader in readers
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return READERS * EACH / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
