"""The ledger in one sentence that adds up: what the plan asks, what was given, who cost or added what, the rest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal

from django.utils.translation import gettext as _

from departments.core.lists import listed
from departments.formats import MINOR_UNITS, MoneyScale, grouped
from revenue_health.contribution.core.comparison import PartyKind
from revenue_health.contribution.core.ledger import Ledger, Step

MOST_PLACES = 3
_CURRENCY = "\0"
"""Where an amount begins; only the first of a sentence names the currency."""
_SPOKEN_OF = (PartyKind.STRATEGY, PartyKind.OPENING)


@dataclass(frozen=True, kw_only=True)
class PrintedUnit:
    """The one unit in which a sentence prints its amounts, which come in minor units: that of the ledger's table, so
    that both show the same figures, and what is left of them is no sum of rounded ones."""

    divisor: int
    letter: str
    places: int

    @classmethod
    def of(cls, amounts: list[int], gap: int, scale: MoneyScale) -> PrintedUnit:
        """Three digits at least for the largest, and as many decimals as it takes to see every amount."""
        largest = max(*(abs(amount) for amount in amounts), abs(gap)) / (MINOR_UNITS * scale.divisor)
        unit = cls(divisor=scale.divisor, letter=scale.letter, places=max(0, 3 - len(str(int(largest)))))
        while unit.places < MOST_PLACES and any(amount and not unit.rounded(amount) for amount in amounts):
            unit = replace(unit, places=unit.places + 1)
        return unit

    def rounded(self, amount: int) -> Decimal:
        """The amount as it is printed."""
        value = Decimal(amount) / (MINOR_UNITS * self.divisor)
        return value.quantize(Decimal(1).scaleb(-self.places), rounding=ROUND_HALF_EVEN)

    def size(self, value: Decimal) -> str:
        """The size of a rounded amount: `1,680 k`, after the place of the currency."""
        return f"{_CURRENCY}{grouped(abs(value), self.places)} {_(self.letter) if self.letter else ''}".rstrip()


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """The clear steps of a ledger in one unit, as they are printed.

    rungs: each step with its printed amount, in the order of the ledger; no department is among them that failed a
    gate. rest: everything that is not clear, is not a department, or is timing and chance; printed so that all of it
    adds up to the printed gap.
    """

    ledger: Ledger
    unit: PrintedUnit
    rungs: tuple[tuple[Step, Decimal], ...]

    @classmethod
    def of(cls, ledger: Ledger, currency: str) -> Ladder | None:
        """None where no step is clear."""
        steps = [step for step in ledger.parties if step.is_named or (step.is_clear and step.key in _SPOKEN_OF)]
        if not steps:
            return None
        unit = PrintedUnit.of([step.amount for step in steps], ledger.gap, ledger.scale(currency))
        return cls(ledger=ledger, unit=unit, rungs=tuple((step, unit.rounded(step.amount)) for step in steps))

    @property
    def gap(self) -> Decimal:
        """Actual less what the ledger starts from, as it is printed."""
        return self.unit.rounded(self.ledger.gap)

    @property
    def rest(self) -> Decimal:
        """What the printed steps leave of the printed gap."""
        return self.gap - sum((printed for _, printed in self.rungs), Decimal(0))

    def clauses(self) -> list[str]:
        """What the plan asks, what the period began with, the departments, the rest, and what it makes in all."""
        pace, size, plan_asks_more = self.ledger.pace_name, self.unit.size, False
        parts = []
        for step, printed in self.rungs:
            if step.key == PartyKind.STRATEGY:
                plan_asks_more = printed < 0
                text = _("the plan asks {amount} more than {pace}") if plan_asks_more else (
                    _("the plan asks {amount} less than {pace}")
                )  # fmt: skip
            elif step.key == PartyKind.OPENING and printed < 0:
                text = _("a thinner opening pipeline took {amount}")
            elif step.key == PartyKind.OPENING:
                text = _("a fuller opening pipeline gave {amount} back") if plan_asks_more else (
                    _("a fuller opening pipeline gave {amount}")
                )  # fmt: skip
            else:
                continue
            parts.append(text.format(amount=size(printed), pace=pace))
        parts += self.of_departments()
        if self.rest:
            text = _("all else took {amount}") if self.rest < 0 else _("all else gave {amount}")
            parts.append(text.format(amount=size(self.rest)))
        text = _("in all {amount} under {plan}") if self.gap < 0 else _("in all {amount} over {plan}")
        where = _("plan") if self.ledger.planned else pace
        return [*parts, (text if self.gap else _("in all on {plan}")).format(amount=size(self.gap), plan=where)]

    def of_departments(self) -> list[str]:
        """`Production cost 390 k and Legal 330 k`, `Marketing added 60 k`: each with its own figure, the largest
        first; a sum of shares would need an interval of its own."""
        clauses = []
        named = sorted((rung for rung in self.rungs if rung[0].is_named), key=lambda rung: -abs(rung[1]))
        for first, is_cost in ((_("{name} cost {amount}"), True), (_("{name} added {amount}"), False)):
            those = [(step.name, self.unit.size(size)) for step, size in named if (step.amount < 0) == is_cost]
            if those:
                (name, size), *others = those
                first = first.format(name=name, amount=size)
                clauses.append(listed([first, *(f"{each} {amount}" for each, amount in others)]))
        return clauses


def ladder_sentence(ledger: Ledger, currency: str) -> str:
    """`The plan asks EUR 1,680 k more than last year’s pace; …; in all 750 k under plan.` Empty where nothing is clear.

    The printed amounts add up to the printed gap: whoever adds in the head gets the same.
    """
    ladder = Ladder.of(ledger, currency)
    if ladder is None:
        return ""
    sentence = "; ".join(ladder.clauses())
    sentence = f"{sentence[:1].upper()}{sentence[1:]}"
    return f"{sentence.replace(_CURRENCY, f'{currency} ', 1).replace(_CURRENCY, '')}."
