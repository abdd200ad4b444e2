"""Amounts of logs and exports as the company folder writes them, and the currency of a case's amounts: its sign or code
may stand beside them or in the name of their column."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

from departments.translation import gettext_noop
from pipeline.core.decimal_text import NotDecimal, NumberSigns, parse_decimal, parse_xes_float, plain_decimal
from pipeline.core.money_text import Money, currency_of_name, money_split
from pipeline.imports.log.event_log import TypedNumber
from pipeline.imports.log.mapping import LogMapping

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


@dataclass(frozen=True, slots=True)
class Settled:
    """`code` is the currency of the deal. `problems`: line, amount and reason of amounts that contradict it."""

    code: str
    problems: list[tuple[int, str, str]] = field(default_factory=list)


def number_text(text: str) -> str:
    """An amount without the currency beside it; a number that its log declares to be one stays as it is."""
    return text if isinstance(text, TypedNumber) else money_split(text).number


class CaseCurrency:
    """Takes the amounts of one case, and says in which one currency they are. What is uncertain is a problem."""

    def __init__(self, mapping: LogMapping) -> None:
        self._own = mapping.company.reporting_currency
        self._of_column = currency_of_name(mapping.opportunity.amount)
        self._amounts: list[tuple[int, str, Money]] = []

    def add(self, text: str, line: int) -> None:
        """An amount as it stands in the log, with its line."""
        money = Money(text) if isinstance(text, TypedNumber) else money_split(text)
        self._amounts.append((line, text, money if money.mark else self._of_column))

    def settle(self, named: str) -> Settled:
        """The currency: the one `named` by the mapping or a column of its own, else the one beside the amounts, else
        the company's."""
        marked = [(line, text, money) for line, text, money in self._amounts if money.mark]
        code = named or next((money.currencies[0] for *_, money in marked if len(money.currencies) == 1), self._own)
        problems = [
            (line, text, self._reason(money, code, named))
            for line, text, money in marked
            if code not in money.currencies or self._could_be_own(money, code, named)
        ]
        # An amount without a mark is the company's; beside one in another currency nobody knows.
        if not named and code != self._own:
            reason = gettext_noop("names no currency, and another amount of the case is in {code}: mend one of the two")
            problems += [
                (line, text, reason.format(code=code)) for line, text, money in self._amounts if not money.mark
            ]
        return Settled(code, problems)

    def _could_be_own(self, money: Money, code: str, named: str) -> bool:
        """Whether a sign of several currencies may as well be the company's: `$` beside `CA$`, in a company of USD."""
        return not named and code != self._own and self._own in money.currencies

    def _reason(self, money: Money, code: str, named: str) -> str:
        if named:
            return gettext_noop("is in {mark}, and its case is in {code}: mend one of the two").format(
                mark=money.mark, code=code
            )
        if code != self._own or len(money.currencies) == 1:
            return gettext_noop("is in {mark}, and another amount of the case is in {code}").format(
                mark=money.mark, code=code
            )
        return gettext_noop(
            "is in {mark}, which may be several currencies and is not {code}: choose the column that has the "
            "currency, or write its three letters"
        ).format(mark=money.mark, code=code)
