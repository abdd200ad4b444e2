"""Signing in, out, and the demo's one click, which exists in a demo home and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client, RequestFactory
from django_htmx.middleware import HtmxDetails

from departments.models import Department, Membership, User
from departments.web.rendering import page_render

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> User:
    user = User.objects.create_user("ceo", password="quiet-river-stone")
    Membership.objects.create(user=user, role="executive")
    return user


def test_with_a_password(person: User) -> None:
    client = Client()
    response = client.post("/accounts/login/", {"login": "ceo", "password": "quiet-river-stone"})
    assert response.status_code == 302
    assert client.get("/data/").status_code == 200


def test_a_wrong_password_says_so_and_lets_nobody_in(person: User) -> None:
    client = Client()
    response = client.post("/accounts/login/", {"login": "ceo", "password": "wrong"})
    assert b'role="alert"' in response.content
    assert client.get("/data/").status_code == 302


def test_one_click_in_a_demo(person: User, settings: Any) -> None:
    settings.DEMO = True
    client = Client()
    assert b"sign in as one of these people" in client.get("/accounts/login/").content
    assert client.post("/sign-in-as/ceo/", {"next": "/data/"})["Location"] == "/data/"
    assert client.get("/data/").status_code == 200


def test_no_click_outside_a_demo(person: User, settings: Any) -> None:
    settings.DEMO = False
    client = Client()
    assert b"sign in as one of these people" not in client.get("/accounts/login/").content
    assert client.post("/sign-in-as/ceo/").status_code == 404
    assert client.get("/data/").status_code == 302


def test_the_click_is_a_post_with_a_token(person: User, settings: Any) -> None:
    settings.DEMO = True
    assert Client().get("/sign-in-as/ceo/").status_code == 405
    assert Client(enforce_csrf_checks=True).post("/sign-in-as/ceo/").status_code == 403


def test_the_click_never_makes_one_staff(settings: Any) -> None:
    settings.DEMO = True
    User.objects.create_superuser("root", password="quiet-river-stone")
    assert Client().post("/sign-in-as/root/").status_code == 404


def test_the_way_back_stays_on_this_site(person: User, settings: Any) -> None:
    settings.DEMO = True
    response = Client().post("/sign-in-as/ceo/", {"next": "https://elsewhere.example/"})
    assert response["Location"] == "/start/"


def test_nobody_signs_up() -> None:
    assert b'name="password1"' not in Client().get("/accounts/signup/").content


def test_signing_out(person: User) -> None:
    client = Client()
    client.force_login(person)
    client.post("/accounts/logout/")
    assert client.get("/data/").status_code == 302


@pytest.mark.parametrize(("chosen", "drawn"), [("dark", b'data-theme="dark"'), ("light", b'data-theme="light"')])
def test_the_theme_is_drawn_by_the_server(chosen: str, drawn: bytes) -> None:
    client = Client()
    client.post("/theme/", {"theme": chosen})
    assert drawn in client.get("/accounts/login/").content


def test_a_made_up_theme_is_none() -> None:
    client = Client()
    client.cookies["theme"] = '"><script>'
    assert b"data-theme=" not in client.get("/accounts/login/").content


def test_a_swap_of_the_body_gets_the_page() -> None:
    request = RequestFactory().get("/", headers={"HX-Request": "true", "HX-Request-Type": "full"})
    request.htmx = HtmxDetails(request)
    assert b"<html" in page_render(request, "404.html", {}, partial="none").content


@pytest.mark.parametrize(
    ("role", "leads_to"), [("executive", "/"), ("board", "/"), ("head", "/my/"), ("deputy", "/my/"), ("member", "/")]
)
def test_heads_land_on_their_week_and_others_on_the_review(role: str, leads_to: str) -> None:
    department = Department.objects.create(key="legal", name="Legal")
    user = User.objects.create_user("one")
    Membership.objects.create(user=user, role=role, department=None if role in Membership.COMPANY_ROLES else department)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/start/")["Location"] == leads_to
