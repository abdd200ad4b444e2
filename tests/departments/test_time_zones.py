"""The time zones one can choose are those that all three clocks of the product know."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module
from zoneinfo import ZoneInfo

import duckdb
import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection

from departments.core.time_zones import TIME_ZONES
from departments.models import Company, User
from departments.models.company import validate_time_zone

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


def test_a_clock_is_refused_by_what_it_is() -> None:
    with pytest.raises(ValidationError, match="“CET” is the clock of several places; name one of them, such as Europe"):
        validate_time_zone("CET")
    with pytest.raises(ValidationError, match="“Berlin” is not an IANA time zone"):
        validate_time_zone("Berlin")


@pytest.mark.django_db
def test_who_was_in_a_zone_without_a_place_is_in_the_place_of_its_clock() -> None:
    migration = import_module("departments.migrations.0020_zones_of_places")
    assert not set(migration.PLACES) & TIME_ZONES
    assert set(migration.PLACES.values()) <= TIME_ZONES
    Company.objects.create(name="Acme", reporting_currency="EUR", time_zone="CET", fiscal_year_start_month=1)
    for name in ("EET", "", "Asia/Tokyo"):
        User.objects.create(username=name or "nowhere", time_zone=name)
    migration.name_places(apps, None)
    assert Company.objects.get().time_zone == "Europe/Brussels"
    zones = dict(User.objects.values_list("username", "time_zone"))
    assert zones == {"EET": "Europe/Athens", "nowhere": "", "Asia/Tokyo": "Asia/Tokyo"}


@pytest.mark.parametrize(("name", "place"), [("CET", "Europe/Brussels"), ("EET", "Europe/Athens"),
                                             ("MET", "Europe/Brussels"), ("WET", "Europe/Lisbon")])  # fmt: skip
def test_the_place_has_the_clock_of_the_name(name: str, place: str) -> None:
    for day in (datetime(year, month, 1, tzinfo=UTC) for year in range(2000, 2027) for month in range(1, 13)):
        assert day.astimezone(ZoneInfo(name)).utcoffset() == day.astimezone(ZoneInfo(place)).utcoffset()
