"""Processes of one home: start them apart from the terminal, find them again after a crash, end them politely."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_LOG_LIMIT_BYTES = 10 * 1024 * 1024
# Every child this process started: only its parent can reap it, through whichever object asks.
_children: dict[int, subprocess.Popen[bytes]] = {}


class ServerError(RuntimeError):
    """A server of the home could not be started, found or stopped; the text is meant for the person who typed."""


@dataclass(frozen=True)
class Process:
    """A running process: our own child, or one that an earlier owner of the home left behind."""

    pid: int

    def alive(self) -> bool:
        """Whether it still runs; a child that ended is reaped by asking."""
        return self.exit_code() is None if self.pid in _children else pid_alive(self.pid)

    def exit_code(self) -> int | None:
        """How our child ended; None while it runs, or when it is not ours."""
        child = _children.get(self.pid)
        return child.poll() if child else None

    def wait(self, seconds: float) -> bool:
        """Wait until it has ended; False when it is still there after `seconds`."""
        deadline = time.monotonic() + seconds
        while self.alive():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def end(self, signals: Sequence[signal.Signals], *, patience: float) -> None:
        """Send the signals one after another, `patience` seconds apart, then kill what is left of its group."""
        for number in signals:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)
            if self.wait(patience):
                break
        # Pool children of a killed worker would otherwise stay behind.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        if not self.wait(5):
            raise ServerError(f"Process {self.pid} does not end, not even by SIGKILL.")


def pid_alive(pid: int) -> bool:
    """Whether a process of this number runs (a zombie does not)."""
    with contextlib.suppress(ChildProcessError):
        # It was our child before an exec, so nobody else can reap it.
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        # No /proc (macOS), or it ended just now.
        return not Path("/proc/self").exists()


def command_line(pid: int) -> str:
    """The command line of a process, empty when it cannot be read."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        listing = subprocess.run(["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False)
        return listing.stdout.strip()


def find(pid_file: Path, *marks: Path) -> Process | None:
    """The process a pid file names, if it runs and its command line carries one of our paths.

    The second condition keeps us from ending a stranger that got a dead server's number.
    """
    try:
        # The first line only: PostgreSQL's file has more of them.
        pid = int(pid_file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    if pid <= 1 or not Process(pid).alive():
        return None
    line = command_line(pid)
    return Process(pid) if any(str(mark) in line for mark in marks) else None


def die_with_parent(number: signal.Signals) -> None:
    """In a child, before exec: ask the kernel for `number` when the parent dies (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    before_exec: Callable[[], None] | None = None,
    env: dict[str, str] | None = None,
    cwd: Path | None = None,
    user: str | int | None = None,
    pass_fds: Sequence[int] = (),
) -> Process:
    """Start a program in a session of its own (Ctrl-C reaches only its owner), its output going to `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    log_bound(log)
    with log.open("ab") as output:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=env,
            cwd=cwd,
            user=user,
            pass_fds=pass_fds,
            start_new_session=True,
            preexec_fn=before_exec,  # the owner starts its servers from its one thread
        )
    _children[child.pid] = child
    return Process(child.pid)


def log_bound(log: Path) -> None:
    """Copy a log over its limit to `.1.log` and empty it. Its writer has it open for appending and goes on in it."""
    with contextlib.suppress(OSError):
        if log.stat().st_size > _LOG_LIMIT_BYTES:
            shutil.copy2(log, log.with_suffix(".1.log"))
            os.truncate(log, 0)


def tail(log: Path, lines: int = 12, *, since: int = 0) -> str:
    """The last lines of a log, for an error message; `since` is its size before the start that failed."""
    try:
        with log.open("rb") as file:
            file.seek(since if since <= log.stat().st_size else 0)
            written = file.read().decode(errors="replace")
    except OSError:
        return "(no log)"
    return "\n".join(written.splitlines()[-lines:]) or "(nothing)"
