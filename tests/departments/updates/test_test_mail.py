"""remind --test: one mail, to see that mail arrives; and doctor, which asks the mail server without sending."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from revenue_health.health import Check, report
from revenue_health.settings.mail import mailers
from tests.departments.updates.post_office import PostOffice

NOWHERE = mailers("smtp://127.0.0.1:1", "")


def mail_check() -> Check:
    return next(check for check in report(now=timezone.now()).checks if check.name == "mail")


def test_the_test_mail_arrives_and_says_where_links_lead(post_office: PostOffice, settings: Any) -> None:
    out = StringIO()
    call_command("remind", test="admin@example.com", stdout=out)
    (mail,) = post_office.received
    assert mail["To"] == "admin@example.com"
    assert settings.SITE_URL in mail.get_content()
    assert settings.SITE_URL in out.getvalue()


def test_a_server_that_is_away_or_an_address_that_is_none_is_a_sentence(settings: Any) -> None:
    with pytest.raises(CommandError, match="is not an e-mail address"):
        call_command("remind", test="nobody")
    settings.MAILERS = NOWHERE
    with pytest.raises(CommandError, match="Check EMAIL_URL"):
        call_command("remind", test="admin@example.com")


def test_doctor_asks_the_mail_server_and_sends_nothing(post_office: PostOffice, settings: Any) -> None:
    assert mail_check().ok
    assert post_office.received == []
    settings.MAILERS = NOWHERE
    assert not mail_check().ok
    assert "refused" in mail_check().detail.lower()


def test_doctor_says_where_mails_go_without_a_server(settings: Any, tmp_path: Any) -> None:
    settings.MAILERS = mailers("", str(tmp_path))
    assert mail_check().ok
    assert f"written to {tmp_path}" in mail_check().detail
