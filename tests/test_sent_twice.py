"""Every form that creates or starts something, sent twice at the same moment: one row, and no error for the second.

The table is tests/creating_forms.py. Both requests are sent while the table is locked, so both have begun before either
has written anything.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.urls import reverse

from departments.models import Department, Membership, User
from tests.browser.committed import committed
from tests.creating_forms import CREATING, NOTHING_NEW, Creating
from tests.permissions import OF_LIBRARIES, all_rows
from tests.pipeline.imports.test_import_locks import another_connection
from tests.shown_company import company_shown

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
ARRIVE_SECONDS = 0.4
"""Until the second request has got as far as it gets while the first cannot write."""
NAMES = [f"{case.name} {case.creates.__name__}" for case in CREATING]


def test_every_form_is_in_one_of_the_tables() -> None:
    posts = {row.name for row in all_rows() if row.post and not row.name.startswith(tuple(OF_LIBRARIES))}
    creating = {case.name for case in CREATING}
    assert posts == creating | set(NOTHING_NEW)
    assert not creating & set(NOTHING_NEW)


@pytest.fixture(scope="module")
def root(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[User]:
    """Somebody who may do everything, in a company with figures; what is written stays until the last case."""
    with django_db_blocker.unblock(), company_shown(tmp_path_factory.mktemp("twice"), scored=True):
        cache.clear()
        person = User.objects.create_superuser("root", "root@example.com", "quiet-river-stone")
        Membership.objects.create(user=person, role="head", department=Department.objects.get(key="legal"))
        yield person


def signed_in(user: User | None) -> Client:
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user, backend=BACKEND)
    return client


def at_once(calls: list[Callable[[], Any]], table: str) -> list[Any]:
    """What requests get that arrive together while nobody can write to a table."""
    results: list[Any] = [None] * len(calls)

    def run(place: int) -> None:
        try:
            results[place] = calls[place]()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    with another_connection() as watching, another_connection() as other, other.transaction():
        other.execute(f'LOCK TABLE "{table}" IN SHARE MODE')
        for thread in threads:
            thread.start()
        _wait_for_a_lock(watching, threads)
        time.sleep(ARRIVE_SECONDS)
    for thread in threads:
        thread.join(60)
    return results


def _wait_for_a_lock(watching: Any, threads: list[threading.Thread]) -> None:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    while not watching.execute(waiting).fetchone()[0]:
        # One that was refused has written nothing; the answers say why.
        if not any(thread.is_alive() for thread in threads):
            return
        time.sleep(0.01)


@pytest.mark.parametrize("case", CREATING, ids=NAMES)
def test_a_form_sent_twice_at_once_creates_once(root: User, case: Creating) -> None:
    arguments, form = committed(case.prepared)
    address, rows = reverse(case.name, kwargs=arguments), case.creates._default_manager
    form["csrfmiddlewaretoken"] = secrets.token_hex(32)
    before = rows.count()

    def send() -> Any:
        return signed_in(None if case.anonymous else root).post(address, _again(form))

    first, second = sorted(at_once([send, send], case.creates._meta.db_table), key=lambda answer: answer.status_code)
    assert rows.count() == before + 1
    assert first.status_code in (200, 302), first.content.decode()
    assert second.status_code == (case.second or first.status_code)
    if not case.second:
        assert first.get("Location") == second.get("Location")
    # Back in the browser, and sent once more.
    assert committed(send).status_code == second.status_code
    assert rows.count() == before + 1


def _again(form: dict[str, Any]) -> dict[str, Any]:
    """The form with its files at their beginning, each request with files of its own."""
    return {
        name: type(value)(value.name, value.file.getvalue()) if hasattr(value, "chunks") else value
        for name, value in form.items()
    }
