"""The figures of companies that never change stay as they were: no move of code may change an answer.

A difference here is either a fault or a change of the method: then `GOLDEN=write make check-slow` (or
`GOLDEN=write python manage.py test tests/golden`) writes the files anew, and the commit says which figures moved.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from revenue_health.embedded.session import close_connections
from tests.golden.pinned import COMMANDS, COMPANIES, FOLDER, NOW, PinnedCompany, answers, company_build, differences
from tests.kept_company import everything_empty

pytestmark = pytest.mark.django_db
NAMES = (*COMMANDS, "pack")
PARAMETERS = [pytest.param(one, id=one.name, marks=[pytest.mark.slow] if one.slow else []) for one in COMPANIES]


@pytest.fixture(scope="module", params=PARAMETERS)
def company(
    request: Any, django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[PinnedCompany, dict[str, str]]]:
    """One company, and what every command says of it."""
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=False):
        everything_empty()
        try:
            company_build(request.param, tmp_path_factory.mktemp("golden") / "company")
            yield request.param, answers()
        finally:
            everything_empty()
            close_connections()


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_is_the_pinned_one(company: tuple[PinnedCompany, dict[str, str]], name: str) -> None:
    pinned_company, texts = company
    file = FOLDER / pinned_company.name / f"{name}.json"
    if os.environ.get("GOLDEN") == "write":
        file.parent.mkdir(exist_ok=True)
        file.write_text(texts[name], encoding="utf-8")
    before = file.read_text(encoding="utf-8")
    if before != texts[name]:
        assert differences(json.loads(before), json.loads(texts[name])) == []


def test_only_what_another_processor_explains_is_let_pass() -> None:
    pinned_answer = {"share": 8756.24167, "count": 3, "verdict": "cannot tell", "parts": [0.1, None]}
    assert differences(pinned_answer, pinned_answer | {"share": 8756.24164}) == []
    for change in (
        {"share": 8756.25}, {"share": None}, {"count": 4}, {"count": True}, {"verdict": "contaminates"},
        {"parts": [0.1]}, {"parts": [0.1, 0]}, {"parts": [0.10001, None]},
    ):  # fmt: skip
        assert len(differences(pinned_answer, pinned_answer | change)) == 1
    assert differences(pinned_answer, {**pinned_answer, "more": 1}) != []
