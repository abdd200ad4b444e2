"""The one row of company.csv."""

# ruff: noqa: S608 - statements are put together from names of our own tables and columns only.

from __future__ import annotations

from typing import Any

from departments.core.time_zones import TIME_ZONES
from departments.models import Company, find_company
from departments.translation import gettext_noop
from pipeline.imports.files.headers import Header
from pipeline.imports.files.sources import FolderSource
from pipeline.imports.files.tables import tables_of
from pipeline.imports.folder.checks import query
from pipeline.imports.folder.staging import StagedFile, Staging
from pipeline.imports.merge.merge import Outcome
from pipeline.imports.problems import Problem, ProblemList
from pipeline.models import ImportChange, Opportunity

TABLE = "departments_company"


def company_zone(row: dict[str, str] | None) -> str:
    """The time zone dates alone are read in: of the folder's company, else of the one we have, else UTC."""
    named = (row or {}).get("time_zone", "")
    if named in TIME_ZONES:
        return named
    company = find_company()
    return company.time_zone if company else "UTC"


def company_row(source: FolderSource) -> dict[str, str] | None:
    """A look ahead at the company's time zone; the file is checked and loaded like any other afterwards."""
    if "company.csv" not in source.names:
        return None
    with source.open("company.csv") as stream:
        tables = tables_of(stream, "company.csv", ProblemList())
        if not isinstance(next(tables, None), Header):
            return None
        table = next(tables, None)
        rows = table.to_pylist() if table is not None and not isinstance(table, Header) else []
    return rows[0] if rows else None


def company_check(staging: Staging) -> None:
    """A file that changes the name of a company with data is most often another company's: that has to be meant.

    Its currency stays, since plan and rates say nothing of theirs: each would be worth something else. Another time
    zone is noted. Into the sample company nothing is loaded.
    """
    company = find_company()
    if company is not None and company.sample:
        reason = gettext_noop(
            "This is the sample company. Throw it away first, at the top of any page; then import your own data."
        )
        staging.problems.refuse_file(next(iter(staging.files), "company.csv"), reason)
        return
    if company is None or "company.csv" not in staging.files or not Opportunity.objects.exists():
        return
    for line, name, money, zone in query("SELECT line, name, reporting_currency, time_zone FROM in_company"):
        if money not in (None, company.reporting_currency):
            reason = gettext_noop(
                "is not {reporting_currency}, the currency of the plan, the rates and the figures that are here; "
                "load the company into an empty installation"
            ).format(reporting_currency=company.reporting_currency)
            staging.problems.refuse_row("company.csv", line, "reporting_currency", money, reason)
        if zone not in (None, company.time_zone):
            staging.notes.append(
                gettext_noop(
                    "company.csv: the time zone changes from {time_zone} to {zone}. Days without a time that are "
                    "here begin as before, at midnight in {time_zone}."
                ).format(time_zone=company.time_zone, zone=zone)
            )
        if name == company.name:
            continue
        if staging.rename_company:
            staging.renames = gettext_noop("The company is renamed from “{company}” to “{name}”.").format(
                company=company.name, name=name
            )
            staging.notes.append(staging.renames)
            continue
        reason = gettext_noop(
            "is not “{company}”, the company whose data is here; if it has a new name, load company.csv with "
            "--rename-company, or confirm it when uploading"
        ).format(company=company.name)
        staging.problems.add(Problem(file="company.csv", line=line, column="name", value=name, reason=reason))


def company_merge(staged: StagedFile, batch: int) -> Outcome:
    """Make or change the company; what it was goes to ImportChange."""
    names = [column.name for column in staged.format.columns if column.name in staged.columns]
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
