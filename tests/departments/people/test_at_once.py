"""Roles, accounts and passwords that two change at the same moment."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from departments.models import Department, DepartmentHead, Membership, User
from departments.people.services.password_reset import password_reset_address
from tests.departments.web.simultaneous import simultaneously

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORDS = ("quiet-river-stone-1", "quiet-river-stone-2")


def signed_in(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def sent(client: Client, address: str, form: dict[str, Any] | None = None) -> Any:
    return lambda: client.post(address, form or {})


@pytest.fixture
def people() -> dict[str, User]:
    """Two executives, and Ann and Bob, who are nothing yet."""
    cache.clear()
    Department.objects.create(key="legal", name="Legal")
    users = {name: User.objects.create_user(name, f"{name}@example.com", "x") for name in ("ceo", "cfo", "ann", "bob")}
    for name in ("ceo", "cfo"):
        Membership.objects.create(user=users[name], role="executive")
    return users


def test_a_role_that_is_changed_and_removed(people: dict[str, User]) -> None:
    role = Membership.objects.create(user=people["ann"], role="board")
    address = f"/people/{people['ann'].pk}/roles/{role.pk}/"
    changed, removed = simultaneously(
        sent(signed_in(people["ceo"]), address, {"role": "member:legal"}),
        sent(signed_in(people["cfo"]), f"{address}remove/"),
        table="departments_membership",
    )
    assert removed.status_code == 302
    assert changed.status_code in (302, 409)  # refused where the role was gone first
    assert changed.status_code == 302 or "in the meantime" in changed.content.decode()
    assert not Membership.objects.filter(pk=role.pk).exists()


def test_a_promotion_is_not_taken_back_by_who_may_not(people: dict[str, User]) -> None:
    """An analyst changes the role of a member who is made an executive at that moment."""
    Membership.objects.create(user=people["bob"], role="analyst")
    role = Membership.objects.create(user=people["ann"], role="board")
    address = f"/people/{people['ann'].pk}/roles/{role.pk}/"
    (answer,) = simultaneously(
        sent(signed_in(people["bob"]), address, {"role": "member:legal"}),
        table="departments_membership",
        meanwhile=f"UPDATE departments_membership SET role = 'executive' WHERE id = {role.pk}",
    )
    role.refresh_from_db()
    assert (role.role, answer.status_code) in (("executive", 404), ("executive", 409))


def test_two_heads_of_one_department(people: dict[str, User]) -> None:
    DepartmentHead.objects.create(department=Department.objects.get(), name="Eve", since=date(2020, 1, 1))
    answers = simultaneously(
        *(
            sent(signed_in(people["ceo"]), f"/people/{people[name].pk}/roles/", {"role": "head:legal"})
            for name in ("ann", "bob")
        ),
        table="departments_departmenthead",
    )
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Membership.objects.filter(role="head").count() == 2
    assert DepartmentHead.objects.filter(until=None).count() == 2  # Eve until the next began, and one of the two


def test_deactivating_twice_deactivates(people: dict[str, User]) -> None:
    client, address = signed_in(people["ceo"]), f"/people/{people['ann'].pk}/active/"
    assert 'name="active" value="0"' in client.get(address).content.decode()
    for _press in range(2):
        assert client.post(address, {"active": "0"}).status_code == 302
    people["ann"].refresh_from_db()
    assert not people["ann"].is_active
    client.post(address, {"active": "1"})
    people["ann"].refresh_from_db()
    assert people["ann"].is_active


def test_saving_ones_name_does_not_undo_a_deactivation(people: dict[str, User]) -> None:
    ann = people["ann"]
    simultaneously(
        sent(signed_in(ann), "/account/", {"first_name": "Ann", "last_name": "Ash", "time_zone": ""}),
        table="departments_user",
        meanwhile=f"UPDATE departments_user SET is_active = false, password = 'new' WHERE id = {ann.pk}",
    )
    ann.refresh_from_db()
    assert (ann.first_name, ann.is_active, ann.password) == ("Ann", False, "new")


def test_a_link_sets_one_password(people: dict[str, User]) -> None:
    address = "/" + password_reset_address(people["ann"]).split("/", 3)[3]
    browsers = [Client(), Client()]
    forms = [browser.get(address).headers["Location"] for browser in browsers]
    answers = simultaneously(
        *(
            sent(browser, form, {"password1": password, "password2": password})
            for browser, form, password in zip(browsers, forms, PASSWORDS, strict=True)
        ),
        table="departments_user",
    )
    people["ann"].refresh_from_db()
    done = [answer.headers["Location"].endswith("/done/") for answer in answers]
    assert sorted(done) == [False, True]
    assert [people["ann"].check_password(password) for password in PASSWORDS] == done
    page = browsers[done.index(False)].get(forms[0]).content.decode()
    assert "yours was not saved" in page
