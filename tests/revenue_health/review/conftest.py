"""The same scored company as the contribution's tests."""

from __future__ import annotations

from tests.revenue_health.contribution.conftest import answer, ceo, company, run, scored

__all__ = ["answer", "ceo", "company", "run", "scored"]
