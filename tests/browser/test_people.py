"""The pages of people, audit and account, ours and those of the library: accessible, on a phone and in the dark."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.test_accessibility import violations
from tests.browser.windows import in_narrow_window

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
type Open = Callable[..., Page]
PASSWORD = "quiet-river-stone"
PAGES = [
    "/people/", "/people/1/", "/settings/", "/settings/stages/", "/settings/plan/", "/audit/?everything=on",
    "/audit/access/", "/account/",
]  # fmt: skip
OF_ALLAUTH = ["password/change/", "2fa/totp/activate/", "2fa/webauthn/", "2fa/webauthn/add/", "sessions/"]


@in_narrow_window
@pytest.mark.slow
def test_every_page_of_people(open_as: Open, width: int, dark: bool) -> None:
    page = open_as("ceo", at=None, width=width, dark=dark)
    page.goto("/accounts/reauthenticate/")
    page.fill("[name=password]", PASSWORD)
    page.click("main button.main")
    for address in [*PAGES, *(f"/accounts/{name}" for name in OF_ALLAUTH)]:
        page.goto(address)
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{address} is wider than the window"
