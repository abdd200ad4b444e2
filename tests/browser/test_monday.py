"""The CEO's Monday from the message to the pack taken away: by mouse, by touch on a phone, by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pytest
from playwright.sync_api import Locator, Page, expect

from departments.models import Department
from pipeline.models import Stage
from revenue_health.contribution.models import Leak
from revenue_health.review.models import PackExport
from revenue_health.review.services.exports import export_make
from tests.browser.committed import committed
from tests.browser.test_accessibility import violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
MOST_TABS = 250
WEEK = "2026-06-01"


@pytest.fixture(scope="module", autouse=True)
def leak(site: str, django_db_blocker: Any) -> None:
    """The register's largest leak, which nobody answers for yet."""
    with django_db_blocker.unblock():
        stage = Stage.objects.get(key="contract")
        Leak.objects.all().delete()
        Leak.objects.create(
            pipeline=stage.pipeline, stage=stage, department=Department.objects.get(key="legal"), factor="waiting",
            first_seen=WEEK, since=WEEK, last_seen=WEEK, read=WEEK, amount=640_000, low=450_000, high=830_000,
        )  # fmt: skip


class Hands(Protocol):
    """How somebody uses a page."""

    def press(self, target: Locator) -> None: ...
    def choose(self, target: Locator, text: str) -> None: ...
    def next_slide(self) -> None: ...
    def leave_board(self) -> None: ...


class Pointer:
    """A mouse, or a finger on a phone."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, target: Locator) -> None:
        target.click()

    def choose(self, target: Locator, text: str) -> None:
        target.select_option(label=text)

    def next_slide(self) -> None:
        self.page.get_by_role("button", name="Next slide").click()

    def leave_board(self) -> None:
        self.page.get_by_role("link", name="Leave").click()


class Keyboard:
    """Nothing but keys: whatever is used must be reached by Tab."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, target: Locator) -> None:
        self._reach(target)
        self.page.keyboard.press("Enter")

    def choose(self, target: Locator, text: str) -> None:
        self._reach(target)
        self.page.keyboard.type(text)
        expect(target.locator("option:checked")).to_have_text(text)

    def next_slide(self) -> None:
        self.page.keyboard.press("ArrowRight")

    def leave_board(self) -> None:
        self.page.keyboard.press("Escape")

    def _reach(self, target: Locator) -> None:
        expect(target).to_be_visible()
        for _ in range(MOST_TABS):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{target} is not reached by {MOST_TABS} tabs")


@pytest.mark.parametrize(
    ("hands", "width"),
    [
        pytest.param(Pointer, 1440, id="mouse", marks=pytest.mark.slow),
        pytest.param(Pointer, 390, id="phone", marks=pytest.mark.slow),
        pytest.param(Keyboard, 1440, id="keyboard"),
    ],
)
def test_the_ceos_monday(
    open_as: Callable[..., Page], tmp_path: Path, hands: Callable[[Page], Hands], width: int
) -> None:
    page = open_as("ceo", width=width)
    by = hands(page)
    # Open, read.
    page.goto("/")
    expect(page.locator("p.message")).to_contain_text(re.compile(r"plan|baseline"))
    # Into the largest leak, its deals, down to a deal's custody line, and back again.
    by.press(page.locator("#review-leaks tbody a.deals").first)
    page.wait_for_url("**/opportunities/?**")
    by.press(page.locator("table.rows th a").first)
    expect(page.locator("svg.strip rect").first).to_be_visible()
    page.go_back()
    expect(page.locator("table.rows th a").first).to_be_visible()
    page.go_back()
    expect(page.locator("#review-leaks")).to_be_visible()
    # Somebody answers for it from now on.
    by.press(page.locator("#review-leaks tbody th a").first)
    expect(page.locator("p.message")).to_contain_text("Contract")
    by.choose(page.get_by_label("Owner", exact=True), "Head of Legal")
    by.press(page.locator("#leak-assign"))
    expect(page.locator(".leak-facts")).to_contain_text("Head of Legal")
    # Frozen: nothing on it moves any more.
    page.goto("/")
    expect(page.locator("#review-leaks tbody tr").first).to_contain_text("Head of Legal")
    by.press(page.locator("#review-freeze"))
    by.press(page.locator("#freeze-sure"))
    expect(page.locator("#pack-proof")).to_contain_text("verified")
    pack = page.url
    assert violations(page) == []
    # Presented.
    by.press(page.locator("#present"))
    expect(page.locator("html.board-on #slide-1")).to_be_visible()  # before, all slides stand below each other
    by.next_slide()
    expect(page.locator("#slide-2.current")).to_be_visible()
    by.leave_board()
    page.wait_for_url(pack)
    # Taken away: asked for, made as a worker makes it, loaded.
    by.press(page.locator("#export-pdf"))
    # The same review frozen again is the same pack, which may have been taken away before.
    page.locator("#exports", has_text=re.compile("queued|ready")).wait_for()
    asked = PackExport.objects.latest("pk").pk
    committed(lambda: export_make(export_id=asked))
    ready = page.locator("#exports a[download]").first
    expect(ready).to_be_visible()
    with page.expect_download() as download:
        by.press(ready)
    taken = tmp_path / "review.pdf"
    download.value.save_as(taken)
    assert taken.read_bytes()[:5] == b"%PDF-"
