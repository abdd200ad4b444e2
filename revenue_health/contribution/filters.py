"""What the address of the bridge page asks for, as a period and its baseline. Bad values fall back, saying so."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from departments.models import Company
from departments.periods import FiscalCalendar, Period, PeriodError
from pipeline.models import RecomputeRun
from pipeline.selectors.leaks.leaks import calendar_of
from revenue_health.contribution.selectors.comparison.periods import (
    FOUR_QUARTERS,
    LAST_YEAR,
    ComparisonError,
    ComparisonPeriods,
    comparison_periods,
)

BASELINES = {
    "": gettext_noop("like quarter, else the year before"),
    LAST_YEAR: gettext_noop("same period last year"),
    FOUR_QUARTERS: gettext_noop("four quarters before"),
}


@dataclass(frozen=True, kw_only=True)
class ComparisonFilters:
    """What a page compares: the periods, and the baseline as the address writes it."""

    periods: ComparisonPeriods
    baseline: str = ""
    default_period: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def period(self) -> Period:
        return self.periods.period

    @property
    def baselines(self) -> dict[str, str]:
        """Choices of the baseline; one typed into the address is added."""
        return BASELINES | ({self.baseline: self.baseline} if self.baseline not in BASELINES else {})

    def address(self, period: Period | None = None) -> str:
        """The query string of these filters, of another period if given."""
        label = (period or self.period).label
        parameters = {"period": label if label != self.default_period else "", "baseline": self.baseline}
        text = urlencode({name: value for name, value in parameters.items() if value})
        return f"?{text}"


class ComparisonForm(forms.Form):
    """The two fields of the page; also draws the baseline's choices."""

    period = forms.CharField(required=False, max_length=60)
    baseline = forms.CharField(required=False, max_length=60)

    def __init__(self, query: QueryDict, *, calendar: FiscalCalendar) -> None:
        super().__init__(query)
        self.calendar = calendar

    def clean_period(self) -> Period | None:
        text = self.cleaned_data["period"].strip()
        try:
            return self.calendar.parse(text) if text else None
        except PeriodError as problem:
            raise forms.ValidationError(
                _("{problem} Showing the running quarter.").format(problem=problem)
            ) from problem

    def clean_baseline(self) -> str:
        text = str(self.cleaned_data["baseline"].strip())
        if text and text not in BASELINES:
            try:
                self.calendar.parse(text)
            except PeriodError as problem:
                raise forms.ValidationError(
                    _("{problem} Showing the usual baseline.").format(problem=problem)
                ) from problem
        return text


def parse_filters(query: QueryDict, *, run: RecomputeRun, company: Company) -> ComparisonFilters:
    """The filters in a query string. Raises ComparisonError only where not even the running quarter can be shown."""
    form = ComparisonForm(query, calendar=calendar_of(company))
    form.is_valid()
    errors = {name: str(messages[0]) for name, messages in form.errors.items()}
    period, baseline = form.cleaned_data.get("period"), form.cleaned_data.get("baseline", "")
    default = calendar_of(company).quarter_of(run.day_in(company.zone)).label
    try:
        periods = comparison_periods(run=run, company=company, period=period, baseline=baseline or None)
    except ComparisonError as problem:
        periods, baseline = comparison_periods(run=run, company=company), ""
        errors["period"] = _("{problem} Showing the running quarter.").format(problem=problem)
    return ComparisonFilters(periods=periods, baseline=baseline, default_period=default, errors=errors)
