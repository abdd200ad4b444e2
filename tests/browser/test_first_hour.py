"""From an empty installation to the review of one's own company, in a real browser and nothing else."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from wsgiref.simple_server import make_server

import pytest
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from playwright.sync_api import Browser, Page, expect

from departments.people.services.first_account import first_account_path
from pipeline.models import SourcePull
from tests.browser.committed import committed
from tests.browser.conftest import _closing, _Quiet, _ThreadedServer, _trap
from tests.kept_company import everything_empty
from tests.pipeline.sources.reading.german import german_rows
from tests.pipeline.sources.uploads import workbook
from tests.worker import queue_empty, work_off

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
MOST_CLICKS = 25


@pytest.fixture
def empty_site(django_db_blocker: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an installation without a person, a company or a deal."""
    monkeypatch.setattr(settings, "UPLOADS", tmp_path / "uploads")
    monkeypatch.setattr(settings, "CUSTODY_STORE", tmp_path / "custody")
    committed(everything_empty)
    queue_empty()
    server = make_server("127.0.0.1", 0, _closing(get_wsgi_application()), _ThreadedServer, _Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    committed(everything_empty)


@pytest.fixture
def window(browser: Browser, empty_site: str) -> Iterator[Callable[[int], Page]]:
    """A window of a width; when the test ends nothing may have been complained about in it."""
    complaints: list[str] = []
    contexts = []

    def opened(width: int) -> Page:
        context = browser.new_context(base_url=empty_site, viewport={"width": width, "height": 900})
        contexts.append(context)
        page = context.new_page()
        _trap(page, empty_site, complaints)
        return page

    yield opened
    for context in contexts:
        context.close()
    # A first account is made where nobody could say yet what a form is refused for: nothing is provoked here.
    assert complaints == []


class Clicks:
    """Counts what a person presses."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def __call__(self, selector: str) -> None:
        self.count += 1
        self.page.locator(selector).first.click()


def account_made(page: Page, click: Clicks) -> None:
    page.goto(committed(first_account_path))
    for name, value in {"first_name": "Ada", "last_name": "Voss", "email": "ada@example.com", "username": "ada",
                        "password": "quiet-river-stone"}.items():  # fmt: skip
        page.fill(f"[name={name}]", value)
    click("#first-account-make")
    expect(page.locator("p.message")).to_have_text("Next: your company")


def company_made(page: Page, click: Clicks) -> None:
    click("#set-up-next")
    page.fill("[name=name]", "Werk GmbH")
    page.fill("[name=reporting_currency]", "EUR")
    page.fill("[name=time_zone]", "Europe/Berlin")
    click("#settings-page form .button.main")
    expect(page.locator("p.message")).to_have_text("Werk GmbH")
    page.goto("/set-up/")


def sent(page: Page, click: Clicks, files: list[Path], taken_at: str = "") -> None:
    """Files chosen, with the instant they show where it is not now, sent and read by the worker."""
    if taken_at:
        click("form details summary")
        page.fill("[name=taken_at]", taken_at)
    page.set_input_files("[name=uploads]", [str(file) for file in files])
    click.count += 1
    click("#source-send")
    committed(work_off)


def begun(page: Page, files: list[Path], taken_at: str = "") -> Clicks:
    """From nothing to the proposed mapping of the first files."""
    click = Clicks(page)
    account_made(page, click)
    company_made(page, click)
    click("#set-up-next")
    sent(page, click, files, taken_at)
    return click


def looked_at(page: Page, click: Clicks) -> None:
    click("#source-look")
    committed(work_off)
    expect(page.locator("p.message")).to_contain_text("This is what it becomes")


def taken_in(page: Page, click: Clicks) -> None:
    click("#source-take-in")
    committed(work_off)
    expect(page.locator("p.message")).to_contain_text(re.compile("open the review|Imported and computed"))
    assert committed(lambda: SourcePull.objects.latest("pk").state) == "done"


def review_opened(page: Page, click: Clicks) -> None:
    click("a.button.main")
    expect(page.locator("h1").first).to_be_visible()
    assert page.url.rstrip("/").count("/") == 2
    assert click.count <= MOST_CLICKS


@pytest.mark.parametrize("width", [pytest.param(1440, marks=pytest.mark.slow), 390])
def test_a_workbook_of_ones_own_becomes_a_review(window: Callable[[int], Page], width: int, tmp_path: Path) -> None:
    page = window(width)
    book = tmp_path / "Vertrieb 2026.xlsx"
    book.write_bytes(workbook(german_rows(), tmp_path / "in.xlsx"))
    click = begun(page, [book])
    # What nobody decided stops it: “Preis” belongs to no department by its word.
    expect(page.locator("p.message")).to_contain_text("question")
    page.select_option("#reason-rest", label="Sales")
    click.count += 1
    looked_at(page, click)
    expect(page.locator(".outcomes")).to_contain_text("48,606")
    taken_in(page, click)
    review_opened(page, click)
