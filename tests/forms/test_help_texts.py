"""What a field says about itself stands beside it: whatever a control names as its description is in the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from lxml import html

from departments.models import Measurable
from pipeline.views.settings.kinds import KINDS
from tests.forms.ground import BACKEND, somebody
from tests.shown_company import company_shown

pytestmark = pytest.mark.django_db
PAGES = [
    "/settings/",
    *(f"/settings/{kind.slug}/new/" for kind in KINDS),
    "/commitments/new/",
    "/issues/new/",
    "/scorecards/legal/measurables/",
    "/account/",
]
EXPLAINED = {
    "/settings/departments/new/": {"key", "kind", "head_email"},
    "/settings/heads/new/": {"account", "since", "until"},
    "/settings/stages/new/": {"key", "position", "owner_department", "time_limit_days"},
    "/settings/owners/new/": {"since"},
    "/settings/reasons/new/": {"key", "department"},
    "/settings/sources/new/": {"key", "department"},
    "/settings/plan/new/": {"segment", "target", "expectation"},
    "/settings/rates/new/": {"currency", "date", "rate"},
    "/commitments/new/": {"measurable", "expected_effect", "expected_unit", "expected_from"},
    "/scorecards/legal/measurables/": {"unit", "weight", "effective_from"},
}
"""Fields of which nobody knows by their name alone what to write."""


@pytest.fixture(scope="module")
def root(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A superuser who is head of legal, in a company with figures."""
    with django_db_blocker.unblock(), company_shown(tmp_path_factory.mktemp("help")):
        client = Client()
        client.force_login(somebody(), backend=BACKEND)
        yield client


def described(client: Client, address: str) -> dict[str, str]:
    """The fields of a page that have a description, each with its text."""
    response = client.get(address)
    assert response.status_code == 200
    tree = html.fromstring(response.content.decode())
    texts = {}
    for field in tree.xpath("//*[@name and @aria-describedby]"):
        for name in field.get("aria-describedby").split():
            (text,) = tree.xpath("//*[@id=$name]", name=name)
            texts[field.get("name")] = " ".join(text.text_content().split())
    return texts


@pytest.mark.parametrize("address", PAGES)
def test_descriptions_stand_beside_their_fields(root: Client, address: str) -> None:
    texts = described(root, address)
    assert EXPLAINED.get(address, set()) <= set(texts)
    assert all(texts.values())


def test_a_measurable_s_own_page_explains_the_same(root: Client) -> None:
    measurable = Measurable.objects.filter(department__key="legal").earliest("pk")
    texts = described(root, f"/scorecards/legal/measurables/{measurable.key}/")
    assert EXPLAINED["/scorecards/legal/measurables/"] <= set(texts)


def test_they_are_in_the_language_of_the_reader(root: Client) -> None:
    for address in EXPLAINED:
        english = described(root, address)
        root.defaults["HTTP_ACCEPT_LANGUAGE"] = "de"
        german = described(root, address)
        del root.defaults["HTTP_ACCEPT_LANGUAGE"]
        assert {name for name in english if english[name] == german[name]} == set(), address
