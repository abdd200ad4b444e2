"""The figures of the contribution model that people speak about: a party's share of a period, a leak."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from departments.models import Department
from departments.subjects import Subject, SubjectUnknown, reads_subject, subject_number, subject_period

PARTIES = {
    "strategy": gettext_noop("The plan"),
    "opening": gettext_noop("Opening pipeline"),
    "unexplained": gettext_noop("Timing and chance"),
}
"""The parties of a share that are no departments."""


@reads_subject("share")
def _share(text: str, rest: str) -> Subject:
    party, _colon, period = rest.partition(":")
    label = subject_period(text, period)
    department = Department.objects.filter(key=party).first()
    name = department.name if department else PARTIES.get(party) and _(PARTIES[party])
    if name is None:
        raise SubjectUnknown(text)
    return Subject(
        text=text,
        kind="share",
        label=_("{name}, share of {label}").format(name=name, label=label),
        address=reverse("review:driver", args=[party], query={"period": label}),
        department=department,
        open_address=f"{reverse('review:drivers', query={'period': label})}#driver-{party}",
    )


@reads_subject("leak")
def _leak(text: str, rest: str) -> Subject:
    pk = subject_number(text, rest)
    return Subject(
        text=text, kind="leak", label=_("Leak {pk}").format(pk=pk), address=reverse("contribution:leak", args=[pk])
    )
