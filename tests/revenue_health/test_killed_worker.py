"""A worker killed by `kill -9` in the middle of its work: another ends the work within two minutes, nothing twice."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import psycopg
import pytest

from revenue_health.embedded.home import Home
from tests.revenue_health.conftest import Served, manage, wait_until

pytestmark = [pytest.mark.servers, pytest.mark.slow]
TWO_MINUTES = 120.0
DEALS = 12_000

UPLOAD = """
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile
from pipeline.services.uploads import upload_keep
from pipeline.tasks import folder_check_requested
token = upload_keep(pieces=[Path({zip!r}).read_bytes()], name={name!r})
folder_check_requested.delay(token=token)
print(token)
"""
TAKE_IN = """
from pipeline.services.uploads import upload_confirm
from pipeline.tasks import folder_import_requested
assert upload_confirm(token={token!r})
folder_import_requested.delay(token={token!r}, user_id=None)
"""


def ask(home: Home, sql: str, *parameters: object) -> list[tuple[object, ...]]:
    with psycopg.connect(host=str(home.sockets), user="postgres", dbname="revenue_health", autocommit=True) as database:
        return database.execute(sql, parameters).fetchall()  # type: ignore[call-overload,no-any-return]


def run(home: Home, code: str) -> str:
    done = manage(home, "shell", "-v0", "-c", code)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def upload_states(home: Home) -> dict[str, str]:
    return dict(ask(home, "SELECT name, state FROM pipeline_upload"))  # type: ignore[arg-type]


def kill_while_running(served: Served, task: str, *, after: float = 0.3) -> None:
    """End the worker and its pool by SIGKILL as soon as it works on this task; the supervisor starts another."""
    running = "SELECT 1 FROM departments_job WHERE task LIKE %s AND state = 'running'"
    wait_until(lambda: bool(ask(served.home, running, f"%{task}")), 90)
    time.sleep(after)
    assert ask(served.home, running, f"%{task}"), "it ended before it could be killed"
    group = os.getpgid(served.pid("worker"))
    os.killpg(group, signal.SIGKILL)


def within_two_minutes(served: Served, sql: str) -> float:
    """Seconds until the question has an answer."""
    began = time.monotonic()
    wait_until(lambda: bool(ask(served.home, sql)), TWO_MINUTES)
    return time.monotonic() - began


def zip_of(folder: Path, archive: Path) -> None:
    with ZipFile(archive, "w", ZIP_DEFLATED) as target:
        for file in folder.iterdir():
            target.write(file, file.name)


def test_look_and_import_killed_end_once(served: Served, tmp_path: Path) -> None:
    home, folder = served.home, tmp_path / "company"
    assert manage(home, "generate", str(folder), "--opportunities", str(DEALS)).returncode == 0
    archive = tmp_path / "company.zip"
    zip_of(folder, archive)

    first = run(home, UPLOAD.format(zip=str(archive), name="first.zip"))
    second = run(home, UPLOAD.format(zip=str(archive), name="second.zip"))
    kill_while_running(served, "folder_check_requested")
    within_two_minutes(served, "SELECT 1 FROM pipeline_upload WHERE name = 'first.zip' AND state = 'checked'")
    # The second waited in line; nobody uploaded it again.
    within_two_minutes(served, "SELECT 1 FROM pipeline_upload WHERE name = 'second.zip' AND state = 'checked'")
    assert ask(home, "SELECT count(*) FROM pipeline_importbatch") == [(0,)]

    run(home, TAKE_IN.format(token=first))
    kill_while_running(served, "folder_import_requested")
    within_two_minutes(served, "SELECT 1 FROM pipeline_upload WHERE name = 'first.zip' AND state = 'imported'")
    done = ask(home, "SELECT status, (files->'opportunities.csv'->>'new')::int FROM pipeline_importbatch")
    assert sorted(done) == [("done", DEALS), ("failed", None)]
    assert ask(home, "SELECT count(*) FROM pipeline_opportunity") == [(DEALS,)]

    run(home, TAKE_IN.format(token=second))
    within_two_minutes(served, "SELECT 1 FROM pipeline_upload WHERE name = 'second.zip' AND state = 'imported'")
    assert ask(home, "SELECT count(*) FROM pipeline_opportunity") == [(DEALS,)]
    wait_until(lambda: ask(home, "SELECT count(*) FROM departments_job WHERE state <> 'done'") == [(0,)])
