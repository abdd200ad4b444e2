"""How the numbers of a column are written: decimal and thousands signs that read every value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipeline.core.decimal_text import NotDecimal, NumberSigns, parse_decimal
from pipeline.core.money_text import money_split
from pipeline.imports.log.amounts import parse_amount

SIGNS = (
    NumberSigns(".", ""),
    NumberSigns(".", ","),
    NumberSigns(",", ""),
    NumberSigns(",", "."),
    NumberSigns(".", " "),
    NumberSigns(",", " "),
    NumberSigns(".", "'"),
    NumberSigns(",", "'"),
    NumberSigns(".", ",", lakh=True),
)
LAKH = "lakh"


@dataclass(frozen=True, kw_only=True)
class NumberReading:
    """`signs` reads every value; `asks` are signs that read all of them, as different numbers."""

    signs: NumberSigns | None
    asks: tuple[NumberSigns, ...] = ()
    negative: bool = False


def number_reading(values: Sequence[str]) -> NumberReading | None:
    """How the different values of a column are read as numbers, without the currencies beside them; None where they are
    none."""
    if not values or not any(letter.isdigit() for letter in values[0]):
        return None
    values = [money_split(value).number for value in values]
    read: dict[NumberSigns, list[Decimal]] = {}
    for signs in SIGNS:
        numbers = _read(values, signs)
        if numbers is not None:
            read[signs] = numbers
    if not read:
        return None
    amounts = [signs for signs in read if _are_amounts(values, signs)]
    candidates = amounts or list(read)
    first = candidates[0]
    others = tuple(signs for signs in candidates if read[signs] != read[first])
    negative = any(number < 0 for number in read[first])
    if others:
        return NumberReading(signs=None, asks=(first, *others), negative=negative)
    return NumberReading(signs=first, negative=negative)


def _read(values: Sequence[str], signs: NumberSigns) -> list[Decimal] | None:
    try:
        return [parse_decimal(value, signs) for value in values]
    except NotDecimal:
        return None


def _are_amounts(values: Sequence[str], signs: NumberSigns) -> bool:
    """Whether each is an amount, of which three digits after the decimal sign are none."""
    try:
        for value in values:
            parse_amount(value.removeprefix("-"), signs)
    except NotDecimal:
        return False
    return True


def signs_words(signs: NumberSigns) -> str:
    """Signs as a person writes a number by them."""
    if signs.lakh:
        return f"12{signs.thousands}34{signs.thousands}567{signs.decimal}50"
    return f"1{signs.thousands}234{signs.decimal}50"


def signs_listed(signs: NumberSigns) -> list[str]:
    """Signs as a profile keeps them: decimal, thousands, and LAKH where the groups are those of India."""
    return [signs.decimal, signs.thousands, *([LAKH] if signs.lakh else [])]


def signs_written(signs: NumberSigns) -> dict[str, Any]:
    """Signs as the part `files` of a mapping says them."""
    return {"decimal_sign": signs.decimal, "thousands_sign": signs.thousands, **({LAKH: True} if signs.lakh else {})}


def signs_of(listed: Sequence[str]) -> NumberSigns:
    """The signs of such a list."""
    return NumberSigns(listed[0], listed[1], lakh=LAKH in listed[2:])
