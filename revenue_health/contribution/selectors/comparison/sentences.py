"""Sentences about a comparison: none claims more than the gates allow, and none sums figures that have intervals."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from departments.core.lists import listed
from departments.core.stored_texts import in_language
from departments.formats import counted, grouped, interval_in_words, money_in_words
from revenue_health.contribution.core.comparison import (
    Comparison,
    LoadedStage,
    MoneyInterval,
    PartyKind,
    PartyShare,
    minor_units,
)
from revenue_health.contribution.core.gates.company import MOVED
from revenue_health.contribution.core.gates.gate import GateName
from revenue_health.contribution.core.gates.records import FALLS
from revenue_health.contribution.core.verdict import Verdict
from revenue_health.contribution.verdict_words import are_milder, verb, verdict_word

WOULD_NOT_SHOW = "either way would not show"
"""How a sentence ends that says how small an effect could not have been seen."""
ALONE_SENTENCE = gettext_noop(
    "Whether alone or only together with another department, no record shows; where another’s change was needed as "
    "well, at most half of a share is its own."
)
NO_BASELINE = gettext_noop("{period} has no baseline, so nothing can be said about who moved it.")
"""Shares against nothing are none, whatever was computed of them."""


def plan_gap(comparison: Comparison, currency: str) -> str:
    """How far from plan, and that alone."""
    actual, target = comparison.actual, comparison.target
    if target is None:
        base = money(comparison.baseline_revenue, currency)
        text = _("{amount} won; without a plan it is compared with {base} at the baseline.")
        return text.format(amount=money(actual, currency), base=base)
    gap = actual - target
    when = _(" to date") if comparison.running else ""
    share = f" ({grouped(100 * gap / target, 0)} %)" if target else ""
    text = _("{amount} under plan{to_date}{part}.") if gap < 0 else _("{amount} over plan{to_date}{part}.")
    return text.format(amount=money(abs(gap), currency), to_date=when, part=share)


def verdicts(comparison: Comparison, currency: str) -> list[str]:
    """A sentence for everybody who is named, one for all who are not, and how often the method may be wrong."""
    sentences = [verdict_in_full(party, currency) for party in comparison.named]
    if sentences:
        sentences.append(_(ALONE_SENTENCE))
    elif comparison.departments:
        sentences.append(nobody_named(comparison.departments))
    sentences += without_verdict(comparison, currency)
    if past := past_sentence(comparison):
        sentences.append(past)
    return sentences


def nobody_named(departments: Sequence[PartyShare]) -> str:
    """That no department is named; or not yet, where the checks of some are still running. That no share is clear is
    said only where every interval includes zero."""
    waiting = [party.name for party in departments if party.checking]
    if waiting:
        text = _("No department’s share is clear yet: the checks of {names} are still running.")
        return text.format(names=listed(waiting))
    if any(party.interval and not party.interval.low <= 0 <= party.interval.high for party in departments):
        return _("No department is named as a cause.")
    return _("No department’s share is clear.")


def without_verdict(comparison: Comparison, currency: str) -> list[str]:
    """Who gets no verdict and what could have been seen of each; and who is not judged, with the reason."""
    unclear = [party for party in comparison.departments if party.judgement == Verdict.CANNOT_TELL]
    sentences = []
    if unclear:
        each = [f"{party.name} ({_why(party, currency, _margin(comparison))})" for party in unclear]
        sentences.append(_("No clear effect: {names}.").format(names=listed(each)))
    for reason, names in _moved(comparison.departments).items():
        sentences.append(_("Not judged: {names}; {reason}.").format(names=listed(names), reason=reason))
    return sentences


def _why(party: PartyShare, currency: str, margin: float) -> str:
    if party.interval is None:
        return in_language(party.short_reason)
    return smallest_visible_effect(party, currency, margin) or in_language(party.short_reason) or _("not clear")


def _moved(departments: Iterable[PartyShare]) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for party in departments:
        if party.judgement == Verdict.NOT_JUDGED:
            names.setdefault(in_language(party.reason.removeprefix(MOVED)), []).append(party.name)
    return names


def smallest_visible_effect(party: PartyShare, currency: str, margin: float = 0.0) -> str:
    """The smallest effect that would have been visible, if the interval includes zero; else empty."""
    interval = party.interval
    if interval is None or not _finite(interval) or not interval.low <= 0 <= interval.high:
        return ""
    size = (interval.high - interval.low) / 2 + margin
    return _("less than {amount} either way would not show").format(amount=money(size, currency))


def verdict_sentence(party: PartyShare, currency: str, *, with_reason: bool = True) -> str:
    """One party's verdict with its figure and its interval, and why it is unclear, unless that stands elsewhere."""
    interval = party.interval
    if party.share is None or interval is None:
        return f"{party.name}: {in_language(party.reason)}."
    amount, inside = money(party.share.amount, currency), interval_text(interval, currency)
    if party.kind != PartyKind.INTERNAL:
        text = _("{name}: {amount} ({range}); not a department.")
        return text.format(name=party.name, amount=amount, range=inside)
    if party.judgement == Verdict.NOT_JUDGED:
        text, reason = (
            _("{name} is not judged: {reason}. {amount} ({range})."),
            in_language(party.reason.removeprefix(MOVED)),
        )
        return text.format(name=party.name, reason=reason, amount=amount, range=inside)
    if party.judgement == Verdict.CANNOT_TELL:
        unclear = _("no clear effect") if interval.low <= 0 <= interval.high else _("not named")
        start = _("being checked") if party.checking else unclear
        why = f"; {unclear_reason(party, currency)}" if with_reason else ""
        return f"{party.name}: {start}. {amount} ({inside}){why}."
    if are_milder():
        return _in_milder_words(party.name, party.judgement, interval, currency)
    return f"{party.name} {verdict_word(party.judgement)}: {amount} ({inside})."


def _in_milder_words(name: str, verdict: Verdict, interval: MoneyInterval, currency: str) -> str:
    """`Legal cost us EUR 418 k (90 % range EUR 201 k to EUR 635 k …).`: the verb has the sign, so the amounts have none
    but that of an end beyond zero."""
    if verdict == Verdict.CONTAMINATES:
        interval = MoneyInterval(amount=-interval.amount, low=-interval.high, high=-interval.low)
    return f"{name} {verdict_word(verdict)} {money(interval.amount, currency)} ({interval_text(interval, currency)})."


def verdict_in_full(party: PartyShare, currency: str) -> str:
    """What is said of a party and, where it is named, what would overturn that, since when, and whether together."""
    parts = [verdict_sentence(party, currency)]
    if party.named:
        parts += [*proviso(party), own_switch_note(party, currency)]
    return " ".join(part for part in parts if part)


def unclear_reason(party: PartyShare, currency: str) -> str:
    """Why nothing can be told of a party, and how small an effect would not have been seen."""
    reason = in_language(party.short_reason)
    if party.short_reason.startswith(FALLS):
        reason = _("a verdict {proviso}").format(proviso=reason.removeprefix(_("it ")))
    parts = [reason, "" if WOULD_NOT_SHOW in party.short_reason else smallest_visible_effect(party, currency)]
    return "; ".join(part for part in parts if part)


def proviso(party: PartyShare) -> list[str]:
    """What would overturn a verdict, and since when the effect has been there."""
    records = (party.gates or {}).get(GateName.RECORDS)
    sentences = [f"{capitalised(in_language(records.detail))}."] if records and records.passed else []
    if party.since:
        sentences.append(_("Since {day}, not new this quarter.").format(day=party.since))
    return sentences


def verdict_qualifier(party: PartyShare) -> str:
    """What stands beside a verdict in a table: what would overturn it, or the gate that it did not come through; of
    the market, losses that name no reason."""
    if party.kind != PartyKind.INTERNAL:
        return in_language(party.reason.partition("; ")[2])
    return " ".join(proviso(party)) if party.named else in_language(party.short_reason.removeprefix(MOVED))


def own_switch_note(party: PartyShare, currency: str) -> str:
    """Both figures, if a share and the party's own switch differ by more than the interval."""
    share, switch, interval = party.share, party.switch, party.interval
    if share is None or switch is None or interval is None or not _finite(interval):
        return ""
    if not abs(share.amount - switch.amount) > (interval.high - interval.low) / 2:
        return ""
    figures = _("{average} on average over all that others might have done, {beside} beside what they did").format(
        average=money(share.amount, currency), beside=money(switch.amount, currency)
    )
    is_joint = abs(switch.amount) > abs(share.amount)
    return f"{_('It moves so much only together with others') if is_joint else _('Others overlap')}: {figures}."


def only_together_note(party: PartyShare, currency: str) -> str:
    """What no record tells of a named department: whether its share took another's change as well. In pairs that fail
    only together each one's share is half of what is seen of one, in threes a third (Shapley)."""
    if not party.named or party.share is None:
        return ""
    # In milder words the verdict above it has no sign either.
    half = money((abs(party.share.amount) if are_milder() else party.share.amount) / 2, currency)
    return _(
        "The records cannot show whether {name} did this alone. If another department’s change was needed as well, at "
        "most half of it is {name}’s own ({half})."
    ).format(name=party.name, half=half)


def load_sentence(party: PartyShare, load: LoadedStage) -> str:
    """Of a department whose queue grew: whether fewer were handed on, or more came."""
    arrived, handed = (_rates(pair) for pair in (load.arrivals, load.hand_ons))
    if load.hand_ons[1] >= load.hand_ons[0]:
        pace = _("it hands on as many a day as before or more ({rates})")
    else:
        pace = _("it hands on fewer a day than before ({rates})")
    text = _("In {stage}, deals wait longer with {name} because more came ({rates}); {pace}.")
    return text.format(stage=load.stage, name=party.name, rates=arrived, pace=pace.format(rates=handed))


def _rates(pair: tuple[float, float]) -> str:
    before, now = (grouped(value, 1) for value in pair)
    return _("{now} a day, {before} before").format(now=now, before=before)


def past_sentence(comparison: Comparison) -> str:
    """How often the method would have named a department in the company's own past."""
    past = comparison.past
    if past is None:
        return ""
    if past.quarters is None:
        return _("The method is still being checked on this company’s earlier quarters.")
    if not past.cases:
        return _("There is no earlier quarter to check the method on.")
    tried, cases = counted(past.quarters, "earlier quarter"), past.cases
    if not past.named:
        return _(
            "Tried on {quarters} of this company, the interval alone would have named a department in none of {cases} "
            "cases, so all five gates in none."
        ).format(quarters=tried, cases=cases)
    if past.most_named is None:
        text = _(
            "Tried on {quarters} of this company, the interval alone would have named a department in {named} of "
            "{cases} cases ({rate} %); the other gates are there to stop those."
        )
    elif past.most_named:
        text = _(
            "Tried on {quarters} of this company, the interval alone would have named a department in {named} of "
            "{cases} cases ({rate} %), all five gates in at most {most} of {cases}."
        )
    else:
        text = _(
            "Tried on {quarters} of this company, the interval alone would have named a department in {named} of "
            "{cases} cases ({rate} %), all five gates in none of {cases}."
        )
    rate = grouped(100 * past.named / cases)
    return text.format(quarters=tried, named=past.named, cases=cases, rate=rate, most=past.most_named)


def interval_text(interval: MoneyInterval, currency: str) -> str:
    """The interval of a share, and what it takes for granted."""
    if not _finite(interval):
        return _("without an interval")
    low, high = interval_in_words(minor_units(interval.low), minor_units(interval.high), currency)
    return _("90 % range {low} to {high}, if the records are right").format(low=low, high=high)


def verdict_clauses(named: Sequence[PartyShare]) -> list[str]:
    """`Legal and Production contaminate`, `Marketing contributes`: a clause for each verdict that anybody has."""
    order = (Verdict.CONTAMINATES, Verdict.CONTRIBUTES)
    names = {verdict: [party.name for party in named if party.judgement == verdict] for verdict in order}
    return [f"{listed(those)} {verb(verdict, several=len(those) > 1)}" for verdict, those in names.items() if those]


def capitalised(sentence: str) -> str:
    """A sentence with a capital letter, the rest as it is."""
    return f"{sentence[:1].upper()}{sentence[1:]}"


def money(amount: float, currency: str) -> str:
    """An amount in units, in words."""
    return money_in_words(minor_units(amount), currency)


def _margin(comparison: Comparison) -> float:
    return comparison.past.margin if comparison.past else 0.0


def _finite(interval: MoneyInterval) -> bool:
    return math.isfinite(interval.low) and math.isfinite(interval.high)
