"""The verdict as JSON: what packs freeze and what the hash of the evidence is over."""

from __future__ import annotations

import math
from dataclasses import asdict

from departments.json_types import Json
from revenue_health.contribution.core.comparison import MoneyInterval
from revenue_health.contribution.selectors.comparison.contributions_json import comparison_to_json
from revenue_health.review.core.accountability import (
    Accountability,
    DataQuality,
    DepartmentCut,
    GroupShare,
    SalesVerdict,
)

_OF_COMPARISON = (
    "period", "baseline", "as_of", "running", "target", "target_period", "actual", "baseline_revenue", "reasons",
)  # fmt: skip


def accountability_json(accountability: Accountability) -> Json:
    """Everything the page shows; amounts in units of the reporting currency, numbers finite or null."""
    figures = comparison_to_json(accountability.comparison)
    parties = {party["key"]: party for party in figures["parties"]}
    return {
        **{name: figures[name] for name in _OF_COMPARISON},
        "currency": accountability.currency,
        "method": accountability.method,
        "past": figures.get("past"),
        "headline": accountability.headline.message,
        "verdicts": list(accountability.verdicts),
        "parties": [
            parties[judged.party.key] | {"against_plan": judged.against_plan} for judged in accountability.parties
        ],
        "unexplained": {
            "amount": figures["unexplained"],
            "low": figures["unexplained_low"],
            "high": figures["unexplained_high"],
            "share_of_actual": accountability.unexplained_part,
        },
        "sales": _sales(accountability.sales) if accountability.sales else None,
        "quality": _quality(accountability.quality),
        "assumptions": list(accountability.assumptions),
    }


def _sales(sales: SalesVerdict) -> Json:
    return {
        "key": sales.key,
        "name": sales.name,
        "sentences": list(sales.sentences),
        "fewest_deals": sales.fewest_deals,
        "inside": {cut.by: _cut(cut) for cut in sales.cuts},
    }


def _cut(cut: DepartmentCut) -> Json:
    return {"state": str(cut.state), "error": cut.error, "groups": [_group(group) for group in cut.groups]}


def _group(group: GroupShare) -> Json:
    return {
        "name": group.name,
        "deals": group.deals,
        "too_few": group.share is None,
        **_interval(group.share),
        "verdict": str(group.verdict),
        "reason": group.reason,
    }


def _interval(share: MoneyInterval | None) -> Json:
    if share is None:
        return dict.fromkeys(("amount", "low", "high"))
    return {name: value if math.isfinite(value) else None for name, value in asdict(share).items()}


def _quality(quality: DataQuality) -> Json:
    return asdict(quality) | {"as_of": quality.as_of.isoformat()}
