"""Pictures of every page on one sheet a window, and what a script can see wrong with them.

    python -m tests.bench.contact_sheet --home DIR --out FOLDER [--wider] [--language de-DE] [--page NAME ...]

Windows are a phone, a desk in light and in dark, and the newest pack on a wall. Printed are console errors, pages wider
than their window, clipped and overlapping text, and on the phone targets under 40 px. `--wider` sets all letters a
tenth wider, as a stranger's font may be. `--address` looks at a site that is served already. Ends with 1 where
something was printed. Loopback only.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import nullcontext
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench.serving import PASSWORD, served
from tests.browser_choice import BROWSER_ARGUMENTS, installed_browser

PAGES = {
    "review": "/", "what changed": "/review/changes/?bucket=new", "leak map": "/pipeline/",
    "leaks": "/contribution/register/", "deals": "/pipeline/opportunities/", "departments": "/departments/",
    "department": "/departments/legal/", "drivers": "/drivers/", "driver": "/drivers/legal/",
    "scorecards": "/scorecards/", "scorecard": "/scorecards/legal/", "commitments": "/commitments/",
    "pulse": "/pulse/", "forecast": "/forecast/", "what-if": "/what-if/", "track record": "/track-record/",
    "packs": "/packs/", "pack": "/packs/1/", "freeze": "/packs/freeze/", "my week": "/my/", "queue": "/my/queue/",
    "threads": "/comments/mine/", "search": "/search/?q=legal", "data": "/data/", "people": "/people/",
    "company": "/settings/", "stages": "/settings/stages/", "plan": "/settings/plan/", "audit": "/audit/",
    "account": "/account/", "not there": "/nothing/", "to complete": "/data/complete/", "sources": "/data/sources/",
    "set-up": "/set-up/", "owners": "/set-up/owners/", "plan by quarter": "/set-up/plan/",
    "commit": "/commitments/new/", "strategy": "/drivers/strategy/",
}  # fmt: skip
FIRST_OF = {
    "deal": ("/pipeline/opportunities/", "main td a[href^='/pipeline/opportunities/']"),
    "leak": ("/contribution/register/", "main a[href^='/contribution/register/'], main a[href^='/register/']"),
    "commitment": ("/commitments/", "main a[href^='/commitments/']:not([href$='/new/'])"),
}
"""Pages whose address is that of the first link of a list."""
SIGNED_OUT = {"sign-in": "/accounts/login/", "new password": "/accounts/password/reset/"}
BOARD = "/board/1/"
findings: list[str] = []
"""What a script saw wrong, on all pages so far."""
TILE, LONGEST, ACROSS = 420, 900, 5
"""Pixels of a picture on a sheet, and pictures in a row."""


@dataclass(frozen=True, kw_only=True)
class Window:
    """One size and theme, and who looks."""

    name: str
    width: int
    height: int
    dark: bool = False
    who: str = "ceo"

    @property
    def touch(self) -> bool:
        return self.width < 500


WINDOWS = (
    Window(name="phone", width=390, height=844, who="legal"),
    Window(name="light", width=1440, height=900),
    Window(name="dark", width=1440, height=900, dark=True),
)
WALL = Window(name="wall", width=1920, height=1080)
WIDER = "* { letter-spacing: 0.055em !important }"
SEEN = """(touch) => {
  const wrong = [];
  const shown = (e) => e.getClientRects().length && getComputedStyle(e).visibility !== 'hidden'
    && !e.closest('.visually-hidden, .skip, dialog:not([open]), details:not([open]) > :not(summary), .bottom, .toast');
  const words = (e) => (e.innerText ?? e.textContent ?? '').trim().replace(/\\s+/g, ' ').slice(0, 40);
  const own = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth) wrong.push(`wider than the window: ${wide}`);
  const sticks = (e) => {
    for (; e; e = e.parentElement) if (['sticky', 'fixed'].includes(getComputedStyle(e).position)) return true;
    return false;
  };
  const boxes = [];
  for (const e of document.querySelectorAll('body *')) {
    if (!own(e) || !shown(e) || e.closest('script, style, noscript, option, select')) continue;
    const style = getComputedStyle(e);
    const cut = (over, inner, outer) => ['hidden', 'clip'].includes(over) && inner > outer + 1;
    const across = cut(style.overflowX, e.scrollWidth, e.clientWidth);
    if (across && style.textOverflow !== 'ellipsis') wrong.push(`cut: ${words(e)}`);
    if (cut(style.overflowY, e.scrollHeight, e.clientHeight)) wrong.push(`cut below: ${words(e)}`);
    if (sticks(e)) continue;
    for (const n of e.childNodes) {
      if (n.nodeType !== 3 || !n.textContent.trim()) continue;
      const range = document.createRange();
      range.selectNodeContents(n);
      for (const r of range.getClientRects()) if (r.width > 2) boxes.push([r, e]);
    }
  }
  boxes.sort((a, b) => a[0].top - b[0].top);
  for (let i = 0; i < boxes.length; i++) {
    for (let j = i + 1; j < boxes.length && boxes[j][0].top < boxes[i][0].bottom - 4; j++) {
      const [a, e] = boxes[i], [b, f] = boxes[j];
      if (e !== f && Math.min(a.right, b.right) - Math.max(a.left, b.left) > 3
          && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 5)
        wrong.push(`overlap: ${words(e)} / ${words(f)}`);
    }
  }
  if (touch) {
    for (const e of document.querySelectorAll('a[href], button, summary, select, input:not([type=hidden])')) {
      if (!shown(e) || e.closest('p, .small, svg') || ['radio', 'checkbox'].includes(e.type)) continue;
      const height = e.getBoundingClientRect().height;
      if (height && height < 39.5) wrong.push(`small, ${Math.round(height)} px: ${words(e)}`);
    }
  }
  return [...new Set(wrong)];
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", help="a demo home that is built already; its users need the bench's password")
    parser.add_argument("--address", help="a site that is served already")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--wider", action="store_true")
    parser.add_argument("--page", action="append", choices=[*PAGES, *FIRST_OF, *SIGNED_OUT], help="only this one")
    parser.add_argument("--language", default="en-GB", help="what the browser asks for; default: en-GB")
    parser.add_argument(
        "--chromium", default=installed_browser(), help="the browser; default: the one that is installed"
    )
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    names = options.page or [*PAGES, *FIRST_OF, *SIGNED_OUT]
    site = nullcontext(options.address) if options.address else served(options.home)
    with site as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=BROWSER_ARGUMENTS)
        for window in WINDOWS:
            shots: dict[str, Image.Image] = {}
            page = opened(browser, address, window, options.language)
            for name in names:
                if name not in SIGNED_OUT and (path := PAGES.get(name) or first_of(page, *FIRST_OF[name])):
                    shots[name] = picture(page, name, path, window, options.wider)
            page.context.clear_cookies()
            for name in SIGNED_OUT.keys() & set(names):
                shots[name] = picture(page, name, SIGNED_OUT[name], window, options.wider)
            sheet(shots, options.out / f"{window.name}.png")
        if not options.page:
            sheet(slides(opened(browser, address, WALL, options.language), options.wider), options.out / "wall.png")
    if findings:
        sys.exit(f"{len(findings)} findings")


def first_of(page: Page, path: str, link: str) -> str | None:
    """The address of the first of a list's links; None, in words, where the list has none."""
    page.goto(path)
    links = page.locator(link)
    if not links.count():
        print(f"  nothing to open on {path}", flush=True)
        return None
    return links.first.get_attribute("href")


def opened(browser: Browser, address: str, window: Window, language: str) -> Page:
    """A signed-in window."""
    context = browser.new_context(
        base_url=address,
        locale=language,
        viewport={"width": window.width, "height": window.height},
        color_scheme="dark" if window.dark else "light",
        has_touch=window.touch,
        is_mobile=window.touch,
    )
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.on("console", lambda message: _print_message(message) if message.type in ("error", "warning") else None)
    page.goto("/accounts/login/")
    page.fill("[name=login]", window.who)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_load_state("networkidle")
    return page


def _print_message(message: Any) -> None:
    _print("console", [message.text])


def picture(page: Page, name: str, path: str, window: Window, wider: bool) -> Image.Image:
    """The whole page; what is wrong with it is printed."""
    page.goto(path)
    page.wait_for_load_state("networkidle")
    if wider:
        page.evaluate(f"const s = new CSSStyleSheet(); s.replaceSync('{WIDER}'); document.adoptedStyleSheets = [s]")
    _print(f"{window.name}, {name}", page.evaluate(SEEN, window.touch))
    return Image.open(BytesIO(page.screenshot(full_page=True)))


def slides(page: Page, wider: bool) -> dict[str, Image.Image]:
    """Every slide of a pack."""
    page.goto(BOARD)
    page.wait_for_selector("html.board-on .slide.current")
    shots = {}
    for number in range(1, page.locator(".slide").count() + 1):
        if wider:
            page.evaluate(f"const s = new CSSStyleSheet(); s.replaceSync('{WIDER}'); document.adoptedStyleSheets = [s]")
        _print(f"wall, slide {number}", page.evaluate(SEEN, False))
        shots[f"slide {number}"] = Image.open(BytesIO(page.screenshot()))
        page.keyboard.press("ArrowRight")
    return shots


def _print(where: str, wrong: list[str]) -> None:
    findings.extend(wrong)
    if wrong:
        print(f"{where}: {len(wrong)}", *(f"    {one}" for one in wrong[:12]), sep="\n", flush=True)


def sheet(shots: dict[str, Image.Image], path: Path) -> None:
    """Pictures beside each other, each under its name, long ones cut."""
    rows = [list(shots.items())[at : at + ACROSS] for at in range(0, len(shots), ACROSS)]
    whole = Image.new("RGB", (ACROSS * (TILE + 12), len(rows) * (LONGEST + 36)), "#888888")
    draw = ImageDraw.Draw(whole)
    for row, pictures in enumerate(rows):
        for column, (name, shot) in enumerate(pictures):
            small = shot.convert("RGB").resize((TILE, max(1, round(shot.height * TILE / shot.width))))
            place = (column * (TILE + 12), row * (LONGEST + 36) + 24)
            whole.paste(small.crop((0, 0, TILE, min(small.height, LONGEST))), place)
            draw.text((place[0] + 4, place[1] - 18), name, fill="white")
    whole.save(path)
    print(f"wrote {path.name}", flush=True)


if __name__ == "__main__":
    main()
