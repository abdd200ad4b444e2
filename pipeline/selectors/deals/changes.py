"""What changed in the open pipeline since a day: buckets that add up, and the deals in each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
from django.utils.translation import gettext as _

from departments.models import Company
from departments.periods import Period, monday_of
from pipeline.core.changes import ChangedDeal, Changes, changed_deals, changes_compute
from pipeline.custody_store import custody_cursor
from pipeline.models import Opportunity, RecomputeRun
from pipeline.run_cache import cached
from pipeline.selectors.leaks.leaks import calendar_of

FEWEST_DAYS = 4
"""A review looks back at least so far: on a Tuesday it begins on the Monday of the week before."""


class ChangesNotKept(Exception):
    """The newest run was made by an older release, which did not keep when things were recorded."""


@dataclass(frozen=True, kw_only=True)
class ChangedRow:
    """A deal of a bucket with the names only the database knows."""

    key: str
    name: str
    account: str
    owner: str
    deal: ChangedDeal


@dataclass(frozen=True, kw_only=True)
class ChangedRows:
    """A page of a bucket's deals, and how many there are in all."""

    rows: tuple[ChangedRow, ...]
    total: int


def since_usual(*, run: RecomputeRun, company: Company) -> date:
    """The Monday a review held on the run's day looks back to."""
    return monday_of(run.day_in(company.zone) - timedelta(days=FEWEST_DAYS))


def changes_since(*, run: RecomputeRun, company: Company, since: date, pipeline: int | None = None) -> Changes:
    """The buckets since the first instant of a day, of one pipeline (by id) or all; kept per run.

    Raises ChangesNotKept.
    """

    def compute() -> Changes:
        cursor, instant, last = _input(run, company, since)
        return changes_compute(cursor, since=instant, last=last, pipeline=pipeline)

    return cached(run, f"changes-{since.isoformat()}-{pipeline or 'all'}", compute)


def changed_rows(
    *,
    run: RecomputeRun,
    company: Company,
    since: date,
    bucket: str,
    pipeline: int | None = None,
    limit: int = 50,
    offset: int = 0,
) -> ChangedRows:
    """The deals of one bucket, the largest difference first. Deals undone since the run are left out."""

    def compute() -> tuple[list[ChangedDeal], int]:
        cursor, instant, last = _input(run, company, since)
        return changed_deals(
            cursor, since=instant, last=last, bucket=bucket, pipeline=pipeline, limit=limit, offset=offset
        )

    name = f"changed-{since.isoformat()}-{bucket}-{pipeline or 'all'}-{limit}-{offset}"
    deals, total = cached(run, name, compute)
    named = Opportunity.objects.in_bulk([deal.opportunity for deal in deals])
    accounts = dict(Opportunity.objects.filter(pk__in=named, account__isnull=False).values_list("pk", "account__name"))
    rows = tuple(
        ChangedRow(
            key=row.key,
            name=row.name or row.key,
            account=accounts.get(row.pk, ""),
            owner=row.owner,
            deal=deal,
        )
        for deal in deals
        if (row := named.get(deal.opportunity))
    )
    return ChangedRows(rows=rows, total=total)


def _input(run: RecomputeRun, company: Company, since: date) -> tuple[duckdb.DuckDBPyConnection, int, date]:
    """What changes are computed from: the run's tables, the first instant of a day, the last day of its quarter."""
    cursor = custody_cursor(run)
    if not cursor.execute("SELECT 1 FROM duckdb_columns() WHERE table_name = 'events' LIMIT 1").fetchone():
        raise ChangesNotKept(_("What changed is known from the next recompute on."))
    running = calendar_of(company).quarter_of(run.day_in(company.zone))
    return cursor, Period.between(since, running.end).instants(company.zone)[0], running.end
