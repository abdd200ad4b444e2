"""Where the running period will land, how sure that is, and what holds it back."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from departments.access import may_see_company, require
from departments.formats import grouped, money_in_words, money_scale
from departments.web.rendering import page_render
from pipeline.models import RecomputeRun
from pipeline.page.site_context import site_context
from pipeline.run_cache import cached_html
from pipeline.selectors.overview import Structure, structure_names
from revenue_health.contribution.score_requests import forecast_job, is_requested, request_once
from revenue_health.contribution.services.track_record import track_record_is_stored
from revenue_health.contribution.tasks import night_step
from revenue_health.review.charts.fan import fan
from revenue_health.review.core.forecast_figures import (
    Constraint,
    ForecastFigures,
    LimitReached,
)
from revenue_health.review.selectors.forecast.biggest_lever import WORDS, biggest_lever, what_if_address
from revenue_health.review.selectors.forecast.forecast_reader import forecast_from_json
from revenue_health.review.selectors.forecast.snapshots import calibrations, forecast_snapshot
from revenue_health.review.selectors.headline import chance_in_words, landing_sentence

TEMPLATE = "review/forecast/forecast.html"
PANELS = ("figures", "constraints")
CONSTRAINTS_SHOWN = 8
type Context = dict[str, object]


@dataclass(frozen=True, kw_only=True)
class ConstraintRow:
    """One constraint: what would be otherwise, in words, the gain in cents, and where it leads."""

    stage: str
    department: str
    kind: str
    gain: int
    what_if: str
    deals: str


@dataclass(frozen=True, kw_only=True)
class CoverageBars:
    """The coverage that earlier periods needed, the one there is, and the one it takes by the forecast, with the widths
    of their bars; empty for one that is not known."""

    needed: float | None
    had: float | None
    expected: float | None
    needed_bar: str
    had_bar: str
    expected_bar: str

    @property
    def differs(self) -> bool:
        """Whether earlier periods would have needed no more than there is, and the forecast says it is too little."""
        if self.needed is None or self.had is None or self.expected is None:
            return False
        return self.needed <= self.had < self.expected


@require_GET
def forecast_page(request: HttpRequest) -> HttpResponse:
    """The running quarter, as the night has forecast it."""
    require(request, may_see_company(request.user))
    site = site_context(request)
    run, company = site.run, site.company
    if run is None or company is None:
        return page_render(request, TEMPLATE, {"site": site, "nothing": True}, partial="page")
    snapshot = forecast_snapshot(run=run)
    context: Context = {"site": site, "calibrations": calibrations(), "currency": company.reporting_currency}
    if snapshot is None:
        context["requested"] = is_requested(forecast_job(run))
    else:
        context |= _forecast_context(forecast_from_json(snapshot.figures), company.reporting_currency)
        context["panels"] = _panels(context, run)
        context["may_move"] = not track_record_is_stored(run=run, company=company)
    return page_render(request, TEMPLATE, context, partial="page")


@require_GET
def lever_line(request: HttpRequest) -> HttpResponse:
    """One sentence on what would bring most this quarter, loaded into the review afterwards; or nothing."""
    require(request, may_see_company(request.user))
    run = site_context(request).run
    lever = biggest_lever(run=run, structure=structure_names()) if run else None
    return render(request, "review/forecast/lever_line.html", {"lever": lever, "site": site_context(request)})


@require_POST
def compute(request: HttpRequest) -> HttpResponse:
    """Ask a worker for the forecast of a run that has none, unless it was asked for a moment ago."""
    require(request, may_see_company(request.user))
    run = site_context(request).run
    if run is not None and request_once(forecast_job(run)):
        night_step.delay(run.pk, "forecast")
    return HttpResponseRedirect(reverse("review:forecast"))


def _forecast_context(forecast: ForecastFigures, currency: str) -> Context:
    scale, begin = money_scale(forecast.amounts, currency), forecast.period.start
    structure = structure_names()
    constraints = _constraint_rows(forecast, structure)
    chart = fan(
        forecast.days,
        begin=begin,
        target=forecast.target,
        last_year=forecast.last_year_label,
        scale=scale,
        outer=forecast.held.range_name,
    )
    return {
        "forecast": forecast,
        "begin": begin,
        "message": _forecast_message(forecast, currency),
        "chance": "–" if forecast.probability is None else chance_in_words(forecast.probability),
        "scale": scale,
        "chart": chart,
        "coverage": _coverage_bars(forecast),
        "constraints": constraints,
        "limits": [_limit_sentence(limit, structure) for limit in forecast.limits],
        "gain_scale": money_scale([row.gain for row in constraints], currency),
    }


def _panels(context: Context, run: RecomputeRun) -> dict[str, SafeString]:
    """The figures with their chart, and what holds the forecast back: kept for all who are shown the same."""
    names = ("forecast", "chance", "scale", "coverage", "constraints", "limits", "gain_scale")

    def render() -> dict[str, str]:
        return {panel: render_to_string(f"review/forecast/{panel}.html", context) for panel in PANELS}

    return cached_html(run, "forecast", render, of=[context[name] for name in names])


def _forecast_message(forecast: ForecastFigures, currency: str) -> str:
    """Where it lands and the chance to reach the plan, as the review says it; then the range."""
    low, high = (money_in_words(amount, currency) for amount in (forecast.p5, forecast.p95))
    landing = landing_sentence(forecast.landing, forecast.period.label, currency)
    return _("{landing} It lands {sentence}.").format(landing=landing, sentence=forecast.held.sentence(low, high))


def _coverage_bars(forecast: ForecastFigures) -> CoverageBars | None:
    """The three numbers and their bars on one scale; None where none is known."""
    needed, had, expected = forecast.coverage.needed, forecast.coverage.had, forecast.coverage_by_forecast
    numbers = [number for number in (needed, had, expected) if number is not None]
    if not numbers:
        return None
    most = max(*numbers, 0.001)

    def bar(number: float | None) -> str:
        return "" if number is None else f"{100 * number / most:.1f}%"

    return CoverageBars(
        needed=needed,
        had=had,
        expected=expected,
        needed_bar=bar(needed),
        had_bar=bar(had),
        expected_bar=bar(expected),
    )


def _constraint_rows(forecast: ForecastFigures, structure: Structure) -> list[ConstraintRow]:
    binding = [constraint for constraint in forecast.constraints if constraint.gain > 0][:CONSTRAINTS_SHOWN]
    return [_constraint_row(constraint, structure, forecast.period.label) for constraint in binding]


def _limit_sentence(limit: LimitReached, structure: Structure) -> str:
    """Who hands on no more however much waits, in deals."""
    stage = structure.stage_at(f"{limit.pipeline}:{limit.stage}")
    department = structure.department_at(limit.department)
    most, came = grouped(limit.at_most, 1), grouped(limit.arrivals, 1)
    return _(
        "{name} hands on at most {most} deals a day in {name_2}, however many wait: {came} a day "
        "arrive, {waiting} are there."
    ).format(
        name=department.name if department else limit.department.capitalize(),
        most=most,
        name_2=stage.name if stage else limit.stage,
        came=came,
        waiting=grouped(limit.waiting),
    )


def _constraint_row(constraint: Constraint, structure: Structure, period: str) -> ConstraintRow:
    stage = structure.stage_at(constraint.stage_address)
    department = structure.department_at(constraint.department)
    parameters = {
        "kind": "lost" if constraint.kind == "leaking" else "held",
        "department": constraint.department,
        "stage": constraint.stage_address,
        "period": period,
    }
    return ConstraintRow(
        stage=stage.name if stage else constraint.stage,
        department=department.name if department else constraint.department.capitalize(),
        kind=_(WORDS[constraint.kind]),
        gain=constraint.gain,
        what_if=what_if_address(constraint),
        deals=f"{reverse('pipeline:opportunities')}?{urlencode(parameters)}",
    )
