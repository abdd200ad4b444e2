"""Right of reply: the head answers, dated and versioned; everybody who sees the share reads it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import InternalError, transaction
from django.db.utils import DatabaseError
from django.test import Client

from departments.discussion.selectors.replies import replies_for, versions_of
from departments.discussion.services.errors import ReplyConflict
from departments.discussion.services.replies import reply_add
from departments.models import Reply, User
from departments.subjects import subject_of
from tests.departments.discussion.conftest import NOW

pytestmark = pytest.mark.django_db
SHARE = "share:legal:2026-Q4"
HTMX = {"HX-Request": "true"}
Open = Callable[[str], Client]


def answer(user: User, text: str, seen: int = 0) -> Reply | None:
    return reply_add(subject=subject_of(SHARE), text=text, author=user, seen=seen, now=NOW + timedelta(days=seen))


def test_the_newest_version_is_shown_and_older_ones_stay_readable(reads_as: Open, cast: dict[str, User]) -> None:
    answer(cast["legal"], "Two reviewers left.")
    answer(cast["legal"], "Two reviewers left; one is replaced.", seen=1)
    page = reads_as("sales").get(f"/replies/?subject={SHARE}").content.decode()
    assert page.index("one is replaced") < page.index("1 earlier version")
    assert "version 2" in page
    assert "<textarea" not in page, "others only read"
    assert [version.version for version in versions_of(subject=SHARE)] == [2, 1]


def test_replies_are_given_out_for_pages_and_packs(cast: dict[str, User]) -> None:
    answer(cast["legal"], "One")
    answer(cast["legal"], "Two", seen=1)
    found = replies_for(subjects=[SHARE, "share:sales:2026-Q4"])
    assert list(found) == [SHARE]
    assert found[SHARE].to_dict() == {
        "subject": SHARE, "department": "legal", "version": 2, "text": "Two", "author": "Legal",
        "at": "2026-11-26T09:00:00+00:00",
    }  # fmt: skip


@pytest.mark.parametrize(("who", "status"), [("legal", 302), ("ceo", 404), ("sales", 404), ("amelie", 404)])
def test_only_the_head_answers(reads_as: Open, who: str, status: int) -> None:
    response = reads_as(who).post("/replies/", {"subject": SHARE, "text": "So it is.", "seen": "0"})
    assert response.status_code == status
    assert Reply.objects.exists() == (status == 302)


def test_the_head_has_a_form_and_others_have_not(reads_as: Open) -> None:
    assert b"<textarea" in reads_as("legal").get(f"/replies/?subject={SHARE}", headers=HTMX).content
    assert b"<textarea" not in reads_as("legal").get("/replies/?subject=share:sales:2026-Q4").content
    assert b"has not responded yet" in reads_as("ceo").get(f"/replies/?subject={SHARE}").content


def test_the_same_words_make_no_new_version(reads_as: Open, cast: dict[str, User]) -> None:
    answer(cast["legal"], "One")
    response = reads_as("legal").post("/replies/", {"subject": SHARE, "text": " One ", "seen": "1"}, headers=HTMX)
    assert b"no new version" in response.content
    assert Reply.objects.count() == 1


def test_who_was_overtaken_is_told_and_keeps_the_words(reads_as: Open, cast: dict[str, User]) -> None:
    answer(cast["legal"], "The deputy's words")
    response = reads_as("legal").post("/replies/", {"subject": SHARE, "text": "My words", "seen": "0"}, headers=HTMX)
    assert response.status_code == 422
    assert b"My words</textarea>" in response.content
    assert b"The deputy" in response.content
    with pytest.raises(ReplyConflict):
        answer(cast["legal"], "x", seen=7)


def test_what_was_answered_is_never_changed(cast: dict[str, User]) -> None:
    answer(cast["legal"], "One")
    for deed in (lambda: Reply.objects.update(text="Other"), lambda: Reply.objects.all().delete()):
        with pytest.raises((InternalError, DatabaseError)), transaction.atomic():
            deed()
    assert Reply.objects.get().text == "One"


@pytest.mark.parametrize("party", ["market", "strategy", "unexplained"])
def test_for_what_is_no_department_nobody_answers(reads_as: Open, party: str) -> None:
    page = reads_as("ceo").get(f"/replies/?subject=share:{party}:2026-Q4")
    assert b"No department responds to" in page.content
    response = reads_as("legal").post("/replies/", {"subject": f"share:{party}:2026-Q4", "text": "x", "seen": "0"})
    assert response.status_code == 404


@pytest.mark.parametrize("subject", ["leak:3", "share:legal:2026-Q9", ""])
def test_only_shares_are_answered(reads_as: Open, subject: str) -> None:
    assert reads_as("legal").get("/replies/", {"subject": subject}).status_code == 404
