"""Amounts with the sign or the code of their currency beside the number: `1.200,50 €`, `USD 1,200.50`, `Rs. 500`."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DOLLARS = ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "CLP", "COP", "ARS")
_SIGNS: dict[str, tuple[str, ...]] = {
    "€": ("EUR",), "£": ("GBP",), "₹": ("INR",), "₽": ("RUB",), "₩": ("KRW",), "₪": ("ILS",), "₺": ("TRY",),
    "¥": ("JPY", "CNY"), "￥": ("JPY", "CNY"), "円": ("JPY",), "元": ("CNY", "TWD"), "$": _DOLLARS, "us$": ("USD",),
    "ca$": ("CAD",), "c$": ("CAD",), "a$": ("AUD",), "au$": ("AUD",), "nz$": ("NZD",), "hk$": ("HKD",), "s$": ("SGD",),
    "mx$": ("MXN",), "nt$": ("TWD",), "r$": ("BRL",), "kr": ("SEK", "NOK", "DKK", "ISK"),
    "kr.": ("SEK", "NOK", "DKK", "ISK"), "zł": ("PLN",), "kč": ("CZK",), "ft": ("HUF",), "fr.": ("CHF",),
    "sfr.": ("CHF",), "rs": ("INR", "PKR", "LKR", "NPR", "MUR"), "rs.": ("INR", "PKR", "LKR", "NPR", "MUR"),
    "euro": ("EUR",), "руб": ("RUB",), "руб.": ("RUB",), "₴": ("UAH",), "грн": ("UAH",), "грн.": ("UAH",),
}  # fmt: skip
"""By sign, in lower case, the currencies it is written for."""
_CODES = frozenset({
    "AED", "ARS", "AUD", "BGN", "BHD", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EGP", "EUR", "GBP",
    "GEL", "HKD", "HUF", "IDR", "ILS", "INR", "ISK", "JOD", "JPY", "KES", "KRW", "KWD", "KZT", "LKR", "MAD", "MUR",
    "MXN", "MYR", "NGN", "NOK", "NPR", "NZD", "OMR", "PHP", "PKR", "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SEK",
    "SGD", "THB", "TND", "TRY", "TWD", "UAH", "USD", "UYU", "VND", "XAF", "XOF", "ZAR",
})  # fmt: skip
# The longest first, or `us$` would be read as text before a `$`.
_MARK = "|".join(re.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True)) + "|[A-Za-z]{3}"
_MONEY = re.compile(
    rf"(?P<minus>[-\u2212])?\s*(?P<before>{_MARK})?\s*(?P<number>[-\u2212+]?[0-9.,][0-9.,'’\s]*?)"
    rf"\s*(?P<after>{_MARK})?",
    re.IGNORECASE,
)
_IN_A_NAME = re.compile(r"[\s(\[（_/–-](?P<mark>[A-Z]{3}|[A-Z]{0,2}\$|[€£¥￥円元₹₽₴]|руб\.?|грн\.?)[)\]）]?\s*$")


@dataclass(frozen=True, slots=True)
class Money:
    """`number` is the text without its currency. `mark` is the currency as it stood there, `currencies` what it may
    mean: both empty where there was none."""

    number: str
    mark: str = ""
    currencies: tuple[str, ...] = ()


def money_split(text: str) -> Money:
    """The number and the currency of a text; what is no number with a currency is its own number, unchanged.

    Parentheses around it and a sign behind it are the minus of accountants: `(£1,200.00)` and `1,200.00-`.
    """
    bare = text.strip()
    inner = bare[1:-1] if bare.startswith("(") and bare.endswith(")") else bare
    if re.fullmatch(r".*[0-9]-", bare):
        inner = bare[:-1]
    match = _MONEY.fullmatch(inner)
    if match is None:
        return Money(text)
    marks = [mark for mark in (match["before"], match["after"]) if mark]
    meant = [currencies_of(mark) for mark in marks]
    both = tuple(code for code in meant[0] if all(code in other for other in meant)) if meant else ()
    negative = bool(match["minus"]) or inner is not bare
    if (marks and not both) or not any(letter.isdigit() for letter in match["number"]) or (not marks and not negative):
        return Money(text)
    if negative and not match["number"][0].isdigit():
        return Money(text)
    return Money(("-" if negative else "") + match["number"].strip(), " ".join(marks), both)


def currencies_of(mark: str) -> tuple[str, ...]:
    """The currencies that a sign or a code stands for; none where it is neither."""
    if mark.upper() in _CODES:
        return (mark.upper(),)
    return _SIGNS.get(mark.lower(), ())


def currency_of_name(name: str) -> Money:
    """The currency in the name of a column, such as `Amount (USD)` or `Betrag in €`; its number is empty."""
    match = _IN_A_NAME.search(name)
    currencies = currencies_of(match["mark"]) if match else ()
    return Money("", match["mark"], currencies) if match and currencies else Money("")
