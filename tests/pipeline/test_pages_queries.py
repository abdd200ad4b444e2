"""How many queries each page makes, held by tests/query_counts.json; a page that asks more must say why there.

To write the file anew: `REVENUE_HEALTH_COUNT_QUERIES=1 python3 manage.py test tests/pipeline/test_pages_queries.py`.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pipeline.models import ImportBatch, Opportunity

pytestmark = pytest.mark.django_db
BASELINE = Path(__file__).parent.parent / "query_counts.json"


def addresses() -> dict[str, str]:
    """Every page that is read, by the name it has in the baseline."""
    deal = Opportunity.objects.earliest("pk").key
    lists = "pipeline:opportunities"
    return {
        "weekly review": reverse("review:index"),
        "what changed": f"{reverse('review:changes')}?bucket=new",
        "leak map": reverse("pipeline:leak_map"),
        "leak map, plan": f"{reverse('pipeline:leak_map')}?compare=plan",
        "opportunities": reverse(lists),
        "opportunities, search": f"{reverse(lists)}?search=a",
        "deals behind a figure": f"{reverse(lists)}?kind=lost",
        "opportunity": reverse("pipeline:opportunity", args=[deal]),
        "departments": reverse("pipeline:departments"),
        "department": reverse("pipeline:department", args=["legal"]),
        "my queue": reverse("pipeline:my_queue"),
        "scorecards": reverse("departments:scorecards"),
        "scorecard": reverse("departments:scorecard", args=["legal"]),
        "scorecard, five years": f"{reverse('departments:scorecard', args=['legal'])}?weeks=260",
        "scorecard panel": reverse("departments:scorecard_panel", args=["legal"]),
        "data": reverse("pipeline:data"),
        "deals to complete": reverse("pipeline:data_quality"),
        "search": f"{reverse('search')}?q=legal",
        "settings": reverse("pipeline:settings_company"),
        "settings, stages": reverse("pipeline:settings_list", args=["stages"]),
        "set-up": reverse("pipeline:set_up"),
        "set-up, plan": reverse("pipeline:set_up_plan"),
        "set-up, owners": reverse("pipeline:set_up_owners"),
        "sources": reverse("pipeline:sources"),
        "import": reverse("pipeline:import", args=[ImportBatch.objects.earliest("pk").pk]),
    }


def test_no_page_asks_more_than_the_baseline(ceo: Client) -> None:
    counts = {}
    for name, address in addresses().items():
        ceo.get(address)  # the figures of a run are computed once and kept
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert ceo.get(address).status_code == 200
        counts[name] = len(asked)
    if os.environ.get("REVENUE_HEALTH_COUNT_QUERIES"):
        BASELINE.write_text(json.dumps(counts, indent=2) + "\n")
    allowed = json.loads(BASELINE.read_text())
    assert {name: count for name, count in counts.items() if count > allowed[name]} == {}
    assert set(allowed) == set(counts)
