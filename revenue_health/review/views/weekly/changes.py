"""What changed since a day, bucket by bucket, and the deals in each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from departments.access import may_see_company, require
from departments.day_formats import day_text
from departments.formats import counted, money_in_words, single_units
from departments.models import Company
from departments.web.rendering import page_render
from pipeline.core.buckets import BUCKETS, Bucket
from pipeline.core.changes import BucketTotal
from pipeline.custody_store import CustodyStoreMissing
from pipeline.models import RecomputeRun
from pipeline.page.paging import LARGEST_PAGE, pages_of
from pipeline.page.site_context import site_context
from pipeline.selectors.deals.changes import ChangesNotKept, changed_rows, changes_since
from pipeline.selectors.deals.opportunities import PAGE
from pipeline.selectors.overview import Structure, structure_names
from revenue_health.contribution.selectors.comparison.periods import ComparisonError
from revenue_health.review.views.weekly.filters import parse_review_filters

type Context = dict[str, object]
TEMPLATE = "review/weekly/bucket.html"


@dataclass(frozen=True, kw_only=True)
class Tab:
    """One bucket to choose."""

    key: str
    name: str
    deals: int
    address: str
    here: bool


class PipelineForm(forms.Form):
    """Which pipeline is looked at; all of them unless one is chosen."""

    pipeline = forms.ChoiceField(required=False, label=gettext_lazy("Pipeline"))

    def __init__(self, query: QueryDict | None = None, *, structure: Structure, initial: dict[str, str] | None = None):
        super().__init__(query, auto_id="changes-%s", initial=initial)
        select = self.fields["pipeline"]
        assert isinstance(select, forms.ChoiceField)
        select.choices = [("", _("All")), *structure.pipelines.items()]
        select.error_messages["invalid_choice"] = _("Unknown {name} “%(value).80s”. Showing all.").format(
            name="pipeline"
        )


@require_GET
def changes_page(request: HttpRequest) -> HttpResponse:
    """The deals of one bucket; without one in the address, of the largest."""
    require(request, may_see_company(request.user))
    site = site_context(request)
    run, company = site.run, site.company
    if run is None or company is None:
        return page_render(request, TEMPLATE, {"site": site, "nothing": True}, partial="page")
    try:
        context: Context = {"site": site, **_context(request, run, company)}
    except (ComparisonError, CustodyStoreMissing, ChangesNotKept) as problem:
        context = {"site": site, "cannot": str(problem)}
    return page_render(request, TEMPLATE, context, partial="page")


def _context(request: HttpRequest, run: RecomputeRun, company: Company) -> Context:
    filters, structure = parse_review_filters(request.GET, run=run, company=company), structure_names()
    form = PipelineForm(request.GET, structure=structure)
    form.is_valid()
    chosen = form.cleaned_data.get("pipeline", "")
    pipeline = structure.pipeline_id(chosen)
    changes = changes_since(run=run, company=company, since=filters.since, pipeline=pipeline)
    errors = [text for name, text in filters.errors.items() if name == "since"]
    errors += [str(messages[0]) for messages in form.errors.values()]
    key = request.GET.get("bucket") or max(changes.buckets[:-1], key=lambda total: abs(total.difference)).key
    if key not in BUCKETS:
        errors.append(_("“{key}” is not a kind of change. Showing new deals.").format(key=key[:80]))
        key = "new"
    total = changes.bucket(key)
    number = request.GET.get("page", "1")
    page = int(number) if number.isdecimal() and 1 <= int(number) <= LARGEST_PAGE else 1
    rows = changed_rows(
        run=run,
        company=company,
        since=filters.since,
        bucket=key,
        pipeline=pipeline,
        limit=PAGE,
        offset=(page - 1) * PAGE,
    )
    name = f"{_(total.bucket.name)} ({structure.pipelines[chosen]})" if chosen else _(total.bucket.name)
    return {
        "filters": filters,
        "form": PipelineForm(initial={"pipeline": chosen}, structure=structure),
        "several": len(structure.pipelines) > 1,
        "errors": errors,
        "bucket": total.bucket,
        "meaning": _meaning(total.bucket, chosen),
        "title": _title(name, total, filters.since, company.reporting_currency),
        "tabs": [_tab(each, filters.since, chosen, key) for each in changes.buckets],
        "rows": rows.rows,
        "pages": pages_of(request.GET, page, rows.total),
        "scale": single_units(company.reporting_currency),
        "structure": structure,
        "review": reverse("review:index") + filters.address(),
    }


def _meaning(bucket: Bucket, pipeline: str) -> str:
    return _(bucket.meaning_within if pipeline and bucket.meaning_within else bucket.meaning)


def _title(name: str, total: BucketTotal, since: date, currency: str) -> str:
    deals = counted(total.deals, "deal")
    day = day_text(since, "%a %-d %b")
    if not total.difference:
        worth = money_in_words(total.amount, currency)
        return _("{name} since {day}: {deals}, worth {worth}; the open pipeline is as large as before.").format(
            name=name, day=day, deals=deals, worth=worth
        )
    return _("{name} since {day}: {deals}, {difference} on the open pipeline.").format(
        name=name, day=day, deals=deals, difference=money_in_words(total.difference, currency)
    )


def _tab(total: BucketTotal, since: date, pipeline: str, current: str) -> Tab:
    parameters = {"bucket": total.key, "since": since.isoformat()} | ({"pipeline": pipeline} if pipeline else {})
    return Tab(
        key=total.key,
        name=_(total.bucket.name),
        deals=total.deals,
        address=f"{reverse('review:changes')}?{urlencode(parameters)}",
        here=total.key == current,
    )
