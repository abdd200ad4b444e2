"""A company that chose milder words for verdicts reads no other: on no page, in no mail, on no slide."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from departments.models import Company, User
from departments.web.middleware import COMPANY_STYLE
from pipeline.models import RecomputeRun
from pipeline.selectors.data.runs import latest_run
from revenue_health.contribution.models import ScoreRun
from revenue_health.contribution.verdict_words import MILDER, OWNERS, using_verdict_words
from revenue_health.review.selectors.packs.content import message_of
from revenue_health.review.services.evidence import evidence_make, evidence_request
from revenue_health.review.services.exports import pack_write
from revenue_health.review.services.packs import pack_freeze
from tests.permissions import Row, all_rows
from tests.shown_company import company_shown

pytestmark = pytest.mark.django_db
OWNERS_WORDS = re.compile(r"\b(contaminat\w*|contribut(e|es|ed|ing))\b", re.IGNORECASE)
MILDER_WORDS = re.compile(r"\b(cost us|added)\b", re.IGNORECASE)
EXPLAINED_THERE = {"pipeline:settings_company", "departments:audit"}
"""Where the words are chosen, and where every choice is on record."""


def everybody_named() -> None:
    """As if every department had passed its gates: a small company names hardly anybody."""
    for score_run in ScoreRun.objects.all():
        for party in score_run.figures.get("parties", ()):
            if party["kind"] == "internal" and party["amount"]:
                party["verdict"] = "contributes" if party["amount"] > 0 else "contaminates"
                for gate in party.get("gates", {}).values():
                    gate["passed"] = True
        for key, judged in ((score_run.gates or {}).get("parties") or {}).items():
            part = next((each for each in score_run.figures["parties"] if each["key"] == key), None)
            if part and part["verdict"] in ("contributes", "contaminates"):
                judged["verdict"] = part["verdict"]
                judged["gates"] = {name: [True, detail] for name, (_, detail) in judged["gates"].items()}
        for quarter in ((score_run.gates or {}).get("evidence") or {}).get("quarters", ()):
            quarter["parts"] = dict.fromkeys(quarter["parts"], -0.9)
        score_run.save()


@pytest.fixture(scope="module")
def named(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with django_db_blocker.unblock(), company_shown(tmp_path_factory.mktemp("milder"), scored=True):
        everybody_named()
        yield


@pytest.fixture
def in_words(named: None, db: None) -> Callable[[str], Company]:
    def chosen(wording: str) -> Company:
        Company.objects.update(verdict_words=wording)
        # As the page of the settings does; whatever else is remembered must know by itself whose words it is in.
        cache.delete(COMPANY_STYLE)
        return Company.objects.get()

    return chosen


@pytest.fixture
def run(named: None, db: None) -> RecomputeRun:
    run = latest_run()
    assert run
    return run


def walk(client: Client) -> dict[str, str]:
    """Every page of the permission matrix, and what is sent meanwhile, by name: as somebody who may see all of it."""
    return {row.name: body for row in all_rows() for body in bodies(client, row)}


def bodies(client: Client, row: Row) -> Iterator[str]:
    for method, allowed in (("get", row.get), ("post", row.post)):
        if allowed is None:
            continue
        with transaction.atomic():
            response = getattr(client, method)(reverse(row.name, kwargs=row.filled()))
            transaction.set_rollback(True)
        if "text/html" in response.headers.get("Content-Type", "") and not response.streaming:
            yield response.content.decode()
            if method == "get":
                return


def sees_everything() -> Client:
    root = User.objects.create_superuser("root-of-words")
    client = Client()
    client.force_login(root, backend="django.contrib.auth.backends.ModelBackend")
    return client


def pages_with(pattern: re.Pattern[str], pages: dict[str, str]) -> dict[str, list[str]]:
    matches = {name: [match[0] for match in pattern.finditer(text)] for name, text in pages.items()}
    return {name: some for name, some in matches.items() if some and name not in EXPLAINED_THERE}


@pytest.mark.slow
def test_no_page_and_no_mail_has_the_owners_words(in_words: Callable[[str], Company]) -> None:
    client = sees_everything()
    in_words(OWNERS)
    before = pages_with(OWNERS_WORDS, walk(client))
    assert {f"review:{name}" for name in ("index", "drivers", "driver", "track_record", "style")} <= set(before), before
    in_words(MILDER)
    pages = walk(client)
    assert pages_with(OWNERS_WORDS, pages) == {}
    assert set(before) <= set(pages_with(MILDER_WORDS, pages))
    assert not [message.body for message in mail.outbox if OWNERS_WORDS.search(message.body)]


def words_of(value: object, *, but: str) -> Iterator[str]:
    """Every text in a value of JSON, but those of one name."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from words_of(inner, but=but) if name != but else ()
    elif isinstance(value, list):
        for inner in value:
            yield from words_of(inner, but=but)


def pdf_text(data: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages)


def test_a_pack_keeps_the_words_it_was_frozen_with(
    in_words: Callable[[str], Company], run: RecomputeRun, tmp_path: Path
) -> None:
    milder = pack_freeze(run=run, company=in_words(MILDER), user=None, now=timezone.now())
    owners = pack_freeze(run=run, company=in_words(OWNERS), user=None, now=timezone.now())
    assert milder.pk != owners.pk
    assert milder.figures["verdict_words"] == "added"
    assert "verdict_words" not in owners.figures
    assert milder.figures["contributions"] == owners.figures["contributions"]
    assert {"contributes", "contaminates"} & {part["verdict"] for part in milder.figures["contributions"]["parties"]}
    for pack, own, others in ((milder, MILDER_WORDS, OWNERS_WORDS), (owners, OWNERS_WORDS, re.compile("cost us"))):
        sentences = list(words_of(pack.figures, but="verdict"))
        assert any(own.search(text) for text in sentences)
        assert not [text for text in sentences if others.search(text)]
    pack_write(pack=milder, kind="pdf", path=tmp_path / "pack.pdf", hide_names=False)
    paper = pdf_text((tmp_path / "pack.pdf").read_bytes())
    assert "cost us" in paper or "added" in paper
    # The company is back at the owner's words; the pack is not.
    client = sees_everything()
    pages = [client.get(reverse(name, kwargs={"pk": milder.pk})) for name in ("review:board", "review:pack")]
    for text in [paper, *(page.content.decode() for page in pages)]:
        assert not OWNERS_WORDS.search(text)


def test_a_pack_quotes_the_one_before_in_its_own_words(in_words: Callable[[str], Company], run: RecomputeRun) -> None:
    milder = pack_freeze(run=run, company=in_words(MILDER), user=None, now=timezone.now()).figures
    owners = pack_freeze(run=run, company=in_words(OWNERS), user=None, now=timezone.now()).figures
    messages = {
        wording: figures["review"]["headline"]["message"] for wording, figures in ((MILDER, milder), (OWNERS, owners))
    }
    assert messages[MILDER] != messages[OWNERS]
    for wording, message in messages.items():
        with using_verdict_words(wording):
            assert message_of(milder) == message_of(owners) == message


def test_the_evidence_is_in_the_words_of_the_company(in_words: Callable[[str], Company], run: RecomputeRun) -> None:
    in_words(MILDER)
    period = ScoreRun.objects.earliest("pk").label
    export = evidence_request(
        run=run, period=period, baseline="", user=User.objects.get(username="ceo"), now=timezone.now()
    )
    text = pdf_text(bytes(evidence_make(export=export.pk).pdf or b""))
    assert "cost us" in text or "added" in text
    assert not OWNERS_WORDS.search(text)


def test_commands_say_the_words_and_json_has_the_verdicts(in_words: Callable[[str], Company]) -> None:
    in_words(MILDER)
    for command in ("contributions", "review"):
        text, record = printed(command), json.loads(printed(command, "--json"))
        assert MILDER_WORDS.search(text), text
        assert not OWNERS_WORDS.search(text)
        parties = record["parties"] if command == "contributions" else record["bridge"]["parties"]
        assert {"contributes", "contaminates"} & {party["verdict"] for party in parties}
        assert not [text for text in words_of(record, but="verdict") if OWNERS_WORDS.search(text)]


def printed(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()
