"""Parts of pages that are kept with the run: shown again as they were, and anew where what is in them has changed."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.test import Client

from departments.models import Company, Department
from pipeline.models import Stage

pytestmark = pytest.mark.django_db
WHAT_IF = "/what-if/"
PROMISE = "?set=contract:legal:wait_days=2"
TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value=|X-CSRFToken": )"\w+"')


def shown(reader: Client, address: str, **headers: str) -> str:
    """The page, without the tokens of its forms."""
    return TOKEN.sub(r"\1", reader.get(address, headers=headers).content.decode())


@pytest.mark.parametrize("address", [WHAT_IF, WHAT_IF + PROMISE])
def test_what_is_kept_is_what_would_be_rendered(ceo: Client, address: str) -> None:
    ceo.get(WHAT_IF)
    again = shown(ceo, address)
    cache.clear()
    assert again == shown(ceo, address)


def test_levers_show_a_promise_and_lose_it_again(ceo: Client) -> None:
    before = shown(ceo, WHAT_IF)
    promised = shown(ceo, WHAT_IF + PROMISE)
    assert ('class="changed"' in before, promised.count('class="changed"')) == (False, 1)
    assert re.search(r'id="lever-[^"]*contract:legal:wait_days"[^>]* value="2.0"', promised)
    assert shown(ceo, WHAT_IF) == before


def test_levers_have_the_names_and_limits_of_now(ceo: Client) -> None:
    assert "Counsel" not in shown(ceo, WHAT_IF)
    Department.objects.filter(key="legal").update(name="Counsel")
    Stage.objects.filter(key="contract").update(time_limit_days="7.5")
    page = shown(ceo, WHAT_IF)
    assert "Counsel: mean wait" in page
    assert '<td class="n wide-only">7.5</td>' in page


def test_levers_are_in_the_language_of_the_reader_and_the_currency_of_the_company(ceo: Client) -> None:
    assert "mean wait" in shown(ceo, WHAT_IF)
    german = shown(ceo, WHAT_IF, **{"Accept-Language": "de"})
    assert "mean wait" not in german
    assert german == shown(ceo, WHAT_IF, **{"Accept-Language": "de"})
    Company.objects.update(reporting_currency="CHF")
    page = shown(ceo, WHAT_IF)
    assert "mean wait" in page
    assert "CHF k a week" in page
