"""Amounts of logs and exports as the company folder writes them."""

from __future__ import annotations

import re
from decimal import Decimal

from departments.translation import gettext_noop
from pipeline.core.decimal_text import NotDecimal, NumberSigns, parse_decimal, parse_xes_float, plain_decimal
from pipeline.imports.log.event_log import TypedNumber

_CENT = Decimal("0.01")
_NOISE = Decimal("0.000001")
_WHOLE_DIGITS = 15
"""As kinds.AMOUNT of the company folder: what is refused there is refused here, where the line is the user's own."""


def parse_amount(text: str, signs: NumberSigns) -> str:
    """An amount in plain decimals; raises NotDecimal where it is none, negative, too long or finer than a cent.

    A float that misses a whole cent by less than a millionth is that cent: programs print 0.1 + 0.2 so. In a text three
    digits after the decimal sign are refused where they could be a group of thousands: 1.200 may be 1200.
    """
    if isinstance(text, TypedNumber):
        value = parse_xes_float(text)
        if abs(value - (near := _cents(value))) < _NOISE:
            value = near
    else:
        value = parse_decimal(text, signs)
        if re.fullmatch(rf"[+-]?[1-9][0-9]{{0,2}}{re.escape(signs.decimal)}[0-9]{{3}}", text.strip()):
            raise NotDecimal(
                gettext_noop("could be thousands: three digits stand after “{decimal}”, the decimal sign").format(
                    decimal=signs.decimal
                )
            )
    if value < 0:
        raise NotDecimal(gettext_noop("is negative; an amount is 0 or more: mend it, or leave the row out"))
    if value.adjusted() >= _WHOLE_DIGITS:
        raise NotDecimal(
            gettext_noop("has more than {whole_digits} digits before the point").format(whole_digits=_WHOLE_DIGITS)
        )
    if value != _cents(value):
        raise NotDecimal(gettext_noop("has more than 2 decimals"))
    return plain_decimal(abs(value))


def _cents(value: Decimal) -> Decimal:
    return value.quantize(_CENT) if value.adjusted() < _WHOLE_DIGITS else value
