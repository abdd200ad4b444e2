"""The tables of a new installation are those of one that went through every release."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection
from psycopg import sql

from revenue_health.embedded.postgres import tool_folders
from tests.house.source import ROOT

MIGRATE = """
import sys, django; django.setup()
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
executor = MigrationExecutor(connection)
executor.loader = MigrationLoader(connection, replace_migrations=sys.argv[1] == "at once")
migrations = executor.loader.disk_migrations
executor.migrate([
    key for key in executor.loader.graph.leaf_nodes() if sys.argv[1] == "at once" or not migrations[key].replaces
])
"""


def tables(way: str) -> list[str]:
    """What pg_dump says of a database that migrations made: its lines in order of their text, since columns that were
    added later stand elsewhere."""
    name = f"tables_{way.replace(' ', '_')}"
    database = sql.Identifier(name)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(database))
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(database))
    place = settings.DATABASES["default"]
    environment = os.environ | {
        "REVENUE_HEALTH_TEST_DATABASE": name,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PGPASSWORD": place["PASSWORD"],
    }
    subprocess.run([sys.executable, "-c", MIGRATE, way], cwd=ROOT, env=environment, check=True)
    (program, *_) = [
        folder / "pg_dump" for folder in tool_folders(settings.HOME.path / "binaries") if (folder / "pg_dump").exists()
    ]
    command = [program, "--schema-only", "--no-owner", "-h", place["HOST"], "-U", place["USER"], name]
    command += ["-p", str(place["PORT"])] if place["PORT"] else []
    dumped = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE {}").format(database))
    return sorted(line.rstrip(",") for line in dumped.splitlines() if "restrict " not in line)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_tables_of_a_new_installation_are_those_of_an_old_one() -> None:
    at_once = tables("at once")
    assert len(at_once) > 5_000
    assert at_once == tables("one by one")
