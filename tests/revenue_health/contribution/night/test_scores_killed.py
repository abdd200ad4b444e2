"""A worker, the broker or the database killed while scores are made: the run ends by itself, nothing is doubled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

from revenue_health.embedded.home import Home
from tests.revenue_health.conftest import Served, manage, wait_until

pytestmark = pytest.mark.servers


COMPANY = """
from django.core.management import call_command
call_command("generate", {folder!r}, opportunities=120)
call_command("load", {folder!r})
from pipeline.models import Opportunity
Opportunity.objects.update(segment="all")  # fewer groups of deals to be scored
call_command("recompute", custody_only=True)
"""


def asked(home: Home, query: str) -> list[tuple[Any, ...]]:
    try:
        with psycopg.connect(host=str(home.sockets), user="postgres", dbname="revenue_health") as connection:
            return connection.execute(query).fetchall()
    except psycopg.OperationalError:  # between two lives of the server
        return []


def computed(home: Home) -> int:
    rows = asked(home, "SELECT count(*) FROM contribution_groupscore WHERE figures IS NOT NULL")
    return int(rows[0][0]) if rows else 0


def all_done(home: Home) -> bool:
    return asked(home, "SELECT status FROM contribution_scorerun ORDER BY id") == [("done",), ("done",)]


# What a worker does that finds the night of a killed one is in test_night.py, step by step.
@pytest.mark.slow
@pytest.mark.parametrize("killed", ["worker", "Valkey", "PostgreSQL"])
def test_a_night_that_is_cut_off_ends_by_itself(home_with_tables: Home, tmp_path: Path, killed: str) -> None:
    home = home_with_tables
    made = manage(home, "shell", "-v0", "-c", COMPANY.format(folder=str(tmp_path / "company")))
    assert made.returncode == 0, made.stderr
    served = Served.start(home)
    try:
        wait_until(lambda: computed(home) >= 1)
        served.kill(killed)
        assert not all_done(home)
        wait_until(lambda: all_done(home), seconds=400)
        groups = asked(home, "SELECT count(*), count(figures) FROM contribution_groupscore")[0]
        parties = asked(home, "SELECT score_run_id, party, count(*) FROM contribution_partyscore GROUP BY 1, 2")
    finally:
        served.stop()
    assert groups[0] == groups[1]
    assert {row[2] for row in parties} == {1}
