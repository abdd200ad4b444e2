"""Slides of a pack that are kept as they were drawn: never those of other decisions, names, languages or contents."""

from __future__ import annotations

import re
from collections.abc import Callable

import pgtrigger
import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from departments.models import User
from revenue_health.review.models import Pack
from revenue_health.review.services.pack_links import link_create
from revenue_health.review.services.packs import decision_log

pytestmark = pytest.mark.django_db
TOKEN = re.compile(r'(csrfmiddlewaretoken" value=|X-CSRFToken": )"\w+"')


@pytest.fixture
def board(pack: Pack, ceo: Client) -> Callable[..., str]:
    """The board as the CEO reads it now, or its page of the pack; without the tokens of forms."""

    def board_html(path: str = "board", **headers: str) -> str:
        return TOKEN.sub("", ceo.get(f"/{path}/{pack.pk}/", headers=headers).text)

    return board_html


def test_the_board_is_drawn_once_and_shown_the_same(board: Callable[..., str]) -> None:
    first = board()
    assert board() == first
    cache.clear()
    assert board() == first


def test_a_decision_has_a_slide_at_once(board: Callable[..., str], pack: Pack) -> None:
    before = board()
    user = User.objects.get(username="ceo")
    decision = decision_log(pack=pack, text="Hire two.", decided_by="The board", user=user, now=timezone.now())
    assert ("Hire two." in before, "Hire two." in board()) == (False, True)
    assert f'max="{before.count('<section class="slide') + 1}"' in board()
    decision_log(
        pack=pack, text="Hire three.", decided_by="The board", user=user, now=timezone.now(), corrects=decision
    )
    assert ("Hire two." in board(), "Hire three." in board()) == (False, True)


def test_names_that_are_hidden_from_a_link_are_shown_to_who_is_signed_in(board: Callable[..., str], pack: Pack) -> None:
    user, now = User.objects.get(username="ceo"), timezone.now()
    decision_log(pack=pack, text="Casey Ofori speaks to legal.", decided_by="Casey Ofori", user=user, now=now)
    assert "Casey" in board()
    _, token = link_create(pack=pack, user=user, now=now, days=7, hide_names=True, label="Board")
    assert "Casey" not in Client().get(f"/b/{token}/").content.decode()
    assert "Casey" in board()


@pytest.mark.parametrize("path", ["board", "packs"])
def test_slides_are_in_the_language_of_the_reader(board: Callable[..., str], path: str) -> None:
    english, german = board(path), board(path, **{"Accept-Language": "de"})
    assert ("Method" in english, "Methode" in german, "Methode" in english) == (True, True, False)
    assert board(path) == english


@pytest.mark.parametrize("path", ["board", "packs"])
def test_a_changed_slide_is_not_served_from_the_cache(board: Callable[..., str], pack: Pack, path: str) -> None:
    before = board(path)
    assert "● verified, sha256" in before
    with pgtrigger.ignore("review.Pack:append_only"):
        Pack.objects.filter(pk=pack.pk).update(content=pack.content.replace("EUR", "USD"))
    after = board(path)
    assert ("USD" in before, "USD" in after, "● verified, sha256" in after) == (False, True, False)
