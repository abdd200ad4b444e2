"""The ledger in one sentence that adds up: what the plan asks, what was given, who cost or added what, the rest."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from departments.formats import MINOR_UNITS, grouped
from revenue_health.contribution.core.comparison import PartyKind
from revenue_health.contribution.core.ledger import Ledger, Step, capital
from revenue_health.contribution.selectors.comparison.sentences import listed

UNITS = ((10**9, "bn"), (10**6, "M"), (10**3, "k"), (1, ""))
MOST_PLACES = 3
_CURRENCY = "\0"
"""Where an amount begins; only the first of a sentence names the currency."""
_SPOKEN_OF = (PartyKind.STRATEGY, PartyKind.OPENING)


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """The clear steps between the plan and actual in one unit, as they are printed.

    rungs: each step with its printed amount, in the order of the ledger. rest: everything that is not clear, is not a
    department, or is timing and chance; printed so that all of it adds up to the printed gap.
    """

    rungs: tuple[tuple[Step, Decimal], ...]
    rest: Decimal
    gap: Decimal
    places: int
    letter: str

    def write(self, value: Decimal) -> str:
        """The size of an amount: `1.68 M`, after the place where the currency stands if it is the first."""
        return f"{_CURRENCY}{grouped(abs(value), self.places)} {self.letter}".rstrip()


def build_ladder(ledger: Ledger) -> Ladder | None:
    """The steps a sentence may speak of; None where none is clear. No department is among them that failed a gate."""
    steps = [step for step in ledger.parties if step.is_named or (step.is_clear and step.key in _SPOKEN_OF)]
    if not steps:
        return None
    amounts = [step.amount for step in steps]
    largest = max(*(abs(amount) for amount in amounts), abs(ledger.gap)) / MINOR_UNITS
    divisor, letter = next(((size, name) for size, name in UNITS if largest >= size), UNITS[-1])
    places = max(0, 3 - len(str(int(largest / divisor))))
    while places < MOST_PLACES and any(amount and not _printed(amount, divisor, places) for amount in amounts):
        places += 1
    rungs = tuple((step, _printed(step.amount, divisor, places)) for step in steps)
    gap = _printed(ledger.gap, divisor, places)
    rest = gap - sum((printed for _, printed in rungs), Decimal(0))
    return Ladder(rungs=rungs, rest=rest, gap=gap, places=places, letter=letter)


def _printed(amount: int, divisor: int, places: int) -> Decimal:
    return (Decimal(amount) / (MINOR_UNITS * divisor)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)


def ladder_sentence(ledger: Ledger, currency: str) -> str:
    """`The plan asks EUR 1.68 M more than last year’s pace; …; in all 0.75 M under plan.` Empty where nothing is clear.

    The printed amounts add up to the printed gap: whoever adds in the head gets the same.
    """
    ladder = build_ladder(ledger)
    if ladder is None:
        return ""
    clauses = [
        *(_of_no_department(ledger, ladder, step, printed) for step, printed in ladder.rungs if step.nobodys),
        *_of_departments(ladder),
    ]
    if ladder.rest:
        clauses.append(f"all else {'took' if ladder.rest < 0 else 'gave'} {ladder.write(ladder.rest)}")
    side = "under" if ladder.gap < 0 else "over"
    where = "plan" if ledger.planned else ledger.pace_name
    clauses.append(f"in all {ladder.write(ladder.gap)} {side} {where}" if ladder.gap else f"in all on {where}")
    sentence = capital("; ".join(clauses))
    return f"{sentence.replace(_CURRENCY, f'{currency} ', 1).replace(_CURRENCY, '')}."


def _of_no_department(ledger: Ledger, ladder: Ladder, step: Step, printed: Decimal) -> str:
    """What the plan asks, and what the period began with."""
    size = ladder.write(printed)
    if step.key == PartyKind.STRATEGY:
        return f"the plan asks {size} {'more' if printed < 0 else 'less'} than {ledger.pace_name}"
    if printed < 0:
        return f"a thinner opening pipeline took {size}"
    back = " back" if any(other.key == PartyKind.STRATEGY and amount < 0 for other, amount in ladder.rungs) else ""
    return f"a fuller opening pipeline gave {size}{back}"


def _of_departments(ladder: Ladder) -> list[str]:
    """`Production cost 0.39 M and Legal 0.33 M`, `Marketing added 0.06 M`: each with its own figure, the largest first;
    a sum of shares would need an interval of its own."""
    clauses = []
    named = sorted((rung for rung in ladder.rungs if rung[0].is_named), key=lambda rung: -abs(rung[1]))
    for verb, is_cost in (("cost", True), ("added", False)):
        those = [(step.name, ladder.write(printed)) for step, printed in named if (step.amount < 0) == is_cost]
        if those:
            (name, size), *others = those
            clauses.append(listed([f"{name} {verb} {size}", *(f"{each} {amount}" for each, amount in others)]))
    return clauses
