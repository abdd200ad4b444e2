"""Every page: who gets in, whole or in part, with a bad filter, by the wrong method."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from pipeline.models import ImportBatch, Opportunity

pytestmark = pytest.mark.django_db
PAGES = ["leak_map", "opportunities", "departments", "data"]


def address(name: str) -> str:
    """The address of a page; of one deal, department or import, the first there is."""
    if name == "opportunity":
        return reverse("pipeline:opportunity", args=[Opportunity.objects.earliest("pk").key])
    if name == "department":
        return reverse("pipeline:department", args=["legal"])
    if name == "import":
        return reverse("pipeline:import", args=[ImportBatch.objects.earliest("pk").pk])
    return reverse(f"pipeline:{name}")


ALL = [*PAGES, "opportunity", "department", "import"]


@pytest.mark.parametrize("name", ALL)
def test_who_is_not_signed_in_is_sent_to_sign_in(shown: Path, name: str) -> None:
    response = Client().get(address(name))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("who", ["ceo", "analyst", "legal"])
def test_who_works_here_reads(reads_as: Callable[[str], Client], name: str, who: str) -> None:
    response = reads_as(who).get(address(name))
    assert response.status_code == 200
    assert b"<!doctype html>" in response.content
    assert b"{%" not in response.content
    assert b"{{" not in response.content


@pytest.mark.parametrize("name", ALL)
def test_htmx_gets_a_part_and_history_the_whole(ceo: Client, name: str) -> None:
    part = ceo.get(address(name), headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert b"<html" not in part.content
    assert "HX-Request" in part["Vary"]
    restored = ceo.get(address(name), headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert b"<html" in restored.content


@pytest.mark.parametrize("name", ALL)
def test_pages_are_only_read(ceo: Client, name: str) -> None:
    assert ceo.post(address(name)).status_code == 405


@pytest.mark.parametrize("name", ["data_recompute", "import_upload_start"])
def test_deeds_are_only_posted(ceo: Client, name: str) -> None:
    assert ceo.get(reverse(f"pipeline:{name}")).status_code == 405


@pytest.mark.parametrize(
    "bad",
    [
        "period=2026-Q7", "period=" + "9" * 70, "period=2026-02-30..2026-03-01", "compare=tomorrow",
        "pipeline=none", "segment=%00", "owner='%3BDROP", "measure=weight", "leak=roof",
    ],
)  # fmt: skip
def test_a_bad_filter_of_the_leak_map_says_so_and_shows_the_default(ceo: Client, bad: str) -> None:
    response = ceo.get(f"{reverse('pipeline:leak_map')}?{bad}")
    assert response.status_code == 200
    assert b'role="alert"' in response.content
    assert b"Stage by stage" in response.content


@pytest.mark.parametrize(
    "bad", ["state=maybe", "stage=none:none", "sort=colour", "page=0", "page=x", "owner=nobody", "kind=nonsense"]
)
def test_a_bad_filter_of_the_list_says_so_and_shows_the_default(ceo: Client, bad: str) -> None:
    response = ceo.get(f"{reverse('pipeline:opportunities')}?{bad}")
    assert response.status_code == 200
    assert b'role="alert"' in response.content


@pytest.mark.parametrize("name", ["opportunities/none-such/", "data/imports/999/", "data/uploads/none/"])
def test_what_is_not_there_is_404(ceo: Client, name: str) -> None:
    response = ceo.get(f"/{name}" if name.startswith("data") else f"/pipeline/{name}")
    assert response.status_code == 404
    assert b"There is no such page" in response.content


def test_no_page_carries_inline_script_or_style(ceo: Client) -> None:
    for name in ALL:
        response = ceo.get(address(name))
        text = response.content.decode()
        assert " style=" not in text, name
        assert "<style" not in text, name
        assert "onclick" not in text, name
        assert "script-src 'self'" in response["Content-Security-Policy"]
