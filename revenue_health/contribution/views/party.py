"""See the math: one party's share, its factors, the rates and coalition values behind it, and the deals."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from departments.access import may_see_company, note_reading, require
from departments.formats import single_units
from departments.models import Company
from departments.web.rendering import page_render
from pipeline.custody_store import CustodyStoreMissing
from pipeline.models import RecomputeRun
from pipeline.page.department_access import require_department
from pipeline.page.shell import shell_of
from pipeline.selectors.overview import structure_names
from revenue_health.contribution.core.comparison import Comparison
from revenue_health.contribution.core.solver.backward import FACTORS
from revenue_health.contribution.filters import ComparisonFilters, parse_filters
from revenue_health.contribution.models import ScoreRun
from revenue_health.contribution.selectors.comparison.evidence import evidence_of
from revenue_health.contribution.selectors.comparison.from_bridge import department_names
from revenue_health.contribution.selectors.comparison.periods import ComparisonError
from revenue_health.contribution.selectors.comparison.scores import bridges_of
from revenue_health.contribution.selectors.comparison.sentences import together, verdict_sentence
from revenue_health.contribution.selectors.comparison.share_breakdown import coalitions_of, rates_of
from revenue_health.contribution.selectors.comparison.stored_comparison import stored_comparison
from revenue_health.contribution.views.bridge import party_row, scale_of
from revenue_health.contribution.views.gates_panel import gates_context

TEMPLATE = "contribution/party.html"
TITLES = {
    "waiting": "Held longest against the baseline, by money",
    "losses": "Largest losses it caused",
    "demand": "Largest deals it brought in",
    "value": "Largest changes of amount in its hands",
}


@require_GET
def party_page(request: HttpRequest, key: str) -> HttpResponse:
    """A department, the market, the opening pipeline or the strategy."""
    require(request, may_see_company(request.user))
    name = department_names().get(key)
    if name is None:
        raise Http404
    if department := structure_names().department_at(key):
        require_department(request, department)
    shell = shell_of(request)
    run, company = shell.run, shell.company
    context: dict[str, object] = {"shell": shell, "key": key, "name": name}
    if run is None or company is None:
        return page_render(request, TEMPLATE, context | {"nothing": True}, partial="page")
    try:
        question = parse_filters(request.GET, run=run, company=company)
        note_reading(request, f"share:{key}:{question.period.label}")
        context |= {"question": question}
        comparison, score_run = stored_comparison(run=run, periods=question.periods)
        if comparison is not None and score_run is not None:
            context |= _breakdown(question, run, company, comparison, score_run, key)
    except (ComparisonError, CustodyStoreMissing) as problem:
        context |= {"cannot": str(problem)}
    return page_render(request, TEMPLATE, context, partial="page")


def _breakdown(
    question: ComparisonFilters,
    run: RecomputeRun,
    company: Company,
    comparison: Comparison,
    score_run: ScoreRun,
    key: str,
) -> dict[str, object]:
    """What is behind one party's share."""
    party = comparison.party(key)
    if party is None:
        raise Http404
    row = party_row(party)
    bridges = [bridge for groups in bridges_of(score_run).values() for bridge in groups.values()]
    evidence = evidence_of(run=run, periods=question.periods, party=key)
    return {
        "sentence": verdict_sentence(party, company.reporting_currency),
        "together": together(party, company.reporting_currency) if party.named else "",
        "row": row,
        "factors": list(zip(FACTORS, row.factors, strict=True)),
        "scale": scale_of(comparison, company),
        "single": single_units(company.reporting_currency),
        "rates": rates_of(run=run, periods=question.periods, party=key),
        "coalitions": coalitions_of(bridges=bridges, party=key),
        "evidence": [(TITLES[factor], factor, deals) for factor, deals in evidence.items()],
        "structure": structure_names(),
        "deals": party.deals,
        **gates_context(party, comparison, score_run, company),
    }
