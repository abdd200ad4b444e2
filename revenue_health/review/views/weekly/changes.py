"""What changed since a day, bucket by bucket, and the deals in each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from departments.access import may_see_company, require
from departments.formats import counted, money_in_words, single_units
from departments.models import Company
from departments.web.rendering import page_render
from pipeline.core.changes import BUCKETS
from pipeline.custody_store import CustodyStoreMissing
from pipeline.models import RecomputeRun
from pipeline.page.paging import LARGEST_PAGE, pages_of
from pipeline.page.shell import shell_of
from pipeline.selectors.deals.changes import ChangesNotKept, changed_rows
from pipeline.selectors.deals.opportunities import PAGE
from pipeline.selectors.overview import structure_names
from revenue_health.contribution.selectors.comparison.periods import ComparisonError
from revenue_health.contribution.selectors.comparison.sentences import minor
from revenue_health.review.selectors.weekly.review import BUCKET_NAMES, changes_json
from revenue_health.review.views.weekly.filters import WeekQuestion, week_question_read

type Json = dict[str, Any]
TEMPLATE = "review/weekly/bucket.html"


@dataclass(frozen=True, kw_only=True)
class Tab:
    """One bucket to choose."""

    key: str
    name: str
    deals: int
    address: str
    here: bool


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The deals of one bucket; without one in the address, of the largest."""
    require(request, may_see_company(request.user))
    shell = shell_of(request)
    run, company = shell.run, shell.company
    if run is None or company is None:
        return page_render(request, TEMPLATE, {"shell": shell, "nothing": True}, partial="page")
    try:
        context = {"shell": shell, **_context(request, run, company)}
    except (ComparisonError, CustodyStoreMissing, ChangesNotKept) as problem:
        context = {"shell": shell, "cannot": str(problem)}
    return page_render(request, TEMPLATE, context, partial="page")


def _context(request: HttpRequest, run: RecomputeRun, company: Company) -> Json:
    question = week_question_read(request.GET, run=run, company=company)
    changes = changes_json(run=run, company=company, since=question.since)
    if changes is None:
        raise ChangesNotKept("What changed is known from the next recompute on.")
    found = {bucket["key"]: bucket for bucket in changes["buckets"]}
    errors = [text for name, text in question.errors.items() if name == "since"]
    key = request.GET.get("bucket") or max(changes["buckets"][:-1], key=lambda one: abs(one["difference"]))["key"]
    if key not in BUCKETS:
        errors.append(f"“{key[:80]}” is no kind of change. Shown: new.")
        key = "new"
    number = request.GET.get("page", "1")
    page = int(number) if number.isdecimal() and 1 <= int(number) <= LARGEST_PAGE else 1
    rows = changed_rows(
        run=run, company=company, since=question.since, bucket=key, limit=PAGE, offset=(page - 1) * PAGE
    )
    return {
        "question": question,
        "errors": errors,
        "bucket": found[key],
        "title": _title(found[key], question, company.reporting_currency),
        "tabs": [_tab(bucket, question, key) for bucket in changes["buckets"]],
        "rows": rows.rows,
        "pages": pages_of(request.GET, page, rows.total),
        "scale": single_units(company.reporting_currency),
        "structure": structure_names(),
        "review": reverse("review:index") + question.address(),
    }


def _title(bucket: Json, question: WeekQuestion, currency: str) -> str:
    change, worth = (money_in_words(minor(bucket[name]), currency) for name in ("difference", "amount"))
    day = f"{question.since:%a} {question.since.day} {question.since:%b}"
    deals = counted(bucket["deals"], "deal")
    if not bucket["difference"]:
        return f"{bucket['name']} since {day}: {deals}, worth {worth}; the open pipeline is as large as before."
    return f"{bucket['name']} since {day}: {deals}, {change} on the open pipeline."


def _tab(bucket: Json, question: WeekQuestion, here: str) -> Tab:
    asked = {"bucket": bucket["key"], "since": question.since.isoformat()}
    return Tab(
        key=bucket["key"],
        name=BUCKET_NAMES[bucket["key"]],
        deals=bucket["deals"],
        address=f"{reverse('review:changes')}?{urlencode(asked)}",
        here=bucket["key"] == here,
    )
