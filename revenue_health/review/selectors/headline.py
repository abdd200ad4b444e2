"""The sentences on top of a review: where the period lands, where it stands, and who moved it, by the gates' words."""

from __future__ import annotations

from departments.formats import MINUS, grouped, money_in_words
from revenue_health.contribution.core.comparison import Comparison
from revenue_health.contribution.core.ledger import Landing, Ledger, Step, build_ledger
from revenue_health.contribution.core.verdict import Verdict
from revenue_health.contribution.selectors.comparison.sentences import (
    listed,
    nobody_named,
    who_does_what,
)
from revenue_health.review.core.weekly_review import ForecastLine, Headline
from revenue_health.review.selectors.ladder import ladder_sentence

ON_PLAN = 0.005
"""A gap below this part of the plan is none to speak of (the model's materiality)."""
WATCHED = "sales"
"""The department the board looks at: when it gets no verdict, that is said on top and with its figure."""


def headline(
    comparison: Comparison | None,
    *,
    label: str,
    currency: str,
    scoring: bool = False,
    forecast: ForecastLine | None = None,
) -> Headline:
    """What a review says first: where the period is heading, where it stands to date, and which departments passed
    every gate. Under it the ladder, which adds up, and who has no clear effect."""
    if comparison is None:
        state = "is being scored now; who moved it will be known in a minute or two" if scoring else (
            "is not scored yet, so nothing can be said about who moved it"
        )  # fmt: skip
        return Headline(message=f"{label} {state}.")
    ledger = build_ledger(comparison, forecast.landing if forecast else None)
    first = [
        landing_sentence(ledger.landing, label, currency),
        gap_sentence(ledger, currency, running=comparison.running),
    ]
    if not comparison.departments:
        return Headline(
            message=" ".join(filter(None, first)), under=("No department has a share: nothing to compare with.",)
        )
    named = comparison.named
    who = f"{who_moved(comparison)}." if named else nobody_named(comparison.departments)
    unclear = [step for step in ledger.parties if step.verdict == Verdict.CANNOT_TELL]
    watched = [step for step in unclear if step.key == WATCHED]
    others = [step.name for step in unclear if step.key != WATCHED]
    said = [ladder_sentence(ledger, currency), f"{listed(others)}: no clear effect." if named and others else ""]
    message = [*first, who, *(no_clear_effect(step, currency) for step in watched)]
    return Headline(message=" ".join(filter(None, message)), under=tuple(filter(None, said)))


def who_moved(comparison: Comparison) -> str:
    """`Legal and Production contaminate; Marketing contributes`, in the words of now; empty where nobody is named."""
    return "; ".join(who_does_what(comparison.named))


def landing_sentence(landing: Landing | None, label: str, currency: str) -> str:
    """`Q4 is heading for EUR 12.3 M, 1.35 M short of plan; under 1 % chance to reach it.` Empty of a period that
    is over or has no forecast."""
    if landing is None:
        return ""
    sentence = f"{short_label(label)} is heading for {money_in_words(landing.expected, currency)}"
    if landing.plan is None or landing.gap is None:
        return f"{sentence}."
    if abs(landing.gap) < ON_PLAN * abs(landing.plan):
        where = "on plan"
    else:
        size = money_in_words(abs(landing.gap), currency).removeprefix(f"{currency} ")
        where = f"{size} {'short of' if landing.gap < 0 else 'over'} plan"
    chance = "" if landing.probability is None else f"; {chance_in_words(landing.probability)} chance to reach it"
    return f"{sentence}, {where}{chance}."


def gap_sentence(ledger: Ledger, currency: str, *, running: bool) -> str:
    """How far actual is from where the ledger starts."""
    when = " to date" if running else ""
    name = "plan" if ledger.planned else ledger.pace_name
    part = ledger.gap / abs(ledger.start) if ledger.start else None
    if part is None or abs(part) < ON_PLAN:
        return f"On {name}{when}: {money_in_words(ledger.actual, currency)} won."
    side, sign = ("under", MINUS) if ledger.gap < 0 else ("over", "+")
    return f"{money_in_words(abs(ledger.gap), currency)} {side} {name}{when} ({sign}{grouped(abs(part) * 100)} %)."


def no_clear_effect(step: Step, currency: str) -> str:
    """`Sales: no clear effect (−200 k ± 457 k).`"""
    if not step.half:
        return f"{step.name}: no clear effect."
    amount, half = (money_in_words(value, currency).removeprefix(f"{currency} ") for value in (step.amount, step.half))
    return f"{step.name}: no clear effect ({amount} ± {half})."


def chance_in_words(share: float) -> str:
    """Never 0 % or 100 %: a forecast is not that sure."""
    if share < 0.01:
        return "under 1 %"
    return "over 99 %" if share > 0.99 else f"{grouped(share * 100)} %"


def short_label(label: str) -> str:
    """`Q4` of `2026-Q4`: whoever reads of the running quarter knows the year."""
    return label.partition("-")[2] if "-Q" in label else label
