"""The fields of every form that takes a day, or an instant."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from departments.periods import FINAL_YEAR, FIRST_YEAR

_BOUNDS = format_lazy(gettext_lazy("That is not a day from {first} to {last}."), first=FIRST_YEAR, last=FINAL_YEAR)


class DayField(forms.DateField):
    """A date far enough from both ends of the calendar for weeks, quarters and time zones to be added to it."""

    default_error_messages = {"invalid": gettext_lazy("Write a day such as 2026-11-23.")}

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.validators += [
            MinValueValidator(date(FIRST_YEAR, 1, 1), _BOUNDS),
            MaxValueValidator(date(FINAL_YEAR, 12, 31), _BOUNDS),
        ]


class InstantField(forms.DateTimeField):
    """A day with a time, where the reader is. An hour that clocks skip or strike twice is no instant."""

    default_error_messages = {"invalid": gettext_lazy("Write a day and a time such as 2026-11-23T10:00.")}

    def to_python(self, value: Any) -> datetime | None:
        """The instant, or the sentence that says how to write one."""
        try:
            instant: datetime | None = super().to_python(value)
        except forms.ValidationError as problem:
            if problem.code != "ambiguous_timezone":
                raise
            sentence = gettext_lazy("Clocks are changed in that hour of {zone}. Write a time before or after it.")
            raise forms.ValidationError(format_lazy(sentence, zone=timezone.get_current_timezone_name())) from None
        if instant is not None and not FIRST_YEAR <= instant.year <= FINAL_YEAR:
            raise forms.ValidationError(_BOUNDS)
        return instant
