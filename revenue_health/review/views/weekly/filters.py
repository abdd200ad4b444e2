"""What the address of the weekly review asks for: period and baseline as on the bridge, and the day to look back to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from departments.models import Company
from departments.periods import Period
from departments.web.day_field import DayField
from pipeline.models import RecomputeRun
from pipeline.selectors.deals.changes import since_usual
from pipeline.selectors.leaks.leaks import calendar_of
from revenue_health.contribution.filters import ComparisonFilters, parse_filters

WEEK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A day one often looks back to."""

    name: str
    address: str
    here: bool


@dataclass(frozen=True, kw_only=True)
class ReviewFilters:
    """One reading of the review; addresses leave out what is usual."""

    comparison: ComparisonFilters
    since: date
    usual: date
    today: date
    first: date
    errors: dict[str, str] = field(default_factory=dict)

    def address(self, *, period: Period | None = None, since: date | None = None) -> str:
        """The query string of this review, with another period or another day to look back to."""
        label, day = (period or self.comparison.period).label, since or self.since
        parameters = {
            "period": label if label != self.comparison.default_period else "",
            "baseline": self.comparison.baseline,
            "since": day.isoformat() if day != self.usual else "",
        }
        return f"?{urlencode({name: value for name, value in parameters.items() if value})}"

    @property
    def since_earlier(self) -> str:
        return self.address(since=self.since - WEEK)

    @property
    def since_later(self) -> str:
        """Empty where that would be after the figures end."""
        return self.address(since=self.since + WEEK) if self.since + WEEK <= self.today else ""

    @property
    def presets(self) -> list[Preset]:
        days = {
            _("Last review week"): self.usual,
            _("4 weeks"): self.usual - 3 * WEEK,
            _("Start of {period}").format(period=self.comparison.default_period): self.first,
        }
        return [
            Preset(name=name, address=self.address(since=day), here=day == self.since) for name, day in days.items()
        ]


class SinceForm(forms.Form):
    """The day the review looks back to."""

    since = DayField(
        required=False,
        input_formats=["%Y-%m-%d"],
        error_messages={
            "invalid": gettext_lazy("Invalid date (use 2026-11-16). Showing changes since the usual Monday.")
        },
    )


def parse_review_filters(query: QueryDict, *, run: RecomputeRun, company: Company) -> ReviewFilters:
    """The filters in a query string; what is not understood is answered with the usual, and `errors` says so."""
    comparison = parse_filters(query, run=run, company=company)
    form = SinceForm(query)
    form.is_valid()
    errors = comparison.errors | {name: str(messages[0]) for name, messages in form.errors.items()}
    usual, today = since_usual(run=run, company=company), run.day_in(company.zone)
    since = form.cleaned_data.get("since") or usual
    if since > today:
        errors["since"] = _(
            "{since} is after the figures end ({today}). Showing changes since the usual Monday."
        ).format(since=since, today=today)
        since = usual
    first = calendar_of(company).quarter_of(today).start
    return ReviewFilters(comparison=comparison, since=since, usual=usual, today=today, first=first, errors=errors)
