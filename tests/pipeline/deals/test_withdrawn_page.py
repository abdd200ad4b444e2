"""A deal that was withdrawn and merged, on its page, on the page of the other deal, and in the list."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from departments.models import User
from pipeline.services.recompute import recompute
from tests.pipeline.companies import BEGIN, company_alone, event_add, opportunity_make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reader(settings: Any, tmp_path: Any, transactional_db: None) -> Client:
    """Of a company in which the deal `twice` was merged into `kept`."""
    company = company_alone(settings, tmp_path)
    for key, into in (("kept", ""), ("twice", "kept")):
        event_add(company, opportunity_make(company, key, merged_into=into), 1, "lead")
    event_add(company, opportunity_make(company, "deleted"), 2, "withdrawn")
    for deal in company.pipeline.opportunities.filter(key="twice"):
        event_add(company, deal, 5, "withdrawn")
    recompute(as_of=BEGIN + timedelta(days=60))
    client = Client()
    user = User.objects.create_superuser("reader", "r@example.com", "x")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_both_deals_name_each_other_and_nobody_lost_anything(reader: Client) -> None:
    twice, kept, deleted = (
        reader.get(f"/pipeline/opportunities/{key}/").content.decode() for key in ("twice", "kept", "deleted")
    )
    assert '<a href="/pipeline/opportunities/kept/">kept</a>' in twice
    assert "merged into kept" in twice
    assert "Took in" in kept
    assert '<a href="/pipeline/opportunities/twice/">twice</a>' in kept
    assert "not lost: charged to nobody" in deleted
    assert not any("▼ lost" in page for page in (twice, kept, deleted))


def test_the_list_has_them_as_withdrawn_and_neither_as_open_nor_as_lost(reader: Client) -> None:
    shown = {
        state: reader.get(f"/pipeline/opportunities/?state={state}").content.decode()
        for state in ("open", "lost", "withdrawn")
    }
    for key in ("twice", "deleted"):
        address = f'href="/pipeline/opportunities/{key}/"'
        assert [address in shown[state] for state in ("open", "lost", "withdrawn")] == [False, False, True]
    assert 'href="/pipeline/opportunities/kept/"' in shown["open"]
