"""What if a department kept a promise: levers to move, revenue that answers, an address that remembers."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from departments.access import may_see_company, require
from departments.formats import money_in_words, money_scale
from departments.models import Company
from departments.web.rendering import page_render
from departments.web.requests import HtmxRequest
from pipeline.custody_store import CustodyStoreMissing
from pipeline.models import RecomputeRun
from pipeline.page.site_context import site_context
from pipeline.run_cache import cached_html
from pipeline.selectors.leaks.unrecorded import no_losses
from pipeline.selectors.overview import Structure, structure_names
from revenue_health.contribution.core.flows import FlowError
from revenue_health.contribution.selectors.comparison.periods import ComparisonError, comparison_periods
from revenue_health.contribution.selectors.forecast.levers import Promisable, levers_of
from revenue_health.contribution.selectors.forecast.whatif import PromiseError, promise_of
from revenue_health.review.core.forecast_figures import Outcome, WhatIf
from revenue_health.review.models import Scenario
from revenue_health.review.selectors.forecast.forecast_reader import (
    forecast_from_json,
    stored_what_if,
    what_if_from_json,
)
from revenue_health.review.selectors.forecast.promises import (
    PromiseTexts,
    StageFields,
    outcome_of,
    promise_words,
    promises_in_address,
    promises_in_fields,
    stage_fields,
)
from revenue_health.review.selectors.forecast.snapshots import forecast_snapshot
from revenue_health.review.selectors.headline import short_label

TEMPLATE = "review/forecast/what_if.html"
STAGE_TEMPLATE = "review/forecast/what_if_stage.html"
type Context = dict[str, object]


@dataclass(frozen=True, kw_only=True)
class PromiseRow:
    """One promise in words, the question without it, and where it becomes a commitment."""

    text: str
    words: str
    without: str
    commit: str


@require_http_methods(["GET", "POST"])
def what_if_page(request: HtmxRequest) -> HttpResponse:
    """GET answers the promises in the address; POST takes the fields and leads to such an address."""
    require(request, may_see_company(request.user))
    site = site_context(request)
    run, company = site.run, site.company
    if run is None or company is None:
        return page_render(request, TEMPLATE, {"site": site, "nothing": True}, partial="page")
    try:
        if problem := no_losses(run=run):
            return page_render(request, TEMPLATE, {"site": site, "cannot": problem}, partial="page")
        levers, structure = levers_of(run=run, company=company), structure_names()
        promises = _promises(request, levers, structure)
        address = address_of(promises.texts)
        if request.method == "POST" and not request.htmx and not promises.errors:
            return HttpResponseRedirect(address)
        context: Context = {"site": site, **_what_if_context(promises, levers, structure, run, company)}
        context["deleted"] = _deleted(request.GET.get("deleted", ""))
    except (ComparisonError, CustodyStoreMissing) as problem:
        return page_render(request, TEMPLATE, {"site": site, "cannot": str(problem)}, partial="page")
    response = page_render(request, TEMPLATE, context, partial="result")
    # Replaced, not pushed: back must not step through every move of a slider.
    response["HX-Replace-Url"] = address
    return response


def _deleted(number: str) -> Scenario | None:
    """The scenario that was deleted a moment ago, to offer the undo."""
    is_number = number.isdecimal() and len(number) < 10
    return Scenario.objects.filter(pk=int(number)).exclude(deleted_at=None).first() if is_number else None


def address_of(texts: tuple[str, ...]) -> str:
    """The page with these promises; what a bookmark keeps."""
    query = urlencode([("set", text) for text in texts], safe=":/")
    return reverse("review:what_if") + (f"?{query}" if query else "")


def _promises(request: HttpRequest, levers: list[Promisable], structure: Structure) -> PromiseTexts:
    if request.method == "POST":
        return promises_in_fields(request.POST.dict(), stage_fields(levers, structure, ()))
    return promises_in_address(request.GET.getlist("set"))


def _what_if_context(
    promises: PromiseTexts, levers: list[Promisable], structure: Structure, run: RecomputeRun, company: Company
) -> Context:
    snapshot, currency = forecast_snapshot(run=run), company.reporting_currency
    errors, texts = list(promises.errors), promises.texts
    stored = stored_what_if(snapshot) if snapshot else None
    try:
        what_if = _what_if(texts, run, company, stored)
    except (PromiseError, FlowError) as problem:
        errors.append(str(problem))
        texts = ()
        what_if = _what_if(texts, run, company, stored)
    forecast = forecast_from_json(snapshot.figures) if snapshot else None
    if forecast and forecast.period.label == what_if.now.label:
        what_if = what_if.from_landing(forecast.median)
    outcomes = what_if.outcomes
    constraints = forecast.constraints if forecast else ()
    first = constraints[0].stage_address if constraints else ""
    stages = stage_fields(levers, structure, texts, first)
    return {
        "errors": errors,
        "what_if": what_if,
        "outcomes": outcomes,
        "message": _what_if_message(what_if.now, texts, currency),
        "scale": money_scale([value for each in outcomes for value in (each.before, each.after)], currency),
        "fine": money_scale([value for each in outcomes for value in (each.change, each.low)], currency),
        "promised": [_promise_row(text, texts, what_if.now, levers, structure, company) for text in texts],
        "texts": texts,
        "stages": stages,
        "levers": _tables(stages, levers, structure, run, currency),
        "currency": currency,
    }


def _tables(
    stages: list[StageFields], levers: list[Promisable], structure: Structure, run: RecomputeRun, currency: str
) -> list[tuple[StageFields, SafeString]]:
    """Each stage with the table of its levers, which is kept with the run where nothing is promised in it."""

    def render() -> dict[str, str]:
        return {each.stage.address: table(each) for each in stage_fields(levers, structure, ())}

    def table(stage: StageFields) -> SafeString:
        return render_to_string(STAGE_TEMPLATE, {"one": stage, "currency": currency})

    unpromised = cached_html(run, "what-if-levers", render, of=(structure, currency))
    return [(each, table(each) if each.changed else unpromised[each.stage.address]) for each in stages]


def _what_if(texts: tuple[str, ...], run: RecomputeRun, company: Company, stored: WhatIf | None) -> WhatIf:
    """The answer; without a promise it is what the night has stored."""
    if not texts and stored:
        return stored
    periods = comparison_periods(run=run, company=company)
    return what_if_from_json(outcome_of(run=run, company=company, periods=periods, texts=texts))


def _what_if_message(outcome: Outcome, texts: tuple[str, ...], currency: str) -> str:
    if not texts:
        expected = money_in_words(outcome.before, currency)
        return _("{label} is heading for {expected}. Move a slider to see the effect.").format(
            label=short_label(outcome.label), expected=expected
        )
    change = money_in_words(abs(outcome.change), currency)
    low, high = (money_in_words(value, currency) for value in (outcome.low, outcome.high))
    if outcome.low == outcome.high == 0:
        return _("From today on it changes nothing in {label}.").format(label=outcome.label)
    if outcome.impact == "soft":
        return _("From today on it makes no clear difference to {label}: 90 % range {low} to {high}.").format(
            label=outcome.label, low=low, high=high
        )
    brings = (
        _("From today on it brings {label} {change} more (90 % range {low} to {high}, if the records are right).")
        if outcome.change > 0
        else _("From today on it brings {label} {change} less (90 % range {low} to {high}, if the records are right).")
    )
    return brings.format(label=outcome.label, change=change, low=low, high=high)


def _promise_row(
    text: str,
    texts: tuple[str, ...],
    outcome: Outcome,
    levers: list[Promisable],
    structure: Structure,
    company: Company,
) -> PromiseRow:
    words = promise_words(text, levers, structure)
    effect = outcome.change / 100 if len(texts) == 1 else None
    return PromiseRow(
        text=text,
        words=words,
        without=address_of(tuple(other for other in texts if other != text)),
        commit=_commitment(text, words, effect, company, structure),
    )


def _commitment(text: str, words: str, effect: float | None, company: Company, structure: Structure) -> str:
    """The form of a commitment, filled in; empty where it is not built. Promises made together have no own effect."""
    promise = promise_of(text)
    change = promise.change
    stage = next(
        (s for s in structure.stages.values() if s.key == change.stage and promise.pipeline in ("", s.pipeline_key)),
        None,
    )
    query = {"department": change.department, "text": words, "expected_from": _("What-if: {words}").format(words=words)}
    if stage is not None:
        query["subject"] = f"cell:{stage.pipeline_key}:{stage.key}:{change.department}"
    if effect is not None:
        query |= {"expected_effect": f"{effect:.0f}", "expected_unit": company.reporting_currency}
    return reverse("departments:commitments", query=query)
