"""A demo company under gunicorn, and signed-in readers of it, for the benchmarks of pages. Loopback only."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

from revenue_health.bootstrap import PASSWORD_VARIABLE

PASSWORD = "bench-only-Pa55"
START_TRIES = 240


class Reader:
    """A signed-in browser without a screen."""

    def __init__(self, address: str, who: str = "ceo") -> None:
        self.address = address
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        page = self.get("/accounts/login/").decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token
        form = {"login": who, "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
        request = urllib.request.Request(
            address + "/accounts/login/",
            urlencode(form).encode(),
            {"Referer": address},
        )
        self.opener.open(request).read()

    def get(self, path: str, **headers: str) -> bytes:
        request = urllib.request.Request(self.address + path, headers=headers)
        return self.opener.open(request).read()

    def same_session(self) -> Reader:
        """Another reader with the same cookies: fifty sign-ins would run into the limit of attempts."""
        other = object.__new__(Reader)
        other.address, other.opener = self.address, self.opener
        return other


@contextmanager
def served(home: str | None, *, opportunities: int | None = None, years: int | None = None) -> Iterator[str]:
    """The address of a demo home; built first, in a folder that goes away again, where none is given."""
    with served_process(home, opportunities=opportunities, years=years) as (address, _):
        yield address


@contextmanager
def served_process(
    home: str | None, *, opportunities: int | None = None, years: int | None = None
) -> Iterator[tuple[str, int]]:
    """The same, and the number of the process that started all others."""
    with tempfile.TemporaryDirectory(prefix="rh-bench-") as folder:
        place = home or folder
        size = [] if opportunities is None else ["--opportunities", str(opportunities)]
        size += [] if years is None else ["--years", str(years)]
        command = [sys.executable, "manage.py", "demo", "--home", place]
        subprocess.run(
            [*command, "--build-only", *size],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, PASSWORD_VARIABLE: PASSWORD},
        )
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        serving = subprocess.Popen(
            [*command, "--port", str(port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONPATH": _without_test_libraries(Path(folder))},
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(address)
            yield address, serving.pid
        finally:
            serving.terminate()
            serving.wait(60)


def _without_test_libraries(folder: Path) -> str:
    """A folder for PYTHONPATH that hides what only tests install and Arrow would load with it: a server has none."""
    hidden = folder / "hidden"
    hidden.mkdir()
    (hidden / "pandas.py").write_text('raise ImportError("only tests install pandas")\n')
    return str(hidden)


def _wait(address: str) -> None:
    for _ in range(START_TRIES):
        try:
            urllib.request.urlopen(address + "/healthz", timeout=2).read()
            return
        except OSError:
            time.sleep(0.25)
    raise TimeoutError(f"{address} does not answer")
