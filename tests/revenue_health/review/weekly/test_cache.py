"""The review is read again only after a change, and then at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from departments.models import Commitment, Company, Department, User
from revenue_health.contribution.models import ForecastSnapshot, Leak, ScoreRun
from tests.revenue_health.contribution.night.nights import leak_for

pytestmark = pytest.mark.django_db


def asked(ceo: Client) -> tuple[str, int]:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = ceo.get("/")
    return answer.content.decode(), len(queries)


def test_the_second_reader_costs_less_and_sees_the_same(ceo: Client) -> None:
    (first, cost), (second, less) = asked(ceo), asked(ceo)
    assert less <= cost - 6
    assert second.split("<main")[1].split("csrf")[0] == first.split("<main")[1].split("csrf")[0]


def test_what_people_write_shows_at_once(ceo: Client, company: Company) -> None:
    before, _ = asked(ceo)
    due = timezone.now().date() - timedelta(days=9)
    made = Commitment.objects.create(
        text="Hire a second reviewer", department=Department.objects.get(key="legal"),
        owner=User.objects.get(username="legal"), due=due, first_due=due, created_at=timezone.now(),
        created_by=User.objects.get(username="ceo"),
    )  # fmt: skip
    shown, _ = asked(ceo)
    assert "Hire a second reviewer" not in before
    assert "Hire a second reviewer" in shown
    # Whatever way it is written: notes are made by triggers.
    Commitment.objects.filter(pk=made.pk).update(text="Hire two reviewers")
    assert "Hire two reviewers" in asked(ceo)[0]
    leak_for(Department.objects.get(key="sales"))
    assert Leak.objects.update(owner=User.objects.get(username="legal"))
    assert asked(ceo)[1] > asked(ceo)[1]


def test_what_the_night_writes_shows_at_once(ceo: Client) -> None:
    asked(ceo)
    ForecastSnapshot.objects.all().delete()
    assert asked(ceo)[1] > asked(ceo)[1]
    ScoreRun.objects.update(finished_at=timezone.now())
    assert asked(ceo)[1] > asked(ceo)[1]


def test_what_the_night_writes_again_shows_at_once(ceo: Client) -> None:
    """Gates come after the first figures and a better forecast after the first one, both into the rows that are there:
    no other page may speak of them while this one still says the old."""
    asked(ceo)
    snapshot = ForecastSnapshot.objects.latest("pk")
    ForecastSnapshot.objects.filter(pk=snapshot.pk).update(median=snapshot.median * 3)
    assert asked(ceo)[1] > asked(ceo)[1]
    ScoreRun.objects.update(gates=None)
    assert asked(ceo)[1] > asked(ceo)[1]
