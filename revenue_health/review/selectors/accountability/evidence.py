"""What stands behind the verdict: rates before and now, and the deals behind each share, with a hash of all of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

from departments.discussion.selectors.replies import replies_for
from departments.json_types import Json
from departments.models import Company
from departments.subjects import share_subject
from pipeline.models import RecomputeRun
from pipeline.selectors.overview import StageName, structure_names
from revenue_health.contribution.selectors.comparison.evidence import Evidence, evidence_of
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods
from revenue_health.contribution.selectors.comparison.share_breakdown import rates_of
from revenue_health.review.core.accountability import Accountability
from revenue_health.review.models import EvidenceExport
from revenue_health.review.selectors.accountability.accountability_json import accountability_json
from revenue_health.review.selectors.accountability.verdict import accountability

Progress = Callable[[int, int], None]

EXPORTS_SHOWN = 3
"""Newest exports of a comparison named on its page."""
JUDGED = ("internal", "market")


def exports_of(*, run: RecomputeRun, period: str, baseline: str) -> list[EvidenceExport]:
    """The newest exports of one comparison; the files themselves are not read."""
    exports = EvidenceExport.objects.filter(run=run, period=period, baseline=baseline).defer("pdf")
    return list(exports.select_related("asked_by")[:EXPORTS_SHOWN])


@dataclass(frozen=True, kw_only=True)
class EvidenceDocument:
    """What is printed: the verdict, what stands behind each judged party as JSON, and the hash of all of it."""

    company: str
    verdict: Accountability
    parties: list[Json]
    sha256: str


def gather_evidence(
    *, run: RecomputeRun, company: Company, periods: ComparisonPeriods, progress: Progress
) -> EvidenceDocument:
    """Everything the document prints. The same figures give the same `sha256`."""
    verdict = accountability(run=run, company=company, periods=periods)
    figures = accountability_json(verdict)
    judged = [party for party in figures["parties"] if party["kind"] in JUDGED]
    subjects = {party["key"]: share_subject(party["key"], periods.period.label) for party in judged}
    replies, stages = replies_for(subjects=subjects.values()), structure_names().stages
    parties = []
    for place, party in enumerate(judged):
        progress(place, len(judged))
        deals = evidence_of(run=run, periods=periods, party=party["key"])
        reply = replies.get(subjects[party["key"]])
        parties.append(
            {
                "party": party,
                "rates": [asdict(rate) for rate in rates_of(run=run, periods=periods, party=party["key"])],
                "deals": {factor: _deals_json(rows, stages) for factor, rows in deals.items()},
                "reply": reply.to_dict() if reply else None,
            }
        )
    progress(len(judged), len(judged))
    content = {"company": company.name, "figures": figures, "parties": parties}
    return EvidenceDocument(company=company.name, verdict=verdict, parties=parties, sha256=content_hash(content))


def _deals_json(deals: Sequence[Evidence], stages: Mapping[int, StageName]) -> list[Json]:
    """Deals with the name of their stage, empty where it is gone."""
    return [asdict(deal) | {"stage": stages[deal.stage].name if deal.stage in stages else ""} for deal in deals]


def content_hash(content: Json) -> str:
    """SHA-256 of the figures, keys in order."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, allow_nan=False).encode()).hexdigest()
