"""One line of the ledger explained: a department as a chain from verdict to commitment, or the plan, the opening
pipeline, the market, timing and chance."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET

from departments.access import log_read_access, may_commit, may_reply, may_see_company, require
from departments.core.stored_texts import in_language
from departments.formats import single_units
from departments.models import Company
from departments.people.selectors.heads import heads_between, heads_text
from departments.subjects import share_subject
from departments.web.rendering import page_render
from pipeline.custody_store import CustodyStoreMissing
from pipeline.models import RecomputeRun
from pipeline.page.department_access import require_department
from pipeline.page.site_context import site_context
from pipeline.run_cache import cached_html
from pipeline.selectors.overview import Structure, structure_names
from revenue_health.contribution.core.comparison import Comparison, PartyKind, PartyShare, minor_units
from revenue_health.contribution.core.ledger import UNEXPLAINED, build_ledger
from revenue_health.contribution.core.solver.backward import FACTORS
from revenue_health.contribution.core.verdict import Verdict
from revenue_health.contribution.filters import ComparisonFilters, parse_filters
from revenue_health.contribution.models import ScoreRun
from revenue_health.contribution.selectors.comparison.evidence import Evidence, evidence_of
from revenue_health.contribution.selectors.comparison.from_bridge import NAMES, department_names
from revenue_health.contribution.selectors.comparison.periods import ComparisonError
from revenue_health.contribution.selectors.comparison.sentences import (
    capitalised,
    only_together_note,
    own_switch_note,
    unclear_reason,
    verdict_sentence,
)
from revenue_health.contribution.selectors.comparison.share_breakdown import rates_of, stored_coalitions
from revenue_health.contribution.selectors.comparison.stored_comparison import stored_comparison
from revenue_health.contribution.selectors.comparison.trend import trend_of
from revenue_health.contribution.selectors.register.period_register import leaks_of_period
from revenue_health.contribution.verdict_words import verdict_words
from revenue_health.review.selectors.drivers.mechanism import Mechanism, mechanism_of
from revenue_health.review.selectors.drivers.plan_and_pace import earned_a_year_before, quarter_rows, segment_rows
from revenue_health.review.selectors.forecast.biggest_lever import biggest_lever
from revenue_health.review.views.drivers.gates_panel import gates_context

TEMPLATE = "review/drivers/driver.html"
TITLES = {
    "waiting": gettext_noop("Held longest against the baseline, by amount and days over it"),
    "losses": gettext_noop("Largest losses for its reasons"),
    "demand": gettext_noop("Largest deals it brought in"),
    "value": gettext_noop("Largest changes of amount it wrote"),
}
PANELS = {"breakdown": "factors", "gates": "gates"}
"""Each with the fact without which there is nothing to show."""
FACTS = (
    *("name", "step", "scale", "pace", "factors", "single", "rates", "coalitions", "evidence", "structure", "deals"),
    *("trend", "gates", "checking", "proviso", "settles", "evidence_of_gates", "curve", "quarters"),
)
"""What the panels print of the context."""
type Context = dict[str, object]


@require_GET
def driver_page(request: HttpRequest, key: str) -> HttpResponse:
    """A department, the market, the opening pipeline, the plan, or timing and chance."""
    require(request, may_see_company(request.user))
    structure, names = (
        structure_names(),
        department_names() | {key: _(name) for key, name in NAMES.items()} | {UNEXPLAINED: _("Timing and chance")},
    )
    if key not in names:
        raise Http404
    if department := structure.department_at(key):
        require_department(request, department)
    site = site_context(request)
    run, company = site.run, site.company
    context: Context = {"site": site, "key": key, "name": names[key]}
    if run is None or company is None:
        return page_render(request, TEMPLATE, context | {"nothing": True}, partial="page")
    try:
        filters = parse_filters(request.GET, run=run, company=company)
        log_read_access(request, f"share:{key}:{filters.period.label}")
        context |= {"filters": filters}
        if filters.periods.baseline is None:
            raise ComparisonError(" ".join(f"{capitalised(in_language(each))}." for each in filters.periods.reasons))
        comparison, score_run = stored_comparison(run=run, periods=filters.periods)
        if comparison is not None and score_run is not None:
            context |= _line(comparison, key, company)
            if department and comparison.party(key):
                context |= _chain(request, filters, run, company, comparison, structure, department.id)
                context |= _breakdown(filters, run, company, comparison, score_run, key, structure)
            elif key == PartyKind.MARKET:
                context |= _breakdown(filters, run, company, comparison, score_run, key, structure)
            else:
                context |= {
                    "segments": (segments := segment_rows(comparison)),
                    "planned_segments": any(row.plan is not None for row in segments),
                    "quarters": quarter_rows(run=run, company=company, period=filters.period),
                    "baseline_rule": comparison.baseline_rule,
                    "by_then": earned_a_year_before(run=run, company=company, comparison=comparison),
                }
            context["panels"] = _panels(context, filters, run)
    except (ComparisonError, CustodyStoreMissing) as problem:
        context |= {"cannot": str(problem)}
    return page_render(request, TEMPLATE, context, partial="page")


def _panels(context: Context, filters: ComparisonFilters, run: RecomputeRun) -> dict[str, SafeString]:
    """The panels that say nothing but these facts, kept for all who are shown the same."""
    facts = {name: context[name] for name in FACTS if name in context}

    def render() -> dict[str, str]:
        return {
            panel: render_to_string(f"review/drivers/{panel}.html", context)
            for panel, fact in PANELS.items()
            if facts.get(fact)
        }

    return cached_html(run, "driver", render, of=(facts, filters.period, filters.periods.baseline, verdict_words()))


def _line(comparison: Comparison, key: str, company: Company) -> Context:
    """The line of the ledger and what is said of it, with the same figure, word and colour as everywhere."""
    ledger, currency = build_ledger(comparison), company.reporting_currency
    step = next((step for step in ledger.steps if step.key == key), None)
    party = comparison.party(key)
    return {
        "step": step,
        "ledger": ledger,
        "asks": -step.amount if step else None,
        "pace": ledger.pace_title,
        "scale": ledger.scale(currency),
        **_verdict(party, currency),
        "together": own_switch_note(party, currency) if party and party.named else "",
        "alone": only_together_note(party, currency) if party else "",
        "kind": party.kind if party else UNEXPLAINED,
        "remark": in_language(party.reason.partition("; ")[2]) if party and party.kind == PartyKind.MARKET else "",
    }


def _verdict(party: PartyShare | None, currency: str) -> Context:
    """A department's verdict, and apart from it why it has none: what it did stands between the two."""
    if party is None or party.kind != PartyKind.INTERNAL:
        return {"sentence": "", "why": ""}
    unclear = party.share and party.interval and party.judgement == Verdict.CANNOT_TELL
    return {
        "sentence": verdict_sentence(party, currency, with_reason=False),
        "why": f"{capitalised(unclear_reason(party, currency))}." if unclear else "",
    }


def _chain(
    request: HttpRequest,
    filters: ComparisonFilters,
    run: RecomputeRun,
    company: Company,
    comparison: Comparison,
    structure: Structure,
    department: int,
) -> Context:
    """From what a department did to what it promises: the mechanism, what the quarter gains, and what one can do."""
    key = next(each.key for each in structure.departments.values() if each.id == department)
    party, period = comparison.party(key), filters.period
    rates = rates_of(run=run, periods=filters.periods, party=key)
    currency = company.reporting_currency
    over = period.end < run.day_in(company.zone)
    costs = [(leak.stage_id, leak.factor) for leak in leaks_of_period(period, over=over) if leak.department_key == key]
    mechanism = mechanism_of(party, rates, structure=structure, currency=currency, leaks=costs) if party else None
    lever = biggest_lever(run=run, period=period, department=key, structure=structure)
    subject = share_subject(key, period.label)
    heads = heads_between(department=key, first=period.start, last=period.end)
    return {
        "heads": heads_text(heads, first=period.start, last=period.end),
        "mechanism": mechanism,
        "moving": _moving_deals(filters, run, key, mechanism) if mechanism else None,
        "lever": lever,
        "subject": subject,
        "may_reply": may_reply(request.user, department),
        "commit": _commit_address(key, subject, mechanism) if may_commit(request.user, department) else "",
    }


def _moving_deals(
    filters: ComparisonFilters, run: RecomputeRun, key: str, mechanism: Mechanism
) -> tuple[str, list[Evidence]] | None:
    """The deals behind the mechanism, of its stage alone, with their title: beside a sentence on one stage, deals of
    another would be taken for its proof. None where there are none."""
    factor, stage = mechanism.factor, mechanism.stage.id
    deals = evidence_of(run=run, periods=filters.periods, party=key, stage=stage, factors=(factor,)).get(factor)
    return (_(TITLES[factor]), deals) if deals else None


def _commit_address(key: str, subject: str, mechanism: Mechanism | None) -> str:
    """The form of a commitment, filled in with what would undo the change."""
    values = {"department": key, "subject": subject}
    if mechanism:
        values |= {"text": mechanism.goal}
    return reverse("departments:commitment_new", query=values)


def _breakdown(
    filters: ComparisonFilters,
    run: RecomputeRun,
    company: Company,
    comparison: Comparison,
    score_run: ScoreRun,
    key: str,
    structure: Structure,
) -> Context:
    """The deals, the rates and the coalition values behind a department's or the market's share."""
    party = comparison.party(key)
    if party is None:
        raise Http404
    evidence = evidence_of(run=run, periods=filters.periods, party=key)
    return {
        "factors": [(name, minor_units(party.factors.get(name))) for name in FACTORS],
        "single": single_units(company.reporting_currency),
        "rates": rates_of(run=run, periods=filters.periods, party=key),
        "coalitions": stored_coalitions(run=run, score_run=score_run, party=key),
        "evidence": [(_(TITLES[factor]), factor, deals) for factor, deals in evidence.items()],
        "structure": structure,
        "deals": party.deals,
        "trend": trend_of(party=key, like=score_run),
        **gates_context(party, comparison, score_run, company),
    }
