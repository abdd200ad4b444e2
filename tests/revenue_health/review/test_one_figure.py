"""A walk over every page of one company and quarter: each party has one figure, one word and one colour wherever it
stands, and there is one figure for actual, landing and plan."""

from __future__ import annotations

import re
from collections import defaultdict
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from departments.models import Company
from pipeline.models import RecomputeRun
from revenue_health.contribution.verdict_words import step_word
from revenue_health.review.models import Pack
from revenue_health.review.selectors.headline import short_label
from revenue_health.review.services.packs import pack_freeze

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
ROW = re.compile(r'<tr[^>]*data-party="([a-z_-]+)"[^>]*>(.*?)</tr>', re.DOTALL)
PAGES = ("/", "/drivers/", "/drivers/panel/")
TOTALS = ("start", "pace", "actual", "coming", "landing")

type Seen = dict[tuple[str, str], set[tuple[str, str]]]
"""By party and measure: what was read, and where."""


def text_of(html: str) -> str:
    """What a reader sees: without what stands there for those who hear the page only."""
    seen = re.sub(r'<span class="visually-hidden">.*?</span>', "", html)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", seen)).split())


NOTE = re.compile(r'<span class="note narrow-only">(.*?)</span>')
"""What stands under a name or a figure where columns have no room."""


def cells_of(row: str) -> list[str]:
    return [text_of(NOTE.sub("", cell)) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]


def read_ledgers(ceo: Client, seen: Seen) -> None:
    """Name, difference, interval, revenue and word of every row of every ledger, as a reader sees them; the colour."""
    for page in PAGES:
        html = ceo.get(page, headers=HTMX).content.decode()
        rows = ROW.findall(html)
        assert len(rows) > 8, page
        for party, row in rows:
            cells = dict(zip(("name", "picture", "amount", "half", "revenue", "word"), cells_of(row), strict=True))
            for measure, text in cells.items():
                seen[party, measure].add((text, page))
            word = cells["word"].partition(" ")[2] if cells["word"][:1] in ("▲", "▼", "?") else ""
            notes = [text for text in (cells["revenue"] or word, cells["half"]) if text]
            assert [text_of(note) for note in NOTE.findall(row)] == notes, (page, party)
            colour = re.search(r'<rect class="(\w+)"', row)
            seen[party, "colour"].add((colour[1] if colour else "", page))


def read_pages_of_parties(ceo: Client, seen: Seen, parties: list[str]) -> None:
    for party in parties:
        context = ceo.get(f"/drivers/{party}/").context
        step, scale = context["step"], context["scale"]
        where = f"/drivers/{party}/"
        seen[party, "amount"].add((scale.signed(step.amount), where))
        seen[party, "half"].add((f"±{scale.write(step.half)}" if step.half else "", where))
        seen[party, "colour"].add((str(step.impact), where))
        seen[party, "word"].add((f"{step.mark} {step_word(step)}".strip(), where))


def read_department_lines(ceo: Client, seen: Seen) -> None:
    context = ceo.get("/drivers/").context
    for driver in context["drivers"]:
        share = driver.share
        seen[share.key, "amount"].add((context["scale"].signed(share.amount), "departments"))
        seen[share.key, "word"].add((f"{share.sign} {share.verdict}", "departments"))
        seen[share.key, "colour"].add((share.impact or "soft", "departments"))


def read_pack(pack: Pack, seen: Seen, scale: Any, names: dict[str, str]) -> None:
    slides = {slide["key"]: slide for slide in pack.figures["slides"]}
    for key in ("bridge", "shares"):
        for bar in slides[key]["chart"]["bars"]:
            if party := names.get(bar["name"]):
                seen[party, "amount"].add((scale.signed(bar["amount"]), f"slide {key}"))
                seen[party, "colour"].add((bar["impact"], f"slide {key}"))


def test_each_party_has_one_figure_one_word_and_one_colour(ceo: Client, run: RecomputeRun, company: Company) -> None:
    seen: Seen = defaultdict(set)
    read_ledgers(ceo, seen)
    steps = {party: texts for (party, measure), texts in seen.items() if measure == "name" and party not in TOTALS}
    names = {next(iter(texts))[0]: party for party, texts in steps.items()}
    parties = list(steps)
    assert {"strategy", "opening", "legal", "sales", "market", "unexplained"} <= set(parties)
    read_pages_of_parties(ceo, seen, parties)
    read_department_lines(ceo, seen)
    pack = pack_freeze(run=run, company=company, user=None, now=timezone.now(), title="Walk")
    read_pack(pack, seen, ceo.get("/drivers/").context["scale"], names)
    several = {
        place: texts for place, texts in seen.items() if place[1] != "picture" and len({t for t, _ in texts}) > 1
    }
    assert several == {}


def test_there_is_one_figure_for_actual_landing_and_plan(ceo: Client) -> None:
    ledger = ceo.get("/").context["review"].ledger
    landing = ledger.landing
    forecast = ceo.get("/forecast/").context["forecast"]
    assert (forecast.won_so_far, forecast.median, forecast.target) == (ledger.actual, landing.expected, landing.plan)
    what_if = ceo.get("/what-if/").context["what_if"].now
    assert what_if.before == landing.expected
    pipeline = ceo.get("/pipeline/").context
    totals = {total.name: total.figure.text for total in pipeline["totals"]}
    scale = ceo.get("/drivers/").context["scale"]
    assert scale.unit == pipeline["unit"]
    # What was won is the revenue where nothing was taken back.
    assert totals.get("Revenue", totals["Won"]) == scale.write(ledger.actual)


def test_the_landing_is_said_in_one_sentence_everywhere(ceo: Client) -> None:
    review = ceo.get("/").context["review"]
    sentence = review.headline.message.partition(". ")[0]
    assert sentence.startswith(f"{short_label(review.period.label)} is heading for ")
    assert ceo.get("/drivers/").context["accountability"].headline.message == review.headline.message
    assert ceo.get("/forecast/").context["message"].startswith(f"{sentence}")


def test_leak_is_said_only_of_what_costs_revenue_against_the_baseline(ceo: Client) -> None:
    """Gross losses are called lost: no headline of the pipeline says that a department caused them."""
    html = ceo.get("/pipeline/").content.decode()
    message = re.search(r'<p class="message"[^>]*>(.*?)</p>', html, re.DOTALL)
    assert message
    assert "lost" not in message[1]
    assert "caused by" not in html
