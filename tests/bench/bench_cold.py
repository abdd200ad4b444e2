"""Pages in a browser with nothing cached: `python -m tests.bench.bench_cold [--home DIR]`.

Each page is opened five times in a new profile of Chromium; printed are the median and the longest wait until it is
loaded and its charts are drawn, and what came over the wire. Loopback only, bounded in count.
"""

from __future__ import annotations

import argparse
import statistics
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.bench.serving import PASSWORD, served
from tests.browser_choice import BROWSER_ARGUMENTS, installed_browser

PAGES = (
    "/", "/pipeline/", "/departments/", "/departments/legal/", "/drivers/", "/forecast/", "/what-if/", "/packs/",
    "/contribution/register/", "/scorecards/legal/",
)  # fmt: skip
TIMES = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", help="a demo home that is built already; its users need the bench's password")
    parser.add_argument(
        "--chromium", default=installed_browser(), help="the browser; default: the one that is installed"
    )
    options = parser.parse_args()
    with served(options.home) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=BROWSER_ARGUMENTS)
        state = _signed_in(browser, address)
        print(f"{'page':<28}{'median ms':>10}{'longest ms':>12}{'kB':>6}")
        for path in PAGES:
            seen = [_opened(browser, address, path, state) for _ in range(TIMES)]
            waits = [wait for wait, _ in seen]
            print(f"{path:<28}{statistics.median(waits):>10.0f}{max(waits):>12.0f}{seen[-1][1] / 1000:>6.0f}")


def _signed_in(browser: Browser, address: str) -> Any:
    context = browser.new_context(base_url=address)
    page = context.new_page()
    page.goto("/accounts/login/")
    page.fill("[name=login]", "ceo")
    page.fill("[name=password]", PASSWORD)
    page.click("main form.stack button.main")
    page.wait_for_load_state("networkidle")
    return context.storage_state()


def _opened(browser: Browser, address: str, path: str, state: Any) -> tuple[float, float]:
    """Milliseconds until a page stands, and bytes it took, in a profile that has seen nothing."""
    context = browser.new_context(base_url=address, storage_state=state, viewport={"width": 1440, "height": 900})
    page, sizes = context.new_page(), list[float]()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))
    page.goto(path, wait_until="load")
    if page.locator(".chart").count():
        page.wait_for_selector(".chart[data-drawn] .main-svg")
    waited = float(page.evaluate("performance.now()"))
    page.wait_for_load_state("networkidle")
    context.close()
    return waited, sum(sizes)


if __name__ == "__main__":
    main()
