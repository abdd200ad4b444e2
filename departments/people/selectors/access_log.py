"""Who was refused, and who read what others answer for."""

from __future__ import annotations

from django.db.models import QuerySet

from departments.models import AccessLog
from departments.people.selectors.audit import Wanted

PAGE = 50


def access_lines(*, wanted: Wanted, page: int = 1, size: int = PAGE) -> tuple[list[AccessLog], bool]:
    """A page of the log, newest first, and whether older lines follow. `kind` is read or refused."""
    rows = _fitting(wanted)[(page - 1) * size : page * size + 1]
    lines = list(rows)
    return lines[:size], len(lines) > size


def _fitting(wanted: Wanted) -> QuerySet[AccessLog]:
    rows = AccessLog.objects.select_related("user")
    if wanted.person is not None:
        rows = rows.filter(user_id=wanted.person)
    if wanted.kind in AccessLog.Kind.values:
        rows = rows.filter(kind=wanted.kind)
    if wanted.since is not None:
        rows = rows.filter(at__gte=wanted.since)
    if wanted.until is not None:
        rows = rows.filter(at__lt=wanted.until)
    return rows
