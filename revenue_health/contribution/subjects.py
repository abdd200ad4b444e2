"""The figures of the contribution model that people speak about: a party's share of a period, a leak."""

from __future__ import annotations

from django.urls import reverse

from departments.models import Department
from departments.subjects import Subject, SubjectUnknown, reads_subject, subject_number, subject_period

PARTIES = {"strategy": "The plan", "opening": "Opening pipeline", "unexplained": "Timing and chance"}
"""The parties of a share that are no departments."""


@reads_subject("share")
def _share(text: str, rest: str) -> Subject:
    party, _, period = rest.partition(":")
    label = subject_period(text, period)
    department = Department.objects.filter(key=party).first()
    name = department.name if department else PARTIES.get(party)
    if name is None:
        raise SubjectUnknown(text)
    return Subject(
        text=text,
        kind="share",
        label=f"{name}, share of {label}",
        address=reverse("review:driver", args=[party], query={"period": label}),
        department=department,
    )


@reads_subject("leak")
def _leak(text: str, rest: str) -> Subject:
    pk = subject_number(text, rest)
    return Subject(text=text, kind="leak", label=f"Leak {pk}", address=reverse("contribution:leak", args=[pk]))
