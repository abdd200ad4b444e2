"""Readers during imports by page: `python -m tests.bench.bench_import [--imports 10] [--deals 200000]`.

Thirty readers open pages of the demo company, first alone, then while folders of new deals are uploaded, looked at and
taken in one after another. Printed: what they waited, what failed, and how long each import took. Loopback only.
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from uuid import uuid4
from zipfile import ZIP_DEFLATED, ZipFile

from tests.bench.load import PAGES
from tests.bench.serving import Reader, served

READERS = 30
PAUSE_SECONDS = 1.0
BIG = {"accounts.csv": (0,), "opportunities.csv": (0, 3), "events.csv": (0,), "handoffs.csv": (0, 1)}
"""Files that go in again and again, with the columns whose keys are made new each time."""


class Crowd:
    """Readers that go on until told to stop."""

    def __init__(self, first: Reader) -> None:
        self.waited: list[float] = []
        self.failed: list[str] = []
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._read, args=(first.same_session(), number)) for number in range(READERS)
        ]

    def __enter__(self) -> Crowd:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *reason: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _read(self, reader: Reader, number: int) -> None:
        while not self._over.wait(PAUSE_SECONDS):
            page = PAGES[number % len(PAGES)]
            number += 1
            began = time.perf_counter()
            try:
                reader.get(page)
            except OSError as problem:
                self.failed.append(f"{page}: {problem}")
            else:
                self.waited.append((time.perf_counter() - began) * 1000)

    def report(self, name: str) -> None:
        waited = sorted(self.waited)
        p95 = waited[int(0.95 * len(waited)) - 1]
        print(
            f"{name}: {len(waited)} pages, median {statistics.median(waited):.0f} ms, p95 {p95:.0f} ms,"
            f" longest {waited[-1]:.0f} ms, failed {len(self.failed)}",
            *sorted(set(self.failed))[:3],
            flush=True,
        )


def folder_zip(folder: Path, mark: str, target: Path) -> None:
    """The deals of a generated company under new keys, as a zip."""
    with ZipFile(target, "w", ZIP_DEFLATED, compresslevel=1) as archive:
        for name, columns in BIG.items():
            lines = (folder / name).read_text().splitlines()
            rows = [line.split(",") for line in lines[1:]]
            for row in rows:
                for column in columns:
                    row[column] = row[column] and mark + row[column]
            archive.writestr(name, "\n".join([lines[0], *(",".join(row) for row in rows)]) + "\n")


def upload(reader: Reader, archive: Path) -> str:
    """Send the zip as the form does; the address of its page."""
    boundary, page = uuid4().hex, reader.get("/data/").decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token[1]}\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="folder"; filename="{archive.name}"\r\n'
        "Content-Type: application/zip\r\n\r\n"
    )
    body = head.encode() + archive.read_bytes() + f"\r\n--{boundary}--\r\n".encode()
    kind = {"Content-Type": f"multipart/form-data; boundary={boundary}", "Referer": reader.address}
    answer = reader.opener.open(urllib.request.Request(reader.address + "/data/uploads/", body, kind))
    return str(answer.geturl()).removeprefix(reader.address)


def wait_for(reader: Reader, page: str, text: str) -> float:
    began = time.perf_counter()
    while text not in (shown := reader.get(page).decode()):
        assert "refused" not in shown, shown
        assert "It failed" not in shown, shown
        time.sleep(1)
    return time.perf_counter() - began


def take_in(reader: Reader, page: str) -> None:
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', reader.get(page).decode())
    assert token
    body = f"csrfmiddlewaretoken={token[1]}".encode()
    reader.opener.open(urllib.request.Request(f"{reader.address}{page}take-in/", body, {"Referer": reader.address}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", help="a demo home that is built already; its users need the bench's password")
    parser.add_argument("--deals", type=int, default=200_000)
    parser.add_argument("--imports", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rh-bench-") as place, served(options.home) as address:
        folder = Path(place) / "company"
        command = [sys.executable, "manage.py", "generate", str(folder), "--opportunities", str(options.deals)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        reader = Reader(address)
        with Crowd(reader) as alone:
            time.sleep(60)
        alone.report("alone")
        for number in range(options.imports):
            archive = Path(place) / "more.zip"
            folder_zip(folder, f"X{uuid4().hex[:6]}-", archive)
            with Crowd(reader) as beside:
                page = upload(reader, archive)
                looked = wait_for(reader, page, "Preview: nothing was changed")
                take_in(reader, page)
                taken = wait_for(reader, page, "Imported. Calculate")
            beside.report(f"import {number + 1}, looked at in {looked:.0f} s, taken in in {taken:.0f} s")


if __name__ == "__main__":
    main()
