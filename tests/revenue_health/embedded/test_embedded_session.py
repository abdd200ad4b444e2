"""Commands bring their servers: alone they start and stop them, together they share them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest
from django.core.cache import cache
from django.db import connection

from revenue_health.embedded.home import PROJECT, Home, take_home_option
from revenue_health.embedded.session import servers_of, session
from tests.revenue_health.conftest import environment, first_command, manage, processes_of, wait_until


@pytest.mark.django_db
def test_the_database_of_the_run_is_postgresql() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int")
        assert cursor.fetchone()[0] >= 150000


def test_the_cache_of_the_run_keeps_what_it_is_given() -> None:
    cache.set("smoke", "kept", 5)
    assert cache.get("smoke") == "kept"


@pytest.mark.servers
@pytest.mark.slow
def test_a_command_in_an_empty_home_makes_it_works_and_leaves_nothing_running(home: Home) -> None:
    found = manage(home, "doctor", "--json")
    checks = {check["name"]: check["ok"] for check in json.loads(found.stdout)["checks"]}
    assert checks["database"]
    assert checks["broker"]
    assert not checks["migrations"]
    assert processes_of(home) == []


@pytest.mark.servers
def test_the_tables_of_an_embedded_home_are_made_by_the_first_command() -> None:
    said = first_command()[1].splitlines()
    assert said[0].startswith("Preparing the database")
    assert said[-1] == "0"


@pytest.mark.servers
def test_the_last_of_two_commands_turns_off_the_light(home: Home) -> None:
    first = session(home, servers_of(home))
    second = session(home, servers_of(home))
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert all(server.running() for server in servers_of(home))
    second.__exit__(None, None, None)
    assert not any(server.running() for server in servers_of(home))


@pytest.mark.servers
def test_a_terminated_command_stops_its_servers(home_with_tables: Home) -> None:
    home = home_with_tables
    command = [sys.executable, "manage.py", "shell", "-c", "print('here', flush=True); import time; time.sleep(60)"]
    running = subprocess.Popen(command, cwd=PROJECT, env=environment(home), stdout=subprocess.PIPE, text=True)
    with running:
        assert running.stdout is not None
        while "here" not in running.stdout.readline():
            assert running.poll() is None
        running.send_signal(signal.SIGTERM)
    wait_until(lambda: processes_of(home) == [])
    assert running.returncode == 128 + signal.SIGTERM


@pytest.mark.parametrize("arguments", [["--home", "/x/y"], ["--port", "1", "--home=/x/y"]])
def test_home_option_is_heard_before_the_settings(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REVENUE_HEALTH_HOME", "/before")
    take_home_option("showmigrations", arguments)
    assert str(Home.current().path) == "/before"
    take_home_option("demo", arguments)
    assert str(Home.current().path) == "/x/y"
