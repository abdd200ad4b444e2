"""The field of every form that takes a day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
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
