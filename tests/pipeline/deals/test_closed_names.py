"""On a deal's page the people of a closed department have no name."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string


@pytest.mark.parametrize(("closed", "named"), [(frozenset(), True), (frozenset({"finance"}), False)])
def test_who_has_a_request_is_named_only_where_the_department_is_open(closed: frozenset[str], named: bool) -> None:
    handoff = SimpleNamespace(
        department=SimpleNamespace(key="finance", name="Finance"), kind="review", assignee="Fay Ng"
    )
    page = render_to_string("pipeline/deals/opportunity_history.html", {"handoffs": [handoff], "closed": closed})
    assert "Finance" in page
    assert ("Fay Ng" in page) is named
