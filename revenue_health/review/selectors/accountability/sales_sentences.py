"""The sentences on sales: what everybody looks at first, and so never a word more than the intervals allow."""

from __future__ import annotations

from typing import Any

from departments.formats import money_in_words
from revenue_health.contribution.core.verdict import Verdict
from revenue_health.contribution.selectors.comparison.sentences import minor

type Json = dict[str, Any]


def sales_sentences(figures: Json, party: Json, currency: str) -> list[str]:
    """What sales did, and what revenue would have been had it done as in the baseline. figures: the whole bridge."""
    return [_share_sentence(figures, party, currency), *_met_sentences(figures, party, currency)]


def _share_sentence(figures: Json, party: Json, currency: str) -> str:
    name, value = party["name"], party["amount"]
    amount, between = money_in_words(minor(value), currency), _between(party, currency)
    if party["verdict"] == Verdict.CANNOT_TELL:
        why = party["reason"].removeprefix("cannot tell: ")
        if why == "the interval includes zero":
            return f"{name} cannot be told from zero: {amount}, nine times in ten {between}."
        return f"{name} cannot be judged: {why} ({amount}, nine times in ten {between})."
    size = money_in_words(minor(abs(value)), currency)
    missing = None if figures["target"] is None else figures["target"] - figures["actual"]
    if party["verdict"] == Verdict.CONTAMINATES:
        if missing is not None and missing > 0:
            gap = money_in_words(minor(missing), currency)
            return f"{name} explains {size} of what is missing; {gap} is. Nine times in ten {between}."
        return f"{name} cost {size}, nine times in ten {between}."
    if missing is not None and missing > 0:
        return f"{name} is not what is missing: it added {size}, nine times in ten {between}."
    return f"{name} added {size}, nine times in ten {between}."


def _met_sentences(figures: Json, party: Json, currency: str) -> list[str]:
    met = party["had_met_baseline"]
    if met is None or party["switch"]["amount"] == 0:
        return []
    value = money_in_words(minor(met["amount"]), currency)
    sentence = f"Had {party['name']} met its baseline, revenue would have been {value} ({_between(met, currency)})"
    return [f"{sentence}{against_plan(figures, met, currency)}."]


def against_plan(figures: Json, met: Json, currency: str) -> str:
    """What a revenue that would have been says about the plan; the empty text where that is no question."""
    target = figures["target"]
    if target is None or figures["actual"] >= target:
        return ""
    plan = "the plan to date" if figures["running"] else "plan"
    if met["high"] < target:
        least = money_in_words(minor(target - met["high"]), currency)
        return f": still under {plan}, by {least} or more"
    if met["low"] >= target:
        return f": {plan} would have been reached"
    return f": whether {plan} would have been reached cannot be told"


def _between(interval: Json, currency: str) -> str:
    return f"between {money_in_words(minor(interval['low']), currency)} and " + money_in_words(
        minor(interval["high"]), currency
    )
