"""Numbers as people type them: decimal points or commas, thousands marks, a stray unit sign."""

from __future__ import annotations

import re
from decimal import Decimal

MOST_DIGITS, MOST_DECIMALS = 14, 6
_NOTHING = {"", "-", "–", "—"}
_GROUPING = re.compile("[\\s'’\u00a0\u202f\u2009]")
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")


class NotANumber(ValueError):
    """The text is no number we can be sure of; the message says what would be one."""


def number_read(text: str) -> Decimal | None:
    """The number a text means, None for an empty cell or a dash; NotANumber for anything else.

    `12.5` and `12,5` are the same. `1,234.5`, `1.234,5` and `1 234,5` are the same. A lone `1,234` is 1234, since
    pages print it so; a lone `1.234` is one and a bit. A % sign at the end is left out.
    """
    bare = text.strip()
    if bare in _NOTHING:
        return None
    number = _GROUPING.sub("", bare.replace("−", "-").removesuffix("%").strip())
    number = _one_point(number)
    if not _PLAIN.fullmatch(number):
        raise NotANumber(f"“{_short(bare)}” is not a number. Write one like 1234.5 or 1234,5, or leave it empty.")
    value = Decimal(number)
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > MOST_DECIMALS:
        raise NotANumber(f"“{_short(bare)}” has more than {MOST_DECIMALS} decimals.")
    if abs(value) >= Decimal(10) ** MOST_DIGITS:
        raise NotANumber(f"“{_short(bare)}” has more than {MOST_DIGITS} digits before the point.")
    return value


def _one_point(number: str) -> str:
    """The same digits with a point for the decimals and nothing between thousands."""
    comma, point = number.rfind(","), number.rfind(".")
    if comma >= 0 and point >= 0:
        decimal, grouping = (",", ".") if comma > point else (".", ",")
        whole, _, fraction = number.rpartition(decimal)
        return f"{_ungrouped(whole, grouping)}.{fraction}"
    mark = "," if comma >= 0 else "."
    if number.count(mark) > 1 or (mark == "," and re.fullmatch(r"[+-]?[1-9]\d{0,2},\d{3}", number)):
        return _ungrouped(number, mark)
    return number.replace(",", ".")


def _ungrouped(number: str, mark: str) -> str:
    """Without thousands marks, if they stand where thousands are; else as it is, which is no number then."""
    right = re.fullmatch(rf"[+-]?\d{{1,3}}(\{mark}\d{{3}})*", number) or mark not in number
    return number.replace(mark, "") if right else number + "?"


def _short(text: str) -> str:
    return text if len(text) <= 30 else f"{text[:29]}…"
