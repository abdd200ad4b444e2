"""The board in a real browser: keys, notes, offline, phone, without scripts, and by a link without an account."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from departments.models import Company, User
from pipeline.selectors.data.runs import latest_run
from revenue_health.review.models import Pack, PackLink
from revenue_health.review.services.pack_links import link_create
from revenue_health.review.services.packs import decision_log, pack_freeze
from tests.browser.committed import committed
from tests.browser.test_accessibility import violations
from tests.browser.windows import in_narrow_window

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
SMALLEST = """() => Math.min(...[...document.querySelectorAll('.slide.current *')]
    .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) && e.getClientRects().length)
    .map((e) => parseFloat(getComputedStyle(e).fontSize)
        * (e.ownerSVGElement ? e.getScreenCTM().a : 1)))"""


@pytest.fixture(scope="module")
def pack(site: str, django_db_blocker: Any) -> int:
    """A frozen pack with a decision."""
    with django_db_blocker.unblock():
        run, company, now = latest_run(), Company.objects.get(), timezone.now()
        assert run
        user = User.objects.get(username="ceo")
        made = pack_freeze(run=run, company=company, user=user, now=now)
        decision_log(pack=made, text="Casey Ofori speaks to legal.", decided_by="the board", user=user, now=now)
        return made.pk


@pytest.fixture
def link(pack: int) -> Callable[..., str]:
    """The address of a new link."""

    def made(*, ago: int = 0) -> str:
        user, now = User.objects.get(username="ceo"), timezone.now() - timedelta(days=ago)
        frozen = Pack.objects.get(pk=pack)
        _, token = link_create(pack=frozen, user=user, now=now, days=1, hide_names=True, label="Board")
        return f"/b/{token}/"

    return lambda **given: committed(lambda: made(**given))


def at(page: Page) -> int:
    return int(page.evaluate("[...document.querySelectorAll('.slide')].findIndex((s) => s.matches('.current')) + 1"))


def board(page: Page, pack: int) -> Page:
    page.goto(f"/board/{pack}/")
    page.wait_for_selector("html.board-on .slide.current")
    return page


def test_keys_lead_through_the_slides(open_as: Callable[..., Page], pack: int) -> None:
    page = board(open_as(at=None), pack)
    last = page.locator(".slide").count()
    assert at(page) == 1
    for key, expected in (
        ("ArrowRight", 2), (" ", 3), ("ArrowLeft", 2), ("End", last), ("ArrowRight", last), ("Home", 1),
        ("PageDown", 2),
    ):  # fmt: skip
        page.keyboard.press(key)
        assert at(page) == expected, key
    assert page.locator("#board-progress").get_attribute("max") == str(last)
    assert page.evaluate("document.getElementById('board-progress').value") == 2
    page.reload()
    assert at(page) == 2
    page.keyboard.press("d")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.keyboard.press("ArrowRight")  # what goes on from the first slide is words alone
    page.keyboard.press("t")
    assert page.locator(".slide.current .tables").is_visible()
    assert not page.locator(".slide.current .drawn").is_visible()
    page.keyboard.press("Escape")
    page.wait_for_url(f"**/packs/{pack}/")


def test_nothing_on_a_slide_is_smaller_than_20_px(open_as: Callable[..., Page], pack: int) -> None:
    page = board(open_as(at=None), pack)
    for width, height in ((1440, 900), (1920, 1080), (1280, 720)):
        page.set_viewport_size({"width": width, "height": height})
        page.keyboard.press("Home")
        for number in range(page.locator(".slide").count()):
            assert page.evaluate(SMALLEST) >= 19.5, f"slide {number + 1} at {width}"
            message = page.locator(".slide.current .slide-message")
            assert message.evaluate("(e) => parseFloat(getComputedStyle(e).fontSize)") >= 40
            page.keyboard.press("ArrowRight")


WIDER = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('* { letter-spacing: 0.055em !important }');
    document.adoptedStyleSheets = [sheet];
}"""
"""Letters are half as wide as high on average, so this is a font a tenth wider."""
CUT = """() => {
    const slide = document.querySelector('.slide.current'), body = slide.querySelector('.slide-body');
    const inside = (inner, outer) => inner.left >= outer.left - 1 && inner.right <= outer.right + 1
        && inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
    const found = [];
    if (body.scrollHeight > body.clientHeight + 1) found.push(`${body.scrollHeight} in ${body.clientHeight}`);
    if (body.scrollWidth > body.clientWidth + 1) found.push(`wide ${body.scrollWidth} in ${body.clientWidth}`);
    for (const part of slide.children) {
        if (part.getClientRects().length && !inside(part.getBoundingClientRect(), slide.getBoundingClientRect()))
            found.push(`outside: ${part.className}`);
    }
    const drawing = slide.querySelector('.drawing');
    for (const text of drawing ? drawing.querySelectorAll('text') : []) {
        if (!inside(text.getBoundingClientRect(), body.getBoundingClientRect())) found.push(text.textContent);
    }
    for (const cell of slide.querySelectorAll('.tables .tied, .tables .n')) {
        const range = document.createRange();
        range.selectNodeContents(cell);
        const lines = new Set([...range.getClientRects()].map((line) => Math.round(line.top / 4)));
        if (cell.tagName === 'TD' && lines.size > 1) found.push(`wrapped: ${cell.textContent}`);
    }
    return found;
}"""


@pytest.mark.parametrize("wider", [False, True])
def test_nothing_on_a_slide_is_cut_or_wrapped_inside(open_as: Callable[..., Page], pack: int, wider: bool) -> None:
    page = board(open_as(at=None), pack)
    if wider:
        page.evaluate(WIDER)
    for width, height in ((1920, 1080), (1280, 720)):
        page.set_viewport_size({"width": width, "height": height})
        page.keyboard.press("Home")
        for number in range(page.locator(".slide").count()):
            assert page.evaluate(CUT) == [], f"slide {number + 1} at {width}"
            page.keyboard.press("ArrowRight")


def test_a_window_too_small_for_a_slide_says_that_there_is_more(open_as: Callable[..., Page], pack: int) -> None:
    page = board(open_as(at=None), pack)
    page.set_viewport_size({"width": 800, "height": 500})
    page.keyboard.press("End")
    more = "(e) => getComputedStyle(e, '::after').content"
    assert "More below" in page.locator(".slide.current .slide-body").evaluate(more)
    page.set_viewport_size({"width": 1920, "height": 1080})
    expect(page.locator(".slide.current .overflows")).to_have_count(0)


def test_it_goes_on_when_the_server_is_gone(open_as: Callable[..., Page], pack: int, complaints: list[str]) -> None:
    page = board(open_as(at=None), pack)
    asked: list[str] = []
    # The tab's icon is the browser's own affair.
    page.on("request", lambda request: "/favicon" in request.url or asked.append(request.url))
    page.context.set_offline(True)
    for number in range(2, page.locator(".slide").count() + 1):
        page.keyboard.press("ArrowRight")
        assert at(page) == number
        assert page.locator(".slide.current .slide-message").inner_text()
    for key in ("d", "h", "t", "Home"):
        page.keyboard.press(key)
    with page.expect_popup() as opened:
        page.keyboard.press("n")
    assert opened.value.locator("h1").inner_text()
    assert asked == []
    page.keyboard.press("Escape")
    page.locator("#said", has_text="The server does not answer").wait_for()
    assert at(page) == 1
    complaints.clear()  # the browser itself tells of the request that found no server


def test_notes_follow_in_a_second_window(open_as: Callable[..., Page], pack: int) -> None:
    page = board(open_as(at=None), pack)
    with page.expect_popup() as opened:
        page.click("[data-do=notes]")
    notes = opened.value
    assert "1 / " in notes.locator(".where").inner_text()
    expect(notes.locator(".clock")).to_contain_text(re.compile(r"^0:\d\d  ·  \d"))
    # The next slide as it will look, half as large as in a window of 1280 x 720.
    picture = notes.locator(".picture .slide")
    assert picture.get_attribute("id") == "slide-2"
    box = picture.bounding_box()
    assert box
    assert (round(box["width"]), round(box["height"])) == (640, 360)
    page.bring_to_front()
    page.keyboard.press("ArrowRight")
    assert "2 / " in notes.locator(".where").inner_text()
    notes.keyboard.press("ArrowRight")
    assert at(page) == 3
    other = board(page.context.new_page(), pack)
    other.keyboard.press("End")
    expect(page.locator(".slide.current:last-of-type")).to_be_visible()


def test_names_are_hidden_by_a_switch(open_as: Callable[..., Page], pack: int) -> None:
    page = open_as(at=None)
    page.goto(f"/board/{pack}/")
    name = page.locator(".who-name", has_text="Casey").first
    number = page.locator(".slide", has=name).first.get_attribute("id").removeprefix("slide-")
    for _ in range(int(number) - 1):
        page.keyboard.press("ArrowRight")
    assert name.is_visible()
    page.keyboard.press("h")
    assert not name.is_visible()
    assert page.locator(".slide.current .who-role", has_text="Executive").first.is_visible()


@in_narrow_window
@pytest.mark.slow
def test_accessible_in_light_and_dark_wide_and_narrow(
    open_as: Callable[..., Page], pack: int, width: int, dark: bool
) -> None:
    page = open_as(at=None, width=width, dark=dark)
    for address in (f"/packs/{pack}/", "/packs/", "/packs/decisions/"):
        page.goto(address)
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
    board(page, pack)
    if dark:
        page.keyboard.press("d")
    for _ in range(page.locator(".slide").count()):
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.keyboard.press("ArrowRight")


@pytest.mark.slow
def test_without_scripts_all_slides_can_be_read(open_as: Callable[..., Page], pack: int) -> None:
    page = open_as(at=None, scripts=False)
    page.goto(f"/board/{pack}/")
    for message in page.locator(".slide-message").all():
        assert message.is_visible()
    assert page.locator("button:visible").count() == 0
    page.goto(f"/packs/{pack}/")
    assert page.locator("#bridge table").count() == 1


def test_a_link_opens_without_an_account_until_it_is_taken_back(
    browser: Browser, site: str, link: Callable[..., str]
) -> None:
    page = browser.new_context(base_url=site, viewport={"width": 1440, "height": 900}).new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    address = link()
    page.goto(address)
    page.wait_for_selector("html.board-on .slide.current")
    page.keyboard.press("End")
    assert at(page) == page.locator(".slide").count()
    assert "Casey" not in page.content()
    assert violations(page) == []
    assert said == []
    committed(lambda: PackLink.objects.update(revoked_at=timezone.now()))
    for shut in (address, link(ago=3)):
        answer = page.goto(shut)
        assert answer
        assert answer.status == 410
        assert page.get_by_role("heading", name="This link opens nothing.").is_visible()
    page.context.close()


def test_from_freezing_to_the_slides_and_a_picture(open_as: Callable[..., Page], pack: int) -> None:
    page = open_as(at=None)
    page.goto("/packs/")
    page.click("#freeze")
    page.locator("#freeze-twin", has_text="These figures were frozen before").wait_for()
    assert violations(page) == []
    expect(page.locator("#sheet")).to_be_visible()  # over the archive, without leaving it
    page.click("#freeze-look summary")
    assert page.locator(".freeze-slides li").count() > 5
    page.fill("#sheet [name=title]", "By hand")
    page.fill("#sheet [name=decisions]", "Legal gets a second reviewer.")
    page.click("#freeze-sure")
    page.locator("h1", has_text="By hand").wait_for()
    expect(page.locator("#decisions")).to_contain_text("Legal gets a second reviewer.")
    with page.expect_download() as saved:
        page.locator("#bridge [data-png]").click()
    assert saved.value.suggested_filename == "bridge.png"
    assert saved.value.path().read_bytes()[:4] == b"\x89PNG"
    page.click("#export-xlsx")
    page.locator("#exports", has_text="queued").wait_for()
    page.click("#present")
    page.wait_for_selector("html.board-on .slide.current")
