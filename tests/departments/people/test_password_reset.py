"""A forgotten password: the same answer and the same work for every address; the mail is a worker's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from kombu.exceptions import ChannelError

from departments.jobs import LONGEST_PAUSE_SECONDS
from departments.models import User
from departments.people.services.password_reset import password_reset_mail_send
from departments.people.tasks import password_reset_mail
from departments.services.mail import MailServerUnavailable
from revenue_health.celery import app
from revenue_health.settings.mail import mailers
from tests.departments.updates.post_office import PostOffice, office_open

pytestmark = pytest.mark.django_db
FORM = "/accounts/password/reset/"
KNOWN, UNKNOWN = "ceo@example.com", "nobody@example.com"


@pytest.fixture(autouse=True)
def person() -> User:
    cache.clear()
    return User.objects.create_user("ceo", KNOWN, "quiet-river-stone")


@pytest.fixture
def post_office(settings: Any) -> Iterator[PostOffice]:
    with office_open() as (office, port):
        settings.MAILERS = mailers(f"smtp://127.0.0.1:{port}", "")
        yield office


def queued() -> list[tuple[str, list[str]]]:
    """What waits for a worker at the broker; taken away by looking."""
    found = []
    # The broker does not know a queue in which nothing waits.
    with app.connection_for_read() as connected, connected.SimpleQueue("celery") as queue, suppress(ChannelError):
        for _ in range(queue.qsize()):
            message = queue.get(timeout=30)
            message.ack()
            found.append((message.headers["task"], message.payload[0]))
    return found


def ask(email: str, capture: Any) -> tuple[tuple[int, str], list[str]]:
    """The answer, and the statements it took, without the values in them."""
    with CaptureQueriesContext(connection) as queries, capture(execute=True):
        answer = Client().post(FORM, {"email": email})
    return (answer.status_code, answer["Location"]), [re.sub(r"'[^']*'|\d+", "?", q["sql"]) for q in queries]


def test_the_answer_and_its_work_are_the_same_for_every_address(
    settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.MAILERS = mailers("smtp://127.0.0.1:1", "")  # nobody listens there
    queued()
    ask("warm@example.com", django_capture_on_commit_callbacks)
    known, unknown = (ask(email, django_capture_on_commit_callbacks) for email in (KNOWN, UNKNOWN))
    assert known == unknown
    assert known[0] == (302, "/accounts/password/reset/done/")
    name = "departments.tasks.password_reset_mail"
    assert queued() == [(name, [email]) for email in ("warm@example.com", KNOWN, UNKNOWN)]


def test_the_worker_writes_to_an_account_and_to_nobody_else(post_office: PostOffice, person: User) -> None:
    password_reset_mail.apply(args=[UNKNOWN]).get()
    assert post_office.received == []
    password_reset_mail.apply(args=[KNOWN]).get()
    [sent] = post_office.received
    found = re.search(r"http://[^/]+(/accounts/password/reset/key/\S+)", sent.get_content())
    assert found
    client = Client()
    form = client.get(found[1], follow=True)
    client.post(form.request["PATH_INFO"], {"password1": "calm-lake-pebble", "password2": "calm-lake-pebble"})
    person.refresh_from_db()
    assert person.check_password("calm-lake-pebble")


@pytest.mark.parametrize("away", ["nobody listens", "come again later"])
def test_a_mail_server_that_is_away_is_tried_again(settings: Any, post_office: PostOffice, away: str) -> None:
    if away == "nobody listens":
        settings.MAILERS = mailers("smtp://127.0.0.1:1", "")
    post_office.strikes_after = 0
    with pytest.raises(MailServerUnavailable):
        password_reset_mail_send(email=KNOWN)
    assert MailServerUnavailable in password_reset_mail.transient
    # Fifteen seconds, doubled each time up to ten minutes: more than half an hour.
    pauses = [
        min(LONGEST_PAUSE_SECONDS, password_reset_mail.pause_seconds * 2**n)
        for n in range(password_reset_mail.most_attempts - 1)
    ]
    assert 0.75 * sum(pauses) > 1500


def test_a_deactivated_account_gets_no_mail(post_office: PostOffice, person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)
    password_reset_mail.apply(args=[KNOWN]).get()
    assert post_office.received == []
