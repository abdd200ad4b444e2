"""The small company of the scorecard tests."""

from __future__ import annotations

import pytest

from departments.models import Measurable, User
from tests.departments.scorecards.companies import company_make


@pytest.fixture
def measurables(db: None) -> dict[str, Measurable]:
    return company_make()


@pytest.fixture
def lea(measurables: dict[str, Measurable]) -> User:
    """The head of legal."""
    return User.objects.get(username="lea")
