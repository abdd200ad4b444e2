"""Versions of what a source's files mean: only added, each with when and by whom."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from django.db import transaction
from django.utils import timezone

from departments.models import Department, User, find_company
from pipeline.imports.problems import ImportUnreadable
from pipeline.models import DataSource, ImportBatch, Pipeline, SourceMapping, SourcePull
from pipeline.services.sources.deal_states import existing_deals
from pipeline.sources.columns.missing_columns import columns_absent
from pipeline.sources.meaning.renamed import files_renamed
from pipeline.sources.meaning.tickets import ticket_parts
from pipeline.sources.reading import Company

PROPOSED, EDITED = "proposed", "edited"


def mapping_save(*, source: DataSource, content: dict[str, Any], origin: str, user: User | None) -> SourceMapping:
    """The newest version, with this content: added if it differs from the one before."""
    with transaction.atomic():
        # Of two saves at once the second must see the first one's version, or both would take the same number.
        DataSource.objects.select_for_update().get(pk=source.pk)
        newest = source.mappings.first()
        if newest is not None and newest.content == content and origin != PROPOSED:
            # Somebody took the proposal over as it was: it counts as theirs from now on.
            if newest.origin == PROPOSED:
                newest.origin, newest.created_by = origin, user
                newest.save()
            return newest
        return SourceMapping.objects.create(
            source=source,
            version=(newest.version if newest else 0) + 1,
            content=content,
            origin=origin[:200],
            created_at=timezone.now(),
            created_by=user,
        )


def mapping_content(mapping: SourceMapping) -> dict[str, Any]:
    """The content of a version; of a company whose files it brought already, or that it does not name, Settings say
    the name, currency, zone and fiscal year."""
    content: dict[str, Any] = deepcopy(mapping.content)
    named = all(content.get("company", {}).get(word) for word in ("name", "reporting_currency", "time_zone"))
    if not named or mapping.source.pulls.filter(batch__status=ImportBatch.Status.DONE).exists():
        known = known_company().company
        content["company"] = content.get("company", {}) | {word: value for word, value in known.items() if value}
    return content


def content_for(mapping: SourceMapping, pull: SourcePull) -> tuple[dict[str, Any], list[str]]:
    """The content of a version with the names that the files of an upload have, and notes: a sentence for each other
    name, and what of the files was left out; of one of tickets alone what is said of these."""
    tables, content = [table["table"] for table in pull.reading.get("tables", [])], mapping_content(mapping)
    if tickets_alone(pull):
        content = ticket_parts(content)
    content, renamed = files_renamed(content, tables, pull.reading.get("deals", ""))
    return content, [*renamed, *notes_of_files(pull)]


def notes_of_files(pull: SourcePull) -> list[str]:
    """What was left out of the files of an upload or may be read wrongly, as the page says it beside each table."""
    return [
        f"{table['file']}, {table['sheet']}: {note}" if table.get("sheet") else f"{table['file']}: {note}"
        for table in pull.reading.get("tables", [])
        for note in table.get("notes", [])
    ]


def mapping_columns_check(*, source: DataSource, content: dict[str, Any]) -> None:
    """Raise ImportUnreadable where a mapping names columns that the newest files of the source do not have; what came
    before them in another shape is read by the version of its time."""
    pull = source.pulls.first()
    if pull is None or source.kind != DataSource.Kind.LIST or tickets_alone(pull) or not pull.reading:
        return
    renamed = files_renamed(content, [table["table"] for table in pull.reading["tables"]], pull.reading["deals"])[0]
    tables = pull.reading["columns"]
    deals = renamed.get("files", {}).get("deals") or pull.reading["deals"]
    if absent := columns_absent(renamed, tables.get(deals, []), tables):
        raise ImportUnreadable(" ".join(absent))


def tickets_alone(pull: SourcePull) -> bool:
    """Whether an upload holds tickets and no deals."""
    return bool(pull.reading.get("kind") == DataSource.Kind.TICKETS)


def edited_whole(mapping: SourceMapping, content: dict[str, Any], pull: SourcePull) -> dict[str, Any]:
    """The edited content of an upload as a whole mapping: one of tickets alone says nothing of the deals' part."""
    if not tickets_alone(pull):
        return content
    whole = mapping_content(mapping)
    whole["files"] = whole.get("files", {}) | content["files"]
    return whole | {name: part for name, part in content.items() if name not in ("files", "values")}


def known_company() -> Company:
    """What the installation knows already, as parts of a mapping."""
    company, pipeline = find_company(), Pipeline.objects.first()
    part = {
        "name": company.name if company else "",
        "reporting_currency": company.reporting_currency if company else "",
        "time_zone": company.time_zone if company else "",
        "fiscal_year_start_month": company.fiscal_year_start_month if company else 1,
    }
    departments = [{"key": d.key, "name": d.name, "kind": d.kind} for d in Department.objects.all()]
    shape = {"key": pipeline.key, "name": pipeline.name} if pipeline else {"key": "sales", "name": "Sales"}
    return Company(company=part, departments=departments, pipeline=shape, there=existing_deals)
