"""Who changed what and when: one list over the event tables that triggers of the database write.

Each tracked model has its table of events (a row per change, values after it). The newest of every table that fits
the filter are merged, so a page costs the same however long the history is.
"""

# ruff: noqa: S608 - statements are put together from names of our own tables; what people ask for are parameters.

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.utils.translation import gettext as _

from departments.models import User
from departments.people.selectors.change_formatter import ChangeFormatter, Difference

PAGE = 50
_CHUNK = 1000


@dataclass(frozen=True, kw_only=True)
class AuditFilters:
    """Filters of the history; `everything` also shows what imports, commands and the nightly run changed."""

    person: int | None = None
    kind: str = ""
    item: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    everything: bool = False


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change of one row, with what the fields were before and are after."""

    at: datetime
    person: str
    person_id: int | None
    kind: str
    kind_name: str
    item: int
    name: str
    action: str
    differences: tuple[Difference, ...]
    address: str


@dataclass(frozen=True, kw_only=True)
class ChangesPage:
    """A page of changes, and whether older ones follow."""

    changes: tuple[Change, ...]
    more: bool


@dataclass(frozen=True)
class _Line:
    """A row of the merged list before it is put into words."""

    kind: str
    event: int
    at: datetime
    action: str
    item: int
    context: dict[str, Any] = field(default_factory=dict)


ACTIONS = {"insert": "made", "update": "changed", "delete": "removed"}


def kinds() -> dict[str, str]:
    """What is tracked: the model's label and what people call it."""
    return {label: str(model._meta.verbose_name) for label, model in sorted(_tracked().items())}


def changes(*, filters: AuditFilters, page: int = 1, size: int = PAGE) -> ChangesPage:
    """A page of the history, newest first."""
    # One more than is shown says whether older ones follow.
    lines = _lines(filters, limit=size + 1, offset=(page - 1) * size)
    return ChangesPage(changes=_in_words(lines[:size]), more=len(lines) > size)


def changes_all(*, filters: AuditFilters, most: int) -> tuple[Change, ...]:
    """The whole history that fits, newest first, for the export; at most so many."""
    listed: list[Change] = []
    lines = _lines(filters, limit=most, offset=0)
    for start in range(0, len(lines), _CHUNK):
        listed += _in_words(lines[start : start + _CHUNK])
    return tuple(listed)


def _events() -> dict[str, type[models.Model]]:
    """Event models by the label of what they track."""
    return {
        model.pgh_tracked_model._meta.label: model for model in apps.get_models() if hasattr(model, "pgh_tracked_model")
    }


def _tracked() -> dict[str, type[models.Model]]:
    return {label: model.pgh_tracked_model for label, model in _events().items()}  # type: ignore[attr-defined]


def _lines(filters: AuditFilters, *, limit: int, offset: int) -> list[_Line]:
    events = _events()
    chosen = [label for label in events if not filters.kind or label == filters.kind]
    if not chosen:
        return []
    conditions, parameters = _conditions(filters)
    parts: list[str] = []
    all_parameters: list[Any] = []
    for label in chosen:
        parts.append(
            "(SELECT %s::text AS kind, e.pgh_id, e.pgh_created_at, e.pgh_label, e.pgh_obj_id, e.pgh_context_id"
            f' FROM "{events[label]._meta.db_table}" e WHERE {conditions}'
            " ORDER BY e.pgh_created_at DESC, e.pgh_id DESC LIMIT %s)"
        )
        # The newest of each table up to the end of this page are enough, however they mix.
        all_parameters += [label, *parameters, limit + offset]
    sql = (
        "SELECT u.kind, u.pgh_id, u.pgh_created_at, u.pgh_label, u.pgh_obj_id, c.metadata FROM ("
        + " UNION ALL ".join(parts)
        + ") u LEFT JOIN pghistory_context c ON c.id = u.pgh_context_id"
        # Changes of one statement have one instant: kind and number keep them from being on two pages.
        " ORDER BY u.pgh_created_at DESC, u.kind, u.pgh_id DESC LIMIT %s OFFSET %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*all_parameters, limit, offset])
        rows = cursor.fetchall()
    return [_Line(row[0], row[1], row[2], row[3], row[4], _context_of_change(row[5])) for row in rows]


def _context_of_change(metadata: Any) -> dict[str, Any]:
    """JSON of a hand-written statement comes as text."""
    return dict(json.loads(metadata) if isinstance(metadata, str) else metadata or {})


def _conditions(filters: AuditFilters) -> tuple[str, list[Any]]:
    conditions: list[str] = ["true"]
    parameters: list[Any] = []
    if filters.person is not None:
        conditions.append("e.pgh_context_id IN (SELECT id FROM pghistory_context WHERE metadata->>'user' = %s)")
        parameters.append(str(filters.person))
    elif not filters.everything:
        conditions.append("e.pgh_context_id IS NOT NULL")
    for column, value in (("e.pgh_obj_id =", filters.item), ("e.pgh_created_at >=", filters.since)):
        if value is not None:
            conditions.append(f"{column} %s")
            parameters.append(value)
    if filters.until is not None:
        conditions.append("e.pgh_created_at < %s")
        parameters.append(filters.until)
    return " AND ".join(conditions), parameters


def _in_words(lines: list[_Line]) -> tuple[Change, ...]:
    values = {label: _values(label, [line.event for line in lines if line.kind == label]) for label in _events()}
    formatter = ChangeFormatter(
        {
            label: [(line.item, *values[label][line.event]) for line in lines if line.kind == label]
            for label in {line.kind for line in lines}
        },
        _tracked(),
    )
    people = _names_of_people({line.context.get("user") for line in lines})
    result = []
    for line in lines:
        now, before = values[line.kind][line.event]
        user = line.context.get("user")
        result.append(
            Change(
                at=line.at,
                person=people.get(user, _("somebody without an account now")) if user else "",
                person_id=user,
                kind=line.kind,
                kind_name=formatter.kind(line.kind),
                item=line.item,
                name=formatter.name(line.kind, line.item, now),
                action=ACTIONS.get(line.action, line.action),
                differences=formatter.differences(line.kind, line.action, now, before),
                address=str(line.context.get("url", "")),
            )
        )
    return tuple(result)


def _values(label: str, events: list[int]) -> dict[int, tuple[dict[str, Any], dict[str, Any]]]:
    """Values after and before each event; before is empty where nothing earlier is known."""
    if not events:
        return {}
    table = _events()[label]._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT e.pgh_id, to_jsonb(e), to_jsonb(p) FROM "{table}" e LEFT JOIN LATERAL'
            f' (SELECT * FROM "{table}" b WHERE b.pgh_obj_id = e.pgh_obj_id AND b.pgh_id < e.pgh_id'
            " ORDER BY b.pgh_id DESC LIMIT 1) p ON true WHERE e.pgh_id = ANY(%s)",
            [events],
        )
        return {row[0]: (_context_of_change(row[1]), _context_of_change(row[2])) for row in cursor.fetchall()}


def _names_of_people(ids: set[Any]) -> dict[Any, str]:
    rows = User.objects.filter(pk__in=[pk for pk in ids if pk])
    return {user.pk: user.get_full_name() or user.get_username() for user in rows}
