"""The one row of company.csv."""

# ruff: noqa: S608 - statements are put together from names of our own tables and columns only.

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from departments.models import Company
from pipeline.imports.checks import query
from pipeline.imports.merge import Outcome
from pipeline.imports.staging import StagedFile
from pipeline.models import ImportChange

TABLE = "departments_company"


def company_zone(row: dict[str, str] | None) -> str:
    """The time zone dates alone are read in: of the folder's company, else of the one we have, else UTC."""
    named = (row or {}).get("time_zone", "")
    try:
        ZoneInfo(named)
    except (KeyError, ValueError, OSError):
        company = Company.objects.first()
        return company.time_zone if company else "UTC"
    return named


def company_merge(staged: StagedFile, batch: int) -> Outcome:
    """Make or change the company; what it was goes to ImportChange."""
    names = ("name", "reporting_currency", "time_zone", "fiscal_year_start_month")
    (row,) = query(f"SELECT {', '.join(names)} FROM {staged.format.table}")
    new: dict[str, Any] = dict(zip(names, row, strict=True))
    company = Company.objects.select_for_update().first()
    if company is None:
        Company.objects.create(**new)
        ImportChange.objects.create(batch_id=batch, table=TABLE, row=1, before=None)
        return Outcome(new=1)
    before = {name: getattr(company, name) for name in names}
    if before == new:
        return Outcome(unchanged=1)
    Company.objects.filter(pk=company.pk).update(**new)
    ImportChange.objects.create(batch_id=batch, table=TABLE, row=company.pk, before=before)
    return Outcome(changed=1)
