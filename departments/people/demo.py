"""When one click signs in: only in a demo home without real data, and only for the machine account that serves it."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest

# TCP_ESTABLISHED of Linux, as the table writes it.
_ESTABLISHED = "01"
_TABLE = Path("/proc/net/tcp")


def demo_sign_in_is_open() -> bool:
    """Whether one-click sign-in is offered: it ends with the first real data, even while the demo is being served."""
    return bool(settings.DEMO) and not settings.HOME.own_data.exists()


def demo_sign_in_close() -> None:
    """Switch one-click sign-in off for good: a real company was imported, and needs passwords."""
    if settings.DEMO:
        settings.HOME.own_data.touch(mode=0o600)


def same_account(request: HttpRequest) -> bool:
    """Whether the visitor uses the machine account that runs the server: every account can reach 127.0.0.1.

    The kernel knows whose each end of a connection is. A request without a port came over no connection.
    """
    port = request.META.get("REMOTE_PORT")
    if not port:
        return True
    here = (str(request.META.get("REMOTE_ADDR", "")), int(port))
    try:
        return _owner(_TABLE.read_text(), here) in {os.getuid(), 0}
    except OSError:  # no /proc: macOS
        return _is_ours(here)


def _owner(table: str, end: tuple[str, int]) -> int | None:
    """The account that holds this end of an open connection, from the kernel's table."""
    # The table has addresses in the machine's byte order, on all common machines the reverse of the network's.
    address = f"{int.from_bytes(socket.inet_aton(end[0]), 'little'):08X}:{end[1]:04X}"
    for line in table.splitlines()[1:]:
        fields = line.split()
        if fields[1] == address and fields[3] == _ESTABLISHED:
            return int(fields[7])
    return None


def _is_ours(end: tuple[str, int]) -> bool:
    """Whether a process of this account holds the end; others' are not listed."""
    command = ["lsof", "-a", "-nP", "-t", "-u", str(os.getuid()), f"-iTCP@{end[0]}:{end[1]}", "-sTCP:ESTABLISHED"]
    try:
        run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=5)  # noqa: S603  (numbers)
    except (OSError, subprocess.TimeoutExpired):
        return False
    # Our own process holds the other end.
    return any(int(number) != os.getpid() for number in run.stdout.split())
