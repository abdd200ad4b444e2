"""The weekly review: the message, the ledger from plan to landing, what changed, leaks, scorecards, what is due."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from departments.access import may_assign, may_freeze, may_see_company, may_see_packs
from departments.models import Company
from departments.web.rendering import page_render
from pipeline.custody_store import CustodyStoreMissing
from pipeline.models import RecomputeRun
from pipeline.page.site_context import site_context
from pipeline.run_cache import cached
from pipeline.selectors.data.readiness import held_back
from pipeline.selectors.leaks.leaks import calendar_of
from pipeline.selectors.plan.data_range import data_range_of
from revenue_health.contribution.selectors.comparison.periods import ComparisonError
from revenue_health.review.core.weekly_review import WeeklyReview
from revenue_health.review.models import Pack
from revenue_health.review.selectors.weekly.review import stored_weekly_review
from revenue_health.review.selectors.weekly.review_cache import cached_review, newest_notes
from revenue_health.review.views.ledger_rows import ledger_addresses, ledger_picture
from revenue_health.review.views.weekly.filters import ReviewFilters, parse_review_filters
from revenue_health.review.views.weekly.panel_rows import AGENDA, DUE_SHOWN, leak_rows
from revenue_health.review.views.weekly.rows import bucket_rows

type Context = dict[str, object]
TEMPLATE, WITHOUT_FIGURES = "review/weekly/review.html", "home_without_figures.html"


@require_GET
def review_page(request: HttpRequest) -> HttpResponse:
    """The running quarter, or what the address asks for. The board goes to its frozen packs."""
    if not may_see_company(request.user):
        # The board goes to its packs; who has no role yet reads whom to ask.
        packs = may_see_packs(request.user)
        return redirect("review:packs") if packs else page_render(request, WITHOUT_FIGURES, {}, partial="page")
    site = site_context(request)
    run, company = site.run, site.company
    if run is None or company is None:
        return page_render(request, TEMPLATE, {"site": site, "nothing": True}, partial="page")
    try:
        filters = parse_review_filters(request.GET, run=run, company=company)
        periods, since, notes = filters.comparison.periods, filters.since, newest_notes()
        review = cached_review(
            run=run,
            notes=notes,
            periods=periods,
            since=since,
            now=site.now,
            compute=lambda: stored_weekly_review(periods=periods, run=run, company=company, since=since, now=site.now),
        )
        context: Context = {
            "site": site,
            "may_freeze": may_freeze(request.user),
            "newest_pack": Pack.objects.newest(),
            "held_back": cached(run, "held-back", held_back, of=(notes, get_language())),
            "reminds": may_assign(request.user),
            **page_context(filters, review, run, company, closed=site.closed),
        }
    except (ComparisonError, CustodyStoreMissing) as problem:
        context = {"site": site, "cannot": str(problem)}
    return page_render(request, TEMPLATE, context, partial="page")


def page_context(
    filters: ReviewFilters, review: WeeklyReview, run: RecomputeRun, company: Company, *, closed: frozenset[str]
) -> Context:
    """Everything the panels print; closed: departments whose detail the reader may not open, by key."""
    scale, period = review.scale, filters.comparison.period
    addresses = data_range_of(run=run, company=company).addresses(
        calendar_of(company), period, lambda other: filters.address(period=other)
    )
    due, ledger = review.commitments.items, review.ledger
    running, addresses_of = filters.comparison.periods.running, ledger_addresses(filters.comparison, closed)
    return {
        "filters": filters,
        "review": review,
        "scale": scale,
        "baselines": filters.comparison.baselines,
        **addresses,
        "ledger": ledger_picture(ledger, scale, running=running, address=addresses_of) if ledger else None,
        "buckets": bucket_rows(review.changes, review.since) if review.changes else None,
        "leaks": leak_rows(review, closed),
        "has_unnamed": any(leak.is_unclear for leak in review.leaks),
        "closed": closed,
        "due": due[:DUE_SHOWN],
        "due_more": max(0, len(due) - DUE_SHOWN),
        "agenda": AGENDA,
    }
