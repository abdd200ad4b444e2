"""The shipped mapping on the real log gives the figures published of it and computed from it (its data's README)."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

import pipeline.imports
from pipeline.models import Opportunity
from pipeline.services.imports_log import event_log_load
from pipeline.services.imports_result import ImportResult

pytestmark = [pytest.mark.real_data, pytest.mark.django_db]
MAPPING = Path(pipeline.imports.__file__).parent / "mappings" / "bpic2012.toml"
LAST = (
    "SELECT DISTINCT ON (opportunity_id) * FROM pipeline_event ORDER BY opportunity_id, occurred_at DESC, sequence DESC"
)


def rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def loaded(real_data: Path) -> ImportResult:
    return event_log_load(path=real_data / "bpic2012" / "BPI_Challenge_2012.xes.gz", mapping=MAPPING)


@pytest.mark.slow
def test_the_real_log_gives_its_known_figures(real_data: Path) -> None:
    result = loaded(real_data)
    assert result.accepted, result.problems[:5]
    assert Opportunity.objects.count() == 13_087
    ends = rows(f"SELECT coalesce(s.key, 'lost'), count(*), sum(l.amount) FROM ({LAST}) l"
                " LEFT JOIN pipeline_stage s ON s.id = l.stage_id GROUP BY 1")  # fmt: skip
    fate = {key: (count, amount) for key, count, amount in ends}
    assert fate["won"] == (2_246, Decimal(35_290_338))
    assert fate["lost"][0] == 10_442
    assert sum(count for key, (count, _) in fate.items() if key not in ("won", "lost")) == 399
    assert sum(amount for _, amount in fate.values()) == 177_634_511
    entered = dict(rows("SELECT s.key, count(DISTINCT e.opportunity_id) FROM pipeline_event e"
                        " JOIN pipeline_stage s ON s.id = e.stage_id GROUP BY 1"))  # fmt: skip
    assert entered == {
        "submitted": 13_087, "preaccepted": 7_367, "accepted": 5_113, "offered": 5_015, "returned": 3_254, "won": 2_246,
    }  # fmt: skip
    ((wait,),) = rows(
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM started_at - requested_at) / 3600.0)"
        " FROM pipeline_handoff WHERE kind = 'validate application'"
    )
    assert round(float(wait), 2) == 25.79


@pytest.mark.slow
def test_the_real_log_loaded_twice_changes_nothing(real_data: Path) -> None:
    assert loaded(real_data).accepted
    again = loaded(real_data)
    assert again.files["events.csv"]["new"] == again.touched == 0
