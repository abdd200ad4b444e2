"""One owner keeps a home running: it restarts what dies, stops all in order, and loses nothing when killed itself."""

from __future__ import annotations

import signal

import psycopg
import pytest

from revenue_health.embedded.home import Home
from tests.revenue_health.conftest import Served, manage, processes_of, wait_until

pytestmark = pytest.mark.servers


def remember(home: Home, fact: str) -> None:
    with psycopg.connect(host=str(home.sockets), user="postgres", dbname="revenue_health", autocommit=True) as c:
        c.execute("CREATE TABLE IF NOT EXISTS facts (fact text)")
        c.execute("INSERT INTO facts VALUES (%s)", [fact])


def remembered(home: Home) -> list[str]:
    with psycopg.connect(host=str(home.sockets), user="postgres", dbname="revenue_health") as c:
        return [row[0] for row in c.execute("SELECT fact FROM facts")]


def test_ctrl_c_and_kill_9_of_the_owner_lose_nothing(home_with_tables: Home) -> None:
    home = home_with_tables
    first = Served.start(home)
    remember(home, "first")
    assert len(processes_of(home)) > 5
    assert first.stop(signal.SIGINT) == 0
    assert processes_of(home) == []
    second = Served.start(home)
    remember(home, "second")
    second.stop(signal.SIGKILL)
    third = Served.start(home)
    wait_until(third.healthy)
    assert remembered(home) == ["first", "second"]
    assert third.stop(signal.SIGTERM) == 0
    assert processes_of(home) == []


@pytest.mark.parametrize("name", ["PostgreSQL", "Valkey", "web", "worker", "beat"])
@pytest.mark.always(2)
def test_a_killed_server_is_started_again(served: Served, name: str) -> None:
    remember(served.home, name)
    before = served.kill(name)
    wait_until(lambda: served.pid(name) not in {0, before} and served.healthy())
    assert name in remembered(served.home)


def test_a_second_owner_is_told_where_the_first_listens(served: Served) -> None:
    second = manage(served.home, "serve")
    assert second.returncode == 1
    assert served.address in second.stderr
    wait_until(served.healthy)


def test_a_command_beside_it_uses_its_servers_and_leaves_them(served: Served) -> None:
    postgres = served.pid("PostgreSQL")
    assert manage(served.home, "showmigrations").returncode == 0
    assert served.pid("PostgreSQL") == postgres
    wait_until(served.healthy)
