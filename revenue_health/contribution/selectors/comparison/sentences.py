"""Sentences about a bridge: never more than its intervals allow."""

from __future__ import annotations

from collections.abc import Sequence

from departments.formats import grouped, money_in_words
from revenue_health.contribution.core.comparison import BridgeFigures, Comparison, PartyShare, minor_units
from revenue_health.contribution.core.verdict import Verdict


def plan_gap(comparison: Comparison, currency: str) -> str:
    """How far from plan, and that alone."""
    actual, target = comparison.actual, comparison.target
    if target is None:
        base = _money(comparison.baseline_revenue, currency)
        return f"{_money(actual, currency)} won; without a plan it is compared with {base} at the baseline."
    gap = actual - target
    when = " to date" if comparison.running else ""
    share = f" ({grouped(100 * gap / target, 0)} %)" if target else ""
    side = "under" if gap < 0 else "over"
    return f"{_money(abs(gap), currency)} {side} plan{when}{share}."


def verdicts(bridge: BridgeFigures, currency: str) -> list[str]:
    """Who is at fault or of merit beyond doubt, and of whom that cannot be said."""
    sentences = []
    for verdict, verb, verbs in (
        (Verdict.CONTAMINATES, "contaminates", "contaminate"),
        (Verdict.CONTRIBUTES, "contributes", "contribute"),
    ):
        judged = [(party, party.share) for party in bridge.departments if party.verdict == verdict and party.share]
        judged.sort(key=lambda pair: -abs(pair[1].amount))
        if judged:
            named = [f"{party.name} ({_money(share.amount, currency)})" for party, share in judged]
            sentences.append(f"{listed(named)} {verb if len(judged) == 1 else verbs}.")
    unclear = [party.name for party in bridge.departments if party.verdict == Verdict.CANNOT_TELL]
    if unclear and len(unclear) == len(bridge.departments):
        sentences.append("No department can be said to contribute or to contaminate.")
    elif unclear:
        sentences.append(f"The effect of {listed(unclear)} is inconclusive.")
    return sentences


def listed(names: Sequence[str]) -> str:
    """`A`, `A and B`, `A, B and C`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def verdict_sentence(party: PartyShare, currency: str) -> str:
    """One party's verdict with figure and interval."""
    if party.share is None:
        return f"{party.name}: {party.reason}."
    amount = _money(party.share.amount, currency)
    between = f"{_money(party.share.low, currency)} to {_money(party.share.high, currency)}"
    if party.verdict == Verdict.NOT_JUDGED:
        return f"{party.name}: {amount} ({between}), nobody's doing."
    if party.verdict == Verdict.CANNOT_TELL:
        return f"{party.name} cannot be judged: {amount} ({between}); {party.short_reason}."
    return f"{party.name} {party.verdict}: {amount} ({between})."


def _money(amount: float, currency: str) -> str:
    return money_in_words(minor_units(amount), currency)
