"""Sentences about a bridge: never more than its intervals allow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from departments.formats import grouped, money_in_words
from revenue_health.contribution.core.verdict import Verdict

type Json = dict[str, Any]


def minor(amount: float | None) -> int | None:
    """Units to cents."""
    return None if amount is None else round(amount * 100)


def headline(figures: Json, currency: str) -> str:
    """How far from plan, and that alone."""
    actual, target = figures["actual"], figures["target"]
    if target is None:
        base = money_in_words(minor(figures["baseline_revenue"]), currency)
        return (
            f"{money_in_words(minor(actual), currency)} won; without a plan it is compared with {base} at the baseline."
        )
    gap = actual - target
    when = " to date" if figures["running"] else ""
    share = f" ({grouped(100 * gap / target, 0)} %)" if target else ""
    side = "under" if gap < 0 else "over"
    return f"{money_in_words(minor(abs(gap)), currency)} {side} plan{when}{share}."


def verdicts(figures: Json, currency: str) -> list[str]:
    """Who is at fault or of merit beyond doubt, and of whom that cannot be said."""
    internal = [party for party in figures["parties"] if party["kind"] == "internal"]
    sentences = []
    for verdict, verb, verbs in (
        (Verdict.CONTAMINATES, "contaminates", "contaminate"),
        (Verdict.CONTRIBUTES, "contributes", "contribute"),
    ):
        found = sorted((p for p in internal if p["verdict"] == verdict), key=lambda p: -abs(p["amount"]))
        if found:
            named = [f"{p['name']} ({money_in_words(minor(p['amount']), currency)})" for p in found]
            sentences.append(f"{listed(named)} {verb if len(found) == 1 else verbs}.")
    unclear = [party["name"] for party in internal if party["verdict"] == Verdict.CANNOT_TELL]
    if unclear and len(unclear) == len(internal):
        sentences.append("Of no department can it be said whether it contributes or contaminates.")
    elif unclear:
        sentences.append(f"Of {listed(unclear)} it cannot be said which way.")
    return sentences


def listed(names: Sequence[str]) -> str:
    """`A`, `A and B`, `A, B and C`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def verdict_sentence(party: Json, currency: str) -> str:
    """One party's verdict with figure and interval."""
    if party["amount"] is None:
        return f"{party['name']}: {party['reason']}."
    amount = money_in_words(minor(party["amount"]), currency)
    between = f"{money_in_words(minor(party['low']), currency)} to {money_in_words(minor(party['high']), currency)}"
    if party["verdict"] == Verdict.NOT_JUDGED:
        return f"{party['name']}: {amount} ({between}), nobody's doing."
    if party["verdict"] == Verdict.CANNOT_TELL:
        why = party["reason"].removeprefix("cannot tell: ")
        return f"{party['name']} cannot be judged: {amount} ({between}); {why}."
    return f"{party['name']} {party['verdict']}: {amount} ({between})."
