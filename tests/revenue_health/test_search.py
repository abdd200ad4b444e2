"""Search: by key and by beginnings of words, only what one may see, as a page and as a part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from departments.models import Commitment, Department, User
from pipeline.models import Account, Opportunity, Pipeline
from pipeline.selectors.deals.search import accounts_matching, deals_matching
from revenue_health.search.results import matches
from tests.shown_company import company_shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def deals() -> None:
    pipeline = Pipeline.objects.create(key="new", name="New")
    acme = Account.objects.create(key="A1", name="Acme Iron Works")
    other = Account.objects.create(key="A2", name="Borealis")
    for key, name, account in (
        ("D-10", "Acme - 50 seats", acme),
        ("D-11", "Renewal of seats", other),
        ("X-1", "Iron gate", other),
        ("X-2", "", acme),
    ):
        Opportunity.objects.create(key=key, name=name, account=account, pipeline=pipeline, currency="EUR")


def keys(text: str) -> list[str]:
    return [match.key for match in deals_matching(text=text, limit=6)]


def test_a_deal_by_its_key_however_it_was_typed(deals: None) -> None:
    assert keys("D-1") == ["D-10", "D-11"]
    assert keys("d-10") == ["D-10"]


def test_a_deal_by_beginnings_of_words_in_any_order(deals: None) -> None:
    assert keys("sea") == ["D-10", "D-11"]
    assert keys("seats acm") == ["D-10"]
    assert keys("eats") == []  # not the middle of a word


def test_a_deal_by_its_account_after_those_by_name(deals: None) -> None:
    assert keys("iron") == ["X-1", "D-10", "X-2"]


def test_accounts_by_name(deals: None) -> None:
    assert [match.key for match in accounts_matching(text="works", limit=6)] == ["A1"]
    assert [match.key for match in accounts_matching(text="bor", limit=6)] == ["A2"]


@pytest.mark.parametrize("text", ["", "a", "  ", "&|!:*()'", "🙂🙂", "\\", "%%", "__"])
def test_what_says_nothing_finds_nothing(deals: None, text: str) -> None:
    assert keys(text) == []
    assert accounts_matching(text=text, limit=6) == []


def test_names_match_by_words_or_as_a_whole() -> None:
    assert matches("leg co", "Contract, waiting with Legal")
    assert matches("waiting with", "Contract, waiting with Legal")
    assert not matches("gal", "Contract, waiting with Sales")


@pytest.fixture(scope="module")
def company(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with django_db_blocker.unblock(), company_shown(tmp_path_factory.mktemp("search")):
        yield


def asking(who: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=who), backend="django.contrib.auth.backends.ModelBackend")
    return client


def promise(text: str, department: str) -> Commitment:
    person = User.objects.get(username=department)
    now = timezone.now()
    return Commitment.objects.create(
        text=text, department=Department.objects.get(key=department), owner=person, created_by=person,
        created_at=now, due=now.date(), first_due=now.date(),
    )  # fmt: skip


def test_one_finds_only_what_one_may_see(company: None) -> None:
    promise("Quicker reviews of contracts", "legal")
    deal = Opportunity.objects.order_by("pk").first()
    assert deal
    ceo, finance, board = (asking(who) for who in ("ceo", "finance", "board"))
    assert "Quicker reviews" in ceo.get("/search/?q=quicker").content.decode()
    assert "Quicker reviews" not in finance.get("/search/?q=quicker").content.decode()
    address = f"/pipeline/opportunities/{deal.key}/"
    assert address in ceo.get(f"/search/?q={deal.key}").content.decode()
    assert address not in board.get(f"/search/?q={deal.key}").content.decode()
    # Legal's detail is closed to finance: what everybody sees of it is its share, among the drivers.
    assert 'href="/departments/legal/"' in ceo.get("/search/?q=legal").content.decode()
    text = finance.get("/search/?q=legal").content.decode()
    assert 'href="/departments/legal/"' not in text
    assert 'href="/drivers/"' in text
    assert 'href="/packs/"' in board.get("/search/?q=packs").content.decode()


def test_htmx_gets_what_was_found_alone_and_few_queries_are_made(company: None) -> None:
    ceo = asking("ceo")
    with CaptureQueriesContext(connection) as queries:
        part = ceo.get("/search/?q=re", headers={"HX-Request": "true"})
    assert b"<html" not in part.content
    assert len(queries) <= 16
    assert "at least two letters" in ceo.get("/search/?q=r").content.decode()
    assert "Nothing found for" in ceo.get("/search/?q=zzzzzz").content.decode()
