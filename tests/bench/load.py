"""Many readers at once: `python -m tests.bench.load`, or `make load`.

Fifty readers open pages of the demo company (or of the home given), each with a pause as a person has;
the median and 95th percentile of what they waited are printed. Loopback only; it ends by itself after READERS x EACH
pages.
"""

from __future__ import annotations

import argparse
import random
import statistics
import threading
import time

from tests.bench.serving import Reader, served

READERS, EACH = 50, 12
PAUSE_SECONDS = (0.5, 1.5)
"""A reader looks at a page at least this long before asking for the next; real ones look longer."""
PAGES = ("/", "/pipeline/", "/departments/", "/departments/legal/", "/drivers/", "/forecast/", "/packs/")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", help="a demo home that is built already; its users need the bench's password")
    parser.add_argument("--opportunities", type=int, help="size of the company, where one is built")
    parser.add_argument("--years", type=int, help="years of its history, where one is built")
    options = parser.parse_args()
    with served(options.home, opportunities=options.opportunities, years=options.years) as address:
        report(address)


def report(address: str) -> None:
    """Let them in together, and print what they waited."""
    first = Reader(address)
    for page in PAGES:
        first.get(page)
    waited: list[float] = []
    failed: list[str] = []
    threads = [
        threading.Thread(target=_read, args=(first.same_session(), random.Random(number), waited, failed))
        for number in range(READERS)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = time.perf_counter() - began
    waited.sort()
    print(f"{READERS} readers, {len(waited)} pages in {taken:.0f} s ({len(waited) / taken:.0f} a second)")
    p95 = waited[int(0.95 * len(waited)) - 1]
    print(f"median {statistics.median(waited):.0f} ms, p95 {p95:.0f} ms, longest {waited[-1]:.0f} ms")
    print(f"failed: {len(failed)}", *sorted(set(failed))[:5])


def _read(reader: Reader, chance: random.Random, waited: list[float], failed: list[str]) -> None:
    time.sleep(chance.uniform(0, PAUSE_SECONDS[1]))
    for _ in range(EACH):
        page = chance.choice(PAGES)
        began = time.perf_counter()
        try:
            reader.get(page)
        except OSError as problem:
            failed.append(f"{page}: {problem}")
        else:
            waited.append((time.perf_counter() - began) * 1000)
        time.sleep(chance.uniform(*PAUSE_SECONDS))


if __name__ == "__main__":
    main()
