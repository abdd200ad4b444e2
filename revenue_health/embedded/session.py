"""The servers of the home for the length of one command.

Every command holds a shared lock while it uses them. It starts what does not run; when it leaves and nobody else
holds the lock, it stops them. So two commands at once share the servers and the last one turns off the light, and a
command beside a running `demo` or `serve` uses theirs.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Protocol

from revenue_health.embedded.home import Home
from revenue_health.embedded.postgres import Postgres
from revenue_health.embedded.process import Process
from revenue_health.embedded.valkey import Cache, Valkey

DATABASE = "revenue_health"
# Commands that need no server at all, or bring their own supervisor.
WITHOUT_SERVERS = {
    *("help", "version", "diffsettings", "generate", "test", "demo", "serve", "collectstatic", "findstatic"),
    *("startapp", "startproject", "makemessages", "compilemessages"),
}
# Commands that must find the tables as they are.
WITHOUT_MIGRATE = {
    *("migrate", "makemigrations", "showmigrations", "sqlmigrate", "squashmigrations", "optimizemigration"),
    *("dbshell", "doctor", "pgtrigger", "check", "restore"),
}


class Server(Protocol):
    """What a session or the supervisor needs of PostgreSQL, Valkey or one of our own programs."""

    name: str

    @property
    def log(self) -> Path: ...
    def running(self) -> Process | None: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...


def servers_of(
    home: Home, *, database: bool = True, broker: bool = True, disposable: bool = False, follow_parent: bool = False
) -> list[Server]:
    """The servers a home brings itself, in starting order."""
    servers: list[Server] = []
    if database:
        servers.append(Postgres(home, disposable=disposable, follow_parent=follow_parent))
    if broker:
        servers.append(Valkey(home, follow_parent=follow_parent))
        servers.append(Cache(home, follow_parent=follow_parent))
    return servers


def start(servers: Sequence[Server]) -> None:
    """Start those that do not run, and make the database in a new PostgreSQL."""
    for server in servers:
        server.start()
        if isinstance(server, Postgres):
            create_database(server.home)


def create_database(home: Home) -> None:
    """Make the database unless it is there."""
    # Here, not above: the process that watches the home for days needs it only now.
    import psycopg
    from psycopg import sql

    with psycopg.connect(host=str(home.sockets), user="postgres", dbname="postgres", autocommit=True) as connection:
        exists = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if not exists:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


@contextlib.contextmanager
def locked(home: Home, name: str, how: int) -> Iterator[int]:
    """Hold a lock of the home for the block; the kernel frees it if we are killed."""
    home.run.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(home.run / name, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, how)
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def session(home: Home, servers: Sequence[Server]) -> Iterator[None]:
    """Run the body with these servers up; stop them afterwards unless somebody else uses them."""
    if not servers:
        yield
        return
    with contextlib.ExitStack() as use:
        with locked(home, "servers.lock", fcntl.LOCK_EX):
            # Taken before servers.lock is given back: a command leaving in between would see no user and stop them.
            use_lock = use.enter_context(locked(home, "users.lock", fcntl.LOCK_SH))
            start(servers)
        try:
            yield
        finally:
            _leave(home, use_lock, servers)


def _leave(home: Home, use_lock: int, servers: Sequence[Server]) -> None:
    """Stop the servers if we are their last user; the lock keeps new users out meanwhile."""
    with locked(home, "servers.lock", fcntl.LOCK_EX):
        try:
            # Turns our shared lock into the only one, or fails because another command holds one too.
            fcntl.flock(use_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        for server in reversed(servers):
            server.stop()
        home.remove_sockets()


def _terminated(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


@contextlib.contextmanager
def for_command(arguments: Sequence[str]) -> Iterator[None]:
    """The context in which manage.py runs a command: the embedded servers it needs, if there are any."""
    name = arguments[1] if len(arguments) > 1 else "help"
    if name.startswith("-") or name in WITHOUT_SERVERS or {"-h", "--help"} & set(arguments):
        yield
        return
    from django.conf import settings

    servers = servers_of(settings.HOME, database=settings.EMBEDDED_DATABASE, broker=settings.EMBEDDED_BROKER)
    # A plain `kill` must stop the servers too; Ctrl-C does so anyway.
    signal.signal(signal.SIGTERM, _terminated)
    with session(settings.HOME, servers):
        try:
            if settings.EMBEDDED_DATABASE and name not in WITHOUT_MIGRATE:
                migrate_if_needed()
            yield
        finally:
            close_connections()


def migrate_if_needed() -> None:
    """Bring the tables of an embedded home up to this version of the code, saying so on standard error."""
    import django
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    django.setup()
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        print("Preparing the database ...", file=sys.stderr, flush=True)
        call_command("migrate", verbosity=0, interactive=False, stdout=sys.stderr)


def close_connections() -> None:
    """Give back every database connection, so that a stopping PostgreSQL need not cut it."""
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        connection.close()
        close_pool = getattr(connection, "close_pool", None)
        if close_pool:
            close_pool()
