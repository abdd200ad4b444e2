"""Templates name only what is there: Django prints nothing for a name that is missing, so a renamed field vanishes."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.template import engines
from django.template.loader import get_template
from django.test import Client

from departments.models import User
from tests.shown_company import company_shown

MISSING = "no-such-name:%s:"
BY_NATURE = {"note", "row.batch.user.username", "row.run.user.username", "review.absent.commitments"}
"""Empty where nothing was typed yet, where no person asked for it, or where no panel is absent."""
STARTS = (
    "/", "/?period=2026-Q3", "/review/changes/", "/pipeline/", "/departments/", "/drivers/", "/forecast/",
    "/what-if/", "/what-if/?set=contract:legal:wait_days=4", "/packs/", "/packs/freeze/", "/register/", "/scorecards/",
    "/commitments/", "/pulse/", "/my/", "/data/", "/people/", "/account/", "/style/",
)  # fmt: skip
EACH = 1
"""Pages of one shape that are opened."""
TEMPLATES = Path(settings.BASE_DIR, "templates")
USED = re.compile(r"""{%\s*(?:include|extends)\s+["']([^"']+)["']""")


@pytest.fixture(scope="module")
def company(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with django_db_blocker.unblock(), company_shown(tmp_path_factory.mktemp("names"), scored=True):
        yield


@pytest.fixture
def missing_names_are_printed() -> Iterator[None]:
    engine = engines["django"].engine
    before, engine.string_if_invalid = engine.string_if_invalid, MISSING
    _forget_what_was_rendered()
    yield
    engine.string_if_invalid = before
    _forget_what_was_rendered()


def _forget_what_was_rendered() -> None:
    """Panels that are kept for every process, and fragments that templates keep."""
    cache.clear()
    for loader in engines["django"].engine.template_loaders:
        loader.reset()


def pages(client: Client) -> Iterator[tuple[str, str]]:
    """Addresses and HTML of what links lead to, `EACH` pages of every shape."""
    queue, opened, shapes = list(STARTS), set(), Counter[str]()
    while queue:
        address = queue.pop(0).partition("#")[0]
        path, _, query = address.partition("?")
        shape = re.sub(r"\d+|(?<=/opportunities/)[^/]+", "*", path) + "?" * bool(query)
        if address in opened or shapes[shape] == EACH or path.startswith(("/static", "/admin", "/accounts/logout")):
            continue
        opened.add(address)
        shapes[shape] += 1
        answer = client.get(address, follow=True)
        if answer.status_code == 200 and "html" in answer.headers["Content-Type"]:
            html = answer.content.decode()
            yield address, html
            queue += [link.replace("&amp;", "&") for link in re.findall(r'(?:href|hx-get)="(/[^"]*)"', html)]


@pytest.mark.django_db
@pytest.mark.always(1)
@pytest.mark.parametrize(("username", "least"), [("ceo", 40), ("legal", 25), ("board", 3)])
def test_no_page_prints_a_name_that_is_not_there(
    company: None, missing_names_are_printed: None, username: str, least: int
) -> None:
    client = Client()
    client.force_login(User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
    missing, count = defaultdict(list), 0
    for address, html in pages(client):
        count += 1
        for name in re.findall(r"no-such-name:([^:]*):", html):
            missing[name].append(address)
    assert {name: places[:2] for name, places in missing.items() if name not in BY_NATURE} == {}
    assert count >= least


def test_every_template_that_another_one_uses_is_there() -> None:
    for file in TEMPLATES.rglob("*.html"):
        for name in USED.findall(file.read_text()):
            get_template(name)


def test_every_class_that_a_swap_looks_for_is_given() -> None:
    text = "".join(file.read_text() for file in TEMPLATES.rglob("*.html"))
    classes = {name for value in re.findall(r'class="([^"]*)"', text) for name in re.findall(r"[\w-]+", value)}
    targets = set(re.findall(r'hx-[a-z-]+="(?:closest|find|next|previous) \.([\w-]+)"', text))
    assert targets
    assert targets <= classes


def test_every_anchor_that_a_link_leads_to_is_there() -> None:
    text = "".join(file.read_text() for file in TEMPLATES.rglob("*.html"))
    anchors = set(re.findall(r'href="[^"]*#([\w-]+)"', text))
    assert anchors
    assert anchors <= set(re.findall(r'\bid="([\w-]+)"', text))
