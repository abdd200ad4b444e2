"""Filters that write figures in templates, by the rules of departments.formats."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.translation import get_language

from departments import formats
from departments.core.line_breaks import non_breaking
from departments.core.lists import listed
from departments.day_formats import day_text
from departments.scorecards.core.number_text import bare_text

register = template.Library()

register.filter("grouped", formats.grouped)
register.filter("percent", formats.percent)
register.filter("signed", formats.signed)
register.filter("days", formats.days)
register.filter("duration", formats.duration)
register.filter("non_breaking", non_breaking)
register.filter("listed", listed)


@register.filter
def lower_inside(text: str) -> str:
    """A heading inside a sentence: small letters in English; where nouns have capitals, as it is."""
    return text if get_language() == "de" else text.lower()


@register.filter
def money(minor: int | None, scale: formats.MoneyScale) -> str:
    """Money in the table's unit."""
    return scale.write(minor)


@register.filter
def money_signed(minor: int | None, scale: formats.MoneyScale) -> str:
    """A difference of money in the table's unit, with its sign."""
    return scale.signed(minor)


@register.filter
def money_words(minor: int | None, currency: str) -> str:
    return formats.money_in_words(minor, currency)


@register.filter
def money_full(minor: int | None, currency: str) -> str:
    return formats.money_full(minor, currency)


@register.filter
def amount_full(amount: Decimal | None, currency: str) -> str:
    """An amount in whole units, as deals have it, with its currency."""
    return formats.money_full(None if amount is None else amount * formats.MINOR_UNITS, currency)


@register.filter
def bare_amount(amount: Decimal | None) -> str:
    """An amount in whole units without its currency."""
    return formats.money_full(None if amount is None else amount * formats.MINOR_UNITS, "").strip()


@register.filter
def money_bare(minor: int | None) -> str:
    """Minor units to the cent without the currency."""
    return formats.money_full(minor, "").strip()


@register.filter
def seconds(value: float | None) -> str:
    """Seconds with one decimal."""
    return formats.grouped(value, 1)


@register.filter
def day(value: date | None) -> str:
    """A day of data: `28 Nov`, or with its year where that is not the running one: `12 Mar 2013`."""
    if value is None:
        return formats.DASH
    return day_text(value, "%-d %b" if value.year == timezone.localdate().year else "%-d %b %Y")


@register.filter
def bare_number(value: Decimal | None) -> str:
    """A number as one would type it, to its last digit and without an exponent; nothing for none."""
    return "" if value is None else bare_text(value)
