"""A simulated company loaded as a company folder gives the figures that its tables give without a database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command

from pipeline.models import Opportunity
from pipeline.services.imports import company_folder_load
from pipeline.services.recompute import recompute
from revenue_health.contribution.services.nightly_run import run_nightly_steps
from revenue_health.contribution.validation.hard.evaluate import verdicts_of
from revenue_health.contribution.validation.hard.flows import PERIOD, books_of, tables_of
from revenue_health.contribution.validation.hard.tables import bucket_of
from revenue_health.contribution.validation.hard.world.books import DAY, START
from revenue_health.contribution.validation.hard.world.company import PERIOD_DAYS
from revenue_health.contribution.validation.hard.world.folder import write_folder
from revenue_health.contribution.validation.hard.world.kinds import KINDS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture(autouse=True)
def _own_store(settings: Any, tmp_path: Path) -> None:
    settings.CUSTODY_STORE = tmp_path / "custody"
    cache.clear()


def compare(kind: str, folder: Path, answer: Callable[..., dict[str, Any]]) -> None:
    books = books_of(KINDS[kind], 1)
    folder.mkdir()
    write_folder(books, folder)
    call_command("flush", verbosity=0, interactive=False)
    assert company_folder_load(path=folder).status == "done"
    # what the database makes of the keys is what the simulation takes for buckets
    assert dict(Opportunity.objects.values_list("key", "bucket")[:50]) == {
        key: bucket_of(key) for key in Opportunity.objects.values_list("key", flat=True)[:50]
    }
    run_nightly_steps(run=recompute(as_of=datetime.fromtimestamp(START + PERIOD_DAYS * DAY, UTC)))
    figures = answer("contributions", "--period", PERIOD.label)
    here = verdicts_of(tables_of(books))
    assert figures["actual"] == pytest.approx(here.actual, abs=0.01)
    assert figures["baseline_revenue"] == pytest.approx(here.baseline, rel=1e-9)
    for party in figures["parties"]:
        if party["key"] in here.parties:
            assert party["amount"] == pytest.approx(here.parties[party["key"]].share, rel=1e-9, abs=0.01), party["key"]
            assert party["verdict"] == here.parties[party["key"]].verdict, party["key"]


def test_a_small_company(tmp_path: Path, answer: Callable[..., dict[str, Any]]) -> None:
    compare("small", tmp_path / "company", answer)


@pytest.mark.parametrize("kind", ["slow_legal", "inflate"])
def test_a_whole_company(tmp_path: Path, answer: Callable[..., dict[str, Any]], kind: str) -> None:
    compare(kind, tmp_path / "company", answer)
