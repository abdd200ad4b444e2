"""Heads read every department's figures, and no page leads them to a detail that does not exist for them."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from departments.discussion.selectors.commitments import subject_link
from departments.models import User

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
DRIVER = re.compile(r'href="(/drivers/[a-z]+/[^"]*)"')
NO_DEPARTMENTS = {"strategy", "opening", "market", "unexplained", "panel", "evidence", "compute", "inside"}


@pytest.fixture
def head() -> Client:
    client = Client()
    client.force_login(User.objects.get(username="legal"), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("page", ["/", "/drivers/", "/drivers/panel/"])
def test_a_head_is_led_to_the_own_department_and_to_no_other(head: Client, ceo: Client, page: str) -> None:
    headers = HTMX if "panel" in page else {}
    addresses = DRIVER.findall(head.get(page, headers=headers).content.decode())
    assert {address.split("/")[2] for address in addresses} - NO_DEPARTMENTS == {"legal"}
    assert all(head.get(address.replace("&amp;", "&")).status_code == 200 for address in set(addresses))
    everybody = {address.split("/")[2] for address in DRIVER.findall(ceo.get(page, headers=headers).content.decode())}
    assert everybody >= {"legal", "sales", "production"}


@pytest.mark.parametrize("page", ["/replies/", "/comments/"])
def test_beside_a_share_of_a_closed_department_stands_the_page_of_all_drivers(
    head: Client, ceo: Client, page: str
) -> None:
    query = {"subject": "share:sales:2026-Q4"}
    open_to_all, own = "/drivers/?period=2026-Q4#driver-sales", "/drivers/sales/?period=2026-Q4"
    assert head.get(page, query).context["address"] == open_to_all
    assert ceo.get(page, query).context["address"] == own
    assert head.get(page, {"subject": "share:legal:2026-Q4"}).context["address"] == "/drivers/legal/?period=2026-Q4"


def test_a_commitment_on_a_share_of_a_closed_department_leads_to_all_drivers(run: object) -> None:
    head = User.objects.get(username="legal")
    assert subject_link("share:sales:2026-Q4", head)[1] == "/drivers/?period=2026-Q4#driver-sales"
    assert subject_link("share:market:2026-Q4", head)[1] == "/drivers/market/?period=2026-Q4"
