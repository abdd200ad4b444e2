"""`contributions --json` of a generated company: everything adds up, however the company is cut."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from departments.formats import money_in_words
from departments.models import Company, Department
from pipeline.models import PlanTarget, RecomputeRun

pytestmark = pytest.mark.django_db
Ask = Callable[..., dict[str, Any]]


def gap_left(figures: dict[str, Any], start: float) -> float:
    parts = sum(party["amount"] or 0.0 for party in figures["parties"])
    return figures["actual"] - start - parts - figures["unexplained"]


def test_parties_and_unexplained_are_the_gap_to_plan(run: RecomputeRun, answer: Ask) -> None:
    figures = answer("contributions", "--by", "segment")
    assert abs(gap_left(figures, figures["target"])) <= 1e-9 * figures["target"]
    for group in figures["groups"]:
        start = group["baseline_revenue"] if group["target"] is None else group["target"]
        assert abs(gap_left(group, start)) <= 1e-9 * max(figures["target"], 1.0)


@pytest.mark.parametrize("by", ["segment", "team", "source", pytest.param("rep", marks=pytest.mark.slow)])
def test_groups_add_up_to_the_company_to_the_cent(run: RecomputeRun, answer: Ask, by: str) -> None:
    figures = answer("contributions", "--by", by)
    for place, party in enumerate(figures["parties"][:-1]):
        total = sum(group["parties"][place]["amount"] for group in figures["groups"])
        assert total == pytest.approx(party["amount"], abs=0.005), party["key"]
    assert sum(group["actual"] for group in figures["groups"]) == pytest.approx(figures["actual"], abs=0.005)


def test_factors_add_up_to_the_share(run: RecomputeRun, answer: Ask) -> None:
    for party in answer("contributions")["parties"]:
        assert sum(party["factors"].values()) == pytest.approx(party["amount"], rel=1e-6, abs=0.01), party["key"]


def test_parties_are_the_internal_departments_and_the_three_that_are_none(run: RecomputeRun, answer: Ask) -> None:
    internal = list(Department.objects.filter(kind="internal").values_list("key", flat=True))
    parties = answer("contributions")["parties"]
    assert [party["key"] for party in parties] == [*internal, "market", "opening", "strategy"]
    assert {party["verdict"] for party in parties} <= {"contributes", "contaminates", "cannot tell", "not judged"}


def test_without_a_plan_the_bridge_starts_at_the_baseline(run: RecomputeRun, answer: Ask) -> None:
    PlanTarget.objects.all().delete()
    figures = answer("contributions")
    assert figures["target"] is None
    assert figures["strategy"] is None
    assert figures["parties"][-1]["amount"] is None
    assert any("no plan" in reason for reason in figures["reasons"])
    assert abs(gap_left(figures, figures["baseline_revenue"])) <= 1e-9 * abs(figures["actual"])


def test_a_period_before_two_quarters_of_history_has_no_baseline(run: RecomputeRun, answer: Ask) -> None:
    figures = answer("contributions", "--period", "2024-03")
    assert figures["baseline"] is None
    assert any("no baseline" in reason for reason in figures["reasons"])
    assert {party["verdict"] for party in figures["parties"]} <= {"cannot tell", "not judged"}


def printed(*arguments: str) -> str:
    out = StringIO()
    call_command("contributions", *arguments, stdout=out)
    return out.getvalue()


def test_text_gives_nobody_a_share_without_a_baseline(run: RecomputeRun) -> None:
    text = printed("--period", "2024-03", "--by", "segment")
    assert "2024-03 has no baseline, so nothing can be said about who moved it." in text
    assert "±" not in text
    assert not re.search(r"^(Legal|Market|Timing)", text, flags=re.MULTILINE)


def test_text_has_the_names_of_the_ledger_and_says_which_range_it_prints(run: RecomputeRun, answer: Ask) -> None:
    text = printed("--by", "segment")
    whole, _, groups = text.partition("In groups ± is the 90 % range of each share by itself")
    assert "± is the 90 % range for all departments at once" in whole
    for line in re.findall(r"^Legal +.*", groups, flags=re.MULTILINE):
        assert "±" in line
    legal = next(party for party in answer("contributions")["parties"] if party["key"] == "legal")
    half = (legal["simultaneous_high"] - legal["simultaneous_low"]) / 2
    assert re.search(rf"^Legal .*± +{half:,.0f} ", whole, flags=re.MULTILINE)
    assert "Timing and chance" in whole
    assert re.search(r"^Plan (above|below) ", whole, flags=re.MULTILINE)
    assert not re.search(r"Strategy|Unexplained", text)


def test_a_running_period_has_less_than_its_whole_plan(run: RecomputeRun, answer: Ask) -> None:
    figures = answer("contributions")
    assert figures["running"]
    assert 0 < figures["target"] < figures["target_period"]


def test_a_finished_period_has_its_whole_plan(run: RecomputeRun, answer: Ask) -> None:
    figures = answer("contributions", "--period", "2026-Q3")
    assert figures["target"] == figures["target_period"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--period", "2040-Q1"], "2040-Q1 has not begun: the figures end on"),
        (["--period", "1999"], "ends before the first recorded event"),
        (["--period", "soon"], "is not a period"),
        (["--baseline", "{this quarter}"], "overlaps the period"),
        (["--by", "weather"], "cannot be grouped"),
    ],
)
def test_what_cannot_be_computed_is_a_sentence(run: RecomputeRun, arguments: list[str], sentence: str) -> None:
    today = run.as_of.date()
    quarter = f"{today.year}-Q{(today.month + 2) // 3}"
    with pytest.raises(CommandError, match=sentence):
        call_command("contributions", *[argument.replace("{this quarter}", quarter) for argument in arguments])


SPANS = ("2026-Q3",)
MORE_SPANS = ("2026-01-12..2026-02-03", "2026-Q1", "2026-02", "2025", "2025-11-01..2026-02-14")
"""Not those of the night: every comparison has gates of its own to pass, which take a while."""


@pytest.mark.parametrize("period", [*SPANS, *(pytest.param(span, marks=pytest.mark.slow) for span in MORE_SPANS)])
def test_every_page_and_command_names_the_same_plan_of_a_span(
    run: RecomputeRun, ceo: Client, answer: Ask, period: str
) -> None:
    figures = answer("contributions", "--period", period)
    assert figures["target_period"] is not None
    page = ceo.get("/pipeline/", {"period": period, "compare": "plan"}).content.decode()
    words = money_in_words(round(figures["target_period"] * 100), Company.objects.get().reporting_currency)
    assert f"of the plan, {words}" in page


@pytest.mark.slow
@pytest.mark.parametrize("period", MORE_SPANS)
def test_the_plan_of_a_span_is_the_same_whatever_it_is_compared_with(
    run: RecomputeRun, answer: Ask, period: str
) -> None:
    figures = answer("contributions", "--period", period)
    other = answer("contributions", "--period", period, "--baseline", "2024-Q2")
    assert other["target_period"] == figures["target_period"]
