"""Homes of their own for tests that start and kill servers, and a served one driven from outside."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

from revenue_health.embedded.home import PROJECT, Home
from revenue_health.embedded.process import command_line
from revenue_health.embedded.session import servers_of

OF_THE_TEST_RUN = ("DJANGO_SETTINGS_MODULE", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "HTTPS")


def processes_of(home: Home) -> list[int]:
    """Numbers of all processes whose command line names the home or its sockets."""
    numbers = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    marks = (str(home.path), str(home.sockets))
    return [n for n in numbers if n != os.getpid() and any(mark in command_line(n) for mark in marks)]


def wait_until(true: Callable[[], bool], seconds: float = 120.0) -> None:
    deadline, pause = time.monotonic() + seconds, 0.05
    while not true():
        assert time.monotonic() < deadline, f"still not so after {seconds} s: {true}"
        time.sleep(pause)
        # Asking costs what is waited for its processor: the longer it takes, the less often.
        pause = min(pause * 1.2, 0.3)


def environment(home: Home) -> dict[str, str]:
    """The environment of a person at a terminal, with this home and nothing of the test run."""
    kept = {k: v for k, v in os.environ.items() if k not in OF_THE_TEST_RUN and not k.startswith("REVENUE_HEALTH")}
    # What a killed worker held is taken up sooner than on a server, and a verdict looks back less far: tests wait.
    quick = {"JOB_STALE_SECONDS": "12", "GATE_QUARTERS": "2"}
    return {**kept, "REVENUE_HEALTH_HOME": str(home.path), **quick}


def manage(home: Home, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=PROJECT, env=environment(home), capture_output=True, text=True, timeout=400)


@contextmanager
def new_home(*, tables: bool = False) -> Iterator[Home]:
    """An empty home that others may look into; whatever runs in it is stopped in the end.

    With `tables`, its database was made before: migrating takes ten seconds, copying what was migrated less than one.
    """
    folder = Path(tempfile.mkdtemp(prefix="rh-own-")).resolve()
    folder.chmod(0o755)
    home = Home(folder)
    if tables:
        subprocess.run(["cp", "-a", first_command()[0], home.postgres_data], check=True)
    yield home
    for server in reversed(servers_of(home)):
        server.stop()
    shutil.rmtree(home.sockets, ignore_errors=True)
    shutil.rmtree(folder)


COUNT_DEALS = "from pipeline.models import Opportunity; print(Opportunity.objects.count())"


def first_command() -> tuple[Path, str]:
    """The stopped database of a home in which a first command counted the deals, and what it wrote on both outputs;
    once in a test run."""
    shelf = Path(os.environ["REVENUE_HEALTH_TEST_HOME"]) / "kept" / "migrated"
    shelf.mkdir(parents=True, exist_ok=True)
    with (shelf / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shelf / "postgres").exists():
            with new_home() as home:
                made = manage(home, "shell", "-v0", "-c", COUNT_DEALS)
                assert made.returncode == 0, made.stderr
                (shelf / "said").write_text(made.stderr + made.stdout)
                subprocess.run(["cp", "-a", home.postgres_data, shelf / "half"], check=True)
            (shelf / "half").rename(shelf / "postgres")
    return shelf / "postgres", (shelf / "said").read_text()


@pytest.fixture
def home() -> Iterator[Home]:
    """An empty one: whatever needs tables makes them first."""
    with new_home() as home:
        yield home


@pytest.fixture
def home_with_tables() -> Iterator[Home]:
    """For tests of what comes after the first command."""
    with new_home(tables=True) as home:
        yield home


@dataclass
class Served:
    """`manage.py serve` in a home, as a person would run it."""

    home: Home
    process: subprocess.Popen[str]
    address: str = ""

    @classmethod
    def start(cls, home: Home, *, stderr: IO[str] | None = None, **env: str) -> Served:
        """Start it and read its output until it tells the address."""
        command = [sys.executable, "manage.py", "serve", "--port", "0"]
        process = subprocess.Popen(
            command, cwd=PROJECT, env=environment(home) | env, stdout=subprocess.PIPE, stderr=stderr, text=True
        )
        served = cls(home, process)
        assert process.stdout is not None
        for line in process.stdout:
            if "http://" in line:
                served.address = line.split()[-1]
                return served
        raise AssertionError(f"serve ended with {process.wait()}")

    def pid(self, name: str) -> int:
        files = {
            "PostgreSQL": self.home.postgres_data / "postmaster.pid",
            "Valkey": self.home.valkey_data / "valkey.pid",
        }
        try:
            lines = files.get(name, self.home.run / f"{name}.pid").read_text().splitlines()
        except FileNotFoundError:  # between two lives
            return 0
        # A server that is just starting has made its file and written nothing yet.
        return int(lines[0]) if lines else 0

    def kill(self, name: str) -> int:
        """End it by SIGKILL and return its number; one between two lives, whose number is 0 or a dead one's, is waited
        for: a worker ends by itself where its database or broker was killed a moment ago."""
        wait_until(lambda: self.runs(name))
        number = self.pid(name)
        assert number > 0
        os.kill(number, signal.SIGKILL)
        return number

    def runs(self, name: str) -> bool:
        number = self.pid(name)
        # Number 0 is ourselves.
        return number > 0 and Path(f"/proc/{number}").exists()

    def healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}healthz", timeout=20) as answer:
                return answer.status == 200
        except OSError:
            return False

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        code = self.process.wait(120)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """One that the tests of a module share; none of them may stop it."""
    with new_home(tables=True) as home:
        served = Served.start(home)
        yield served
        served.stop()
