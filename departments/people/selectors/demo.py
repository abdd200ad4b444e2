"""The people of the demo company, as pages list them."""

from __future__ import annotations

from dataclasses import dataclass

from departments.models import Membership
from departments.people.demo import demo_sign_in_is_open


@dataclass(frozen=True, kw_only=True)
class DemoPerson:
    """Somebody the demo lets one be."""

    username: str
    title: str


def demo_people() -> list[DemoPerson]:
    """Whom the sign-in page offers: nobody outside a demo home, and there not every member of a department."""
    if not demo_sign_in_is_open():
        return []
    memberships = (
        Membership.objects.filter(user__is_active=True, user__is_staff=False, user__is_superuser=False)
        .exclude(role=Membership.Role.MEMBER)
        .select_related("user", "department")
        .order_by("department_id", "pk")
    )
    people: dict[str, DemoPerson] = {}
    for membership in memberships:
        department = membership.department
        title = f"{membership.get_role_display()} of {department.name}" if department else membership.get_role_display()
        name = membership.user.get_username()
        people.setdefault(name, DemoPerson(username=name, title=title))
    return sorted(people.values(), key=lambda person: " of " in person.title)
