"""The track record's page and slide, on made-up past forecasts whose figures are worked out by hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from departments.models import Company
from pipeline.models import RecomputeRun
from revenue_health.contribution.models import PastForecast
from revenue_health.contribution.selectors.track.placebo import Placebo
from revenue_health.contribution.selectors.track.track_record import track_record
from revenue_health.contribution.selectors.track.track_record_json import track_record_json
from revenue_health.review.selectors.forecast.past_verdicts import past_verdicts
from revenue_health.review.selectors.packs.slides.track import track

pytestmark = pytest.mark.django_db
PAGE = "/track-record/"


def past(number: int, *, actual: float) -> None:
    """A forecast of 100 with a range of 90 to 110, the run-rate at 150 others beyond; 3 a quarter, long over."""
    start = date(2015, 1, 1) + timedelta(days=91 * (number // 3))
    day = (14, 42, 70)[number % 3]
    PastForecast.objects.create(
        label=f"Q{number // 3}", period_start=start, period_end=start + timedelta(days=90), day=day,
        as_of=datetime(start.year, start.month, start.day, tzinfo=UTC) + timedelta(days=day), method="test",
        won_so_far=10.0, p5=90.0, p25=96.0, median=100.0, p75=104.0, p95=110.0, actual=actual,
        peers=dict.fromkeys(("recent_rest", "last_year", "pipeline"), 151.0) | {"run_rate": 150.0},
    )  # fmt: skip


def test_without_a_past_quarter_the_page_says_so(run: RecomputeRun, ceo: Client) -> None:
    text = ceo.get(PAGE).content.decode()
    assert "no past quarter to look back on yet" in text
    assert "Inside the" not in text, "no table of forecasts; the verdicts of past quarters have one of their own"


def test_errors_and_what_was_held_in_words(run: RecomputeRun, ceo: Client) -> None:
    for number in range(12):
        past(number, actual=100.0)
    text = ceo.get(PAGE).content.decode().replace("\N{NO-BREAK SPACE}", " ")
    # Every forecast was right; the rules were half too high.
    assert (
        "The forecast was off by 0.0 % on average over 12 past days; the best simple rule, run-rate, by 50 %." in text
    )
    assert (
        "On day 42 the forecast was off by 0.0 % on average, the best simple rule (run-rate) by 50 %; the range held 4 "
        "of 4."
    ) in text
    assert "The range held what came in 12 of 12." in text
    assert "its 90 % range" in text


def test_a_range_that_held_too_little_is_not_called_one_of_90_percent(run: RecomputeRun, ceo: Client) -> None:
    for number in range(12):
        past(number, actual=50.0)
    text = ceo.get(PAGE).content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert "so it is not called a 90 % range" in text
    assert "its 90 % range" not in text


def test_past_verdicts_are_a_row_a_quarter_with_the_newest_first() -> None:
    placebo = [
        Placebo(period="2026-Q1", department="legal", share=-0.2, verdict="contaminates"),
        Placebo(period="2026-Q1", department="sales", share=0.01, verdict="cannot tell"),
        Placebo(period="2026-Q2", department="sales", share=0.3, verdict="contributes"),
    ]
    grid = past_verdicts(placebo, {"sales": "Sales", "legal": "Legal", "market": "Market"})
    assert grid is not None
    assert grid.departments == ("Sales", "Legal")
    assert [label for label, _cells in grid.quarters] == ["2026-Q2", "2026-Q1"]
    (up, missing), (nothing, down) = (cells for _label, cells in grid.quarters)
    assert missing is None
    assert [(cell.share, cell.beyond) for cell in (up, nothing, down) if cell] == [
        (0.3, True),
        (0.01, False),
        (-0.2, True),
    ]
    assert (grid.named, grid.cases) == (2, 3)


def test_no_mark_of_a_verdict_stands_on_a_past_quarter(run: RecomputeRun, ceo: Client) -> None:
    """One gate of five is no verdict: the review of that quarter may name nobody."""
    page = ceo.get(PAGE).content.decode()
    table = page[page.index("What the method says of past quarters") :].split("</section>")[0]
    assert "<tbody><tr>" in table
    assert not re.search("[▲▼]|contaminates|contributes", table)


def test_drivers_and_track_record_count_the_same_cases(run: RecomputeRun, ceo: Client) -> None:
    pages = [ceo.get(page).content.decode().replace("\N{NO-BREAK SPACE}", " ") for page in ("/drivers/", PAGE)]
    counts = [re.findall(r"would have named (?:a|the) department,? in (\w+) of (\d+)\s+cases", page) for page in pages]
    assert counts[0], "the generated company has earlier quarters"
    named = {("0", cases) if named == "none" else (named, cases) for (named, cases), *_more in counts}
    assert len(named) == 1


def test_htmx_gets_the_part_and_queries_stay_few(
    run: RecomputeRun, ceo: Client, django_assert_max_num_queries: Callable[..., AbstractContextManager[object]]
) -> None:
    past(0, actual=100.0)
    with django_assert_max_num_queries(16):
        answer = ceo.get(PAGE, headers={"HX-Request": "true"})
    assert b"<html" not in answer.content


def test_the_slide_says_the_same(run: RecomputeRun) -> None:
    company = Company.objects.get()
    empty = {"track_record": track_record_json(track_record(run=run, company=company), company)}
    assert track(empty) is None
    assert track({}) is None, "packs of earlier releases have no track record"
    for number in range(3):
        past(number, actual=125.0)
    slide = track({"track_record": track_record_json(track_record(run=run, company=company), company)})
    assert slide is not None
    # 100 against 125 is a fifth too low, 150 a fifth too high.
    assert slide.message == (
        "The forecast was off by 20 % on average over 3 past days; the best simple rule (run-rate) by 20 %."
    )
    assert slide.lines[0] == (
        "On day 14 the forecast was off by 20 % on average, the best simple rule (run-rate) by 20 %; the range held 0 "
        "of 1."
    )
    table = slide.tables[0]
    assert [row[0] for row in table.rows] == ["Day 14", "Day 42", "Day 70", "All"]
    assert table.rows[-1][1:3] == pytest.approx((3, 20.0))
    assert table.rows[-1][3] == "20.0 % too low"


@pytest.mark.parametrize(("actual", "side"), [(125.0, "20.0 % too low"), (80.0, "25.0 % too high"), (100.0, "neither")])
def test_page_and_slide_say_in_the_same_words_on_which_side_forecasts_were(
    run: RecomputeRun, ceo: Client, actual: float, side: str
) -> None:
    for number in range(3):
        past(number, actual=actual)
    company = Company.objects.get()
    slide = track({"track_record": track_record_json(track_record(run=run, company=company), company)})
    assert slide is not None
    assert {row[3] for row in slide.tables[0].rows} == {side}
    assert side in ceo.get(PAGE).content.decode().replace("\N{NO-BREAK SPACE}", " ")
