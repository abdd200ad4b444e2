"""Numbers as people type them: decimal points or commas, thousands marks, a percent sign.

The rules, in one place (docs/import.md repeats them for users):

- A comma and a point: the last one marks the decimals, the other one thousands. `1,234.5` and `1.234,5` are equal.
- One mark that comes more than once marks thousands. Thousands stand in groups of three, or it is no number.
- A lone comma before exactly three digits marks thousands (`1,234` is 1234), a lone point marks decimals (`1.234` is
  one and a bit). Either could be meant the other way: such a number is `ambiguous`, and whoever takes it in has to
  compare it with the earlier values or ask.
- A space or an apostrophe marks thousands before groups of three digits, and nowhere else.
- A lone mark before three digits in a number that begins with 0 (`012,345`) says neither of the two. It is refused.
- Digits and signs of other scripts and widths (`１２．５％`) are read as the same number in plain ones.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from departments.translation import gettext as _
from departments.translation import gettext_noop

MOST_DIGITS, MOST_DECIMALS = 14, 6
"""What a column of entries keeps; sums are made in float64 and in numeric without a bound, so none can overflow."""
_NOTHING = {"", "-", "–", "—"}
_SPACES = " '’\u00a0\u202f\u2009\u2007"
_SIGN = r"[+-]?"
_PLAIN = re.compile(rf"{_SIGN}(\d+(\.\d*)?|\.\d+)")
# \2: the same sign between all groups.
_SPACED = re.compile(rf"({_SIGN}[1-9]\d{{0,2}})([{_SPACES}])(\d{{3}}(?:\2\d{{3}})*)([.,]\d*)?")
_GROUPED = {mark: re.compile(rf"{_SIGN}[1-9]\d{{0,2}}(\{mark}\d{{3}})+") for mark in ",."}
_AMBIGUOUS = re.compile(rf"{_SIGN}[1-9]\d{{0,2}}[.,]\d{{3}}")
_LED_BY_ZERO = re.compile(rf"{_SIGN}0\d{{1,2}}[.,]\d{{3}}")
_WIDE = str.maketrans("％﹪٪＋﹢－﹣−．，＇（）＝　", "%%%++---.,'()= ")
"""Signs as Asian and Arabic keyboards write them, and the true minus; none of them means anything else in a number."""
_NAMED = (
    (re.compile(r"\(.*\)"), gettext_noop("it is in brackets. Write a negative number with a minus in front, like -5")),
    (re.compile(r".*\d\s*[-−]"), gettext_noop("the minus is at the end. Write it in front, like -5")),
    (re.compile(r"[–—].*\d.*"), gettext_noop("it begins with a dash. Write a negative number with a minus, like -5")),
    (re.compile(r"[+-]?[\d.,]+\s*[eE]\s*[+-]?\d+"), gettext_noop("it has an exponent. Write all its digits")),
    (
        _LED_BY_ZERO,
        gettext_noop("it begins with 0 and could be thousands or decimals. Write one like 12345 or 12.3450"),
    ),
    (re.compile(r"=.*"), gettext_noop("it is a formula. Write its result")),
    (re.compile(r"#[A-Z/0!?]+.*"), gettext_noop("it is a spreadsheet error. Correct the cell, or leave it empty")),
    (re.compile(r"true|false", re.IGNORECASE), gettext_noop("it is true or false. Write a number, or leave it empty")),
    (
        re.compile(r"\d{4}-\d\d?-\d\d?.*|\d\d?[./]\d\d?[./]\d{2,4}"),
        gettext_noop("it is a date. Write a number, or leave it empty"),
    ),
    (
        re.compile(rf"[+-]?[\d.,]+([{_SPACES}]+[\d.,]+)+"),
        gettext_noop("a space marks thousands, before groups of three digits only. Write one like 1234.5 or 1234,5"),
    ),
)


class NotANumber(ValueError):
    """The text is no number we can be sure of; the message says what would be one."""


@dataclass(frozen=True, kw_only=True)
class NumberText:
    """What a text says: the number (None for an empty cell or a dash), and what the text alone cannot settle."""

    value: Decimal | None = None
    percent: bool = False
    """It has a percent sign, so its unit has to be percent."""
    other: Decimal | None = None
    """The number it could be as well, a thousand times off."""


def number_read(text: str) -> Decimal | None:
    """The number a text means, None for an empty cell or a dash; NotANumber for anything else."""
    return number_parse(text).value


def number_parse(text: str) -> NumberText:
    """The number a text means by the rules above; NotANumber where it means none, with the reason by name."""
    bare = text.strip()
    if bare in _NOTHING:
        return NumberText()
    _refuse_invisible(bare)
    typed = _in_plain_signs(bare)
    percent = typed.endswith("%")
    typed = typed.removesuffix("%").rstrip()
    number = _one_point(typed)
    if not _PLAIN.fullmatch(number):
        raise NotANumber(_reason(bare))
    other = None
    if _AMBIGUOUS.fullmatch(typed):
        other = Decimal(typed.replace(",", ".") if "," in typed else typed.replace(".", ""))
    return NumberText(value=_bounded(number, bare), percent=percent, other=other)


def _in_plain_signs(bare: str) -> str:
    """The same number in the digits 0 to 9 and plain signs, whatever script and width it was typed in."""
    if bare.isascii():
        return bare
    digits = (str(unicodedata.decimal(sign, sign)) for sign in bare)
    return "".join(digits).translate(_WIDE)


def bare_text(value: Decimal) -> str:
    """A number as one would type it: to its last digit, with a point, without an exponent."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def number_text(value: Decimal) -> str:
    """A number as text that is read back as the same number and is not ambiguous: `1.234` becomes `1.2340`."""
    text = bare_text(value)
    return f"{text}0" if _AMBIGUOUS.fullmatch(text) else text


def _refuse_invisible(bare: str) -> None:
    if "\n" in bare or "\r" in bare:
        raise NotANumber(_("“{short}” is not a number: it has a line break inside.").format(short=_short(bare)))
    for character in bare:
        if unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs", "Cn"):
            raise NotANumber(
                _("“{short}” is not a number: it contains an invisible character (U+{ord:04X}). Type it again.").format(
                    short=_short(bare), ord=ord(character)
                )
            )


def _reason(bare: str) -> str:
    typed = _in_plain_signs(bare)
    reason = next((reason for pattern, reason in _NAMED if pattern.fullmatch(typed)), "")
    if reason:
        return _("“{short}” is not a number: {reason}.").format(short=_short(bare), reason=_(reason))
    return _("“{short}” is not a number. Write one like 1234.5 or 1234,5, or leave it empty.").format(
        short=_short(bare)
    )


def _bounded(number: str, bare: str) -> Decimal:
    """Neither cut nor rounded: a number that cannot be kept to its last digit is refused."""
    whole, _point, fraction = number.partition(".")
    fraction = fraction.rstrip("0")
    if len(fraction) > MOST_DECIMALS:
        raise NotANumber(
            _("“{short}” has more than {most_decimals} decimals.").format(
                short=_short(bare), most_decimals=MOST_DECIMALS
            )
        )
    value = Decimal(f"{whole}.{fraction}")
    if abs(value) >= Decimal(10) ** MOST_DIGITS:
        raise NotANumber(
            _("“{short}” has more than {most_digits} digits before the point.").format(
                short=_short(bare), most_digits=MOST_DIGITS
            )
        )
    return value


def _one_point(number: str) -> str:
    """The same digits with a point for the decimals and nothing between thousands; else as it is, no number then."""
    if spaced := _SPACED.fullmatch(number):
        start, space, groups, decimals = spaced.groups()
        return start + groups.replace(space, "") + (decimals or "").replace(",", ".")
    comma, point = number.rfind(","), number.rfind(".")
    if comma >= 0 and point >= 0:
        decimal, grouping = (",", ".") if comma > point else (".", ",")
        whole, _point, fraction = number.rpartition(decimal)
        return f"{_ungrouped(whole, grouping)}.{fraction}"
    if _LED_BY_ZERO.fullmatch(number):
        return number + "?"
    mark = "," if comma >= 0 else "."
    if number.count(mark) > 1 or (mark == "," and _AMBIGUOUS.fullmatch(number)):
        return _ungrouped(number, mark)
    return number.replace(",", ".")


def _ungrouped(number: str, mark: str) -> str:
    # The question mark makes it no number, so that the reason is given where all such are refused.
    return number.replace(mark, "") if _GROUPED[mark].fullmatch(number) else number + "?"


def _short(text: str) -> str:
    """The text as it was written, in one line: what cannot be seen is named by its code."""
    seen = "".join(sign if sign.isprintable() else f"⟨U+{ord(sign):04X}⟩" for sign in text)
    return seen if len(seen) <= 30 else f"{seen[:29]}…"
