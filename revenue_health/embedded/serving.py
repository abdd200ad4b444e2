"""What `demo` and `serve` share: own the home, start everything, print the address, keep it running."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from revenue_health.embedded import watching
from revenue_health.embedded.home import Home
from revenue_health.embedded.session import close_connections, servers_of
from revenue_health.embedded.steps import Steps
from revenue_health.embedded.supervisor import Ownership, Supervisor, own


@contextlib.contextmanager
def owned_home(home: Home, steps: Steps) -> Iterator[Ownership]:
    """Own the home, with those servers up that the environment does not name; stop all at the end."""
    servers = servers_of(home, database=settings.EMBEDDED_DATABASE, broker=settings.EMBEDDED_BROKER, follow_parent=True)
    # Closed in the opposite order: our connections, the servers, the ownership.
    with own(home) as ownership, Supervisor(home) as supervisor, contextlib.closing(_Connections()):
        if servers:
            with steps.step("servers", "Starting " + " and ".join(server.name for server in servers)):
                supervisor.start(servers)
        yield ownership


class _Connections:
    """Closes the database connections of this process before its PostgreSQL is stopped."""

    def close(self) -> None:
        close_connections()


def prepare(home: Home, steps: Steps) -> None:
    """Bring tables and static files up to this version of the code; quick if they already are."""
    with steps.step("migrate", "Bringing the tables up to date"):
        call_command("migrate", verbosity=0, interactive=False)
    root = Path(settings.STATIC_ROOT)
    stamp, fingerprint = root / ".sources", _static_fingerprint()
    if not stamp.exists() or stamp.read_text() != fingerprint:
        with steps.step("static", "Collecting and compressing static files"):
            call_command("collectstatic", verbosity=0, interactive=False)
        stamp.write_text(fingerprint)


def _static_fingerprint() -> str:
    """Changes when a static file of any app does."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            file = Path(storage.path(path)).stat()
            digest.update(f"{path} {file.st_size} {file.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def run(home: Home, ownership: Ownership, *, port: int | None, signin: str) -> NoReturn:
    """Serve until Ctrl-C, in a process that has loaded nothing of what building and migrating took."""
    close_connections()
    watching.become(
        home,
        ownership,
        database=settings.EMBEDDED_DATABASE,
        broker=settings.EMBEDDED_BROKER,
        port=port,
        signin=signin,
    )
