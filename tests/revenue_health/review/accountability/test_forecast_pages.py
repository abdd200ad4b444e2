"""Forecast and what-if: what the night kept, what a promise would change, and scenarios that stay."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import plotly.graph_objects as go
import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from departments.formats import money_in_words
from departments.models import Company, User
from pipeline.models import RecomputeRun
from revenue_health.contribution.models import ForecastSnapshot
from revenue_health.contribution.selectors.comparison.periods import comparison_periods
from revenue_health.contribution.selectors.forecast.forecast_json import what_if_json
from revenue_health.contribution.selectors.forecast.levers import levers_of
from revenue_health.contribution.selectors.forecast.whatif import company_what_if, promise_of
from revenue_health.review.core.forecast_figures import Coverage
from revenue_health.review.models import Scenario
from revenue_health.review.selectors.forecast.forecast_reader import what_if_from_json
from revenue_health.review.selectors.forecast.promises import outcome_of
from revenue_health.review.selectors.packs.slides.forecast import coverage_note

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}

ACCOUNT, FORECAST, WHAT_IF = "/drivers/", "/forecast/", "/what-if/"

PROMISE = "contract:legal:wait_days=2"


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


def test_the_forecast_page_shows_what_the_night_kept(ceo: Client, run: RecomputeRun) -> None:
    context = ceo.get(FORECAST).context
    kept = ForecastSnapshot.objects.get(run=run)
    assert context["forecast"].median == round(kept.median * 100)
    assert context["forecast"].days[-1].median == round(kept.median * 100)
    go.Figure(json.loads(json.dumps(context["chart"], allow_nan=False)))
    assert all(row.gain > 0 for row in context["constraints"])
    assert "No period of the nightly forecasts is over yet" in text(ceo.get(FORECAST))


def test_coverage_says_what_the_forecast_needs_beside_what_earlier_periods_needed() -> None:
    """290 open for 100 missing is 2.9; the forecast expects 80 of the 100, so it takes 290 / 80 = 3.625 times."""
    coverage = Coverage(needed=2.8, had=2.9)
    assert coverage.by_forecast(missing=100.0, to_come=80.0) == pytest.approx(3.625)
    assert coverage.by_forecast(missing=None, to_come=80.0) is None
    assert coverage.by_forecast(missing=-5.0, to_come=80.0) is None, "the plan is reached"
    figures = {"coverage": {"needed": 2.8, "had": 2.9}, "median": 180.0, "won_so_far": 100.0, "target": 200.0}
    assert coverage_note(figures) == (
        "The open pipeline is 2.9 times what is missing; in earlier periods 2.8 times was needed at this point, by the "
        "forecast 3.6 times now."
    )
    assert coverage_note(figures | {"target": None}) == (
        "The open pipeline is 2.9 times what is missing; in earlier periods 2.8 times was needed at this point."
    )


def test_the_page_has_all_three_coverages(ceo: Client) -> None:
    context = ceo.get(FORECAST).context
    forecast, shown = context["forecast"], context["coverage"]
    open_now = shown.had * forecast.missing
    assert shown.expected == pytest.approx(open_now / (forecast.median - forecast.won_so_far))


def test_a_constraint_leads_to_its_what_if_and_its_deals(ceo: Client) -> None:
    constraint = ceo.get(FORECAST).context["constraints"][0]
    answer = ceo.get(constraint.what_if)
    assert answer.context["errors"] == []
    assert answer.context["outcomes"][0].change == pytest.approx(constraint.gain, rel=0.02, abs=200)
    assert ceo.get(constraint.deals).status_code == 200


def test_the_review_says_what_would_help_most(ceo: Client, run: RecomputeRun) -> None:
    assert reverse("review:lever_line") in text(ceo.get("/"))
    best, line = ceo.get(FORECAST).context["constraints"][0], ceo.get(reverse("review:lever_line"))
    assert f"{best.kind} in {best.stage}, {best.department}, would add {money_in_words(best.gain, 'EUR')}" in text(line)
    assert line.context["lever"].try_it == best.what_if
    ForecastSnapshot.objects.filter(run=run).delete()
    assert text(ceo.get(reverse("review:lever_line"))).strip() == ""


def test_the_page_says_who_is_at_a_limit(ceo: Client, run: RecomputeRun) -> None:
    assert ForecastSnapshot.objects.get(run=run).figures["limits"] == []
    legal = {"pipeline": "new", "stage": "contract", "department": "legal"}
    kept = ForecastSnapshot.objects.get(run=run)
    kept.figures["limits"] = [{**legal, "at_most": 11.24, "arrivals": 17.0, "waiting": 380.4}]
    kept.figures["constraints"].insert(0, {**legal, "kind": "limited", "gain": 9e9})
    kept.save(update_fields=["figures"])
    page = ceo.get(FORECAST)
    assert "Legal hands on at most 11.2 deals a day in Contract, however many wait: 17.0 a day arrive, 380" in text(
        page
    )
    most = next(row for row in page.context["constraints"] if row.kind == "10 % more handed on a day")
    assert most.what_if == f"{WHAT_IF}?set=new%2Fcontract%3Alegal%3Ahands_on%3D%2B10%25"


def test_finished_forecasts_are_compared(ceo: Client, run: RecomputeRun) -> None:
    kept = ForecastSnapshot.objects.get(run=run)
    kept.pk, kept.label, kept.actual = None, "2026-Q3", kept.p75 + 0.01
    kept.period_start = kept.period_end
    kept.save()
    row = ceo.get(FORECAST).context["calibrations"][0]
    assert (row.period, row.forecasts, row.inside_50, row.inside_90) == ("2026-Q3", 1, 0, 1)


def test_a_run_without_a_forecast_has_a_button(ceo: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, str]] = []
    monkeypatch.setattr(
        "revenue_health.review.views.forecast.forecast.night_step.delay", lambda *step: asked.append(step)
    )
    ForecastSnapshot.objects.all().delete()
    cache.clear()
    assert "forecast-compute-button" in text(ceo.get(FORECAST))
    for _ in range(2):
        ceo.post(f"{FORECAST}compute/")
    assert len(asked) == 1
    assert "Queued …" in text(ceo.get(FORECAST))


def to_the_cent(value: Any) -> Any:
    """Equal but for a cent: sums of floats by several threads differ in their last bits, which may turn one."""
    if isinstance(value, dict):
        return {name: to_the_cent(each) for name, each in value.items()}
    return pytest.approx(value, abs=1) if isinstance(value, int) else value


def test_the_page_says_what_the_command_says(ceo: Client, run: RecomputeRun, company: Company) -> None:
    periods = comparison_periods(run=run, company=company)
    now, following = company_what_if(run=run, company=company, periods=periods, promises=[promise_of(PROMISE)])
    answer = ceo.get(f"{WHAT_IF}?set={PROMISE}", headers=HTMX)
    computed = what_if_from_json(what_if_json(now, following, periods=periods, company=company))
    assert asdict(answer.context["what_if"]) == to_the_cent(asdict(computed))
    assert answer.headers["HX-Replace-Url"] == f"{WHAT_IF}?set=contract:legal:wait_days%3D2"


def test_as_things_are_is_what_the_night_stored(ceo: Client, run: RecomputeRun) -> None:
    kept = ForecastSnapshot.objects.get(run=run).figures
    context = ceo.get(WHAT_IF).context
    assert context["what_if"] == what_if_from_json(kept["what_if"])
    assert kept["what_if"]["before"] == kept["median"]


def test_fields_become_promises_in_the_address(ceo: Client, run: RecomputeRun, company: Company) -> None:
    # The company is made up to today: whose losses there are just now differs from day to day.
    lever = next(one for one in levers_of(run=run, company=company) if one.lever == "loss_rate")
    sent = {f"lever.{lever.key}": "0.07", f"lever.{lever.key.replace('loss_rate', 'wait_days')}": ""}
    answer = ceo.post(WHAT_IF, sent)
    assert answer.url == f"{WHAT_IF}?set={lever.stage}:{lever.department}:loss_rate%3D0.0001"
    field = next(
        field for stage in ceo.get(answer.url).context["stages"] for field in stage.fields if field.name == lever.key
    )
    assert (field.value, field.changed) == ("0.07", True)


def test_more_hands_where_no_limit_shows_change_nothing_and_say_why(
    ceo: Client, run: RecomputeRun, company: Company
) -> None:
    lever = next(one for one in levers_of(run=run, company=company) if one.lever == "hands_on" and not one.limited)
    page = ceo.get(WHAT_IF, {"set": f"{lever.pipeline}/{lever.stage}:{lever.department}:hands_on=+100%"})
    assert page.context["message"].startswith("From today on it changes nothing")
    assert "No limit shows of what" in text(page)
    assert "hands on, no limit seen" in text(page)


@pytest.mark.parametrize(
    "query", ["set=nonsense", "set=nowhere:legal:wait_days=4", "set=contract:legal:wait_days=-3", "set="]
)
def test_a_promise_that_fits_nothing_is_told(ceo: Client, query: str) -> None:
    page = ceo.get(f"{WHAT_IF}?{query}")
    assert page.status_code == 200
    assert 'class="error-text"' in text(page)


def test_a_field_that_is_no_number_is_told(ceo: Client, run: RecomputeRun, company: Company) -> None:
    key = levers_of(run=run, company=company)[0].key
    page = ceo.post(WHAT_IF, {f"lever.{key}": "soon"})
    assert page.status_code == 200
    assert "is not a number" in text(page)


def test_a_scenario_is_saved_compared_deleted_and_put_back(ceo: Client) -> None:
    ceo.post("/what-if/scenarios/save/", {"set": [PROMISE], "name": "  Legal   helps "})
    saved = Scenario.objects.get()
    assert (saved.name, saved.promises) == ("Legal helps", [PROMISE])
    row = ceo.get("/what-if/scenarios/").context["rows"][0][0]
    assert row.now == row.then
    assert signed_in("finance").post(f"/what-if/scenarios/{saved.pk}/delete/").status_code == 404
    answer = ceo.post(f"/what-if/scenarios/{saved.pk}/delete/")
    assert "scenario-undo" in text(ceo.get(answer.url))
    assert ceo.get("/what-if/scenarios/").context["rows"] == []
    ceo.post(f"/what-if/scenarios/{saved.pk}/restore/")
    assert len(ceo.get("/what-if/scenarios/").context["rows"]) == 1


@pytest.mark.parametrize("sent", [{"set": [PROMISE], "name": " "}, {"set": [], "name": "Nothing"}, {"name": "x" * 81}])
def test_a_scenario_without_name_or_promise_is_not_saved(ceo: Client, sent: dict[str, Any]) -> None:
    page = ceo.post("/what-if/scenarios/save/", sent, follow=True)
    assert "Nothing was saved" in text(page)
    assert not Scenario.objects.exists()


def test_an_answer_starts_where_a_forecast_made_again_lands(run: RecomputeRun, company: Company) -> None:
    periods = comparison_periods(run=run, company=company)
    before = outcome_of(run=run, company=company, periods=periods, texts=[PROMISE])["before"]
    row = ForecastSnapshot.objects.get(run=run)
    ForecastSnapshot.objects.filter(pk=row.pk).update(median=row.median + 1000)
    after = outcome_of(run=run, company=company, periods=periods, texts=[PROMISE])["before"]
    assert after == pytest.approx(before + 1000)
