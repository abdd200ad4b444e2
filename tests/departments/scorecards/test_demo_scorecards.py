"""The demo's scorecards: owners, weights, and everything that can happen to a number."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from departments.models import Annotation, Entry, Measurable
from departments.people.services.demo import demo_people_create
from departments.scorecards.services.demo import demo_scorecards_create
from tests.departments.scorecards.companies import DUE

pytestmark = pytest.mark.django_db


def test_the_demo_gives_measurables_owners_and_corrects_a_number_after_the_close(
    measurables: dict[str, Measurable],
) -> None:
    demo_people_create()
    for row in measurables.values():
        for back in range(1, 6):
            Entry.objects.create(measurable=row, week=DUE - timedelta(days=7 * back), value=30)
    demo_scorecards_create(as_of=date(2026, 11, 25), seed=1)
    assert not Measurable.objects.filter(owner=None).exists()
    assert Measurable.objects.get(key="wait").weight == 2
    assert Entry.objects.filter(changed_after_close=True, reported_value=30).count() == 2
    assert Annotation.objects.filter(department__key="legal").count() == 1
    before = Entry.objects.count()
    demo_scorecards_create(as_of=date(2026, 11, 25), seed=1)
    assert Entry.objects.count() == before
