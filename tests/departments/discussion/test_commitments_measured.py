"""A department's page shows what its kept commitments moved: the measured line before and after."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from departments.models import Commitment, Department, User

pytestmark = pytest.mark.django_db
RESULT = {"before": 6.2, "after": 4.1, "words": "Open reviews fell from 6.2 to 4.1 a week, as promised."}


def kept(result: dict[str, object] | None) -> Commitment:
    today = timezone.now().date()
    user = User.objects.create_user("keeper", "keeper@example.test", "quiet-river-stone")
    department, _ = Department.objects.get_or_create(key="legal", defaults={"name": "Legal"})
    return Commitment.objects.create(
        text="Fill the two open posts", department=department, owner=user, created_by=user, status="done",
        due=today - timedelta(weeks=6), first_due=today - timedelta(weeks=6), created_at=timezone.now(),
        closed_at=timezone.now(), closed_by=user, result=result,
    )  # fmt: skip


def panel(client: Client) -> str:
    chief = User.objects.create_superuser("chief", "chief@example.test", "quiet-river-stone")
    client.force_login(chief, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get("/commitments/panel/?department=legal", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_what_a_kept_commitment_moved_stands_there(client: Client) -> None:
    kept(RESULT)
    text = panel(client)
    assert "Kept: before and after" in text
    assert '>6.2</td><td class="n">4.1</td>' in text
    assert "as promised" in text


def test_without_a_measured_result_nothing_is_claimed(client: Client) -> None:
    kept({"words": "Too few weeks to say."})
    assert "Kept: before and after" not in panel(client)
