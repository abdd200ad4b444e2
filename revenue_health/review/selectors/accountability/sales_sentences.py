"""The sentences on sales: what everybody looks at first, and so never a word more than the intervals allow."""

from __future__ import annotations

from departments.formats import money_in_words
from revenue_health.contribution.core.comparison import Comparison, MoneyInterval, PartyShare, minor_units
from revenue_health.contribution.core.verdict import Verdict


def sales_sentences(comparison: Comparison, party: PartyShare, currency: str) -> list[str]:
    """What sales did, and what revenue would have been had it done as in the baseline."""
    share = _share_sentence(comparison, party, party.share, currency) if party.share else ""
    return [sentence for sentence in (share, _met_sentence(comparison, party, currency)) if sentence]


def _share_sentence(comparison: Comparison, party: PartyShare, share: MoneyInterval, currency: str) -> str:
    name, amount, between = party.name, _money(share.amount, currency), _between(share, currency)
    if party.verdict == Verdict.CANNOT_TELL:
        if party.short_reason == "the interval includes zero":
            return f"{name} cannot be distinguished from zero: {amount}, nine times in ten {between}."
        return f"{name} cannot be judged: {party.short_reason} ({amount}, nine times in ten {between})."
    size = _money(abs(share.amount), currency)
    missing = None if comparison.target is None else comparison.target - comparison.actual
    if party.verdict == Verdict.CONTAMINATES:
        if missing is not None and missing > 0:
            gap = _money(missing, currency)
            return f"{name} explains {size} of what is missing; {gap} is. Nine times in ten {between}."
        return f"{name} cost {size}, nine times in ten {between}."
    if missing is not None and missing > 0:
        return f"{name} is not what is missing: it added {size}, nine times in ten {between}."
    return f"{name} added {size}, nine times in ten {between}."


def _met_sentence(comparison: Comparison, party: PartyShare, currency: str) -> str:
    met = party.had_met_baseline
    if met is None or (party.switch and party.switch.amount == 0):
        return ""
    value = _money(met.amount, currency)
    sentence = f"Had {party.name} met its baseline, revenue would have been {value} ({_between(met, currency)})"
    return f"{sentence}{against_plan(comparison, met, currency)}."


def against_plan(comparison: Comparison, met: MoneyInterval, currency: str) -> str:
    """What a revenue that would have been says about the plan; the empty text where that is no question."""
    target = comparison.target
    if target is None or comparison.actual >= target:
        return ""
    plan = "the plan to date" if comparison.running else "plan"
    if met.high < target:
        least = _money(target - met.high, currency)
        return f": still under {plan}, by {least} or more"
    if met.low >= target:
        return f": {plan} would have been reached"
    return f": whether {plan} would have been reached is unknown"


def _between(interval: MoneyInterval, currency: str) -> str:
    return f"between {_money(interval.low, currency)} and {_money(interval.high, currency)}"


def _money(amount: float, currency: str) -> str:
    return money_in_words(minor_units(amount), currency)
