"""The part of `demo` and `serve` that runs for days, in a process that has loaded only the standard library.

Building a company or bringing tables up to date takes half a gigabyte of code and data. When that is done the command
replaces itself (`exec`) by this module: the same process, so the same owner of the home and parent of its servers.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from revenue_health.embedded import programs
from revenue_health.embedded.home import PROJECT, Home
from revenue_health.embedded.process import ServerError
from revenue_health.embedded.session import servers_of
from revenue_health.embedded.steps import Steps
from revenue_health.embedded.supervisor import Ownership, Supervisor, say

DEFAULT_PORT = 8000
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def become(home: Home, ownership: Ownership, **facts: Any) -> NoReturn:
    """Replace this process by the watcher of the home; its locks and servers stay as they are."""
    for descriptor in (ownership.descriptor, ownership.use):
        os.set_inheritable(descriptor, True)
    # `-m` looks in the working folder, which may be any.
    path = os.pathsep.join([str(PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])])
    state = {"home": str(home.path), "owner": ownership.descriptor, "use": ownership.use, **facts}
    sys.stdout.flush()
    sys.stderr.flush()
    # Held back until somebody listens again: at this moment a signal would end us without stopping the servers.
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    os.execve(  # noqa: S606 - our own interpreter
        sys.executable,
        [sys.executable, "-m", "revenue_health.embedded.watching", json.dumps(state)],
        {**os.environ, "PYTHONPATH": path},
    )


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the command that started us passed on."""

    home: str
    owner: int
    use: int
    database: bool
    broker: bool
    port: int | None
    signin: str


def main() -> None:
    """Web, worker and clock beside the servers that run already; all are stopped at the end."""
    facts = Facts(**json.loads(sys.argv[1]))
    home, ownership = Home(Path(facts.home)), Ownership(facts.owner, facts.use)
    for descriptor in (facts.owner, facts.use):
        os.set_inheritable(descriptor, False)
    servers = servers_of(home, database=facts.database, broker=facts.broker, follow_parent=True)
    try:
        with ownership.ending(), Supervisor(home) as supervisor:
            supervisor.adopt(servers)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
            _serve(home, ownership, supervisor, facts)
    except ServerError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)


def _serve(home: Home, ownership: Ownership, supervisor: Supervisor, facts: Facts) -> None:
    listener = programs.listen(DEFAULT_PORT if facts.port is None else facts.port, exact=facts.port is not None)
    address = f"http://127.0.0.1:{_port(listener)}/"
    # Read by the settings of what is started now: links in mails lead here.
    home.site_file.write_text(address.rstrip("/"))
    with contextlib.closing(listener):
        with Steps().step("web", "Starting the web processes, the worker and the clock"):
            supervisor.start([programs.web(home, listener), programs.worker(home), programs.beat(home)])
        ownership.publish(address=address)
        signin = facts.signin.replace("{address}", address)
        print(
            f"\nRevenue Health is at {address}\n{signin}\nCtrl-C stops it; the data stay in {home.path}.\n",
            flush=True,
        )
        supervisor.watch()
        say("Stopping ...")
        ownership.publish(address=f"{address} (stopping)")


def _port(listener: socket.socket) -> int:
    return int(listener.getsockname()[1])


if __name__ == "__main__":
    main()
