"""Who headed a department when: roles given and taken are written down with their day, and earlier days stay."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from types import SimpleNamespace

import pytest
import time_machine
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from departments.models import Department, DepartmentHead, Membership, User
from departments.people.selectors.heads import Head, head_on, heads_between, heads_text

pytestmark = pytest.mark.django_db
HEAD = Membership.Role.HEAD
FIRST, LAST = date(2026, 7, 1), date(2026, 9, 30)


@pytest.fixture
def legal(db: None) -> Department:
    return Department.objects.create(key="legal-of-heads", name="Legal", kind=Department.Kind.INTERNAL)


def person(name: str) -> User:
    return User.objects.create_user(name, first_name=name.capitalize())


def leads(name: str, department: Department, day: str) -> Membership:
    """Gets the role of a head at noon of a day."""
    with time_machine.travel(f"{day}T12:00:00+00:00", tick=False):
        return Membership.objects.create(user=person(name), role=HEAD, department=department)


def leaves(membership: Membership, day: str) -> None:
    with time_machine.travel(f"{day}T12:00:00+00:00", tick=False):
        membership.delete()


def named(department: Department, first: date = FIRST, last: date = LAST) -> str:
    return heads_text(heads_between(department=department.key, first=first, last=last), first=first, last=last)


def test_a_department_without_a_head_has_none(legal: Department) -> None:
    assert head_on(department=legal.key, day=LAST) is None
    assert named(legal) == ""


def test_a_first_head_on_record_may_have_been_there_before(legal: Department) -> None:
    leads("anna", legal, "2026-08-10")
    assert head_on(department=legal.key, day=FIRST) == Head(name="Anna", since=None, until=None)
    assert named(legal) == "Anna"


def test_each_period_names_who_headed_the_department_then(legal: Department) -> None:
    anna = leads("anna", legal, "2026-01-05")
    leads("bruno", legal, "2026-08-15")
    leaves(anna, "2026-08-20")
    assert named(legal, date(2026, 4, 1), date(2026, 6, 30)) == "Anna"
    assert named(legal) == "Anna (until 14 Aug 2026), Bruno (since 15 Aug 2026)"
    assert named(legal, date(2026, 10, 1), date(2026, 12, 31)) == "Bruno"


def test_a_seat_may_be_empty_between_two_heads(legal: Department) -> None:
    leaves(leads("anna", legal, "2026-01-05"), "2026-07-31")
    assert named(legal) == "Anna (until 31 Jul 2026)"
    assert head_on(department=legal.key, day=LAST) is None
    leads("bruno", legal, "2026-09-01")
    assert named(legal) == "Anna (until 31 Jul 2026), Bruno (since 1 Sep 2026)"


def test_a_role_given_by_mistake_and_taken_on_that_day_leaves_no_trace(legal: Department) -> None:
    leads("anna", legal, "2026-01-05")
    leaves(leads("bruno", legal, "2026-08-15"), "2026-08-15")
    assert named(legal) == "Anna"


def test_another_role_in_the_place_of_a_heads_ends_it(legal: Department) -> None:
    anna = leads("anna", legal, "2026-01-05")
    with time_machine.travel("2026-08-15T12:00:00+00:00", tick=False):
        anna.role = Membership.Role.MEMBER
        anna.save()
    assert named(legal) == "Anna (until 15 Aug 2026)"


def test_an_account_given_later_takes_up_the_days_that_were_typed_in(legal: Department) -> None:
    DepartmentHead.objects.create(department=legal, name="Anna", since=date(2026, 8, 1))
    leads("anna", legal, "2026-09-10")
    (row,) = DepartmentHead.objects.filter(department=legal)
    assert (row.since, row.account) == (date(2026, 8, 1), User.objects.get(username="anna"))


def test_two_heads_at_once_and_days_in_the_wrong_order_are_refused(legal: Department) -> None:
    DepartmentHead.objects.create(department=legal, name="Bruno", since=date(2026, 8, 15))
    with pytest.raises(ValidationError, match="Bruno begins on 2026-08-15, so the last day of Anna must be before"):
        DepartmentHead(department=legal, name="Anna", until=date(2026, 8, 31)).full_clean()
    DepartmentHead(department=legal, name="Anna", until=date(2026, 8, 14)).full_clean()
    for wrong in ({"since": date(2026, 8, 15)}, {"since": date(2026, 9, 2), "until": date(2026, 9, 1)}):
        with pytest.raises(ValidationError):
            DepartmentHead(department=legal, name="Clara", **wrong).full_clean()
        with pytest.raises(IntegrityError), transaction.atomic():
            DepartmentHead.objects.create(department=legal, name="Clara", **wrong)


def test_an_upgrade_takes_the_days_from_the_history_of_roles(legal: Department) -> None:
    anna = leads("anna", legal, "2026-01-05")
    leads("bruno", legal, "2026-08-15")
    leaves(anna, "2026-08-20")
    before = list(DepartmentHead.objects.values_list("name", "since", "until"))
    DepartmentHead.objects.all().delete()
    import_module("departments.migrations.0023_heads_of_roles").fill(SimpleNamespace(get_model=apps.get_model), None)
    # The history is written with the clock of the database: what follows from it is the order, not these days.
    after = list(DepartmentHead.objects.values_list("name", "since", "until"))
    assert [name for name, _since, _until in after] == [name for name, _since, _until in before] == ["Anna", "Bruno"]
    assert (after[0][1], after[1][2]) == (None, None)
