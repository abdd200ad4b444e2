"""Packs of the demo company: the review as it stands, frozen, with a decision taken on it."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from departments.models import User, find_company
from pipeline.selectors.data.runs import latest_run
from revenue_health.contribution.selectors.comparison.periods import ComparisonError
from revenue_health.review.models import Pack
from revenue_health.review.services.packs import decision_log, pack_freeze

_TAKEN = (
    "{worst} names one person who answers requests, and reports every Monday how many are older than five days.",
    "The plan stays as it is; the forecast is looked at again in four weeks.",
)


def demo_packs_create(*, as_of: date, seed: int) -> list[Pack]:
    """One pack of the newest run with two decisions; where one is frozen already, nothing."""
    run, company = latest_run(), find_company()
    if run is None or company is None or Pack.objects.exists():
        return []
    user = User.objects.filter(username="ceo").first()
    try:
        pack = pack_freeze(run=run, company=company, user=user, now=timezone.now())
    except ComparisonError:
        return []
    worst = _worst(pack)
    for text in _TAKEN:
        decision_log(pack=pack, text=text.format(worst=worst), decided_by="the board", user=user, now=timezone.now())
    return [pack]


def _worst(pack: Pack) -> str:
    """The internal department with the smallest share."""
    parties = [
        party
        for party in pack.figures["contributions"]["parties"]
        if party["kind"] == "internal" and party["amount"] is not None
    ]
    return str(min(parties, key=lambda party: party["amount"])["name"]) if parties else "Every department"
