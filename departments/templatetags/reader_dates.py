"""Django's filter `date` with the reader's order of day and month, and the reader's clock; in every template."""

from __future__ import annotations

from datetime import date, datetime

from django import template
from django.template.defaultfilters import date as django_date

from departments.day_formats import template_format

register = template.Library()


@register.filter("date", expects_localtime=True, is_safe=False)
def reader_date(value: date | datetime | str | None, text: str | None = None) -> str:
    """As `date`, by a British format that becomes the reader's."""
    return str(django_date(value, template_format(text) if text else text))
