"""Who heads a department, and since when: what was there before is not told as theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.apps import apps
from django.utils import timezone

from departments.models import Membership


@dataclass(frozen=True, kw_only=True)
class Head:
    """A head by name. since: the day on which the one before was followed, in the current time zone."""

    name: str
    since: date


def head_of(*, department: str) -> Head | None:
    """The head of a department (by key) who followed another one; None without a head, and without a predecessor on
    record: then the day on which the membership was written down says nothing of the day the head came."""
    row = (
        Membership.objects.filter(role=Membership.Role.HEAD, department__key=department)
        .select_related("user")
        .order_by("-pk")
        .first()
    )
    if row is None:
        return None
    events = apps.get_model("departments", "MembershipEvent").objects.filter(
        role=Membership.Role.HEAD, department_id=row.department_id
    )
    came = events.filter(user_id=row.user_id, pgh_obj_id=row.pk).order_by("pgh_id").first()
    if came is None or not events.exclude(user_id=row.user_id).filter(pgh_id__lt=came.pgh_id).exists():
        return None
    return Head(name=row.user.display_name, since=timezone.localdate(came.pgh_created_at))
