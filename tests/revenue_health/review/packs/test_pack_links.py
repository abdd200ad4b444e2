"""Links for people without an account: one pack, until they expire, and no names unless wanted."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from departments.models import User
from departments.web.visitors import WRONG_LINKS
from revenue_health.review.models import Pack, PackLink
from revenue_health.review.services.pack_links import link_create
from revenue_health.review.services.packs import decision_log

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_tried() -> None:
    cache.clear()


def made(pack: Pack, *, days: int = 7, hide_names: bool = True, ago: int = 0) -> str:
    """The address of a link made some days ago."""
    user, now = User.objects.get(username="ceo"), timezone.now() - timedelta(days=ago)
    _, token = link_create(pack=pack, user=user, now=now, days=days, hide_names=hide_names, label="Board")
    return f"/b/{token}/"


def test_a_link_opens_the_board_without_an_account(pack: Pack) -> None:
    answer = Client().get(made(pack))
    assert answer.status_code == 200
    assert "as it stood on" in answer.content.decode()
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cache-Control"] == "no-store, private"
    assert "noindex" in answer["X-Robots-Tag"]
    link = PackLink.objects.get()
    assert link.opened_count == 1
    assert link.opened_at is not None


def test_names_are_not_in_the_page_at_all(pack: Pack) -> None:
    user, now = User.objects.get(username="ceo"), timezone.now()
    decision_log(pack=pack, text="Casey Ofori speaks to legal.", decided_by="Casey Ofori", user=user, now=now)
    hidden = Client().get(made(pack)).content.decode()
    assert "Casey" not in hidden
    assert "Executive speaks to legal." in hidden
    assert "Casey" in Client().get(made(pack, hide_names=False)).content.decode()


def test_wrong_expired_and_revoked_are_the_same_page(pack: Pack, ceo: Client) -> None:
    expired, revoked = made(pack, days=1, ago=2), made(pack)
    link = PackLink.objects.latest("pk")
    ceo.post(f"/packs/{pack.pk}/links/{link.pk}/revoke/")
    answers = [Client().get(address) for address in ("/b/nothing/", expired, revoked)]
    assert [answer.status_code for answer in answers] == [404, 410, 410]
    assert len({answer.content for answer in answers}) == 1
    assert "opens nothing" in answers[0].content.decode()


def test_the_token_is_shown_once_and_kept_nowhere(pack: Pack, ceo: Client) -> None:
    page = ceo.post(f"/packs/{pack.pk}/links/", {"days": 3, "hide_names": "on"}).content.decode()
    found = re.search(r"/b/([\w-]+)/", page)
    assert found
    token = found[1]
    assert token not in ceo.get(f"/packs/{pack.pk}/").content.decode()
    assert PackLink.objects.get().token_hash != token
    assert Client().get(f"/b/{token}/").status_code == 200


def test_many_wrong_links_slow_the_wrong_ones_down_and_never_a_right_one(pack: Pack) -> None:
    good = made(pack)
    codes = [Client().get(f"/b/wrong-{number}/").status_code for number in range(WRONG_LINKS + 1)]
    assert codes == [404] * WRONG_LINKS + [429]
    assert Client().get(good).status_code == 200


@pytest.mark.parametrize("days", ["0", "91", "x", ""])
def test_a_link_works_1_to_90_days(pack: Pack, ceo: Client, days: str) -> None:
    assert ceo.post(f"/packs/{pack.pk}/links/", {"days": days}).status_code == 422
    assert not PackLink.objects.exists()


def test_a_link_opens_nothing_else(pack: Pack) -> None:
    client = Client()
    client.get(made(pack))
    for address in ("/packs/", f"/packs/{pack.pk}/", f"/board/{pack.pk}/", "/pipeline/"):
        assert client.get(address).status_code == 302
