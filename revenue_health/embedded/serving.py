"""What `demo` and `serve` share: own the home, bring everything up, tell the address, look after it."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from revenue_health.embedded import programs
from revenue_health.embedded.home import Home
from revenue_health.embedded.session import close_connections, servers_of
from revenue_health.embedded.supervisor import Ownership, Supervisor, own, say

DEFAULT_PORT = 8000


@dataclass
class Steps:
    """Runs named steps one after another and says what each took; `seconds` keeps the figures."""

    seconds: dict[str, float] = field(default_factory=dict)
    _begun: float = field(default_factory=time.monotonic)

    @contextlib.contextmanager
    def step(self, name: str, text: str) -> Iterator[None]:
        say(f"{text} ...")
        begun = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - begun, 2)
        say(f"  {self.seconds[name]:.1f} s")

    def total(self) -> float:
        return round(time.monotonic() - self._begun, 2)


@contextlib.contextmanager
def owned_home(home: Home, steps: Steps) -> Iterator[tuple[Ownership, Supervisor]]:
    """Own the home, with those servers up that the environment does not name; stop all at the end."""
    servers = servers_of(home, database=settings.EMBEDDED_DATABASE, broker=settings.EMBEDDED_BROKER, follow_parent=True)
    # Closed in the opposite order: our connections, the servers, the ownership.
    with own(home) as ownership, Supervisor(home) as supervisor, contextlib.closing(_Connections()):
        if servers:
            with steps.step("servers", "Starting " + " and ".join(server.name for server in servers)):
                supervisor.start(servers)
        yield ownership, supervisor


class _Connections:
    """Closes the database connections of this process before its PostgreSQL is stopped."""

    def close(self) -> None:
        close_connections()


def prepare(home: Home, steps: Steps) -> None:
    """Tables and static files as this version of the code wants them; quick when they are so already."""
    with steps.step("migrate", "Bringing the tables up to date"):
        call_command("migrate", verbosity=0, interactive=False)
    root = Path(settings.STATIC_ROOT)
    stamp, wanted = root / ".sources", _static_fingerprint()
    if not stamp.exists() or stamp.read_text() != wanted:
        with steps.step("static", "Collecting and compressing static files"):
            call_command("collectstatic", verbosity=0, interactive=False)
        stamp.write_text(wanted)


def _static_fingerprint() -> str:
    """Changes when a static file of any app does."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            file = Path(storage.path(path)).stat()
            digest.update(f"{path} {file.st_size} {file.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def run(
    home: Home, ownership: Ownership, supervisor: Supervisor, *, port: int | None, steps: Steps, signin: str
) -> None:
    """Serve until Ctrl-C: web, worker and beat; the address goes to standard output."""
    # The programs have connections of their own; ours would only be in the way of a stop.
    close_connections()
    listener = programs.listen(DEFAULT_PORT if port is None else port, exact=port is not None)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    home.site_file.write_text(address.rstrip("/"))
    with contextlib.closing(listener):
        with steps.step("web", "Starting the web processes, the worker and the clock"):
            supervisor.start([programs.web(home, listener), programs.worker(home), programs.beat(home)])
        ownership.tell(address=address)
        print(
            f"\nRevenue Health is at {address}\n{signin}\nCtrl-C stops it; the data stay in {home.path}.\n", flush=True
        )
        supervisor.watch()
        say("Stopping ...")
        ownership.tell(address=f"{address} (stopping)")
