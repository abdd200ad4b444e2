"""Our own programs under the supervisor: web, worker and beat, each identified in the home by a pid file."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from revenue_health.embedded.home import PROJECT, Home
from revenue_health.embedded.process import Process, ServerError, die_with_parent, find, log_bound, spawn, tail

SAY_SECONDS = 20.0
"""How often a slow start is spoken of."""
# Fewer malloc arenas and Arrow in the same heap: what a request or a job needed goes back to the system. There is a
# process for each core; threads of linear algebra in each would wait for one another by spinning.
ENVIRONMENT = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_TRIM_THRESHOLD_": "131072",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "OPENBLAS_NUM_THREADS": "1",
}
WORKER_NICENESS = 19
"""Pages come before background work."""


@dataclass
class Program:
    """A program of ours that runs until it is told to stop.

    `signals` are sent one after another, `patience` seconds apart. `ready` tells when it serves.
    """

    name: str
    home: Home
    command: Sequence[str]
    signals: Sequence[signal.Signals] = (signal.SIGTERM,)
    patience: float = 8.0
    pass_fds: Sequence[int] = ()
    ready: Callable[[], bool] = lambda: True
    niceness: int = 0
    process: Process | None = field(default=None, repr=False)

    @property
    def log(self) -> Path:
        return self.home.logs / f"{self.name}.log"

    @property
    def pid_file(self) -> Path:
        return self.home.run / f"{self.name}.pid"

    def running(self) -> Process | None:
        """The running program, ours or left by a killed owner."""
        if self.process and self.process.alive():
            return self.process
        self.process = find(self.pid_file, self.home.path)
        return self.process

    def start(self) -> None:
        """Start it and wait until it serves; one that a killed owner left is ended first (it has another address)."""
        self.stop()
        # Whatever the environment says of memory wins over ours; which home and settings it is does not.
        env = {
            **ENVIRONMENT,
            **os.environ,
            "REVENUE_HEALTH_HOME": str(self.home.path),
            "DJANGO_SETTINGS_MODULE": settings_module(),
        }
        log_bound(self.log)
        written_before = self.log.stat().st_size if self.log.exists() else 0
        self.process = spawn(
            self.command,
            log=self.log,
            env=env,
            cwd=PROJECT,
            pass_fds=self.pass_fds,
            before_exec=self._before_exec,
        )
        self.home.run.mkdir(parents=True, exist_ok=True)
        self.pid_file.write_text(str(self.process.pid))
        self._wait(written_before)

    def _before_exec(self) -> None:
        die_with_parent(signal.SIGTERM)
        os.nice(self.niceness)

    def _wait(self, written_before: int) -> None:
        """Wait until it serves, however slow the machine is; only a process that has ended counts as failed."""
        began = reported = time.monotonic()
        while not self.ready():
            if not self.process or not self.process.alive():
                raise ServerError(
                    f"The {self.name} process ended before it served. What it wrote since this start:\n"
                    f"{tail(self.log, since=written_before)}"
                )
            if time.monotonic() - reported > SAY_SECONDS:
                reported = time.monotonic()
                print(
                    f"  still starting {self.name} ({reported - began:.0f} s); a busy machine takes longer.",
                    file=sys.stderr,
                    flush=True,
                )
            time.sleep(0.05)

    def stop(self) -> None:
        process = self.running()
        if process:
            process.end(self.signals, patience=self.patience)
        self.process = None
        self.pid_file.unlink(missing_ok=True)


def settings_module() -> str:
    return os.environ.get("DJANGO_SETTINGS_MODULE", "revenue_health.settings")


def listen(port: int, *, exact: bool) -> socket.socket:
    """A listening socket on 127.0.0.1, on this port or (unless `exact`) on the next free one.

    The owner keeps it for as long as it runs, so a web process that is started again finds its address free, and
    readers that come meanwhile wait instead of being refused.
    """
    for number in range(port, port + (1 if exact else 100)):
        listener = socket.socket()
        # Else a port used a minute ago would count as taken.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", number))
            listener.listen(512)
        except OSError:
            listener.close()
            continue
        return listener
    raise ServerError(f"Port {port} is taken. Give another one with --port, or none and the next free one is used.")


def answers(port: int) -> bool:
    """Whether the web process answers its health check."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
        return b" 200 " in connection.recv(64)
    return False


def web(home: Home, listener: socket.socket) -> Program:
    """gunicorn: two processes of four threads."""
    port = listener.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "revenue_health.wsgi:application",
        "--bind",
        f"fd://{listener.fileno()}",
    ]
    command += ["--workers", "2", "--worker-class", "gthread", "--threads", "4", "--graceful-timeout", "5"]
    # Loaded once and shared by the processes; each is replaced after a while, whatever it has gathered.
    command += ["--config", "python:revenue_health.web_server"]
    # With the home's path in its command line, `find` recognises the process as one of this home.
    command += ["--timeout", "120", "--no-control-socket", "--name", f"web {home.path}"]
    command += ["--logger-class", "revenue_health.logs.gunicorn.EventLogger"]
    return Program("web", home, command, pass_fds=[listener.fileno()], ready=lambda: answers(port))


def worker(home: Home) -> Program:
    """The Celery worker: warm shutdown first; a task cut off by the second signal is delivered again."""
    command = [
        *_celery("revenue_health.celery"),
        "worker",
        "--concurrency",
        "2",
        "--without-gossip",
        "--without-mingle",
    ]
    # Its output is the log (LOGGING writes to standard error); the path marks the process as one of this home.
    command += ["--logfile", str(home.logs / "worker.log")]
    return Program("worker", home, command, signals=(signal.SIGTERM, signal.SIGQUIT), niceness=WORKER_NICENESS)


def beat(home: Home) -> Program:
    """Celery beat; its schedule file in the home lets it catch up on a night when the machine was off."""
    # No pid file of Celery's: Program writes one, and one left by a kill could stop the next start.
    command = [*_celery("revenue_health.clock"), "beat", "--pidfile=", "--schedule", str(home.run / "beat-schedule")]
    return Program("beat", home, command)


def _celery(application: str) -> list[str]:
    return [sys.executable, "-m", "celery", "-A", application]
