"""A company made once in a test run and put back for every module that asks: its rows, its custody files, its folder.

Making it takes a minute, putting it back a second. The first process that needs one makes it while the others wait.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.db import connection, transaction

from pipeline import run_cache
from tests.emptying import MADE_WITH_THE_DATABASE, emptying_sql


@contextmanager
def kept(name: str, make: Callable[[Path], None], folder: Path) -> Iterator[None]:
    """Into an empty database: what `make` wrote there and in the folder it was given, this time or an earlier one."""
    # The servers of a run and what is kept between its modules go together.
    shelf = Path(os.environ["REVENUE_HEALTH_TEST_HOME"]) / "kept" / name
    shelf.mkdir(parents=True, exist_ok=True)
    with (shelf / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shelf / "whole").exists():
            make(folder)
            _keep(shelf, folder)
        else:
            # Several processes may put it back at once.
            fcntl.flock(lock, fcntl.LOCK_UN)
            _put_back(shelf, folder)
    yield


@contextmanager
def figures_of_runs_stay() -> Iterator[None]:
    """What is cached of a run outlives `cache.clear()`: for tests that ask every page of one company and empty the
    cache between their requests, where computing the same figures anew took a quarter of the time."""
    with mock.patch.object(run_cache, "cache", LocMemCache("figures of runs", {})) as figures:
        yield
        figures.clear()


def everything_empty() -> None:
    """No row and no custody file; numbers start at 1 again, since pages are asked for by them."""
    cache.clear()
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in emptying_sql(cursor, _tables(), from_one=True):
            cursor.execute(statement)
    shutil.rmtree(settings.CUSTODY_STORE, ignore_errors=True)


def _tables() -> list[str]:
    return sorted(set(connection.introspection.table_names()) - MADE_WITH_THE_DATABASE)


def _keep(shelf: Path, folder: Path) -> None:
    with connection.cursor() as cursor:
        for table in _tables():
            with cursor.copy(f'COPY "{table}" TO STDOUT') as out, (shelf / table).open("wb") as file:
                for part in out:
                    file.write(part)
        cursor.execute("SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL")
        (shelf / "sequences").write_text("".join(f"{name} {value}\n" for name, value in cursor.fetchall()))
    if settings.CUSTODY_STORE.is_dir():
        shutil.copytree(settings.CUSTODY_STORE, shelf / "store")
    shutil.copytree(folder, shelf / "folder")
    (shelf / "whole").touch()


def _put_back(shelf: Path, folder: Path) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        # The rows were right when they were kept: no trigger and no reference needs to look again.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in _tables():
            with cursor.copy(f'COPY "{table}" FROM STDIN') as into:
                into.write((shelf / table).read_bytes())
        for line in (shelf / "sequences").read_text().splitlines():
            sequence, value = line.split()
            cursor.execute("SELECT setval(%s::regclass, %s)", [f'"{sequence}"', int(value)])
    if (shelf / "store").is_dir():
        shutil.copytree(shelf / "store", settings.CUSTODY_STORE)
    shutil.copytree(shelf / "folder", folder, dirs_exist_ok=True)
