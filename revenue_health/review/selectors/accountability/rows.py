"""Tables of the verdict, on a page and on paper: figures in cents, places on the one axis, marks and words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from departments.core.stored_texts import in_language
from departments.discussion.selectors.replies import Answer, replies_for
from departments.formats import MoneyScale
from departments.subjects import share_subject
from revenue_health.contribution.core.comparison import MoneyInterval, PartyKind, minor_units
from revenue_health.contribution.core.gates.company import MOVED
from revenue_health.contribution.core.ledger import Step, build_ledger
from revenue_health.contribution.core.verdict import IMPACTS, MARKS, UNCLEAR, Verdict
from revenue_health.contribution.selectors.comparison.sentences import verdict_qualifier
from revenue_health.contribution.verdict_words import page_word, step_word
from revenue_health.review.charts.signed_axis import Mark, SignedAxis, axis_of
from revenue_health.review.core.accountability import Accountability, DepartmentCut, GroupShare, JudgedParty

_TITLES = {"team": gettext_noop("By team"), "owner": gettext_noop("By person")}
_UNEXPLAINED_REASON = gettext_noop("what the model does not reproduce")


@dataclass(frozen=True, kw_only=True)
class ShareRow:
    """A line of shares: amounts in cents. `mark` is its place on the axis, `sign` the verdict's shape."""

    key: str
    name: str
    amount: int
    low: int
    high: int
    score: float | None
    sign: str
    verdict: str
    reason: str
    impact: str
    mark: Mark
    nobodys: bool = False
    internal: bool = False
    reply: Answer | None = None
    reply_address: str = ""


@dataclass(frozen=True, kw_only=True)
class CounterfactualRow:
    """Revenue had one party worked as in the baseline, in cents, and what that says about the plan."""

    key: str
    name: str
    revenue: int
    low: int
    high: int
    change: int
    against_plan: str


@dataclass(frozen=True, kw_only=True)
class CutTable:
    """Sales cut one way: its state, and its groups; the share is None where there are too few deals to say anything."""

    by: str
    title: str
    state: str
    error: str
    groups: list[tuple[str, float | None, ShareRow | None]]

    @property
    def has_small(self) -> bool:
        """Whether a group has too few deals for a share of its own."""
        return any(share is None for _, _, share in self.groups)


@dataclass(frozen=True, kw_only=True)
class AccountabilityRows:
    """Everything the templates print of a verdict; amounts in cents.

    gap: actual less the plan, without one less the baseline. cut_axis: of the cuts, whose shares are a fraction of a
    department's.
    """

    scale: MoneyScale
    axis: SignedAxis
    cut_axis: SignedAxis
    shares: list[ShareRow]
    met: list[CounterfactualRow]
    cuts: list[CutTable]
    actual: int
    target: int | None
    gap: int


def accountability_rows(accountability: Accountability) -> AccountabilityRows:
    """The tables of a verdict, with what the heads answer to their shares."""
    comparison, cuts = accountability.comparison, accountability.sales.cuts if accountability.sales else ()
    intervals = [*(judged.share for judged in accountability.parties), comparison.unexplained]
    groups = [group.share for cut in cuts for group in cut.groups if group.share]
    axis, cut_axis = _axis_over(intervals), _axis_over(groups)
    ledger, judged = build_ledger(comparison), {each.party.key: each for each in accountability.parties}
    rows = [
        *(_party_row(judged[step.key], step, axis) for step in ledger.parties),
        _unexplained_row(comparison.unexplained, ledger.unexplained, axis),
    ]
    return AccountabilityRows(
        scale=ledger.scale(accountability.currency),
        axis=axis,
        cut_axis=cut_axis,
        shares=_with_replies(rows, comparison.period.label),
        met=_counterfactual_rows(accountability),
        cuts=[_cut_table(cut, cut_axis) for cut in cuts],
        actual=ledger.actual,
        target=minor_units(comparison.target),
        gap=ledger.gap,
    )


def _axis_over(intervals: Sequence[MoneyInterval]) -> SignedAxis:
    return axis_of(value for interval in intervals for value in _ends(interval) if value is not None)


def _ends(interval: MoneyInterval) -> tuple[int | None, int | None, int | None]:
    return minor_units(interval.low), minor_units(interval.high), minor_units(interval.amount)


def _party_row(judged: JudgedParty, step: Step, axis: SignedAxis) -> ShareRow:
    party = judged.party
    internal = party.kind == PartyKind.INTERNAL
    row = _share_row(step.name, judged.share, step.amount, party.judgement, verdict_qualifier(party), axis)
    return replace(
        row,
        key=party.key,
        verdict=step_word(step) if step.is_stopped else row.verdict,
        score=party.score,
        internal=internal,
        nobodys=not internal,
    )


def _unexplained_row(interval: MoneyInterval, step: Step, axis: SignedAxis) -> ShareRow:
    row = _share_row(step.name, interval, step.amount, Verdict.NOT_JUDGED, _(_UNEXPLAINED_REASON), axis)
    return replace(row, key=step.key, nobodys=True)


def _share_row(
    name: str, interval: MoneyInterval, amount: int, verdict: Verdict, reason: str, axis: SignedAxis
) -> ShareRow:
    """`amount` is that of the bridge's step. The ends are rounded by themselves, so the remainder may lie a cent beside
    them."""
    low, high = min(minor_units(interval.low) or 0, amount), max(minor_units(interval.high) or 0, amount)
    return ShareRow(
        key=name,
        name=name,
        amount=amount,
        low=low,
        high=high,
        score=None,
        sign=MARKS[verdict],
        verdict=page_word(verdict),
        reason=in_language(reason.removeprefix(UNCLEAR).removeprefix(MOVED)),
        impact=str(IMPACTS.get(verdict, "")),
        mark=axis.mark(amount, low, high),
    )


def _with_replies(rows: Iterable[ShareRow], period: str) -> list[ShareRow]:
    """The rows with the newest answer of the head, and where departments answer."""
    subjects = {row.key: share_subject(row.key, period) for row in rows}
    replies = replies_for(subjects=subjects.values())
    page = reverse("departments:reply")
    return [
        replace(
            row,
            reply=replies.get(subjects[row.key]),
            reply_address=f"{page}?{urlencode({'subject': subjects[row.key]})}" if row.internal else "",
        )
        for row in rows
    ]


def _counterfactual_rows(accountability: Accountability) -> list[CounterfactualRow]:
    """Departments and the market, in the order of the ledger."""
    actual = minor_units(accountability.comparison.actual) or 0
    judged_parties = {judged.party.key: judged for judged in accountability.parties}
    rows = []
    for step in build_ledger(accountability.comparison).parties:
        judged = judged_parties[step.key]
        met = judged.party.had_met_baseline
        if met is None or judged.party.kind not in (PartyKind.INTERNAL, PartyKind.MARKET):
            continue
        revenue = minor_units(met.amount) or 0
        rows.append(
            CounterfactualRow(
                key=judged.party.key,
                name=judged.party.name,
                revenue=revenue,
                low=minor_units(met.low) or 0,
                high=minor_units(met.high) or 0,
                change=revenue - actual,
                against_plan=judged.against_plan,
            )
        )
    return rows


def _cut_table(cut: DepartmentCut, axis: SignedAxis) -> CutTable:
    groups = [(group.name or "(none)", group.deals, _group_row(group, axis)) for group in cut.groups]
    return CutTable(by=cut.by, title=_(_TITLES[cut.by]), state=str(cut.state), error=cut.error, groups=groups)


def _group_row(group: GroupShare, axis: SignedAxis) -> ShareRow | None:
    if group.share is None:
        return None
    amount = minor_units(group.share.amount) or 0
    return _share_row(group.name or "(none)", group.share, amount, group.verdict, group.reason, axis)
