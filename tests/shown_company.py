"""A small company with figures and people, for tests of pages: in the test's own database, for one module."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management import call_command

from departments.people.services.demo import demo_people_create
from pipeline.selectors.data.runs import latest_run
from pipeline.services.imports import company_folder_load
from pipeline.services.recompute import recompute
from revenue_health.contribution.services.nightly_run import run_nightly_steps
from revenue_health.embedded.session import close_connections
from tests.fewer_groups import groups_merge
from tests.kept_company import everything_empty, kept
from tests.steady_clock import before_noon, steady_clock

OPPORTUNITIES = 400
SEED = 7


@contextmanager
def company_shown(folder: Path, *, scored: bool = False) -> Iterator[None]:
    """Generated, loaded, computed, with people, and with what the night makes of it if asked for; the folder it came
    from and its zip lie in `folder`. Afterwards the database is as empty as it was."""
    # The broker of a test run has no worker: what pages ask of one stays in its queue.
    everything_empty()
    try:
        with steady_clock(), kept("scored", _scored, folder) if scored else kept("shown", _shown, folder):
            yield
    finally:
        everything_empty()
        # Under a browser's event loop this is another connection than the one the run closes at its end.
        close_connections()


@before_noon()
def _shown(folder: Path) -> None:
    company = folder / "company"
    call_command("generate", company, opportunities=OPPORTUNITIES, seed=SEED, verbosity=0, json=False)
    groups_merge(company)
    shutil.make_archive(str(company), "zip", company)
    company_folder_load(path=company)
    recompute()
    demo_people_create(password="quiet-river-stone")


@before_noon()
def _scored(folder: Path) -> None:
    with kept("shown", _shown, folder):
        run = latest_run()
        assert run
        run_nightly_steps(run=run)
