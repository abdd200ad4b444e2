"""The leak map: where money is lost and delayed, stage by stage and department by department."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
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
from pipeline.page.shell import Shell, shell_of
from pipeline.selectors.leaks.hindsight import hindsight_reasons
from pipeline.selectors.leaks.leaks import LeakMap, calendar_of, leak_map
from pipeline.selectors.leaks.trend import TrendWeek, weekly_trend
from pipeline.selectors.overview import FilterChoices, Structure, filter_choices, structure_names
from pipeline.selectors.plan.reach import reach_of
from pipeline.selectors.plan.targets import span_target
from pipeline.views.drawn import drawn_once
from pipeline.views.leaks.grid import UNRECORDED, grid_shape
from pipeline.views.leaks.query import Question, QuestionForm, question_read
from pipeline.views.leaks.rows import Reading, Shown, stage_rows
from pipeline.views.leaks.words import Teller, message

TEMPLATE = "pipeline/leaks/leak_map.html"


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The page, or its panel for htmx; without any figures, what to do."""
    require(request, may_see_company(request.user))
    shell = shell_of(request)
    if shell.run is None or shell.company is None:
        return page_render(request, TEMPLATE, {"shell": shell, "nothing": True}, partial="page")
    try:
        context = _context(request, shell, shell.run, shell.company)
    except CustodyStoreMissing as problem:
        context = {"shell": shell, "store_missing": str(problem)}
    response = page_render(request, TEMPLATE, context, partial="page")
    if question := context.get("question"):
        # The shortest address that asks the same, whatever fields the form sent along.
        response["HX-Push-Url"] = f"{request.path}{question.address()}".removesuffix("?")
    return response


def _context(request: HttpRequest, shell: Shell, run: RecomputeRun, company: Company) -> dict[str, Any]:
    structure = structure_names()
    choices = filter_choices(run=run, company=company)
    today = run.as_of.astimezone(company.zone).date()
    question, form = question_read(
        request.GET, calendar=calendar_of(company), today=today, structure=structure, choices=choices
    )
    plan = _plan(run, company, question)
    closed = closed_departments(request.user, structure)

    def drawn() -> dict[str, str]:
        given = _figures(run, company, question, form, structure, choices, plan, closed)
        panels = {
            "question": "pipeline/leaks/leak_map_question.html",
            "figures": "pipeline/leaks/leak_map_figures.html",
        }
        return {name: render_to_string(template, given) for name, template in panels.items()}

    panels = drawn_once(run, (question, structure, choices, plan, sorted(closed)), drawn)
    return {"shell": shell, "question": question, "panels": panels}


def _figures(
    run: RecomputeRun,
    company: Company,
    question: Question,
    form: QuestionForm,
    structure: Structure,
    choices: FilterChoices,
    plan: Plan | None,
    closed: frozenset[str],
) -> dict[str, Any]:
    """Everything the panels print."""
    calendar, currency = calendar_of(company), company.reporting_currency
    choice = question.choice(structure=structure, choices=choices)
    found = leak_map(run=run, company=company, choice=choice, compare=question.compare)
    reading = Reading(question=question, structure=structure, scale=_scale(found, currency), closed=closed)
    teller = Teller(question=question, currency=currency, structure=structure)
    today = run.as_of.astimezone(company.zone).date()
    running = question.period.start <= today < question.period.end
    label = compared_label(found, question, calendar)
    reach = reach_of(run=run, company=company)
    trend = weekly_trend(run=run, company=company, choice=choice)
    columns = dict.fromkeys(["segment", *question.chosen])
    hindsight = [reason for column in columns for reason in hindsight_reasons(run=run, column=column)]
    return {
        "question": question,
        "closed": closed,
        "form": form,
        **reach.addresses(calendar, question.period, lambda other: question.address(period=other)),
        "plan_remarks": _plan_remarks(question, plan),
        "message": message(found.leaks, found.compared, teller, compared_label=label, running=running),
        "compared_label": label if found.compared else "",
        "totals": totals(
            found, reading, plan=plan.target if plan else None, passed=_passed(question, today) if running else None
        ),
        "period_problem": reach.problem(question.period),
        "hindsight": hindsight,
        "unit": reading.unit,
        "rows": stage_rows(found.leaks, found.compared, reading),
        "grid": grid_shape(found.leaks, reading, _measure(question, run, found.leaks)),
        **_charts(found.leaks, trend, structure, question, currency),
    }


def compared_label(found: LeakMap, question: Question, calendar: FiscalCalendar) -> str:
    """What the comparison is called: a period by its name, the beginning of one by its days too."""
    other = found.compared_with
    if other is None:
        return ""
    back = calendar.previous if question.compare == "previous" else calendar.last_year
    whole = back(question.period)
    return whole.label if whole.end == other.end else f"the first {other.days} days of {whole.label}"


def _scale(found: LeakMap, currency: str) -> MoneyScale:
    amounts = [(stage.opening + stage.entered + stage.moved_in).amount for stage in found.leaks.stages]
    return money_scale(amounts, currency)


def _measure(question: Question, run: RecomputeRun, leaks: Leaks) -> Callable[[CellLeaks], int]:
    """How one cell is sized for the chosen leak; what was held is money (or deals) on an average day."""
    money = question.measure == "money"
    end = min(leaks.end or 2**62, int(run.as_of.timestamp()))
    seconds = max(end - (leaks.start or 0), 1)

    def size(cell: CellLeaks) -> int:
        if question.leak == "held":
            return (cell.held.amount_seconds if money else cell.held.deal_seconds) // seconds
        figure = cell.caused if question.leak == "lost" else cell.over_limit
        return figure.amount if money else figure.count

    return size


@dataclass(frozen=True, kw_only=True)
class Total:
    """One of the figures on top."""

    name: str
    shown: Shown


def totals(found: LeakMap, reading: Reading, *, plan: int | None, passed: float | None) -> list[Total]:
    """Created, won, lost, open; where something was taken back after it was earned, that and the revenue it leaves.

    Revenue (without anything taken back: won) stands against the plan where that was asked and there is one.
    """
    now, then = found.leaks.totals, found.compared.totals if found.compared else None
    names = [name for name in _TOTALS if now.reversed.count or name not in ("reversed", "revenue")]
    result = []
    for name in names:
        title, kind, more_is_good = _TOTALS[name]
        before = _figure_of(then, name) if then else None
        shown = reading.figure(_figure_of(now, name), kind, None, then=before, more_is_good=more_is_good)
        if plan is not None and name == ("revenue" if "revenue" in names else "won"):
            shown = _against_plan(shown, now.revenue, plan, reading, passed)
        result.append(Total(name=title, shown=shown))
    return result


_TOTALS: dict[str, tuple[str, str, bool | None]] = {
    "created": ("Created", "entered", True),
    "won": ("Won", "won", True),
    "reversed": ("Taken back", "reversed", False),
    "revenue": ("Revenue", "revenue", True),
    "lost": ("Lost", "lost", False),
    "open": ("Open", "open", None),
}
"""Title of each total, the kind of the deals behind it, and whether more of it is good."""


def _figure_of(totals: Totals, name: str) -> Figure:
    if name == "revenue":
        return Figure(amount=totals.revenue, count=totals.won.count - totals.reversed.count)
    figure: Figure = getattr(totals, name)
    return figure


def _against_plan(shown: Shown, revenue: int, plan: int, reading: Reading, passed: float | None) -> Shown:
    """A running period has not had the time to reach its plan: then the share of time stands beside that of revenue."""
    money = money_in_words(plan, reading.scale.currency)
    note = f"{percent(revenue / plan)} % of the plan, {money}" if plan else f"the plan is {money}"
    if passed is not None:
        return replace(shown, delta=None, note=f"{note}; {percent(passed)} % of the time")
    return replace(shown, delta=delta(revenue, plan, write="percent", more_is_good=True), note=note)


def _passed(question: Question, today: date) -> float:
    """The share of the period's days that have begun."""
    return ((today - question.period.start).days + 1) / question.period.days


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The plan of all of the period in minor units, None where there is none, and what to say about it."""

    target: int | None
    remarks: tuple[str, ...]


def _plan(run: RecomputeRun, company: Company, question: Question) -> Plan | None:
    if question.compare != "plan":
        return None
    target, remarks = span_target(
        run=run, company=company, period=question.period, pipeline=question.pipeline, segment=question.segment
    )
    return Plan(target=None if target.whole is None else round(target.whole * 100), remarks=remarks)


def _plan_remarks(question: Question, plan: Plan | None) -> list[str]:
    """Sentences for a reader who asked for a plan: that there is none, or which one nearly is this period's."""
    if plan is None:
        return []
    missing = [] if plan.target is not None else [f"There is no plan for {question.period.label}."]
    return missing + [f"{remark[:1].upper()}{remark[1:]}." for remark in plan.remarks]


def _charts(
    leaks: Leaks, trend: tuple[TrendWeek, ...], structure: Structure, question: Question, currency: str
) -> dict[str, Any]:
    money = question.measure == "money"

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
