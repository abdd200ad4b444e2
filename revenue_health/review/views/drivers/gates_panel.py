"""The gates on a department's page: what each saw, other ways to calculate, earlier quarters, load, and its head."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from departments.core.stored_texts import in_language
from departments.day_formats import day_text
from departments.models import Company
from departments.people.selectors.heads import head_on
from departments.periods import Period, PeriodError
from pipeline.selectors.leaks.leaks import calendar_of
from revenue_health.contribution.charts.gate_drawings import curve, quarter_bars
from revenue_health.contribution.core.comparison import Comparison, PartyKind, PartyShare, minor_units
from revenue_health.contribution.core.gates.gate import Gate, GateName
from revenue_health.contribution.core.verdict import Verdict
from revenue_health.contribution.models import ScoreRun
from revenue_health.contribution.selectors.comparison.contributions_json import gates_in_full
from revenue_health.contribution.selectors.comparison.sentences import (
    capitalised,
    load_sentence,
    money,
    past_sentence,
)
from revenue_health.contribution.selectors.gates.party_evidence import party_evidence

TITLES = {
    GateName.DATA: gettext_noop("The data carry it"),
    GateName.INTERVAL: gettext_noop("Clear of zero by more than the margin"),
    GateName.PLACEBO: gettext_noop("Its past shows nothing like it"),
    GateName.MULTIVERSE: gettext_noop("Every other way to calculate agrees"),
    GateName.RECORDS: gettext_noop("It survives wrong records"),
}


@dataclass(frozen=True, kw_only=True)
class GateRow:
    """One gate: its mark and state in words, what it saw, and whether the verdict falls here."""

    title: str
    mark: str
    state: str
    sentence: str
    falls: bool


def gates_context(
    party: PartyShare, comparison: Comparison, score_run: ScoreRun, company: Company
) -> dict[str, object]:
    """Everything the panel prints of a department; nothing for what is not a department, or of older figures."""
    share, interval = party.share, party.interval
    if party.kind != PartyKind.INTERNAL or party.gates is None or share is None or interval is None:
        return {}
    evidence = party_evidence(score_run, party)
    amount = minor_units(share.amount) or 0
    ways = [(way.amount, way.against) for way in evidence.ways]
    quarters = [(quarter.label, quarter.amount, quarter.begun) for quarter in evidence.quarters]
    return {
        "gates": gate_rows(party),
        "checking": party.checking,
        "proviso": _tipping(party),
        "settles": _settles(party, company.reporting_currency),
        "loads": [load_sentence(party, load) for load in party.loads],
        "past": past_sentence(comparison),
        "begun": _begun(party, company, comparison.period),
        "evidence_of_gates": evidence,
        "curve": curve(
            ways, share=amount, low=minor_units(interval.low) or amount, high=minor_units(interval.high) or amount
        ),
        "quarters": quarter_bars(quarters, now=(comparison.period.label, amount)),
    }


def gate_rows(party: PartyShare) -> list[GateRow]:
    """The gates in order. After the first that fails the others need not be asked."""
    rows, failed = [], False
    for name, gate in gates_in_full(party):
        rows.append(_gate_row(name, gate, failed=failed, moved=party.judgement == Verdict.NOT_JUDGED))
        failed = failed or gate.passed is False
    return rows


def _gate_row(name: GateName, gate: Gate, *, failed: bool, moved: bool) -> GateRow:
    if gate.passed is None:
        state = _("not checked") if failed or moved else _("being checked")
        return GateRow(title=_(TITLES[name]), mark="○", state=state, sentence="", falls=False)
    mark, state = ("●", _("passed")) if gate.passed else ("✕", _("failed"))
    sentence = f"{capitalised(in_language(gate.detail))}."
    return GateRow(
        title=_(TITLES[name]), mark=mark, state=state, sentence=sentence, falls=not gate.passed and not failed
    )


def _tipping(party: PartyShare) -> str:
    """How much of the records would have to be wrong, as one line."""
    records = (party.gates or {}).get(GateName.RECORDS)
    if records is None or records.passed is None:
        return ""
    text = _("The verdict {proviso}.") if party.named else _("A verdict {proviso}.")
    return text.format(proviso=in_language(records.detail).removeprefix(_("it ")))


def _settles(party: PartyShare, currency: str) -> str:
    """What is missing for a verdict if the range excludes zero, and only its nearer end is too close to it."""
    interval, gates = party.interval, party.gates or {}
    stopped = (gate := gates.get(GateName.INTERVAL)) is not None and gate.passed is False
    if not stopped or interval is None or interval.low <= 0 <= interval.high:
        return ""
    nearer = interval.high if interval.high < 0 else interval.low
    return _(
        "It would be named if the end of its range nearer to zero, {nearer}, lay beyond that amount and the gates "
        "after this one were passed. More deals and more weeks narrow the range; the share may shrink with it."
    ).format(nearer=money(nearer, currency))


def _begun(party: PartyShare, company: Company, period: Period) -> str:
    """Since when the share has been there, and whether that was before the head it had in the period came."""
    if not party.since:
        return ""
    sentence = _("Since {since}, not new this quarter.").format(since=party.since)
    head = head_on(department=party.key, day=period.end)
    if head is None or head.since is None:
        return sentence
    came = _("{name} has been head since {since}").format(name=head.name, since=day_text(head.since))
    try:
        first = calendar_of(company).parse(party.since).start
    except PeriodError:
        return f"{sentence} {came}."
    if first < head.since:
        return _(
            "{sentence} It began before {name} came: {came}, so what was there before is not told as theirs."
        ).format(sentence=sentence, name=head.name, came=came)
    return f"{sentence} {came}."
