"""Whatever an address or a form holds, no page answers with an error of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse

from departments.models import User
from tests.kept_company import figures_of_runs_stay
from tests.permissions import Row, all_rows
from tests.shown_company import company_shown

PAYLOADS = (
    "\0", "a\0b", "\x0b", "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"), "\uffff",
    "0001-01-01", "9999-12-31", "0001-01-01..9999-12-31", "9999-12", "9999-Q4", "0000", "2026-02-30",
    "-1", "0", str(2**31), str(2**63), "9" * 400, "1e400", "NaN", "1,5", "x" * 20_000, "'\"<script>{{7*7}}%s%00",
    "..", "../../etc/passwd", "=1+1", "share:", "share:a:b:c", "leak:9" * 9, "[]", "[[1]]", '[["\\ud800","\\u0000"]]',
    "true", "٣", "null",
)  # fmt: skip
"""Texts at the edges of what a page reads."""
READS = re.compile(
    r"""(?:GET|POST)(?:\.get(?:list)?\(|\[)\s*["']([\w-]+)["']|^    ([a-z_]+)(?::[^=]+)? = \w*\.?\w*Field\(""",
    re.MULTILINE,
)
ROWS = {row.name: row for row in all_rows()}


def known_parameters() -> list[str]:
    """Every name a view reads from a query or a form, found in the sources."""
    names = set()
    for floor in ("departments", "pipeline", "revenue_health"):
        folder = Path(settings.BASE_DIR, floor)
        for path in (*folder.rglob("views/**/*.py"), *folder.rglob("requests.py")):
            names |= {name for pair in READS.findall(path.read_text()) for name in pair if name}
    return sorted(names)


PARAMETERS = known_parameters()


@pytest.fixture(scope="module")
def root(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with django_db_blocker.unblock(), company_shown(tmp_path_factory.mktemp("odd")), figures_of_runs_stay():
        client = Client(raise_request_exception=False)
        client.force_login(User.objects.create_superuser("root"), backend="django.contrib.auth.backends.ModelBackend")
        yield client


def broken(client: Client, row: Row, sent: dict[str, str], text: str | None = None) -> list[str]:
    """The methods a page answers with an error of the server, with `text` in place of each argument of its address
    if given. Whatever was changed is taken back."""
    found = []
    for method in (name for name, rule in (("get", row.get), ("post", row.post)) if rule):
        cache.clear()
        with transaction.atomic():
            address = reverse(row.name, kwargs=(kwargs := row.filled()))
            if text is not None:
                for value in kwargs.values():
                    address = address.replace(f"/{quote(str(value), safe='')}/", f"/{quote(text, safe='')}/", 1)
            response = getattr(client, method)(address, sent)
            transaction.set_rollback(True)
        if response.status_code >= 500:
            found.append(f"{method} {address[:80]} {sorted(sent)[:3]} {next(iter(sent.values()), '')[:20]!r}")
    return found


def sample(name: str, count: int) -> list[str]:
    """Payloads of a page: others for every page, so that all of them are tried on some."""
    start = sum(map(ord, name)) % len(PAYLOADS)
    return [PAYLOADS[(start + 7 * step) % len(PAYLOADS)] for step in range(count)]


def test_parameters_are_found_in_the_sources() -> None:
    assert {"period", "since", "day", "week", "department", "measurable", "subject", "page", "next"} <= set(PARAMETERS)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ROWS)
@pytest.mark.always(14)
def test_no_page_breaks_over_what_it_is_sent(root: Client, name: str) -> None:
    row = ROWS[name]
    texts = ["\0", *sample(name, 1)]
    assert [one for text in texts for one in broken(root, row, dict.fromkeys(PARAMETERS, text))] == []


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.arguments])
@pytest.mark.always(10)
def test_no_page_breaks_over_its_address(root: Client, name: str) -> None:
    texts = ("\0", "a\0", str(2**63), "9" * 40, "9999-12-27", "0001-01-01", "x" * 9_000, "~00", "%", "~ZZ")
    assert [one for text in texts for one in broken(root, ROWS[name], {}, text)] == []


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("name", ROWS)
def test_no_page_breaks_over_any_single_parameter(root: Client, name: str) -> None:
    row = ROWS[name]
    found = [one for text in PAYLOADS for one in broken(root, row, dict.fromkeys(PARAMETERS, text))]
    found += [one for text in PAYLOADS for key in PARAMETERS for one in broken(root, row, {key: text})]
    assert found == []


@pytest.mark.django_db
def test_a_cookie_with_a_control_character_signs_nobody_in(root: Client) -> None:
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "abcdefgh\0ijkl"
    assert client.get("/", headers={"Cookie": 'sessionid="abcdefgh\\000ijkl"; csrftoken="\\000"'}).status_code < 500
