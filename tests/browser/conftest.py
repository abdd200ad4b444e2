"""The real pages in a real browser: one small company for all journeys, and traps for what must never happen."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from tests.shown_company import company_shown

# Five seconds, the default, pass on a busy machine before a page has answered; what never comes still fails.
expect.set_options(timeout=30_000)


class _ThreadedServer(ThreadingMixIn, WSGIServer):
    daemon_threads = False  # closing waits for what is still being answered


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing: the traps below tell what matters."""


def _closing(application: Any) -> Any:
    """The project's own application; files and the thread's database connection are given back at the end."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        response = application(environ, start_response)
        try:
            yield from response
        finally:
            response.close()
            connections.close_all()

    return answer


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a demo with figures and people."""
    folder = tmp_path_factory.mktemp("browser")
    with django_db_blocker.unblock(), company_shown(folder, scored=True):
        settings.DEMO = True
        server = make_server("127.0.0.1", 0, _closing(get_wsgi_application()), _ThreadedServer, _Quiet)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()
        settings.DEMO = False


@pytest.fixture
def complaints() -> list[str]:
    """What the traps caught; a test that provokes something clears it."""
    return []


@pytest.fixture
def open_as(browser: Browser, site: str, complaints: list[str]) -> Iterator[Callable[..., Page]]:
    """Open a window as somebody, at the leak map or where one says. When the test ends, nothing may have been
    complained about in any of them."""
    contexts: list[BrowserContext] = []

    def opened(
        who: str = "ceo", *, at: str | None = "/pipeline/", width: int = 1440, dark: bool = False, scripts: bool = True
    ) -> Page:
        context = browser.new_context(
            base_url=site,
            locale="en-GB",
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
        )
        contexts.append(context)
        page = context.new_page()
        _trap(page, site, complaints)
        sign_in(context, who)
        if at:
            page.goto(at)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def sign_in(context: BrowserContext, who: str) -> None:
    """By the form of the demo's one click, without drawing it or the review it leads to: test_journeys.py does."""
    form = context.request.get("/accounts/login/").text()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
    assert token
    answer = context.request.post(
        f"/sign-in-as/{who}/", form={"csrfmiddlewaretoken": token[1]}, max_redirects=0, fail_on_status_code=False
    )
    assert answer.status == 302, answer.text()


def _trap(page: Page, site: str, complaints: list[str]) -> None:
    """Console errors (a broken content policy is one of them), script errors, requests that leave the host."""

    def said(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(f"{page.url}: {message.text}")

    def asked(request: Request) -> None:
        if not request.url.startswith((site, "data:", "blob:")):
            complaints.append(f"{page.url} asked {request.url}")

    page.on("console", said)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.on("request", asked)


PAGES = {
    "weekly review": "/",
    "what changed": "/review/changes/?bucket=new",
    "leak map": "/pipeline/",
    "held": "/pipeline/?leak=held&measure=deals&compare=none",
    "opportunities": "/pipeline/opportunities/",
    "deals behind": "/pipeline/opportunities/?kind=lost&period=2026",
    "departments": "/departments/",
    "department": "/departments/legal/",
    "my queue": "/my/queue/",
    "data": "/data/",
    "deals to complete": "/data/complete/",
    "deals that lack something": "/pipeline/opportunities/?state=open&lacks=close",
    "set-up": "/set-up/",
    "set-up, plan": "/set-up/plan/",
    "set-up, owners": "/set-up/owners/",
    "sources": "/data/sources/",
    "drivers": "/drivers/",
    "driver legal": "/drivers/legal/",
    "leak register": "/contribution/register/",
    "track record": "/track-record/",
    "import": "/data/imports/1/",
    "undo": "/data/imports/1/undo/",
    "search": "/search/?q=legal",
    "not there": "/nothing/",
}
