"""Of two who save the same at the same moment the second reads that it was not saved."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from departments.models import Department, Invitation, User
from departments.people.services.errors import InvitationRefused
from departments.people.services.invitations import invitation_create
from revenue_health.embedded.session import close_connections
from tests.pipeline.imports.test_import_locks import another_connection

pytestmark = pytest.mark.django_db(transaction=True)


def boss() -> User:
    return User.objects.create_superuser("boss", "boss@example.com", "x")


def wait_for_a_lock() -> None:
    """Until another connection of this database waits for a row of somebody else's."""
    until = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError("nothing waits")


def test_a_row_that_somebody_added_a_moment_before(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    client.force_login(boss(), backend="django.contrib.auth.backends.ModelBackend")
    form = {"key": "sales", "name": "Second", "kind": "internal"}
    statuses: list[int] = []

    def save() -> None:
        try:
            answer = client.post("/admin/departments/department/add/", form)
            assert "Not saved" in answer.content.decode()
            statuses.append(answer.status_code)
        finally:
            close_connections()

    # The checks of the form find nothing while the other transaction is open.
    with another_connection() as other:
        with other.transaction():
            other.execute(
                "INSERT INTO departments_department (key, name, kind, head_email)"
                " VALUES ('sales', 'First', 'internal', '')"
            )
            saving = threading.Thread(target=save)
            saving.start()
            wait_for_a_lock()
        saving.join(60)
    assert statuses == [503]
    assert [row.name for row in Department.objects.all()] == ["First"]
    assert "collided" in caplog.text
    # Saved again, the form says what is wrong.
    again = client.post("/admin/departments/department/add/", form)
    assert again.status_code == 200
    assert "already exists" in again.content.decode()


def test_one_of_two_invitations_to_the_same_person() -> None:
    user, now = boss(), timezone.now()
    for turn in range(8):
        together, refused = threading.Barrier(2), list[str]()

        def invite(turn: int = turn, together: threading.Barrier = together, refused: list[str] = refused) -> None:
            connection.ensure_connection()
            together.wait(10)
            try:
                invitation_create(
                    email=f"ann{turn}@example.com", role="analyst", department=None, invited_by=user, now=now
                )
            except InvitationRefused as problem:
                refused.append(str(problem))
            finally:
                close_connections()

        both = [threading.Thread(target=invite) for _ in range(2)]
        for one in both:
            one.start()
        for one in both:
            one.join(60)
        assert len(refused) == 1, turn
    assert Invitation.objects.count() == 8
