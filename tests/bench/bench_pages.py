"""Speed of the pages of the demo company under gunicorn: `python -m tests.bench.bench_pages`.

Builds a demo home (or takes the one given), serves it with two workers, signs in as the CEO, and prints for each page
the median and 95th percentile, its size over the wire with everything it loads, and how many full pages a
second eight readers get. Loopback only, bounded in count.
"""

from __future__ import annotations

import argparse
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from http.cookiejar import CookieJar
from urllib.parse import urlencode

PASSWORD = "bench-only-Pa55"
PAGES = (
    "/pipeline/",
    "/pipeline/opportunities/",
    "/departments/",
    "/departments/legal/",
    "/data/",
)
ROUNDS = 40
READERS, EACH = 8, 60


class Reader:
    """A signed-in browser without a screen."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        page = self.get("/accounts/login/").decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token
        form = {"login": "ceo", "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
        request = urllib.request.Request(
            address + "/accounts/login/",
            urlencode(form).encode(),
            {"Referer": address},
        )
        self.opener.open(request).read()

    def get(self, path: str, **headers: str) -> bytes:
        request = urllib.request.Request(self.address + path, headers=headers)
        return self.opener.open(request).read()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", help="a demo home that is built already; its users need the bench's password")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rh-bench-") as folder:
        home = options.home or folder
        subprocess.run(
            [sys.executable, "manage.py", "demo", "--home", home, "--build-only", "--password", PASSWORD],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        serving = subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--home", home, "--port", str(port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        try:
            report(f"http://127.0.0.1:{port}")
        finally:
            serving.terminate()
            serving.wait(60)


def report(address: str) -> None:
    """Measure and print."""
    for _ in range(240):
        try:
            urllib.request.urlopen(address + "/healthz", timeout=2).read()
            break
        except OSError:
            time.sleep(0.25)
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
