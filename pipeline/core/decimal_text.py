"""Numbers as files write them: the decimal and thousands signs are declared, never guessed.

Everything that reads numbers by a mapping (event logs, CRM exports) uses `parse_decimal`, so that one text means one
number whatever the way in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

MOST_DIGITS = 40
_SPACES = " \u00a0\u2007\u2009\u202f"
_APOSTROPHES = "'’"
_XES_FLOAT = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,9})?")


class NotDecimal(ValueError):
    """The text is no number under the declared signs; the message continues a sentence: “1,2,3” is …"""


@dataclass(frozen=True)
class NumberSigns:
    """How numbers are written. Any space stands for every kind of space, either apostrophe for both. `lakh`: above the
    last three digits the groups have two, as in India: 12,34,567."""

    decimal: str = "."
    thousands: str = ""
    lakh: bool = False

    @property
    def alike(self) -> str:
        """Every sign that is read as the thousands sign."""
        return (
            next((kind for kind in (_SPACES, _APOSTROPHES) if self.thousands in kind), self.thousands)
            if self.thousands
            else ""
        )

    def mistake(self) -> str:
        """What is wrong with the signs themselves; empty when nothing is."""
        if len(self.decimal) != 1 or self.decimal in "0123456789+-eE" + _SPACES + _APOSTROPHES:
            return "decimal_sign is one character, such as . or ,"
        if self.thousands and (len(self.thousands) != 1 or self.thousands in "0123456789+-eE"):
            return "thousands_sign is one character, such as , or ' or a space, or empty"
        if self.thousands == self.decimal:
            return "thousands_sign is the same as decimal_sign"
        if self.lakh and not self.thousands:
            return "thousands_sign is needed where lakh is true"
        return ""


def parse_decimal(text: str, signs: NumberSigns) -> Decimal:
    """The number a text means: `1.200,50` is 1200.50 where the decimal sign is a comma and the thousands sign a dot.

    A thousands sign stands before groups of exactly three digits and after one to three that do not start with zero.
    Exponents are refused: a spreadsheet that shows 1.25E+07 may have rounded the number.
    """
    # The true minus sign, as some programs and our own pages write it.
    bare = text.strip().replace("\u2212", "-")
    if re.fullmatch(r"[^eE]*[0-9][^eE]*[eE][+-]?[0-9]+", bare):
        raise NotDecimal("has an exponent, which a spreadsheet may have rounded; write the number in full")
    sign, digits = ("-", bare[1:]) if bare[:1] == "-" else ("", bare.removeprefix("+"))
    whole, point, fraction = digits.partition(signs.decimal)
    if point and not re.fullmatch("[0-9]+", fraction):
        raise _not_a_number(signs)
    if not re.fullmatch("[0-9]*", whole):
        whole = _without_grouping(whole, signs)
    if not whole and not fraction:
        raise _not_a_number(signs)
    return _refuse_endless(Decimal(f"{sign}{whole or '0'}.{fraction or '0'}"))


def parse_xes_float(text: str) -> Decimal:
    """A number of the XES standard: `1.25E7` is 12500000 exactly; INF and NaN are no amounts."""
    bare = text.strip()
    if not _XES_FLOAT.fullmatch(bare):
        raise NotDecimal("is not a number")
    return _refuse_endless(Decimal(bare))


def plain_decimal(value: Decimal) -> str:
    """A number in full, without exponent and without zeros at its end."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _refuse_endless(value: Decimal) -> Decimal:
    """Refuse what would be endless when written in full."""
    if value and not -MOST_DIGITS <= value.adjusted() <= MOST_DIGITS:
        raise NotDecimal("is too large or too small for a number")
    return value


def _without_grouping(whole: str, signs: NumberSigns) -> str:
    sign = f"[{re.escape(signs.alike)}]"
    groups = (
        rf"[1-9][0-9]?({sign}[0-9]{{2}})*{sign}[0-9]{{3}}" if signs.lakh else rf"[1-9][0-9]{{0,2}}({sign}[0-9]{{3}})+"
    )
    if not signs.thousands or not re.fullmatch(groups, whole):
        raise _not_a_number(signs)
    return re.sub("[^0-9]", "", whole)


def _not_a_number(signs: NumberSigns) -> NotDecimal:
    groups = f"“{signs.thousands}” only before groups of exactly three digits"
    if signs.lakh:
        groups = f"“{signs.thousands}” only before the last three digits and groups of two above them"
    rule = groups if signs.thousands else "no thousands sign"
    return NotDecimal(f"is not a number with the decimal sign “{signs.decimal}” and {rule}, as the mapping says")
