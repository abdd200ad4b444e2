"""The list of opportunities, the deals behind a figure, and one opportunity with its custody strip."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from departments.access import may_see_company, require
from departments.formats import counted, single_units
from departments.models import Company
from departments.web.rendering import page_render
from pipeline.custody_store import CustodyStoreMissing
from pipeline.models import RecomputeRun
from pipeline.page.department_access import closed_departments
from pipeline.page.paging import LARGEST_PAGE, pages_of
from pipeline.page.site_context import site_context
from pipeline.run_cache import cached_html
from pipeline.selectors.deals.opportunities import (
    PAGE,
    OpportunityFilter,
    Rows,
    opportunity_by_key,
    opportunity_events,
    opportunity_handoffs,
    opportunity_rows,
    rows_of_deals,
)
from pipeline.selectors.deals.quality import LACKS
from pipeline.selectors.leaks.leaks import calendar_of, leak_deals, opportunity_custody
from pipeline.selectors.overview import FilterChoices, Structure, filter_choices, structure_names
from pipeline.views.deals.custody_strip import closes_shape, holds_shape, pipelines_shape, strip_shape
from pipeline.views.leaks.filters import LeakMapFilters, parse_filters

LIST = "pipeline/deals/opportunities.html"
DETAIL = "pipeline/deals/opportunity.html"

KINDS = {
    "opening": gettext_lazy("There at the start of"),
    "entered": gettext_lazy("New in"),
    "moved_in": gettext_lazy("Came in from another stage in"),
    "reached": gettext_lazy("Reached for the first time in"),
    "advanced": gettext_lazy("Moved on in"),
    "returned": gettext_lazy("Sent back in"),
    "won": gettext_lazy("Won in"),
    "lost": gettext_lazy("Lost in"),
    "caused": gettext_lazy("Lost for a recorded reason in"),
    "unrecorded": gettext_lazy("Lost without a recorded reason in"),
    "withdrawn": gettext_lazy("Withdrawn in"),
    "pipeline_in": gettext_lazy("From another pipeline in"),
    "pipeline_out": gettext_lazy("To another pipeline in"),
    "finished": gettext_lazy("Finished in"),
    "revalued": gettext_lazy("Revalued in"),
    "closing": gettext_lazy("There at the end of"),
    "reversed": gettext_lazy("Taken back after it was earned in"),
    "revenue": gettext_lazy("Revenue (won, less what was taken back) of"),
    "open": gettext_lazy("Open at the end of"),
    "over_limit": gettext_lazy("Over the stage’s time limit at the end of"),
    "held": gettext_lazy("Held in"),
}


class ListForm(forms.Form):
    """The filters of the list."""

    search = forms.CharField(required=False, max_length=100, label=gettext_lazy("Search"))
    state = forms.ChoiceField(
        required=False,
        choices=[
            ("open", gettext_lazy("Open")),
            ("won", gettext_lazy("Won")),
            ("lost", gettext_lazy("Lost")),
            ("withdrawn", gettext_lazy("Withdrawn")),
            ("all", gettext_lazy("All")),
        ],
    )
    stage = forms.ChoiceField(required=False)
    department = forms.ChoiceField(required=False, label=gettext_lazy("Held by"))
    segment = forms.ChoiceField(required=False)
    team = forms.ChoiceField(required=False)
    owner = forms.ChoiceField(required=False)
    lacks = forms.ChoiceField(
        required=False,
        choices=[("", gettext_lazy("Anything")), *((lack.key, gettext_lazy(lack.name)) for lack in LACKS)],
        label=gettext_lazy("Lacking"),
    )
    sort = forms.ChoiceField(
        required=False,
        choices=[
            ("amount", gettext_lazy("Largest first")),
            ("longest", gettext_lazy("Longest in stage")),
            ("newest", gettext_lazy("Moved last")),
        ],
    )
    page = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_PAGE, widget=forms.HiddenInput)

    def __init__(
        self,
        query: QueryDict | None = None,
        *,
        structure: Structure,
        choices: FilterChoices,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(query, auto_id="opportunities-%s", initial=initial)
        several = len(structure.pipelines) > 1
        lists = {
            "stage": [
                (stage.address, f"{stage.pipeline_name}: {stage.name}" if several else stage.name)
                for stage in structure.stages.values()
            ],
            "department": [
                (department.key, department.name)
                for department in structure.departments.values()
                if department.internal
            ],
            "segment": [(value, value) for value in choices.segments],
            "team": [(value, value) for value in choices.teams],
            "owner": [(value, value) for value in choices.owners],
        }
        for name, values in lists.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", "All"), *values]
            field.error_messages["invalid_choice"] = _("Unknown {value} “%(value).80s”. Showing all.").format(
                value=str(field.label or name).lower()
            )


@require_GET
def opportunity_list(request: HttpRequest) -> HttpResponse:
    """The list; with `kind` in the address, the deals behind one figure of the leak map."""
    require(request, may_see_company(request.user))
    site = site_context(request)
    if site.run is None or site.company is None:
        return page_render(request, LIST, {"site": site, "nothing": True}, partial="page")
    try:
        context = {"site": site, "panels": _list_panels(request.GET, site.run, site.company)}
    except CustodyStoreMissing as problem:
        context = {"site": site, "store_missing": str(problem)}
    return page_render(request, LIST, context, partial="page")


def _list_panels(query: QueryDict, run: RecomputeRun, company: Company) -> dict[str, str]:
    structure = structure_names()
    choices = filter_choices(run=run, company=company)

    def render() -> dict[str, str]:
        shape = _deals_behind if query.get("kind") else _filtered_deals
        context = shape(query, run, company, structure, choices)
        context |= {
            "structure": structure,
            "scale": single_units(company.reporting_currency),
            "today": run.day_in(company.zone),
        }
        return {"list": render_to_string("pipeline/deals/opportunities_list.html", context)}

    if query.get("search"):
        # Nobody types the same again.
        return {name: mark_safe(html) for name, html in render().items()}  # noqa: S308  (our own template)
    return dict(
        cached_html(
            run, "opportunities", render, of=(query.urlencode(), structure, choices, company.reporting_currency)
        )
    )


def _filtered_deals(
    query: QueryDict, run: RecomputeRun, company: Company, structure: Structure, choices: FilterChoices
) -> dict[str, Any]:
    form = ListForm(query, structure=structure, choices=choices)
    form.is_valid()
    entered = {name: value for name, value in form.cleaned_data.items() if value}
    stage = structure.stage_at(entered.get("stage", ""))
    department = structure.department_at(entered.get("department", ""))
    texts = {name: entered.get(name, "") for name in ("search", "segment", "team", "owner")}
    filters = OpportunityFilter(
        state=entered.get("state", "open"),
        sort=entered.get("sort", "amount"),
        stage=stage.id if stage else None,
        department=department.id if department else None,
        lacks=entered.get("lacks", ""),
        today=run.day_in(company.zone),
        **texts,
    )
    page = entered.get("page", 1)
    matches = opportunity_rows(run=run, filters=filters, page=page)
    return {
        "form": ListForm(initial={"state": "open"} | entered, structure=structure, choices=choices),
        "errors": [messages[0] for messages in form.errors.values()],
        "matches": matches,
        "pages": pages_of(query, page, matches.total),
        "title": f"{counted(matches.total, 'opportunity', 'opportunities')}",
    }


def _deals_behind(
    query: QueryDict, run: RecomputeRun, company: Company, structure: Structure, choices: FilterChoices
) -> dict[str, Any]:
    calendar, today = calendar_of(company), run.day_in(company.zone)
    filters, _form = parse_filters(query, calendar=calendar, today=today, structure=structure, choices=choices)
    errors = list(filters.errors.values())
    kind = query["kind"]
    if kind not in KINDS:
        errors.append(_("Unknown figure “{kind}”. Showing what was lost.").format(kind=kind[:80]))
        kind = "lost"
    stage = structure.stage_at(query.get("stage", ""))
    department = structure.department_at(query.get("department", ""))
    number = query.get("page", "1")
    page = int(number) if number.isdecimal() and 1 <= int(number) <= LARGEST_PAGE else 1
    deals = leak_deals(
        run=run,
        company=company,
        deal_filter=filters.deal_filter(structure=structure, choices=choices),
        kind=kind,
        stage=stage.id if stage else None,
        department=department.id if department else None,
        limit=PAGE,
        offset=(page - 1) * PAGE,
    )
    rows = rows_of_deals(run=run, deals=deals.deals)
    return {
        "errors": errors,
        "matches": Rows(rows=rows, total=deals.total, amount=0),
        "pages": pages_of(query, page, deals.total),
        "title": _behind_title(kind, filters, stage.name if stage else "", department.name if department else ""),
        "behind": filters,
        "held": kind == "held",
        "spoken_of": f"cell:{stage.address}:{department.key}" if stage and department else "",
    }


def _behind_title(kind: str, filters: LeakMapFilters, stage: str, department: str) -> str:
    link = {"caused": _("because of"), "entered": _("from sources of")}.get(kind, _("with"))
    where = f", {stage}" if stage else ""
    charged = f", {link} {department}" if department else ""
    chosen = "".join(f", {value}" for value in filters.chosen.values())
    return f"{KINDS[kind]} {filters.period.label}{where}{charged}{chosen}"


@require_GET
def opportunity_detail(request: HttpRequest, key: str) -> HttpResponse:
    """One opportunity: who held it when, what happened, who was asked."""
    require(request, may_see_company(request.user))
    site = site_context(request)
    opportunity = opportunity_by_key(key=key)
    if opportunity is None or site.company is None:
        raise Http404
    structure = structure_names()
    events = opportunity_events(opportunity=opportunity)
    handoffs = opportunity_handoffs(opportunity=opportunity)
    holds = opportunity_custody(run=site.run, company=site.company, opportunity=opportunity.pk) if site.run else []
    as_of = site.run.as_of if site.run else site.now
    route, history = pipelines_shape(events, structure=structure)
    context = {
        "site": site,
        "opportunity": opportunity,
        "pipelines": route or [opportunity.pipeline.name],
        "history": history,
        "latest": events[0] if events else None,
        "handoffs": handoffs,
        "closed": closed_departments(request.user, structure),
        "closes": closes_shape(events, today=as_of.astimezone(site.company.zone).date(), structure=structure),
        "strip": strip_shape(holds, structure=structure, as_of=as_of, zone=site.company.zone),
        "holds": holds_shape(holds, structure=structure, as_of=as_of, zone=site.company.zone),
    }
    return page_render(request, DETAIL, context, partial="page")
