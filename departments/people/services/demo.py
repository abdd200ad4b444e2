"""Create the people of the demo company."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password
from django.db import transaction

from departments.models import Department, Membership, User

COMPANY_DEMO_USERS = {
    "ceo": ("Casey", "Ofori", Membership.Role.EXECUTIVE),
    "board": ("Bo", "Ardmann", Membership.Role.BOARD),
    "analyst": ("Ana", "Lyska", Membership.Role.ANALYST),
}


@transaction.atomic
def demo_people_create(*, password: str | None = None) -> list[User]:
    """The people of a demo home: ceo, board, analyst, and one head per internal department named by its key.

    Running it again changes nothing but the passwords, and those only when one is given. Without a password
    nobody can sign in by form; the demo's one-click sign-in still works.
    """
    people: list[tuple[str, str, str, str, str, Department | None]] = [
        (name, first, last, f"{name}@example.com", role, None)
        for name, (first, last, role) in COMPANY_DEMO_USERS.items()
    ]
    people += [
        (department.key, "Head of", department.name, department.head_email, Membership.Role.HEAD, department)
        for department in Department.objects.filter(kind=Department.Kind.INTERNAL)
    ]
    # One hash for all of them: hashing is slow on purpose, and in a demo they share the password anyway.
    hashed = make_password(password)
    users = []
    for name, first, last, email, role, department in people:
        user, created = User.objects.get_or_create(
            username=name, defaults={"first_name": first, "last_name": last, "email": email or f"{name}@example.com"}
        )
        if password is not None or created:
            user.password = hashed
            user.save(update_fields=["password"])
        Membership.objects.get_or_create(user=user, role=role, department=department)
        users.append(user)
    return users
