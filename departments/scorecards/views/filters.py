"""The filters of a scorecard page: the weeks, and which measurables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from departments import access
from departments.models import Department
from departments.periods import monday_of
from departments.scorecards.selectors.scorecards import Grid
from departments.web.day_field import DayField

WEEKS = (13, 26, 52, 260)
MOST_CELLS = 650
FEWEST_LINES = 5
CHOICES = (
    ("all", gettext_lazy("All")),
    ("missed", gettext_lazy("Off track")),
    ("missing", gettext_lazy("Missing")),
    ("mine", gettext_lazy("Mine")),
    ("manual", gettext_lazy("Typed in")),
)


class ScorecardFilterForm(forms.Form):
    """The filters of the grid; anything else falls back to the newest thirteen weeks, and says so."""

    until = DayField(
        required=False, label=gettext_lazy("Up to the week of"), widget=forms.DateInput(attrs={"type": "date"})
    )
    weeks = forms.TypedChoiceField(
        choices=[(str(count), format_lazy(gettext_lazy("{count} weeks"), count=count)) for count in WEEKS],
        coerce=int,
        required=False,
    )
    show = forms.ChoiceField(choices=CHOICES, required=False, label=gettext_lazy("Measurables"))
    start = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)


@dataclass(frozen=True, kw_only=True)
class ScorecardFilters:
    """Valid filters; `until` None is the week that is due, `start` how many lines come before those shown."""

    until: date | None = None
    weeks: int = 13
    show: str = "all"
    start: int = 0

    @property
    def lines(self) -> int:
        """Lines written at once; of the others, the next ones come when they are scrolled to."""
        return max(MOST_CELLS // self.weeks, FEWEST_LINES)

    def address(self, **changes: object) -> str:
        """The query string of these filters with something changed; what is the default stays out."""
        parameters = {"until": self.until, "weeks": self.weeks, "show": self.show, "start": 0} | changes
        default = {"until": None, "weeks": 13, "show": "all", "start": 0}
        return "?" + urlencode({name: str(value) for name, value in parameters.items() if value != default[name]})


def parse_filters(request: HttpRequest, *, today: date) -> tuple[ScorecardFilterForm, ScorecardFilters]:
    """The form with its errors, and the filters it means."""
    form = ScorecardFilterForm(request.GET)
    form.is_valid()
    until = form.cleaned_data.get("until")
    if until is not None:
        until = min(monday_of(until), monday_of(today))
        until = until if until > date(2000, 1, 1) else None
    return form, ScorecardFilters(
        until=until,
        weeks=form.cleaned_data.get("weeks") or 13,
        show=form.cleaned_data.get("show") or "all",
        start=form.cleaned_data.get("start") or 0,
    )


def filtered_rows(grid: Grid, filters: ScorecardFilters, user: int | None) -> list[int]:
    """The rows that the filters leave."""

    def fits(at: int) -> bool:
        row, state = grid.rows[at], grid.state(at)
        return {
            "missed": state is not None and state.missed,
            "missing": row.manual and not grid.cells.versions[at, 0],
            "mine": row.owner is not None and row.owner == user,
            "manual": row.manual,
        }.get(filters.show, True)

    return [at for at in range(len(grid.rows)) if fits(at)]


def neighbour_addresses(filters: ScorecardFilters, grid: Grid, today: date) -> tuple[str, str]:
    """Addresses of the weeks before and after those shown; empty where there are none."""
    before = filters.address(until=grid.weeks[-1] - timedelta(days=7))
    newest = monday_of(today)
    after = min(grid.weeks[0] + timedelta(days=7 * filters.weeks), newest)
    if grid.weeks[0] >= grid.due_week and grid.weeks[0] >= newest:
        return before, ""
    return before, filters.address(until=None if after == grid.due_week else after)


def visible_department(request: HttpRequest, key: str) -> Department:
    """The internal department whose scorecard is asked for; 404 when there is none or it may not be seen."""
    department = Department.objects.filter(key=key, kind=Department.Kind.INTERNAL).first()
    if department is None:
        raise Http404
    access.require(request, access.may_see_department(request.user, department.pk))
    return department


def editable_department(request: HttpRequest, key: str) -> Department:
    """The same for changes: 404 for people who may not make them."""
    department = Department.objects.filter(key=key, kind=Department.Kind.INTERNAL).first()
    access.require(request, department is not None and access.may_edit_scorecard(request.user, department.pk))
    assert department is not None
    return department
