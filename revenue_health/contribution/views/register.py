"""The leak register: what the figures found, who has it, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from departments.access import may_see_company, require
from departments.day_formats import day_text
from departments.formats import MoneyScale, counted, grouped, money_in_words, money_scale
from departments.web.rendering import page_render
from pipeline.page.site_context import SiteContext, site_context
from pipeline.selectors.leaks.leaks import calendar_of
from pipeline.selectors.overview import structure_names
from revenue_health.contribution.charts.leak_weeks import WeeklyCost, weekly_costs
from revenue_health.contribution.models import Leak
from revenue_health.contribution.selectors.register.leak_costs import YOUNG_DAYS
from revenue_health.contribution.selectors.register.rows import (
    ALL,
    OPEN,
    LeakFilters,
    LeakRow,
    Sighting,
    leak_rows,
    owners_of,
)

TEMPLATE = "contribution/register.html"
BAR_STEP, BAR_HEIGHT, BAR_GAP = 7, 24, 2
STATES = {
    OPEN: gettext_lazy("Open"),
    **{str(value): label for value, label in Leak.Status.choices},
    ALL: gettext_lazy("All"),
}


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One week's bar, in pixels of the drawing; `kind` is the state, which the shape tells too: unclear is outlined."""

    x: int
    y: float
    width: int
    height: float
    kind: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """One leak as the list prints it."""

    row: LeakRow
    bars: list[Bar]
    trend_words: str


class FilterForm(forms.Form):
    """The filters in the address of the list; invalid ones are reported and ignored."""

    state = forms.ChoiceField(label="Status", required=False, choices=list(STATES.items()))
    department = forms.ChoiceField(label="Department", required=False)
    factor = forms.ChoiceField(
        label=gettext_lazy("Factor"), required=False, choices=[("", gettext_lazy("All")), *Leak.Factor.choices]
    )
    owner = forms.ChoiceField(label="Owner", required=False)

    def __init__(self, query: QueryDict, *, departments: list[tuple[str, str]], owners: list[tuple[str, str]]) -> None:
        super().__init__(query)
        for name, choices in (("department", departments), ("owner", [*owners, ("none", gettext_lazy("Nobody"))])):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", gettext_lazy("All")), *choices]

    def filters(self) -> LeakFilters:
        """The valid filters."""
        good = self.cleaned_data
        return LeakFilters(
            state=good.get("state") or OPEN,
            department=good.get("department", ""),
            factor=good.get("factor", ""),
            owner=good.get("owner", ""),
        )


@require_GET
def register_page(request: HttpRequest) -> HttpResponse:
    """The list, narrowed by its address."""
    require(request, may_see_company(request.user))
    site = site_context(request)
    structure = structure_names()
    departments = [
        (department.key, department.name) for department in structure.departments.values() if department.internal
    ]
    form = FilterForm(request.GET, departments=departments, owners=owners_of())
    form.is_valid()
    rows = leak_rows(filters=form.filters())
    scale = money_scale([row.amount for row in rows], site.currency)
    context = {
        "site": site,
        "form": form,
        "lines": [line_of(row, costs_of(row.trend, site), scale) for row in rows],
        "scale": scale,
        "message": _register_message(rows, site.currency),
        "has_unnamed": any(row.unclear for row in rows),
        "read": max((row.read for row in rows), default=None),
    }
    return page_render(request, TEMPLATE, context, partial="page")


def _register_message(rows: list[LeakRow], currency: str) -> str:
    seen = [row for row in rows if row.still_seen]
    if not rows:
        return _("No leak is in this list.")
    if not seen:
        return _("The newest figures show no leak; {rows} in the register.").format(rows=counted(len(rows), "leak"))
    return " ".join(filter(None, (_seen_sentence(seen, currency), _unseen_sentence(len(rows) - len(seen)))))


def _unseen_sentence(count: int) -> str:
    """The rest of the list, so that sentence and rows count the same."""
    if not count:
        return ""
    text = ngettext(
        "{count} more in the list is no longer seen.", "{count} more in the list are no longer seen.", count
    )
    return text.format(count=grouped(count))


def _seen_sentence(seen: list[LeakRow], currency: str) -> str:
    """The leaks that the newest figures show, and the largest of a department that is named."""
    clear = [row for row in seen if not row.unclear]
    if not clear:
        return _("{seen} in the newest figures, none of a department that is named.").format(
            seen=counted(len(seen), "leak")
        )
    money = money_in_words(clear[0].amount, currency)
    if clear[0] is seen[0]:
        text = ngettext(
            "{seen} in the newest figures: {where}, {money}.",
            "{seen} in the newest figures. The largest: {where}, {money}.",
            len(seen),
        )
    else:
        text = _("{seen} in the newest figures. The largest of a department that is named: {where}, {money}.")
    return text.format(seen=counted(len(seen), "leak"), where=clear[0].where, money=money)


def costs_of(trend: Sequence[Sighting], site: SiteContext) -> list[WeeklyCost]:
    """What a leak costs a week, by the company's quarters and its day."""
    if site.company is None:
        return []
    today = site.now.astimezone(site.company.zone).date()
    return weekly_costs(trend, calendar=calendar_of(site.company), young_days=YOUNG_DAYS, today=today)


def line_of(row: LeakRow, costs: Sequence[WeeklyCost], scale: MoneyScale) -> Line:
    """One leak with the drawing of its last weeks and the same in words."""
    read = [cost for cost in costs if cost.cost is not None]
    trend = "; ".join(
        _("{week} {cost} a week, {state}").format(
            week=day_text(cost.week, "%-d %b"), cost=scale.write(cost.cost), state=cost.state
        )
        for cost in read
    )
    return Line(row=row, bars=bars_of(costs), trend_words=trend)


def bars_of(costs: Sequence[WeeklyCost]) -> list[Bar]:
    """A bar a week from a common zero; a week that was not read stays empty, a gain has no bar."""
    largest = max((cost.cost or 0 for cost in costs), default=0)
    bars = []
    for place, cost in enumerate(costs):
        if cost.cost is not None and largest > 0:
            tall = round(max(cost.cost, 0) / largest * (BAR_HEIGHT - 1), 1) + 1
            x, y, width = place * BAR_STEP, round(BAR_HEIGHT - tall, 1), BAR_STEP - BAR_GAP
            bars.append(Bar(x=x, y=y, width=width, height=tall, kind=cost.state))
    return bars
