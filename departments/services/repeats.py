"""The same text saved twice within a minute is one row, also where it comes from two pages or panels."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Model, QuerySet

from departments.models import User

REPEATED_WITHIN = timedelta(seconds=60)
"""Whoever saves exactly the same again within this time sent one form twice."""


def repeated[M: Model](rows: QuerySet[M], *, by: User, time_field: str, now: datetime) -> M | None:
    """The row that this person saved a moment ago, among `rows` with the same content; None for a new one.

    Only in a transaction: a second form of the same person waits here until the first one is committed.
    """
    # no_key: rows that refer to this person, such as the access log, can still be written meanwhile.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    return rows.filter(**{f"{time_field}__gte": now - REPEATED_WITHIN}).first()
