"""Sentences about sales: everybody looks there first, so they never claim more than the gates allow."""

from __future__ import annotations

from django.utils.translation import gettext as _

from revenue_health.contribution.core.comparison import Comparison, MoneyInterval, PartyShare
from revenue_health.contribution.selectors.comparison.sentences import interval_text, money, verdict_in_full


def sales_sentences(comparison: Comparison, party: PartyShare, currency: str) -> list[str]:
    """What sales did, and what revenue would have been had it done as in the baseline."""
    sentences = (_share_sentence(comparison, party, currency), _met_sentence(comparison, party, currency))
    return [sentence for sentence in sentences if sentence]


def _share_sentence(comparison: Comparison, party: PartyShare, currency: str) -> str:
    share, interval = party.share, party.interval
    if share is None or interval is None:
        return ""
    missing = 0.0 if comparison.target is None else comparison.target - comparison.actual
    if not party.named or missing <= 0:
        return verdict_in_full(party, currency)
    moved, gap, inside = money(share.amount, currency), money(missing, currency), interval_text(interval, currency)
    if share.amount > 0:
        return _("{name} is not what is missing: it added {moved} ({inside}).").format(
            name=party.name, moved=moved, inside=inside
        )
    others = _(", others added") if -share.amount > missing else ""
    return _("{name} moved revenue by {moved} ({inside}); {gap} is missing{others}.").format(
        name=party.name, moved=moved, inside=inside, gap=gap, others=others
    )


def _met_sentence(comparison: Comparison, party: PartyShare, currency: str) -> str:
    met = party.had_met_baseline
    if met is None or (party.switch and party.switch.amount == 0):
        return ""
    value = money(met.amount, currency)
    sentence = _("Had {name} worked as in the baseline, revenue would have been {value} ({between})").format(
        name=party.name, value=value, between=interval_text(met, currency)
    )
    return f"{sentence}{against_plan(comparison, party, met, currency)}."


def against_plan(comparison: Comparison, party: PartyShare, met: MoneyInterval, currency: str) -> str:
    """What a revenue that would have been says about the plan; the empty text where that is no question. That the plan
    was missed because of a department is only said of one that is named."""
    target = comparison.target
    if target is None or comparison.actual >= target:
        return ""
    plan = _("the plan to date") if comparison.running else _("plan")
    if met.high < target:
        least = money(target - met.high, currency)
        return _(": still under {plan}, by {least} or more").format(plan=plan, least=least)
    if met.low >= target and party.named:
        return _(": {plan} would have been reached").format(plan=plan)
    return _(": whether {plan} would have been reached is unknown").format(plan=plan)
