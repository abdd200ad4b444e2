"""Dated remarks beside the numbers."""

from __future__ import annotations

from datetime import date, timedelta

from departments.models import Annotation


def annotations_of(*, department: int, since: date, until: date) -> list[Annotation]:
    """The remarks from the Monday `since` to the Sunday of the week `until`, in the order of their days. One query."""
    return list(
        Annotation.objects.filter(department=department, day__range=(since, until + timedelta(days=6)))
        .select_related("measurable", "made_by")
        .order_by("day", "pk")
    )
