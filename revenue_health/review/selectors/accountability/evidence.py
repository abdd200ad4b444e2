"""What stands behind the verdict: rates before and now, and the deals behind each share, with a hash of all of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from departments.discussion.selectors.replies import replies_for
from departments.models import Company
from departments.subjects import share_subject
from pipeline.models import RecomputeRun
from pipeline.selectors.overview import structure_names
from revenue_health.contribution.selectors.comparison.evidence import evidence_of
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods
from revenue_health.contribution.selectors.comparison.share_breakdown import rates_of
from revenue_health.review.models import EvidenceExport
from revenue_health.review.selectors.accountability.verdict import accountability_figures

type Json = dict[str, Any]
Progress = Callable[[int, int], None]

SHOWN = 3
"""Newest exports of a comparison named on its page."""
JUDGED = ("internal", "market")


def exports_of(*, run: RecomputeRun, period: str, baseline: str) -> list[EvidenceExport]:
    """The newest exports of one comparison; the files themselves are not read."""
    found = EvidenceExport.objects.filter(run=run, period=period, baseline=baseline).defer("pdf")
    return list(found.select_related("asked_by")[:SHOWN])


def evidence_content(*, run: RecomputeRun, company: Company, periods: ComparisonPeriods, progress: Progress) -> Json:
    """Everything the document prints. The same figures give the same `sha256`."""
    figures = accountability_figures(run=run, company=company, periods=periods)
    judged = [party for party in figures["parties"] if party["kind"] in JUDGED]
    structure = structure_names()
    subjects = {party["key"]: share_subject(party["key"], periods.period.label) for party in judged}
    replies = replies_for(subjects=subjects.values())
    parties = []
    for place, party in enumerate(judged):
        progress(place, len(judged))
        deals = evidence_of(run=run, periods=periods, party=party["key"])
        reply = replies.get(subjects[party["key"]])
        parties.append(
            {
                "party": party,
                "rates": [asdict(rate) for rate in rates_of(run=run, periods=periods, party=party["key"])],
                "deals": {
                    factor: [
                        asdict(deal)
                        | {"stage": structure.stages[deal.stage].name if deal.stage in structure.stages else ""}
                        for deal in found
                    ]
                    for factor, found in deals.items()
                },
                "reply": reply.to_dict() if reply else None,
            }
        )
    progress(len(judged), len(judged))
    content = {"company": company.name, "figures": figures, "parties": parties}
    return content | {"sha256": content_hash(content)}


def content_hash(content: Json) -> str:
    """SHA-256 of the figures, keys in order."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, allow_nan=False).encode()).hexdigest()
