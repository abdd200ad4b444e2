"""PostgreSQL of a home: survives being killed, refuses foreign data, runs for root without a user of its own."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psycopg
import pytest

from revenue_health.embedded import namespace
from revenue_health.embedded.home import Home
from revenue_health.embedded.postgres import Postgres
from revenue_health.embedded.process import ServerError, find

pytestmark = pytest.mark.servers


def ask(home: Home, query: str) -> object:
    with psycopg.connect(host=str(home.sockets), user="postgres", dbname="postgres", autocommit=True) as connection:
        cursor = connection.execute(query)
        return cursor.fetchall() if cursor.description else None


def test_what_was_committed_is_there_after_kill_9(home: Home) -> None:
    first = Postgres(home)
    first.start()
    ask(home, "CREATE TABLE t AS SELECT generate_series(1, 1000) AS n")
    process = first.running()
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    process.wait(60)
    Postgres(home).start()
    assert ask(home, "SELECT count(*) FROM t") == [(1000,)]


def test_a_running_one_is_found_not_started_twice(home: Home) -> None:
    first, second = Postgres(home), Postgres(home)
    first.start()
    second.start()
    assert first.running() is not None
    assert first.running() == second.running()
    second.stop()
    assert first.running() is None


def test_it_is_tuned_and_durable(home: Home) -> None:
    Postgres(home).start()
    wanted = {
        "shared_buffers": "256MB",
        "wal_level": "minimal",
        "fsync": "on",
        "synchronous_commit": "on",
        "jit": "off",
    }
    names = ", ".join(f"current_setting('{name}')" for name in wanted)
    assert ask(home, f"SELECT {names}") == [tuple(wanted.values())]
    assert ask(home, "SHOW listen_addresses") == [("",)]


def test_data_of_another_major_version_are_refused(home: Home) -> None:
    home.postgres_data.mkdir()
    (home.postgres_data / "PG_VERSION").write_text("9\n")
    with pytest.raises(ServerError, match="were written by PostgreSQL 9"):
        Postgres(home).start()


def test_a_half_made_data_folder_is_not_taken_for_a_whole_one(home: Home) -> None:
    half = home.path / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    Postgres(home, disposable=True).start()
    assert ask(home, "SELECT 1") == [(1,)]


def test_a_pid_file_naming_a_stranger_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "postmaster.pid").write_text(f"{os.getppid()}\n")
    assert find(tmp_path / "postmaster.pid", tmp_path) is None


@pytest.mark.skipif(os.getuid() != 0, reason="only root has to become somebody else")
def test_root_without_user_namespaces_becomes_nobody(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(namespace, "available", lambda: False)
    Postgres(home, disposable=True).start()
    assert ask(home, "SELECT 1") == [(1,)]
    assert home.postgres_data.stat().st_uid != 0


def test_a_socket_path_too_long_is_refused(home: Home) -> None:
    with pytest.raises(OSError, match="too long"):
        home.make_sockets("s" * 100)
