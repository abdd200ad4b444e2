"""What holds for every page: policies in the headers, idle sessions end, some roles need a second factor."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils import timezone

from departments.models import Membership, User
from revenue_health.embedded.home import PROJECT
from revenue_health.settings.safety import second_factor_roles

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> User:
    user = User.objects.create_user("ceo", "ceo@example.com", "quiet-river-stone")
    Membership.objects.create(user=user, role="executive")
    return user


@pytest.fixture
def client(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_no_page_may_use_camera_microphone_or_place() -> None:
    policy = Client().get("/accounts/login/")["Permissions-Policy"]
    assert all(f"{name}=()" in policy for name in ("camera", "microphone", "geolocation"))


def test_an_idle_session_ends_and_one_in_use_does_not(client: Client, settings: Any) -> None:
    settings.SESSION_IDLE_HOURS = 8
    start = timezone.now()
    assert client.get("/account/").status_code == 200
    for hours in (0, 7, 14, 21):
        with time_machine.travel(start + timedelta(hours=hours)):
            assert client.get("/account/").status_code == 200
    with time_machine.travel(start + timedelta(hours=30)):
        assert client.get("/account/")["Location"] == "/accounts/login/"
        assert client.get("/account/").status_code == 302


def test_a_role_that_needs_a_second_factor_is_led_to_it(client: Client, person: User, settings: Any) -> None:
    assert client.get("/account/").status_code == 200
    settings.SECOND_FACTOR_ROLES = ["executive"]
    assert client.get("/account/")["Location"] == "/accounts/2fa/"
    assert client.post("/account/", {"first_name": "X"})["Location"] == "/accounts/2fa/"
    page = client.get("/accounts/2fa/")
    assert page.status_code == 200
    assert b"needs a second factor" in page.content
    TOTP.activate(person, generate_totp_secret())
    assert client.get("/account/").status_code == 200


def test_other_roles_are_not_asked(client: Client, settings: Any) -> None:
    settings.SECOND_FACTOR_ROLES = ["analyst"]
    assert client.get("/account/").status_code == 200


def test_a_role_that_is_none_is_named() -> None:
    assert second_factor_roles([" Executive", ""]) == ["executive"]
    with pytest.raises(ImproperlyConfigured, match="chief is not a role"):
        second_factor_roles(["chief"])


@pytest.mark.parametrize(("wish", "result"), [({}, "False False"), ({"HSTS_SUBDOMAINS": "true"}, "True False")])
def test_a_host_does_not_decide_for_its_domain(wish: dict[str, str], result: str) -> None:
    code = "from revenue_health import settings as s; "
    code += "print(s.SECURE_HSTS_INCLUDE_SUBDOMAINS, s.SECURE_HSTS_PRELOAD)"
    env = {**os.environ, "HTTPS": "true", **wish}
    run = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, env=env, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == result
