"""Tables of the verdict, on a page and on paper: figures in cents, places on the one axis, marks and words."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from departments.discussion.selectors.replies import Answer, replies_for
from departments.formats import MoneyScale, money_scale
from departments.models import Company
from departments.subjects import share_subject
from revenue_health.contribution.core.steps import build_steps
from revenue_health.contribution.core.verdict import IMPACTS, MARKS, Verdict
from revenue_health.contribution.selectors.comparison.contributions_json import party_from_json
from revenue_health.contribution.selectors.comparison.sentences import listed, minor
from revenue_health.review.charts.signed_axis import Mark, SignedAxis, axis_of

type Json = dict[str, Any]

_BY = {"team": "By team", "owner": "By person"}


@dataclass(frozen=True, kw_only=True)
class Share:
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
    judged: bool = True
    internal: bool = False
    reply: Answer | None = None
    reply_address: str = ""


@dataclass(frozen=True, kw_only=True)
class Met:
    """What revenue would have been had one party met its baseline, in cents, and what that says about the plan."""

    key: str
    name: str
    revenue: int
    low: int
    high: int
    change: int
    against_plan: str


@dataclass(frozen=True, kw_only=True)
class Inside:
    """Sales cut one way: its state, and its groups; `share` None where there are too few deals to say anything."""

    by: str
    title: str
    state: str
    error: str
    groups: list[tuple[str, float, Share | None]]


def rows_of(figures: Json, company: Company) -> Json:
    """Everything the templates print of `accountability_of`."""
    inside = figures["sales"]["inside"] if figures["sales"] else {}
    groups = [one for cut in inside.values() for one in cut["groups"] if not one["too_few"]]
    unexplained = {"key": "unexplained", "name": "Unexplained", **figures["unexplained"]}
    every = [*figures["parties"], unexplained]
    scale = _scale(every, company)
    values = chain.from_iterable(
        (minor(one["low"]), minor(one["high"]), minor(one["amount"])) for one in every + groups
    )
    axis = axis_of(value for value in values if value is not None)
    subjects = {one["key"]: share_subject(one["key"], figures["period"]["label"]) for one in every}
    replies = replies_for(subjects=subjects.values())
    planned = figures["target"] is not None
    bridge = build_steps(
        planned=planned,
        start=minor(figures["target"] if planned else figures["baseline_revenue"]) or 0,
        actual=minor(figures["actual"]) or 0,
        parties=[party_from_json(party) for party in figures["parties"]],
    )
    amounts = {step.key: step.amount for step in bridge.steps}
    ordered = sorted(every, key=lambda one: one["amount"])
    shares = [_share(one, amounts[one["key"]], axis, replies, subjects) for one in ordered]
    return {
        "scale": scale,
        "axis": axis,
        "shares": shares,
        "met": [_met(one, figures) for one in figures["parties"] if one["kind"] in ("internal", "market")],
        "insides": [_inside(by, cut, axis) for by, cut in inside.items()],
        "actual": bridge.actual,
        "target": minor(figures["target"]),
        "gap": bridge.actual - bridge.start,
        "cannot_tell": _reasons(shares),
    }


def _reasons(shares: list[Share]) -> list[tuple[str, str]]:
    """Of whom it cannot be told, by reason."""
    found: dict[str, list[str]] = {}
    for one in shares:
        if one.judged and not one.impact:
            found.setdefault(one.reason, []).append(one.name)
    return [(listed(names), reason) for reason, names in found.items()]


def _scale(parties: list[Json], company: Company) -> MoneyScale:
    amounts = [minor(one[name]) or 0 for one in parties for name in ("amount", "low", "high")]
    return money_scale(amounts, company.reporting_currency)


def _share(party: Json, amount: int, axis: SignedAxis, replies: dict[str, Answer], subjects: dict[str, str]) -> Share:
    # The ends are rounded by themselves, so the remainder may lie a cent beside them.
    low, high = min(minor(party["low"]) or 0, amount), max(minor(party["high"]) or 0, amount)
    verdict = party.get("verdict", Verdict.NOT_JUDGED)
    internal = party.get("kind") == "internal"
    subject = subjects.get(party["key"], "")
    return Share(
        key=party["key"],
        name=party["name"],
        amount=amount,
        low=low,
        high=high,
        score=party.get("score"),
        sign=MARKS.get(verdict, ""),
        verdict=str(verdict),
        reason=party.get("reason", "timing and luck: what the model does not reproduce").removeprefix("cannot tell: "),
        impact=IMPACTS.get(verdict, ""),
        mark=axis.mark(amount, low, high),
        judged=verdict != Verdict.NOT_JUDGED,
        internal=internal,
        reply=replies.get(subject),
        reply_address=f"{reverse('departments:reply')}?{urlencode({'subject': subject})}" if internal else "",
    )


def _met(party: Json, figures: Json) -> Met:
    met = party["had_met_baseline"]
    revenue, low, high = (minor(met[name]) or 0 for name in ("amount", "low", "high"))
    return Met(
        key=party["key"],
        name=party["name"],
        revenue=revenue,
        low=low,
        high=high,
        change=revenue - (minor(figures["actual"]) or 0),
        against_plan=party["against_plan"],
    )


def _inside(by: str, cut: Json, axis: SignedAxis) -> Inside:
    groups = []
    for one in cut["groups"]:
        named = {"key": one["name"], **one, "name": one["name"] or "(none)"}
        share = None if one["too_few"] else _share(named, minor(named["amount"]) or 0, axis, {}, {})
        groups.append((named["name"], one["deals"], share))
    return Inside(by=by, title=_BY[by], state=cut["state"], error=cut["error"], groups=groups)
