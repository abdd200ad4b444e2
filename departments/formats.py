"""How figures are written: money, counts, shares, durations, differences. An undefined figure is a dash.

Pages state the unit once, in a header, and print bare numbers under it; sentences carry it with the number.
Money comes in as integer minor units (cents) of the reporting currency. Words are in the language of the page; the
signs between digits are those of the reader's language: `12,400.5` is `12.400,5` to a German reader.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.numbers import get_decimal_symbol, get_group_symbol

from departments.translation import gettext as _
from departments.translation import gettext_noop, ngettext

DASH = "–"
MINUS = "−"
NEARLY_NOTHING = "≈0"
SMALLEST_SHOWN = Decimal("0.01")
"""Of the unit of a document's table, in digits other than zeros."""
DIGITS = 3
"""Significant digits of money in sentences and documents."""
MINOR_UNITS = 100
NOTABLE = {"percent": 5.0, "points": 2.0}
"""Differences smaller than these (days: than a tenth) are printed without a colour."""


@dataclass(frozen=True, kw_only=True)
class MoneyScale:
    """The one unit all money of a table is written in, such as EUR k."""

    currency: str
    divisor: int
    letter: str
    digits: int = 0
    """Significant digits for documents, which are read away from the data; 0 writes whole units, as pages do."""

    @property
    def unit(self) -> str:
        return f"{self.currency} {_(self.letter)}".strip()

    def write(self, minor: int | Decimal | None) -> str:
        """Units with thousands separators. What is not zero and rounds to it is `<1`; below zero it is `≈0`."""
        if minor is None:
            return DASH
        value = Decimal(minor) / (MINOR_UNITS * self.divisor)
        if self.digits:
            # A few euros in a table of thousands mean no more than zero, unless they set two ends of an interval apart.
            if self.divisor > 1 and self.digits == DIGITS and 0 < abs(value) < SMALLEST_SHOWN:
                return NEARLY_NOTHING
            return significant(value, self.digits, most=2 if self.divisor == 1 else None)
        rounded = _rounded(value, 0)
        if rounded == 0 and minor != 0:
            return NEARLY_NOTHING if minor < 0 else "<1"
        return grouped(rounded)

    def signed(self, minor: int | Decimal | None) -> str:
        """The same with its sign, for differences: `+640`, `−90`, `≈0`; nothing is a plain 0."""
        text = self.write(minor)
        if text in ("<1", NEARLY_NOTHING):
            return NEARLY_NOTHING
        return f"+{text}" if minor is not None and minor > 0 else text

    def value(self, minor: int | Decimal) -> float:
        """For a chart's axis."""
        return round(float(minor) / (MINOR_UNITS * self.divisor), 3)


def single_units(currency: str) -> MoneyScale:
    """Whole units, for lists of single deals."""
    return MoneyScale(currency=currency, divisor=1, letter="")


_UNITS = ((10**9, gettext_noop("bn")), (10**6, gettext_noop("M")), (10**3, gettext_noop("k")))


def money_scale(amounts: Iterable[int | Decimal], currency: str) -> MoneyScale:
    """The largest unit that still writes the largest of the amounts with at least three digits."""
    largest = max((abs(float(amount)) for amount in amounts), default=0.0) / MINOR_UNITS
    for divisor, letter in _UNITS:
        if largest >= 100 * divisor:
            return MoneyScale(currency=currency, divisor=divisor, letter=letter)
    return MoneyScale(currency=currency, divisor=1, letter="")


def document_scale(
    amounts: Iterable[int | None], currency: str, *, intervals: Iterable[tuple[int | None, int | None]] = ()
) -> MoneyScale:
    """The unit of one table or chart in a document, with three significant digits.

    The largest amount has two to four digits before the point; where the smallest would be under a tenth of the unit,
    the next smaller unit is taken. More digits are written where the two ends of an interval would read the same.
    """
    sizes = [abs(amount) / MINOR_UNITS for amount in amounts if amount]
    units = [*_UNITS, (1, "")]
    at = next((n for n, (divisor, _) in enumerate(units) if max(sizes, default=0) >= 10 * divisor), len(units) - 1)
    if sizes and min(sizes) < units[at][0] / 10:
        at = min(at + 1, len(units) - 1)
    divisor, letter = units[at]
    scale = MoneyScale(currency=currency, divisor=divisor, letter=letter, digits=DIGITS)
    pairs = [(low, high) for low, high in intervals if low is not None and high is not None and low != high]
    while any(scale.write(low) == scale.write(high) for low, high in pairs):
        scale = replace(scale, digits=scale.digits + 1)
    return scale


def money_in_words(minor: int | Decimal | None, currency: str, *, digits: int = DIGITS) -> str:
    """Money in a sentence, three digits: `EUR 1.24 M`, `EUR 640 k`, `EUR 87`."""
    if minor is None:
        return DASH
    value = abs(Decimal(minor)) / MINOR_UNITS
    sign = MINUS if minor < 0 else ""
    for divisor, letter in _UNITS:
        # What rounds up to the next unit is written in it: EUR 1.00 M, never EUR 1,000 k.
        if value >= Decimal("0.9995") * divisor:
            return f"{currency} {sign}{significant(value / divisor, digits)} {_(letter)}"
    # Below a thousand, cents matter only to distinguish two amounts.
    places = 0 if digits == DIGITS else 2
    rounded = _rounded(value, places)
    return f"{currency} {sign if rounded else ''}{grouped(rounded, places)}"


def interval_in_words(low: int | None, high: int | None, currency: str) -> tuple[str, str]:
    """Both ends of an interval in a sentence, with as many digits as it takes to tell them apart."""
    digits = DIGITS
    while True:
        ends = (money_in_words(low, currency, digits=digits), money_in_words(high, currency, digits=digits))
        if ends[0] != ends[1] or low == high or low is None or high is None:
            return ends
        digits += 1


def significant(value: Decimal, digits: int, *, most: int | None = None) -> str:
    """A number with so many significant digits: `1,235`, `12.3`, `8.67`.

    Below one there are as many decimals as just above it, so that 8.67 less 7.92 is 0.75, but never fewer than two
    digits that say something: `0.048`. `most` is the largest number of decimals there are.
    """
    if not value:
        return grouped(value)
    places = _places(value, digits)
    # 9.996 has become 10.00, which has a digit more before the point.
    places = min(places, _places(_rounded(value, places) or value, digits))
    return grouped(_rounded(value, places if most is None else min(places, most)), min(places, most or places))


def _places(value: Decimal, digits: int) -> int:
    exponent = value.adjusted()
    return max(digits - 1 - exponent, 0) if exponent >= 0 else max(digits - 1, digits - 2 - exponent)


def money_full(minor: int | Decimal | None, currency: str) -> str:
    """Money to the cent, for one deal: `EUR 12,400.50`; whole units without the cents."""
    if minor is None:
        return DASH
    value = Decimal(minor) / MINOR_UNITS
    places = 0 if value == value.to_integral_value() else 2
    return f"{currency} {grouped(value, places)}"


ENGLISH = "en"
_language: ContextVar[str] = ContextVar("language_of_numbers", default=ENGLISH)


@contextmanager
def using_number_language(language: str) -> Iterator[None]:
    """Write numbers as readers of a language (`de`, `fr-CH`) do; an unknown language is written as English."""
    before = _language.set(language)
    try:
        yield
    finally:
        _language.reset(before)


def language_of_numbers() -> str:
    """The language whose number format is active: anything cached as rendered text needs it in its key."""
    return _language.get()


@cache
def number_signs(language: str) -> dict[int, str] | None:
    """What stands for `,` and `.` in a language; None where that is what they are."""
    try:
        locale = Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError, TypeError):
        return None
    signs = {ord(","): get_group_symbol(locale), ord("."): get_decimal_symbol(locale)}
    return None if signs == {ord(","): ",", ord("."): "."} else signs


def grouped(value: int | float | Decimal | None, places: int = 0) -> str:
    """`12,400`, with a true minus sign and the reader's signs between digits."""
    if value is None:
        return DASH
    # z: what rounds to zero has no sign.
    text = f"{value:z,.{places}f}".replace("-", MINUS)
    signs = number_signs(_language.get())
    return text.translate(signs) if signs else text


def percent(share: float | None, places: int = 0) -> str:
    """A share from 0 to 1 as a bare percent number; the % stands in the header."""
    return DASH if share is None else grouped(share * 100, places)


def percent_in_words(share: float | None, places: int = 0) -> str:
    """A share in a sentence, where no header says the unit: `52 %`."""
    return DASH if share is None else f"{percent(share, places)} %"


def points(change: float | None, places: int = 1) -> str:
    """A difference of two shares, in percentage points with its sign: `+2.3 pp`, `−0.5 pp`."""
    if change is None:
        return DASH
    number = round(change * 100, places)
    return _("{points} pp").format(points=signed(number, places))


def signed(value: int | float | None, places: int = 0) -> str:
    """A difference with its sign: `+12`, `−4`; nothing is a plain 0."""
    if value is None:
        return DASH
    text = grouped(value, places)
    return f"+{text}" if round(float(value), places) > 0 else text


def days(value: float | None) -> str:
    """Days with one decimal under ten, whole from there on."""
    if value is None:
        return DASH
    return grouped(value, 0 if value >= 9.95 else 1)


def duration(seconds: float | None) -> str:
    """A length of time in words: `12 days`, `5.0 days`, `3 hours`, `20 minutes`."""
    if seconds is None:
        return DASH
    if seconds >= 86_400:
        length = days(seconds / 86_400)
        return f"{length} {ngettext('day', 'days', 1 if length == grouped(1.0, 1) else 2)}"
    for size, word, plural in ((3600, gettext_noop("hour"), "hours"), (60, gettext_noop("minute"), "minutes")):
        if seconds >= size:
            count = round(seconds / size)
            return f"{count} {ngettext(word, plural, count)}"
    return _("under a minute")


def counted(count: int, word: str, plural: str | None = None) -> str:
    """`1 deal`, `1,204 deals`; the word in both its forms is a text of the catalogue."""
    return f"{grouped(count)} {ngettext(word, plural or word + 's', count)}"


@dataclass(frozen=True, kw_only=True)
class Delta:
    """A difference against what one compares with: `10 % more, worse`. Whether it is good or bad is said in a word
    where it is coloured; an arrow beside "more" would be read as a direction."""

    text: str
    impact: str
    """`good`, `bad` or `soft` (neither)."""


def delta(
    now: float | Decimal | None, then: float | Decimal | None, *, write: str, more_is_good: bool | None
) -> Delta | None:
    """The difference now - then, or None where one of them is undefined.

    `write` is how: `percent` (relative change), `points` (of two shares), `days`. `more_is_good` None means that
    it is neither good nor bad.
    """
    if now is None or then is None or (write == "percent" and then == 0):
        return None
    change = float(now) - float(then)
    number, unit, places, up, down = {
        "percent": (change / abs(float(then)) * 100 if then else 0.0, " %", 0, _("more"), _("less")),
        "points": (change * 100, f" {_('points')}", 1, _("up"), _("down")),
        "days": (change, f" {_('days')}", 1, _("more"), _("less")),
    }[write]
    if round(number, places) == 0:
        return Delta(text=_("same"), impact="soft")
    figure = f"{grouped(abs(number), places)}{unit} {up if number > 0 else down}"
    if more_is_good is None:
        return Delta(text=figure, impact="soft")
    better = (number > 0) == more_is_good
    # A page on which everything is coloured highlights nothing.
    notable = abs(number) >= NOTABLE.get(write, 0) if write != "days" else abs(change) >= 0.1 * abs(float(then))
    if not notable:
        return Delta(text=figure, impact="soft")
    return Delta(text=f"{figure}, {_('better') if better else _('worse')}", impact="good" if better else "bad")


def _rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
