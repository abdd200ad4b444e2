"""What the executive pages keep."""

from revenue_health.review.models.scenario import EvidenceExport, Scenario

__all__ = ["EvidenceExport", "Scenario"]
