"""The one owner of a home (`demo`, `serve`): starts servers and programs, restarts what dies, stops all in order."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import FrameType

from revenue_health.embedded import session
from revenue_health.embedded.home import Home
from revenue_health.embedded.process import ServerError, log_bound
from revenue_health.embedded.session import Server

LOOK_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 30.0
# A program that lived this long is started again at once: its death is news, not a loop.
STEADY_SECONDS = 60.0


class AlreadyRunning(ServerError):
    """Another process owns this home."""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Ownership:
    """The lock that owns a home; `publish` writes into it what a second process should be told."""

    descriptor: int
    use: int
    """The shared lock of a user of the home's servers."""

    def publish(self, **facts: object) -> None:
        content = json.dumps({"pid": os.getpid(), **facts}).encode()
        # A shorter text than before would otherwise keep the end of the longer one.
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, content, 0)

    @contextlib.contextmanager
    def ending(self) -> Iterator[None]:
        """Give the home back at the end of the block."""
        try:
            yield
            os.ftruncate(self.descriptor, 0)
        finally:
            os.close(self.use)
            os.close(self.descriptor)


@contextlib.contextmanager
def own(home: Home) -> Iterator[Ownership]:
    """Be the only owner of the home; AlreadyRunning says where the first one listens."""
    home.run.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(home.run / "owner.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(_already_running_text(home)) from None
        # As a user of the servers too: a command that leaves must not stop ours.
        with session.locked(home, "users.lock", fcntl.LOCK_SH) as use:
            ownership = Ownership(descriptor, use)
            ownership.publish()
            yield ownership
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def owner_of(home: Home) -> dict[str, object] | None:
    """What the present owner of the home has published about itself; None without an owner."""
    try:
        with (home.run / "owner.lock").open() as handle:
            try:
                # Only a held lock means an owner: what a killed one published is still in the file.
                fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return dict(json.loads(handle.read() or "{}"))
    except (OSError, ValueError):
        pass
    return None


def _already_running_text(home: Home) -> str:
    owner = owner_of(home) or {}
    where = f"at {owner['address']}" if owner.get("address") else "and is still starting"
    return (
        f"Revenue Health already runs in this home ({home.path}) {where}, process {owner.get('pid', 'unknown')}. "
        f"Stop it with Ctrl-C there, or use another home with --home DIR."
    )


@dataclass
class _RestartState:
    """When one server was last started, how long to wait before a restart, and when to try again."""

    started: float = field(default_factory=time.monotonic)
    pause: float = 0.0
    again_at: float | None = None


class Supervisor:
    """Keeps servers running while its block lasts: `with Supervisor(home) as s: s.start(...); s.watch()`."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self._servers: list[Server] = []
        self._care: dict[str, _RestartState] = {}

    def __enter__(self) -> Supervisor:
        # SIGINT too: a shell script starts its background jobs with it ignored.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _as_interrupt)
        return self

    def __exit__(self, *reason: object) -> None:
        """Stop everything in reverse order; a second Ctrl-C does not cut that short, each stop has its own limit."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for server in reversed(self._servers):
            try:
                server.stop()
            except ServerError as error:
                say(str(error))
        self.home.remove_sockets()

    def adopt(self, servers: Sequence[Server]) -> None:
        """Look after servers that run already."""
        for server in servers:
            self._servers.append(server)
            self._care[server.name] = _RestartState()

    def start(self, servers: Sequence[Server]) -> None:
        """Start servers in this order and look after them from now on."""
        for server in servers:
            # Register it first, so that a server that fails halfway through its start is stopped too.
            self._servers.append(server)
            self._care[server.name] = _RestartState()
            self._start(server)

    def _start(self, server: Server) -> None:
        # A command that comes or goes at this moment starts and stops servers of the same home.
        with session.locked(self.home, "servers.lock", fcntl.LOCK_EX):
            session.start([server])

    def watch(self) -> None:
        """Restart what dies until Ctrl-C or SIGTERM."""
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                for server in self._servers:
                    self._restart_if_dead(server)
                    log_bound(server.log)
                time.sleep(LOOK_SECONDS)

    def _restart_if_dead(self, server: Server) -> None:
        care, now = self._care[server.name], time.monotonic()
        if care.again_at is None:
            if server.running():
                return
            care.pause = (
                0.0 if now - care.started > STEADY_SECONDS else min(2 * care.pause + 0.5, LONGEST_PAUSE_SECONDS)
            )
            care.again_at = now + care.pause
            say(f"{server.name} ended by itself; starting it again in {care.pause:.1f} s")
        if now < care.again_at:
            return
        care.again_at, care.started = None, now
        try:
            self._start(server)
            say(f"{server.name} runs again")
        except ServerError as error:
            say(str(error))


def _as_interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
