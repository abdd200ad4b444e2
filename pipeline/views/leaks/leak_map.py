"""The leak map: where money is lost and delayed, stage by stage and department by department."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET

from departments.access import may_see_company, require
from departments.formats import MoneyScale, delta, money_in_words, money_scale, percent
from departments.models import Company
from departments.periods import FiscalCalendar
from departments.web.rendering import page_render
from pipeline.charts.leaks import CauseBar, TrendPoint, cause_chart, trend_chart
from pipeline.core.leaks.figures import CellLeaks, Figure, Leaks, Totals
from pipeline.custody_store import CustodyStoreMissing
from pipeline.models import RecomputeRun
from pipeline.page.department_access import closed_departments
from pipeline.page.leak_headline import PeriodLeaks, period_leaks
from pipeline.page.site_context import SiteContext, site_context
from pipeline.run_cache import cached_html
from pipeline.selectors.leaks.hindsight import hindsight_reasons
from pipeline.selectors.leaks.leaks import LeakMap, calendar_of, leak_map
from pipeline.selectors.leaks.trend import TrendWeek, weekly_trend
from pipeline.selectors.overview import FilterChoices, Structure, filter_choices, structure_names
from pipeline.selectors.plan.baseline import default_baseline
from pipeline.selectors.plan.data_range import data_range_of
from pipeline.selectors.plan.targets import span_target
from pipeline.views.leaks.filters import LeakMapFilters, LeakMapForm, parse_filters
from pipeline.views.leaks.grid import UNRECORDED, cell_size, colours_sentence, grid_shape
from pipeline.views.leaks.rows import FigureCell, FigureFormatter, stage_rows
from pipeline.views.leaks.sentences import SentenceBuilder, leak_map_message, weeks_reach

TEMPLATE = "pipeline/leaks/leak_map.html"


@require_GET
def leak_map_page(request: HttpRequest) -> HttpResponse:
    """The page, or its panel for htmx; without any figures, what to do."""
    require(request, may_see_company(request.user))
    site = site_context(request)
    if site.run is None or site.company is None:
        return page_render(request, TEMPLATE, {"site": site, "nothing": True}, partial="page")
    try:
        context = _leak_map_context(request, site, site.run, site.company)
    except CustodyStoreMissing as problem:
        context = {"site": site, "store_missing": str(problem)}
    response = page_render(request, TEMPLATE, context, partial="page")
    if filters := context.get("filters"):
        # The shortest address that asks the same, whatever fields the form sent along.
        response["HX-Push-Url"] = f"{request.path}{filters.address()}".removesuffix("?")
    return response


def _leak_map_context(request: HttpRequest, site: SiteContext, run: RecomputeRun, company: Company) -> dict[str, Any]:
    structure = structure_names()
    choices = filter_choices(run=run, company=company)
    today = run.day_in(company.zone)
    filters, form = parse_filters(
        request.GET, calendar=calendar_of(company), today=today, structure=structure, choices=choices
    )
    plan = _plan_of_period(run, company, filters)
    closed = closed_departments(request.user, structure)
    # Of a part of the deals nobody knows the leaks.
    register = PeriodLeaks() if filters.chosen else period_leaks(run, filters.period, company.reporting_currency)

    def render() -> dict[str, str]:
        context = _leak_map_figures(run, company, filters, form, structure, choices, plan, closed, register)
        panels = {
            "filters": "pipeline/leaks/leak_map_controls.html",
            "figures": "pipeline/leaks/leak_map_figures.html",
        }
        return {name: render_to_string(template, context) for name, template in panels.items()}

    panels = cached_html(run, "leak-map", render, of=(filters, structure, choices, plan, sorted(closed), register))
    return {"site": site, "filters": filters, "panels": panels}


def _leak_map_figures(
    run: RecomputeRun,
    company: Company,
    filters: LeakMapFilters,
    form: LeakMapForm,
    structure: Structure,
    choices: FilterChoices,
    plan: Plan | None,
    closed: frozenset[str],
    register: PeriodLeaks,
) -> dict[str, Any]:
    """Everything the panels print. register: what costs revenue against the baseline."""
    calendar, currency = calendar_of(company), company.reporting_currency
    deal_filter = filters.deal_filter(structure=structure, choices=choices)
    figures = leak_map(run=run, company=company, deal_filter=deal_filter, compare=filters.compare)
    formatter = FigureFormatter(
        filters=filters, structure=structure, scale=_stage_scale(figures, currency), closed=closed
    )
    sentences = SentenceBuilder(filters=filters, currency=currency, structure=structure)
    today = run.day_in(company.zone)
    running = filters.period.start <= today < filters.period.end
    label = compared_label(figures, filters, calendar)
    data_range = data_range_of(run=run, company=company)
    baseline = default_baseline(calendar, filters.period, data_range.first)
    trend = weekly_trend(run=run, company=company, deal_filter=deal_filter)
    weeks, last = [week.week for week in trend], min(filters.period.end, today)
    columns = dict.fromkeys(["segment", *filters.chosen])
    hindsight = [reason for column in columns for reason in hindsight_reasons(run=run, column=column)]
    return {
        "filters": filters,
        "closed": closed,
        "form": form,
        **data_range.addresses(calendar, filters.period, lambda other: filters.address(period=other)),
        "plan_remarks": _plan_remarks(filters, plan),
        "message": leak_map_message(
            figures.leaks, figures.compared, sentences, head=register.sentence, compared_label=label, running=running
        ),
        "compared_label": label if figures.compared else "",
        "totals": totals(
            figures, formatter, plan=plan.target if plan else None, passed=_passed(filters, today) if running else None
        ),
        "period_problem": data_range.problem(filters.period),
        "hindsight": hindsight,
        "unit": formatter.unit,
        "rows": stage_rows(figures.leaks, figures.compared, formatter),
        "grid": grid_shape(
            figures.leaks, register.costs, formatter, cell_size(filters, figures.leaks, as_of=run.as_of)
        ),
        "colours": colours_sentence(register.costs, formatter, baseline=baseline.label if baseline else ""),
        "trend_reach": weeks_reach(weeks, first=filters.period.start, last=last),
        **_charts(figures.leaks, trend, structure, filters, currency),
    }


def compared_label(figures: LeakMap, filters: LeakMapFilters, calendar: FiscalCalendar) -> str:
    """What the comparison is called: a period by its name; the beginning of one by its days too, and one that has other
    weeks than a fiscal month or quarter it is compared with by its weeks too."""
    other = figures.compared_with
    if other is None:
        return ""
    whole = calendar.previous(filters.period)
    if whole.start != other.start:
        whole = calendar.last_year(filters.period)
    if whole.end != other.end:
        return _("the first {days} days of {label}").format(days=other.days, label=whole.label)
    if calendar.has_other_weeks(filters.period, whole):
        return _("the {weeks} weeks of {label}").format(weeks=whole.days // 7, label=whole.label)
    return whole.label


def _stage_scale(figures: LeakMap, currency: str) -> MoneyScale:
    amounts = [(stage.opening + stage.entered + stage.moved_in).amount for stage in figures.leaks.stages]
    return money_scale(amounts, currency)


@dataclass(frozen=True, kw_only=True)
class Total:
    """One of the figures on top."""

    name: str
    figure: FigureCell


def totals(figures: LeakMap, formatter: FigureFormatter, *, plan: int | None, passed: float | None) -> list[Total]:
    """Created, won, lost, open; where something was taken back after it was earned, that and the revenue it leaves.

    Revenue (without anything taken back: won) stands against the plan where there is one for these deals.
    """
    now, then = figures.leaks.totals, figures.compared.totals if figures.compared else None
    names = [name for name in _TOTALS if now.reversed.count or name not in ("reversed", "revenue")]
    result = []
    for name in names:
        title, kind = _TOTALS[name]
        before = _figure_of(then, name) if then else None
        figure = formatter.figure(_figure_of(now, name), kind, None, then=before)
        if plan is not None and name == ("revenue" if "revenue" in names else "won"):
            figure = _against_plan(figure, now.revenue, plan, formatter, passed)
        result.append(Total(name=_(title), figure=figure))
    return result


_TOTALS: dict[str, tuple[str, str]] = {
    "created": (gettext_noop("Created"), "entered"),
    "won": (gettext_noop("Won"), "won"),
    "reversed": (gettext_noop("Taken back"), "reversed"),
    "revenue": (gettext_noop("Revenue"), "revenue"),
    "lost": (gettext_noop("Lost"), "lost"),
    "open": (gettext_noop("Open"), "open"),
}
"""Title of each total and the kind of the deals behind it. No change of a total has a colour: more than in the period
before can still be short of plan, and elsewhere a colour is a verdict."""


def _figure_of(totals: Totals, name: str) -> Figure:
    if name == "revenue":
        return Figure(amount=totals.revenue, count=totals.won.count - totals.reversed.count)
    figure: Figure = getattr(totals, name)
    return figure


def _against_plan(
    figure: FigureCell, revenue: int, plan: int, formatter: FigureFormatter, passed: float | None
) -> FigureCell:
    """A running period has not had the time to reach its plan: then the share of time stands beside that of revenue."""
    money = money_in_words(plan, formatter.scale.currency)
    note = (
        _("{revenue} % of the plan, {money}").format(revenue=percent(revenue / plan), money=money)
        if plan
        else _("the plan is {money}").format(money=money)
    )
    if passed is not None:
        note = _("{note}; {passed} % of the time").format(note=note, passed=percent(passed))
    if passed is not None or formatter.filters.compare != "plan":
        return replace(figure, delta=None, note=note)
    return replace(figure, delta=delta(revenue, plan, write="percent", more_is_good=True), note=note)


def _passed(filters: LeakMapFilters, today: date) -> float:
    """The share of the period's days that have begun."""
    return ((today - filters.period.start).days + 1) / filters.period.days


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The plan of all of the period in minor units, None where there is none, and what to say about it."""

    target: int | None
    remarks: tuple[str, ...]


def _plan_of_period(run: RecomputeRun, company: Company, filters: LeakMapFilters) -> Plan | None:
    if filters.compare != "plan" and filters.chosen:
        return None
    target, remarks = span_target(
        run=run, company=company, period=filters.period, pipeline=filters.pipeline, segment=filters.segment
    )
    return Plan(target=None if target.whole is None else round(target.whole * 100), remarks=remarks)


def _plan_remarks(filters: LeakMapFilters, plan: Plan | None) -> list[str]:
    """Sentences for a reader who asked for a plan: that there is none, or which one nearly is this period's."""
    if plan is None or filters.compare != "plan":
        return []
    missing = [] if plan.target is not None else [_("There is no plan for {label}.").format(label=filters.period.label)]
    return missing + [f"{remark[:1].upper()}{remark[1:]}." for remark in plan.remarks]


def _charts(
    leaks: Leaks, trend: tuple[TrendWeek, ...], structure: Structure, filters: LeakMapFilters, currency: str
) -> dict[str, Any]:
    money = filters.measure == "money"

    def size(figure: Figure) -> int:
        return figure.amount if money else figure.count

    points = [
        TrendPoint(week=week.week, created=size(week.created), won=size(week.won), lost=size(week.lost))
        for week in trend
    ]
    causes = _causes(leaks.cells, structure, size)
    values = [value for point in points for value in (point.created, point.won, point.lost)]
    trend_scale = money_scale(values, currency) if money else None
    cause_scale = money_scale([bar.value for bar in causes], currency) if money else None
    return {
        "trend": points,
        "trend_scale": trend_scale,
        "trend_chart": trend_chart(points, scale=trend_scale),
        "causes": causes,
        "cause_scale": cause_scale,
        "cause_chart": cause_chart(causes, scale=cause_scale),
    }


def _causes(cells: tuple[CellLeaks, ...], structure: Structure, size: Callable[[Figure], int]) -> list[CauseBar]:
    """By recorded reason, the largest first; what has none stands last and under no department."""
    sums: dict[int, int] = {}
    for cell in cells:
        if value := size(cell.caused):
            sums[cell.department] = sums.get(cell.department, 0) + value
    ranked = sorted(sums.items(), key=lambda pair: -pair[1])
    bars = [CauseBar(name=structure.department_name(key), value=value) for key, value in ranked]
    silent = sum(size(cell.assumed) for cell in cells)
    return [*bars, CauseBar(name=UNRECORDED.name, value=silent)] if silent else bars
