"""The time zones one can choose are those that all three clocks of the product know."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import duckdb
import pytest
from django.db import connection

from departments.core.time_zones import TIME_ZONES

SUMMER, WINTER = datetime(2020, 7, 1, 12, tzinfo=UTC), datetime(2020, 1, 1, 12, tzinfo=UTC)


@pytest.mark.django_db
@pytest.mark.parametrize("instant", [SUMMER, WINTER])
def test_every_zone_is_the_same_in_python_postgresql_and_duckdb(instant: datetime) -> None:
    assert {"Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires"} <= TIME_ZONES
    engine = duckdb.connect(config={"threads": 1})
    with connection.cursor() as cursor:
        for name in sorted(TIME_ZONES):
            local = instant.astimezone(ZoneInfo(name)).replace(tzinfo=None)
            cursor.execute("SELECT %s AT TIME ZONE %s", [instant, name])
            assert cursor.fetchone() == (local,), name
            engine.execute(f"SET TimeZone = '{name}'")
            assert engine.execute("SELECT ?::TIMESTAMPTZ::TIMESTAMP", [instant]).fetchone() == (local,), name
