"""The figures of the review that people speak about: the forecast of a period."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from departments.subjects import Subject, reads_subject, subject_period


@reads_subject("forecast")
def _forecast(text: str, rest: str) -> Subject:
    label = subject_period(text, rest)
    address = reverse("review:forecast", query={"period": label})
    return Subject(text=text, kind="forecast", label=_("Forecast of {label}").format(label=label), address=address)
