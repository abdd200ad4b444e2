"""How good the forecast was on past days, and the verdicts in past quarters."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from departments.access import may_see_company, require
from departments.formats import money_scale
from departments.web.rendering import page_render
from pipeline.page.site_context import site_context
from revenue_health.contribution.selectors.comparison.from_bridge import department_names
from revenue_health.contribution.selectors.track.track_record import track_record
from revenue_health.review.selectors.forecast.past_verdicts import past_verdicts
from revenue_health.review.selectors.forecast.track_rows import track_rows

TEMPLATE = "review/forecast/track_record.html"


@require_GET
def track_record_page(request: HttpRequest) -> HttpResponse:
    """Every stored past forecast, as it would have been published then."""
    require(request, may_see_company(request.user))
    site = site_context(request)
    run, company = site.run, site.company
    if run is None or company is None:
        return page_render(request, TEMPLATE, {"site": site, "nothing": True}, partial="page")
    record = track_record(run=run, company=company)
    rows = track_rows(record, company)
    amounts = [amount for row in rows.forecasts for amount in (row.median, row.actual)] if rows else []
    context = {
        "site": site,
        "record": record,
        "rows": rows,
        "verdicts": past_verdicts(record.placebo.rows, department_names()),
        "scale": money_scale(amounts, company.reporting_currency),
    }
    return page_render(request, TEMPLATE, context, partial="page")
