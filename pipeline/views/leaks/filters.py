"""The filters in the address of the leak map, as a frozen dataclass. Bad values fall back, with a message."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from departments.periods import FiscalCalendar, Period, PeriodError
from pipeline.selectors.leaks.leaks import BASELINE, DealFilter
from pipeline.selectors.overview import FilterChoices, Structure

COMPARISONS = {
    BASELINE: gettext_lazy("baseline"),
    "none": gettext_lazy("nothing"),
    "previous": gettext_lazy("period before"),
    "last_year": gettext_lazy("last year"),
    "plan": gettext_lazy("plan"),
}
MEASURES = {"money": gettext_lazy("Money"), "deals": gettext_lazy("Deals")}
LEAKS = {"lost": gettext_lazy("Lost"), "held": gettext_lazy("Held"), "over_limit": gettext_lazy("Over limit")}


@dataclass(frozen=True, kw_only=True)
class LeakMapFilters:
    """One reading of the leak map. Filter values are keys and names as they stand in the address; empty is all."""

    period: Period
    compare: str = BASELINE
    measure: str = "money"
    leak: str = "lost"
    pipeline: str = ""
    segment: str = ""
    source: str = ""
    team: str = ""
    owner: str = ""
    default_period: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def chosen(self) -> dict[str, str]:
        """The filters that are set."""
        names = ("pipeline", "segment", "source", "team", "owner")
        return {name: value for name in names if (value := getattr(self, name))}

    @property
    def parameters(self) -> dict[str, str]:
        """The shortest address that asks the same: defaults are left out."""
        values = {"period": self.period.label if self.period.label != self.default_period else ""}
        values |= {name: getattr(self, name) for name in ("compare", "measure", "leak")}
        defaults = {"compare": BASELINE, "measure": "money", "leak": "lost"}
        values = {name: value for name, value in values.items() if value and value != defaults.get(name)}
        return values | self.chosen

    def address(self, **changes: Any) -> str:
        """The query string of these filters with some parts changed."""
        text = urlencode(replace(self, **changes).parameters)
        return f"?{text}" if text else "?"

    def deal_filter(self, *, structure: Structure, choices: FilterChoices) -> DealFilter:
        """What the selectors are asked for: pipeline and source by id, the others by value."""
        filters: dict[str, list[Any]] = {name: [value] for name, value in self.chosen.items()}
        if self.pipeline:
            filters["pipeline"] = [structure.pipeline_id(self.pipeline)]
        if self.source:
            filters["source"] = [pk for pk, key, _name in choices.sources if key == self.source]
        return DealFilter(period=self.period, filters=filters)

    @property
    def deals_parameters(self) -> dict[str, str]:
        """What the list of deals behind a figure needs to know of these filters."""
        return {"period": self.period.label, **self.chosen}


class LeakMapForm(forms.Form):
    """The filters of the leak map; also draws them."""

    compare = forms.ChoiceField(required=False, label=gettext_lazy("Compared with"), choices=list(COMPARISONS.items()))
    pipeline = forms.ChoiceField(required=False)
    segment = forms.ChoiceField(required=False)
    source = forms.ChoiceField(required=False)
    team = forms.ChoiceField(required=False)
    owner = forms.ChoiceField(required=False)
    period = forms.CharField(required=False, max_length=60)
    measure = forms.ChoiceField(required=False, choices=list(MEASURES.items()), widget=forms.RadioSelect)
    leak = forms.ChoiceField(required=False, choices=list(LEAKS.items()), widget=forms.RadioSelect)

    def __init__(
        self,
        query: QueryDict | None = None,
        *,
        calendar: FiscalCalendar,
        structure: Structure,
        choices: FilterChoices,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(query, auto_id="leakmap-%s", initial=initial)
        self.calendar = calendar
        for name, values in {
            "pipeline": list(structure.pipelines.items()),
            "segment": [(value, value) for value in choices.segments],
            "source": [(key, name) for _pk, key, name in choices.sources],
            "team": [(value, value) for value in choices.teams],
            "owner": [(value, value) for value in choices.owners],
        }.items():
            select = cast(forms.ChoiceField, self.fields[name])
            select.choices = [("", _("All")), *values]
            select.error_messages["invalid_choice"] = _("Unknown {name} “%(value).80s”. Showing all.").format(name=name)

    def clean_period(self) -> Period | None:
        text = self.cleaned_data["period"].strip()
        try:
            return self.calendar.parse(text) if text else None
        except PeriodError as problem:
            raise forms.ValidationError(
                _("{problem} Showing the current quarter.").format(problem=problem)
            ) from problem


def parse_filters(
    query: QueryDict, *, calendar: FiscalCalendar, today: date, structure: Structure, choices: FilterChoices
) -> tuple[LeakMapFilters, LeakMapForm]:
    """The filters in a query string, and the form that draws them.

    Whatever is not understood is answered with its default, and `errors` of the filters say so.
    """
    form = LeakMapForm(query, calendar=calendar, structure=structure, choices=choices)
    form.is_valid()
    entered: dict[str, Any] = {name: value for name, value in form.cleaned_data.items() if value}
    default = calendar.quarter_of(today)
    errors = {name: str(messages[0]) for name, messages in form.errors.items()}
    period = entered.pop("period", default)
    filters = LeakMapFilters(period=period, default_period=default.label, errors=errors, **entered)
    initial = {name: getattr(filters, name) for name in form.fields} | {"period": filters.period.label}
    return filters, LeakMapForm(initial=initial, calendar=calendar, structure=structure, choices=choices)
