"""Who was refused, and who read what others answer for."""

from __future__ import annotations

from django.db.models import QuerySet

from departments.models import AccessLog
from departments.people.selectors.audit import AuditFilters

PAGE = 50


def access_lines(*, filters: AuditFilters, page: int = 1, size: int = PAGE) -> tuple[list[AccessLog], bool]:
    """A page of the log, newest first, and whether older lines follow. `kind` is read or refused."""
    # One more than is shown says whether older ones follow.
    rows = _fitting(filters)[(page - 1) * size : page * size + 1]
    lines = list(rows)
    return lines[:size], len(lines) > size


def _fitting(filters: AuditFilters) -> QuerySet[AccessLog]:
    rows = AccessLog.objects.select_related("user")
    if filters.person is not None:
        rows = rows.filter(user_id=filters.person)
    if filters.kind in AccessLog.Kind.values:
        rows = rows.filter(kind=filters.kind)
    if filters.since is not None:
        rows = rows.filter(at__gte=filters.since)
    if filters.until is not None:
        rows = rows.filter(at__lt=filters.until)
    return rows
