"""The monthly pulse: how a person rates the support of the other departments, changeable until the month is over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from departments.discussion.services.errors import PulseClosed
from departments.models import Department, PulseAnswer, User

LONGEST_SENTENCE = 300


def one_line(sentence: str) -> str:
    """A sentence as it is stored."""
    return " ".join(sentence.replace("\x00", "").split())


def pulse_save(
    *,
    user: User,
    department: Department,
    month: date,
    running: date,
    answers: Mapping[int, tuple[int | None, str]],
    now: datetime,
) -> int:
    """Save a person's answers of the running month: by rated department (id) a score, None to take it back, and a
    sentence. Returns how many answers stand."""
    if month != running:
        raise PulseClosed(_("That month is over; its answers are final. This is the form for the new month."))
    submitted = [
        PulseAnswer(
            month=month,
            by_department=department,
            about_department_id=about,
            user=user,
            score=score,
            sentence=one_line(sentence),
            at=now,
        )
        for about, (score, sentence) in answers.items()
        if score is not None
    ]
    taken_back = [about for about, (score, _) in answers.items() if score is None]
    with transaction.atomic():
        PulseAnswer.objects.filter(user=user, month=month, about_department__in=taken_back).delete()
        PulseAnswer.objects.bulk_create(
            submitted,
            update_conflicts=True,
            unique_fields=["user", "month", "about_department"],
            update_fields=["by_department", "score", "sentence", "at"],
        )
    return len(submitted)
