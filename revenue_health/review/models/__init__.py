"""What the executive pages keep: scenarios and evidence, and packs with what is tied to them."""

from revenue_health.review.models.packs import Decision, Pack, PackExport, PackLink
from revenue_health.review.models.scenario import EvidenceExport, Scenario

__all__ = ["Decision", "EvidenceExport", "Pack", "PackExport", "PackLink", "Scenario"]
