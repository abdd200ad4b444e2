"""The worst values for addresses whose forms stand on no page, because a script or a bare button sends them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone

from departments.models import Measurable
from tests.forms.ground import BACKEND, somebody
from tests.forms.html_forms import Form
from tests.forms.test_every_form import LONG, Answer, faults, send
from tests.kept_company import figures_of_runs_stay
from tests.shown_company import company_shown

pytestmark = pytest.mark.django_db
WORST = ("²", str(2**63), "9" * 400, "-1", "٣", "\0", "a\r\nb", "=1+1", "NaN", "1e309", "0001-01-01", "../x", LONG)
IN_ADDRESSES = (
    "/set-up/{}/", "/sign-in-as/{}/", "/data/uploads/{}/take-in/", "/data/sources/files/{}/take-in/",
    "/comments/{}/reopen/", "/packs/{}/links/1/revoke/", "/packs/1/links/{}/revoke/", "/what-if/scenarios/{}/restore/",
    "/scorecards/{}/paste/",
)  # fmt: skip
FIELDS = {
    "/drivers/compute/": ("period", "baseline"),
    "/drivers/inside/": ("period", "baseline", "by"),
    "/drivers/evidence/": ("period", "baseline"),
    "/forecast/compute/": ("period",),
    "/packs/freeze/": ("title", "since", "period"),
    "/what-if/scenarios/save/": ("set", "name"),
    "/set-up/sample/": ("x",),
}


@pytest.fixture(scope="module")
def root(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with django_db_blocker.unblock(), company_shown(tmp_path_factory.mktemp("forms")), figures_of_runs_stay():
        client = Client(raise_request_exception=False)
        client.force_login(somebody(), backend=BACKEND)
        yield client


def posted(client: Client, address: str, data: dict[str, str]) -> tuple[Answer, list[str]]:
    form = Form(page=address, action=address, method="post")
    answer = send(client, form, data)
    return answer, [f"{address[:60]} {str(data)[:60]}: {fault}" for fault in faults(form, answer)]


def test_nobody_gets_in_by_an_address(root: Client) -> None:
    for address, value in product(IN_ADDRESSES, WORST):
        answer, _wrong = posted(root, address.format(quote(value, safe="")), {})
        assert answer.status in (404, 410)
        assert answer.written.keys() <= {"departments_accesslog"}


@pytest.mark.slow
def test_no_field_breaks_what_is_sent(root: Client) -> None:
    """Some of the values for each field, other ones for the next: all of them are tried on some."""
    fields = [(address, name) for address, names in FIELDS.items() for name in names]
    wrong = [
        fault
        for place, (address, name) in enumerate(fields)
        for value in WORST[place % 4 :: 4]
        for fault in posted(root, address, {name: value})[1]
    ]
    assert wrong == []


def test_no_block_breaks_a_scorecard(root: Client) -> None:
    mine = Measurable.objects.filter(department__key="legal", source="manual").earliest("pk").key
    other = Measurable.objects.filter(department__key="sales").earliest("pk").key
    week = timezone.localdate().isoformat()
    blocks = [
        *WORST, "[" * 10_000, json.dumps({"a": 1}), json.dumps([[other, week, 0, "1"]]),
        json.dumps([[mine, week, 10**30, "1"]]), json.dumps([[mine, week, 0, "1"]] * 3_000),
        *(json.dumps([[value, week, 0, "1"]]) for value in WORST),
        *(json.dumps([[mine, value, 0, "1"]]) for value in WORST),
        *(json.dumps([[mine, week, value, "1"]]) for value in WORST),
    ]  # fmt: skip
    for action, block in product(("paste", "undo"), blocks):
        answer, wrong = posted(root, "/scorecards/legal/paste/", {"action": action, "cells": block})
        assert wrong == []
        assert answer.status in (409, 422)
