"""The worst values in each field of every form that a page shows, one at a time, all other fields as they stand.

No form is named here: they are those of all pages that can be reached. A form that is refused writes nothing, one that
is taken writes what was sent, and no answer is an error of the server or in the words of Django's or the database's
own errors.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client

from tests.forms.ground import BACKEND, addresses, crawl, kind_of, opened_by_strangers, somebody
from tests.forms.html_forms import Field, Form
from tests.kept_company import figures_of_runs_stay
from tests.permissions import all_rows
from tests.shown_company import company_shown

pytestmark = pytest.mark.django_db
LONG = "x" * 10_000
IDS = ("²", str(2**63), "9" * 400, "-1", "head:nowhere", "1.5", "", "٣")
NUMBERS = ("1e309", "Infinity", "NaN", "²", "1,234.5", "1" + "0" * 30, "-0", "12%", "=1+1", "٣", "0.0000001")
DAYS = ("0001-01-01", "9999-12-31", "2026-02-30", "10000-01-01", "2026-W54-1", "2026-10-25T02:30", "03/04/2026")
TEXTS = ("\0", "\u202egnp.exe", "=1+1", "../x", "a\r\nb", "{0} %s {{7*7}}", "😀" * 300, "\u200b")
LIKE_A_NUMBER = re.compile(r"value|goal|weight|lowest|highest|target|expect|rate|plan|limit|effect|days|position|row")
LIKE_A_DAY = re.compile(r"^(since|day|week|month|due)|date|_at|_from|period_")
RAW = re.compile(r"Traceback|psycopg|DETAIL:|violates|Constraint “|matching query|object at 0x|expected a number but")
MOST_ALIKE = 4
"""Fields of one form whose names begin alike, such as the levers of the what-if: these many stand for all."""
NOT_ON_A_PAGE = {
    "admin:index", "departments:people_settings",  # lead on
    "departments:first_account", "departments:sign_in_as", "pipeline:set_up_sample", "pipeline:set_up_sample_discard",
    "departments:scorecard_paste",  # sent by a script: tests/departments/scorecards/test_pages.py
    "departments:comment_reopen", "pipeline:import_confirm", "pipeline:source_files_take_in", "review:pack_link_revoke",
    "review:scenario_restore",  # a button without a field
    "review:drivers_compute", "review:forecast_compute", "review:drivers_inside", "review:evidence",
    "review:pack_freeze", "review:scenario_save",  # of figures that the night computes
}  # fmt: skip
"""What these take is sent by test_forms_without_a_page.py."""
PARTLY = {"departments:my", "departments:my_row"}
"""What is right in them is saved, and the rest is marked."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a form got: the status, the page, and by table the rows that it wrote, as JSON."""

    status: int
    page: str
    written: dict[str, list[str]]


@pytest.fixture(scope="module")
def forms(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[tuple[Client, Form]]]:
    """Each form once, with who can send it."""
    with django_db_blocker.unblock(), company_shown(tmp_path_factory.mktemp("forms")), figures_of_runs_stay():
        insider, stranger = Client(raise_request_exception=False), Client(raise_request_exception=False)
        insider.force_login(somebody(), backend=BACKEND)
        one_of_each: dict[Any, tuple[Client, Form]] = {}
        for client, starts in ((insider, addresses()), (stranger, opened_by_strangers())):
            for form in crawl(client, starts, each=1):
                names = tuple(sorted({re.sub(r"\d+", "#", field.name) for field in form.fields}))
                saves = form.button is None or form.button[0] not in ("_continue", "_addanother")
                if form.method == "post" and saves and kind_of(form.action):
                    button = form.button and re.sub(r"\d+", "#", " ".join(form.button))
                    one_of_each.setdefault((kind_of(form.action), names, button), (client, form))
        yield list(one_of_each.values())


def sample(form: Form) -> Iterator[Field]:
    """The fields a person fills in, of many that are alike the first few."""
    alike: Counter[str] = Counter()
    for field in {re.sub(r"\d+", "#", field.name): field for field in reversed(form.fields)}.values():
        begins = re.split(r"[-.]", field.name)[0]
        alike[begins] += 1
        if (
            alike[begins] <= MOST_ALIKE
            and field.kind != "file"
            and not re.search(r"_FORMS$|__prefix__|^_selected_action", field.name)
        ):
            yield field


def worst(form: Form, field: Field) -> str:
    """A value for a field by its kind: another one for each field, so that all of them are tried on some."""
    if field.kind in ("select", "radio", "checkbox"):
        values = IDS
    elif field.kind in ("date", "datetime-local", "time") or LIKE_A_DAY.search(field.name):
        values = DAYS
    elif field.kind == "number" or LIKE_A_NUMBER.search(field.name):
        values = NUMBERS
    else:
        values = IDS + TEXTS if field.kind == "hidden" else TEXTS
    return values[sum(map(ord, kind_of(form.action) + field.name)) % len(values)]


def send(client: Client, form: Form, changes: dict[str, str]) -> Answer:
    """Send a form with some fields changed; whatever that wrote is taken back."""
    cache.clear()
    cookies = client.cookies.copy()
    with transaction.atomic():
        response = client.post(form.action, form.sent() | changes)
        written = rows_written()
        transaction.set_rollback(True)
    client.cookies = cookies
    return Answer(status=response.status_code, page=response.content.decode(errors="replace"), written=written)


def rows_written() -> dict[str, list[str]]:
    """The rows that the running transaction has written, by table, without sessions and logs of requests."""
    rows_by_table = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_stat_xact_user_tables WHERE n_tup_ins + n_tup_upd > 0")
        for (table,) in cursor.fetchall():
            if table in ("django_session", "pghistory_context", "usersessions_usersession"):
                continue
            cursor.execute(f'SELECT to_jsonb(t) FROM "{table}" t WHERE age(xmin) <= age(pg_current_xact_id()::xid)')
            if rows := [row if isinstance(row, str) else json.dumps(row) for (row,) in cursor.fetchall()]:
                rows_by_table[table] = rows
    return rows_by_table


def faults(form: Form, answer: Answer) -> Iterator[str]:
    """What is wrong with an answer."""
    if answer.status >= 500:
        yield f"error {answer.status}"
    if raw := RAW.search(answer.page):
        yield f"says “{raw[0]}”"
    if answer.status >= 400 and answer.written and kind_of(form.action) not in PARTLY:
        yield f"refused with {answer.status}, and wrote to {sorted(answer.written)}"


def test_every_address_that_takes_a_form_has_one(forms: list[tuple[Client, Form]]) -> None:
    taken = {kind_of(form.action).partition(" ")[0] for _client, form in forms}
    assert {row.name for row in all_rows() if row.post} - taken == NOT_ON_A_PAGE - taken
    assert len(forms) > 100


@pytest.mark.parametrize("most", [2, pytest.param(1_000, marks=pytest.mark.slow)])
def test_no_form_breaks_over_a_value(forms: list[tuple[Client, Form]], most: int) -> None:
    wrong = [
        f"{kind_of(form.action)} {field.name}={worst(form, field)[:20]!r}: {fault}"
        for client, form in forms
        for field in islice(sample(form), most)
        for fault in faults(form, send(client, form, {field.name: worst(form, field)}))
    ]
    assert wrong == []


def test_no_form_cuts_a_text(forms: list[tuple[Client, Form]]) -> None:
    """Refused, or written down to its last sign."""
    wrong = []
    for client, form in forms:
        if form.page.startswith("/admin/"):  # its fields are those of models, with their own lengths
            continue
        for field in sample(form):
            if field.kind not in ("text", "textarea", "email", "search"):
                continue
            answer = send(client, form, {field.name: LONG})
            kept = " ".join(row for rows in answer.written.values() for row in rows)
            if list(faults(form, answer)) or (LONG[:100] in kept and LONG not in kept):
                wrong.append(f"{kind_of(form.action)} {field.name}: {answer.status}")
    assert wrong == []
