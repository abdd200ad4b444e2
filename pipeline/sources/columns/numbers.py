"""How the numbers of a column are written: decimal and thousands signs that read every value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipeline.core.decimal_text import NotDecimal, NumberSigns, parse_decimal
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
)


@dataclass(frozen=True, kw_only=True)
class NumberReading:
    """`signs` reads every value; `asks` are signs that read all of them, as different numbers."""

    signs: NumberSigns | None
    asks: tuple[NumberSigns, ...] = ()
    negative: bool = False


def number_reading(values: Sequence[str]) -> NumberReading | None:
    """How the different values of a column are read as numbers; None where they are none."""
    if not values or not any(letter.isdigit() for letter in values[0]):
        return None
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
    return f"1{signs.thousands}234{signs.decimal}50"
