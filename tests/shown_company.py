"""A small company with figures and people, for tests of pages: made once per module, in the test's own database."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection

from departments.services.demo_people import demo_people_create
from pipeline.services.imports import company_folder_load
from pipeline.services.recompute import recompute
from revenue_health.embedded.session import close_connections

OPPORTUNITIES = 400
SEED = 7


@contextmanager
def company_shown(folder: Path) -> Iterator[None]:
    """Generate, load, compute, add people; afterwards leave the database as empty as it was."""
    company = folder / "company"
    # The broker of a test run has no worker: what pages ask of one stays in its queue.
    # Numbers start at 1 whatever ran before: pages are asked for by them.
    _everything_empty()
    try:
        call_command("generate", company, opportunities=OPPORTUNITIES, seed=SEED, verbosity=0, json=False)
        shutil.make_archive(str(folder / "company"), "zip", company)
        company_folder_load(path=company)
        recompute()
        demo_people_create(password="quiet-river-stone")
        yield
    finally:
        _everything_empty()
        shutil.rmtree(settings.CUSTODY_STORE, ignore_errors=True)
        # Under a browser's event loop this is another connection than the one the run closes at its end.
        close_connections()


def _everything_empty() -> None:
    cache.clear()
    kept = {"django_content_type", "auth_permission", "django_migrations"}
    tables = ", ".join(f'"{table}"' for table in connection.introspection.table_names() if table not in kept)
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
