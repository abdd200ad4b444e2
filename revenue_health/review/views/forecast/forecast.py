"""Where the running period will land, how sure that is, and what holds it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from departments.access import may_see_company, require
from departments.formats import grouped, money_in_words, money_scale
from departments.web.rendering import page_render
from pipeline.page.shell import shell_of
from pipeline.selectors.overview import Structure, structure_names
from revenue_health.contribution.core.sensitivity import LESS, Lever
from revenue_health.contribution.requested import forecast_job, is_requested, request_once
from revenue_health.contribution.selectors.comparison.sentences import minor
from revenue_health.contribution.tasks import night_step
from revenue_health.review.charts.fan import Week, fan
from revenue_health.review.selectors.forecast.snapshots import calibrations, forecast_kept

TEMPLATE = "review/forecast/forecast.html"
CHOKES_SHOWN = 8
_BANDS = ("p5", "p25", "median", "p75", "p95")
_LEVERS = {"holding": Lever.WAIT_DAYS, "leaking": Lever.LOSS_RATE}
type Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Choke:
    """One constraint: gain in cents, and where it leads."""

    stage: str
    department: str
    kind: str
    gain: int
    what_if: str
    deals: str


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The running quarter, as the night has forecast it."""
    require(request, may_see_company(request.user))
    shell = shell_of(request)
    run, company = shell.run, shell.company
    if run is None or company is None:
        return page_render(request, TEMPLATE, {"shell": shell, "nothing": True}, partial="page")
    kept = forecast_kept(run=run)
    context: Json = {"shell": shell, "calibrations": calibrations(), "currency": company.reporting_currency}
    if kept is None:
        context["requested"] = is_requested(forecast_job(run))
    else:
        context |= _context(kept.figures, company.reporting_currency)
    return page_render(request, TEMPLATE, context, partial="page")


@require_POST
def compute(request: HttpRequest) -> HttpResponse:
    """Ask a worker for the forecast of a run that has none, unless it was asked for a moment ago."""
    require(request, may_see_company(request.user))
    run = shell_of(request).run
    if run is not None and request_once(forecast_job(run)):
        night_step.delay(run.pk, "forecast")
    return HttpResponseRedirect(reverse("review:forecast"))


def _context(figures: Json, currency: str) -> Json:
    weeks = _weeks(figures)
    amount = {name: minor(figures.get(name)) for name in ("target", "won_so_far", "won_gross", "reversed", *_BANDS)}
    scale = money_scale([value for value in amount.values() if value is not None], currency)
    target = amount["target"]
    begin = date.fromisoformat(figures["period"]["start"])
    chokes = _chokes(figures, structure_names())
    return {
        "figures": figures,
        "begin": begin,
        "message": _message(figures, currency),
        "amount": amount,
        "missing": None if target is None else target - (amount["won_so_far"] or 0),
        "probability": _probability(figures["probability"]),
        "scale": scale,
        "weeks": weeks,
        "chart": fan(weeks, begin=begin, target=target, last_year=figures["last_year_label"], scale=scale),
        "coverage": _coverage(figures["coverage"]),
        "chokes": chokes,
        "choke_scale": money_scale([choke.gain for choke in chokes], currency),
    }


def _weeks(figures: Json) -> list[Week]:
    """All days the figures know, in order, with what is known of each."""
    cells: dict[date, dict[str, int | None]] = {}
    for name in ("won", "last_year"):
        for point in figures[name]:
            cells.setdefault(date.fromisoformat(point["date"]), {})[name] = minor(point["amount"])
    for band in figures["path"]:
        found = cells.setdefault(date.fromisoformat(band["date"]), {})
        found.update({name: minor(band[name]) for name in _BANDS})
    return [Week(day=day, **cells[day]) for day in sorted(cells)]


def _message(figures: Json, currency: str) -> str:
    """Where it lands, how sure, and the plan; never a point without its band."""
    low, middle, high = (money_in_words(minor(figures[name]), currency) for name in ("p5", "median", "p95"))
    message = f"{figures['period']['label']} will land at {middle}, nine times in ten between {low} and {high}"
    if figures["target"] is None:
        return f"{message}; there is no plan to compare with."
    plan = money_in_words(minor(figures["target"]), currency)
    return f"{message}; the plan of {plan} is reached with a probability of {_probability(figures['probability'])}."


def _probability(value: float | None) -> str:
    """Draws can neither show a certainty nor an impossibility."""
    if value is None:
        return "–"
    if value < 0.01:
        return "under 1 %"
    return "over 99 %" if value > 0.99 else f"{grouped(100 * value)} %"


def _coverage(found: Json) -> Json | None:
    """Both numbers and their bars on one scale; None where neither is known."""
    known = [value for value in (found["needed"], found["had"]) if value is not None]
    if not known:
        return None
    most = max(*known, 0.001)
    bars = {name: f"{100 * found[name] / most:.1f}%" for name in ("needed", "had") if found[name] is not None}
    return {**found, "bars": bars}


def _chokes(figures: Json, structure: Structure) -> list[Choke]:
    found = [one for one in figures["constraints"] if (one["gain"] or 0) > 0][:CHOKES_SHOWN]
    return [_choke(one, structure, figures["period"]["label"]) for one in found]


def _choke(one: Json, structure: Structure, period: str) -> Choke:
    stage = structure.stage_at(f"{one['pipeline']}:{one['stage']}")
    department = structure.department_at(one["department"])
    promise = f"{one['pipeline']}/{one['stage']}:{one['department']}:{_LEVERS[one['kind']]}=-{LESS:.0%}"
    asked = {"department": one["department"], "stage": f"{one['pipeline']}:{one['stage']}", "period": period}
    kind = {"kind": "lost"} if one["kind"] == "leaking" else {"kind": "held"}
    return Choke(
        stage=stage.name if stage else one["stage"],
        department=department.name if department else one["department"].capitalize(),
        kind=one["kind"],
        gain=minor(one["gain"]) or 0,
        what_if=f"{reverse('review:what_if')}?{urlencode({'set': promise})}",
        deals=f"{reverse('pipeline:opportunities')}?{urlencode(kind | asked)}",
    )
