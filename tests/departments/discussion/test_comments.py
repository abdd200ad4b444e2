"""Comments: said, answered, edited while fresh, resolved; whom they tell."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from departments.discussion.selectors.comments import threads_for, threads_of
from departments.discussion.services.comments import comment_add, comment_edit, comment_resolve
from departments.discussion.services.errors import CommentRefused
from departments.discussion.services.mentions import mention_mail_send
from departments.discussion.tasks import mention_mail
from departments.models import Comment, User
from departments.subjects import subject_of
from tests.departments.discussion.conftest import NOW

pytestmark = pytest.mark.django_db
SHARE = "share:legal:2026-Q4"
HTMX = {"HX-Request": "true"}
Open = Callable[[str], Client]


@pytest.fixture(autouse=True)
def outbox(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    settings.SITE_URL = "https://health.example"


def say(user: User, text: str, **more: Any) -> Comment:
    return comment_add(subject=subject_of(SHARE), text=text, author=user, now=NOW, **more).comment


def test_a_comment_with_a_mention_is_kept_and_tells_the_person(reads_as: Open, cast: dict[str, User]) -> None:
    response = reads_as("ceo").post("/comments/", {"subject": SHARE, "text": "Why so late, @legal?"}, headers=HTMX)
    assert response.status_code == 200
    assert b"Why so late, <b>@legal</b>?" in response.content
    assert b"<html" not in response.content
    comment = Comment.objects.get()
    assert [user.username for user in comment.mentions.all()] == ["legal"]
    assert mention_mail_send(comment=comment.pk, user=cast["legal"].pk)
    (letter,) = mail.outbox
    assert letter.to == ["legal@example.com"]
    assert "Why so late, @legal?" in letter.body
    assert "https://health.example/comments/?subject=share%3Alegal%3A2026-Q4" in letter.body


def test_the_mail_is_sent_once_however_often_the_task_runs(cast: dict[str, User]) -> None:
    comment = say(cast["ceo"], "@legal?")
    mention_mail(comment.pk, cast["legal"].pk)
    mention_mail(comment.pk, cast["legal"].pk)
    assert len(mail.outbox) == 1


def test_a_task_that_died_before_sending_sends_when_it_runs_again(
    cast: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    comment = say(cast["ceo"], "@legal?")
    with monkeypatch.context() as patched:
        patched.setattr("departments.discussion.services.mentions.render_to_string", None)
        with pytest.raises(TypeError):
            mention_mail_send(comment=comment.pk, user=cast["legal"].pk)
    assert mention_mail_send(comment=comment.pk, user=cast["legal"].pk)


def test_who_left_is_not_told(cast: dict[str, User]) -> None:
    comment = say(cast["ceo"], "@legal?")
    cast["legal"].memberships.all().delete()
    assert not mention_mail_send(comment=comment.pk, user=cast["legal"].pk)


def test_nobody_is_told_of_a_figure_they_may_not_see(reads_as: Open) -> None:
    text = "Look, @board and @stranger and @nobody"
    response = reads_as("ceo").post("/comments/", {"subject": SHARE, "text": text}, headers=HTMX)
    assert b"Not notified: @board, @stranger and @nobody" in response.content
    assert not Comment.objects.get().mentions.exists()


def test_an_address_in_a_mail_is_no_mention(cast: dict[str, User]) -> None:
    assert not say(cast["ceo"], "write to me@legal.example").mentions.exists()


def test_what_was_said_is_escaped(reads_as: Open) -> None:
    text = '<script>alert(1)</script> @legal https://x.example/?a=@legal"onmouseover="x'
    shown = reads_as("ceo").post("/comments/", {"subject": SHARE, "text": text}, headers=HTMX).content.decode()
    assert "<script>alert" not in shown
    assert "&lt;script&gt;" in shown
    assert '"onmouseover="' not in shown.split('class="remark-text">')[1].split("</p>")[0].replace("&quot;", "")


def test_without_scripts_one_is_brought_back_to_what_one_said(reads_as: Open) -> None:
    client = reads_as("legal")
    response = client.post("/comments/", {"subject": SHARE, "text": "We hired two people."})
    assert response.status_code == 302
    assert response["Location"].startswith("/comments/?subject=share%3Alegal%3A2026-Q4#comment-")
    page = client.get(response["Location"].split("#")[0])
    assert b"<html" in page.content
    assert b"We hired two people." in page.content
    assert b"HX-Request" in page["Vary"].encode()


@pytest.mark.parametrize("text", ["", "   \n ", "x" * 5001])
def test_nothing_or_too_much_is_refused_and_what_was_written_stays(reads_as: Open, text: str) -> None:
    response = reads_as("ceo").post("/comments/", {"subject": SHARE, "text": text}, headers=HTMX)
    assert response.status_code == 422
    assert b'role="alert"' in response.content
    assert not Comment.objects.exists()


def test_an_answer_to_an_answer_joins_the_thread(cast: dict[str, User]) -> None:
    first = say(cast["ceo"], "One")
    second = say(cast["legal"], "Two", parent=first)
    third = say(cast["sales"], "Three", parent=second)
    assert third.parent_id == first.pk
    (thread,) = threads_of(subject=SHARE)
    assert [answer.text for answer in thread.answers] == ["Two", "Three"]


def test_one_answers_only_about_the_same_figure(cast: dict[str, User]) -> None:
    first = say(cast["ceo"], "One")
    with pytest.raises(CommentRefused):
        comment_add(subject=subject_of("leak:1"), text="x", author=cast["ceo"], now=NOW, parent=first)


def test_one_s_own_words_are_put_right_within_minutes(cast: dict[str, User]) -> None:
    first, subject = say(cast["ceo"], "Oen for @legal"), subject_of(SHARE)
    soon, late = NOW + timedelta(minutes=14), NOW + timedelta(minutes=16)
    said = comment_edit(comment=first, subject=subject, text="One, @legal and @sales", author=cast["ceo"], now=soon)
    assert said.notified == (cast["sales"].pk,), "who was told already is not told again"
    with pytest.raises(CommentRefused, match="15 minutes"):
        comment_edit(comment=first, subject=subject, text="Other", author=cast["ceo"], now=late)
    with pytest.raises(CommentRefused):
        comment_edit(comment=first, subject=subject, text="Other", author=cast["legal"], now=soon)
    first.refresh_from_db()
    assert (first.text, first.edited_at) == ("One, @legal and @sales", soon)


def test_the_edit_page_is_the_author_s_own(reads_as: Open, cast: dict[str, User]) -> None:
    pk = say(cast["ceo"], "One").pk
    with time_machine.travel(NOW, tick=False):
        assert b"edit-" in reads_as("ceo").get(f"/comments/{pk}/edit/").content
        assert reads_as("legal").get(f"/comments/{pk}/edit/").status_code == 404
        assert reads_as("ceo").post(f"/comments/{pk}/edit/", {"text": "Two"}).status_code == 302
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        assert reads_as("ceo").get(f"/comments/{pk}/edit/").status_code == 422
    assert Comment.objects.get(pk=pk).text == "Two"


def test_a_thread_is_resolved_and_opened_again(reads_as: Open, cast: dict[str, User]) -> None:
    first, client = say(cast["ceo"], "One"), reads_as("legal")
    answer = say(cast["sales"], "Two", parent=first)
    assert client.post(f"/comments/{answer.pk}/resolve/", headers=HTMX).status_code == 422
    assert b"Resolved by Legal" in client.post(f"/comments/{first.pk}/resolve/", headers=HTMX).content
    assert Comment.objects.get(pk=first.pk).resolved_at is not None
    assert client.post(f"/comments/{first.pk}/reopen/").status_code == 302
    assert Comment.objects.get(pk=first.pk).resolved_at is None
    assert reads_as("board").post(f"/comments/{first.pk}/resolve/").status_code == 404


def test_my_threads_are_those_i_am_in(reads_as: Open, cast: dict[str, User]) -> None:
    asked, other = say(cast["ceo"], "For @legal"), say(cast["sales"], "Among us")
    done = say(cast["ceo"], "Done, @legal")
    comment_resolve(comment=done, user=cast["ceo"], now=NOW)
    say(cast["legal"], "Me too", parent=other)
    assert {thread.first.id for thread in threads_for(user=cast["legal"])} == {asked.pk, other.pk}
    page = reads_as("legal").get("/comments/mine/")
    assert b"2 open threads with you" in page.content
    assert b"<html" not in reads_as("legal").get("/comments/mine/", headers=HTMX).content
    assert reads_as("board").get("/comments/mine/").status_code == 404


def test_who_and_when_are_told_in_the_reader_s_time(reads_as: Open, cast: dict[str, User]) -> None:
    say(cast["ceo"], "One")
    cast["legal"].time_zone = "America/New_York"
    cast["legal"].save()
    assert b"25 Nov 2026, 10:00" in reads_as("ceo").get(f"/comments/?subject={SHARE}").content
    assert b"25 Nov 2026, 04:00" in reads_as("legal").get(f"/comments/?subject={SHARE}").content


def test_names_are_completed_from_those_who_may_see(reads_as: Open) -> None:
    client = reads_as("ceo")
    assert b'data-name="amelie"' in client.get("/comments/people/?subject=measurable:leg_wait&q=am").content
    assert b"jonas" not in client.get("/comments/people/?subject=measurable:leg_wait&q=jo", headers=HTMX).content


def test_deeds_are_only_posted(reads_as: Open, cast: dict[str, User]) -> None:
    pk, client = say(cast["ceo"], "One").pk, reads_as("ceo")
    for path in (f"{pk}/resolve/", f"{pk}/reopen/"):
        assert client.get(f"/comments/{path}").status_code == 405
    assert client.put("/comments/").status_code == 405


def test_a_panel_asks_the_database_no_more_for_more_threads(
    reads_as: Open, cast: dict[str, User], django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        say(cast["sales"], f"And {number}", parent=say(cast["ceo"], f"@legal {number}"))
    client = reads_as("ceo")
    with django_assert_max_num_queries(10):
        assert client.get(f"/comments/?subject={SHARE}", headers=HTMX).content.count(b"<article") == 24


@pytest.mark.parametrize("parent", ["abc", "-1", "1.5", "999999", str(2**63), "9" * 400])
def test_an_answer_to_no_comment_does_not_begin_a_thread(reads_as: Open, parent: str) -> None:
    answer = reads_as("ceo").post("/comments/", {"subject": SHARE, "text": "I agree.", "parent": parent})
    assert (answer.status_code, Comment.objects.count()) == (404, 0)
