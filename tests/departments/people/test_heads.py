"""What a department did before its head came is not told as theirs: since when a head is one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from departments.models import Department, Membership, User
from departments.people.selectors.heads import head_of

pytestmark = pytest.mark.django_db
HEAD = Membership.Role.HEAD


@pytest.fixture
def legal(db: None) -> Department:
    return Department.objects.create(key="legal-of-heads", name="Legal", kind=Department.Kind.INTERNAL)


def person(name: str) -> User:
    return User.objects.create_user(name, first_name=name.capitalize())


def test_a_department_without_a_head_has_none(legal: Department) -> None:
    assert head_of(department=legal.key) is None


def test_a_first_head_on_record_may_have_been_there_before(legal: Department) -> None:
    Membership.objects.create(user=person("anna"), role=HEAD, department=legal)
    assert head_of(department=legal.key) is None


def test_a_head_who_followed_another_came_on_that_day(legal: Department) -> None:
    earlier = Membership.objects.create(user=person("anna"), role=HEAD, department=legal)
    earlier.delete()
    Membership.objects.create(user=person("bruno"), role=HEAD, department=legal)
    head = head_of(department=legal.key)
    assert head is not None
    assert head.name == User.objects.get(username="bruno").display_name
    assert head.since == datetime.now(UTC).date()
