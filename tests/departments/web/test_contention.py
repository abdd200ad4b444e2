"""Of two who save the same at the same moment the second reads that it was not saved."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from departments.models import Department, Invitation, User
from departments.people.services.errors import InvitationRefused
from departments.people.services.invitations import invitation_create
from tests.departments.web.simultaneous import simultaneously

pytestmark = pytest.mark.django_db(transaction=True)
FIRST = "INSERT INTO departments_department (key, name, kind, head_email) VALUES ('sales', 'First', 'internal', '')"


def boss() -> User:
    return User.objects.create_superuser("boss", "boss@example.com", "x")


def test_a_row_that_somebody_added_a_moment_before(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    client.force_login(boss(), backend="django.contrib.auth.backends.ModelBackend")
    form = {"key": "sales", "name": "Second", "kind": "internal"}
    address = "/admin/departments/department/add/"
    # The checks of the form find nothing: the other transaction is still open.
    (answer,) = simultaneously(lambda: client.post(address, form), table="departments_department", meanwhile=FIRST)
    assert (answer.status_code, "Not saved" in answer.content.decode()) == (503, True)
    assert [row.name for row in Department.objects.all()] == ["First"]
    assert "collided" in caplog.text
    # Saved again, the form says what is wrong.
    again = client.post(address, form)
    assert (again.status_code, "already exists" in again.content.decode()) == (200, True)


def test_one_of_two_invitations_to_the_same_person() -> None:
    user, now = boss(), timezone.now()

    def invite() -> Invitation:
        return invitation_create(email="ann@example.com", role="analyst", department=None, invited_by=user, now=now)

    results = simultaneously(invite, invite, table="departments_invitation")
    assert {type(result) for result in results} == {Invitation, InvitationRefused}
    assert Invitation.objects.count() == 1
