"""An amount that comes in after the loss it came before: the figures are those of a history that was whole at once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from pipeline.models import DataSource, Flow
from pipeline.selectors.data.readiness import readiness
from pipeline.services.imports import company_folder_load
from pipeline.services.recompute import recompute
from pipeline.services.sources.deal_states import known_deals
from tests.pipeline.folders import GOOD, folder_write, out_and_in_again, part_write

pytestmark = pytest.mark.django_db(transaction=True)
HEADER = GOOD["events.csv"].splitlines()[0]
GROWN = "O3,2026-02-10T08:00:00Z,2026-03-20T08:00:00Z,due,500,,,Ann"
GONE = ["O3,2026-03-05T08:00:00Z,,lost,,,price,Ann", "O3,2026-03-05T08:00:00Z,,withdrawn,,,,Ann"]
AS_OF = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _own_store(settings: Any, tmp_path: Path) -> None:
    settings.CUSTODY_STORE = tmp_path / "custody"
    cache.clear()


def load(folder: Path) -> None:
    result = company_folder_load(path=folder)
    assert result.accepted, [str(problem) for problem in result.problems]


def weekly(kind: str) -> dict[str, int]:
    """What flowed of the renewal in each week, in cents."""
    flows = Flow.objects.filter(kind=kind, stage__pipeline__key="old", amount__gt=0)
    return {str(flow.week): flow.amount for flow in flows}


@pytest.mark.parametrize("gone", GONE, ids=["lost", "withdrawn"])
def test_an_amount_that_arrives_after_the_loss_is_what_was_lost(tmp_path: Path, gone: str) -> None:
    load(folder_write(tmp_path / "first", {"events.csv": GOOD["events.csv"] + gone + "\n"}))
    recompute(as_of=AS_OF)
    kind = gone.split(",")[3]
    assert weekly(kind) == {"2026-03-02": 700}
    load(part_write(tmp_path / "later", {"events.csv": f"{HEADER}\n{GROWN}\n"}))
    recompute(as_of=AS_OF)
    assert weekly(kind) == {"2026-03-02": 50_000}
    # And nobody wrote another change of value.
    assert weekly("revalued") == {"2026-02-09": 49_300}
    assert known_deals(source=DataSource(pk=0))["O3"].amount == "500.00"


def test_what_went_out_without_an_amount_comes_in_without_one(tmp_path: Path) -> None:
    rows = out_and_in_again(folder_write(tmp_path / "in", {"events.csv": f"{GOOD['events.csv']}{GONE[0]}\n"}), tmp_path)
    assert "O3,2026-03-05T08:00:00Z,2026-03-05T08:00:00Z,lost,,,price,Ann" in rows


def test_readiness_counts_the_money_that_was_lost(tmp_path: Path) -> None:
    events = GOOD["events.csv"].replace("due,7", "due,2000") + GONE[0].replace("price", "") + "\n"
    load(folder_write(tmp_path / "in", {"events.csv": events}))
    # Of two losses of 2,000 each, one has a reason.
    assert [line.figure for line in readiness() if line.figure.startswith("50%")] != []
