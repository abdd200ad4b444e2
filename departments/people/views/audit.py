"""The audit: who changed what and when, and who was refused or read what others answer for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from departments.access import may_read_audit, require
from departments.core.formula_guard import GuardedWriter
from departments.core.stored_texts import in_language
from departments.models import AccessLog, User
from departments.people.selectors.access_log import access_lines
from departments.people.selectors.audit import AuditFilters, Change, changes, changes_all, kinds
from departments.web.day_field import DayField
from departments.web.rendering import page_render

CHANGES = "people/audit.html"
READERS = "people/audit_access.html"
MOST_EXPORTED = 50_000
LARGEST_PAGE = 2_000


class AuditForm(forms.Form):
    """Whose changes of what, when."""

    person = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    kind = forms.ChoiceField(required=False)
    day = DayField(required=False, label="Day", widget=forms.DateInput(attrs={"type": "date"}))
    item = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    everything = forms.BooleanField(required=False, label=gettext_lazy("Also imports and nightly work"))
    page = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_PAGE, widget=forms.HiddenInput)

    def __init__(self, query: QueryDict, *, kinds: dict[str, str]) -> None:
        super().__init__(query, auto_id="audit-%s")
        person, kind = self.fields["person"], self.fields["kind"]
        assert isinstance(person, forms.ChoiceField)
        assert isinstance(kind, forms.ChoiceField)
        people = User.objects.order_by("username")
        person.choices = [("", _("Everybody")), *((user.pk, user.get_full_name() or user.username) for user in people)]
        kind.choices = [("", _("Everything")), *((key, in_language(name.capitalize())) for key, name in kinds.items())]


@dataclass(frozen=True, kw_only=True)
class PageLinks:
    """Addresses of the newer and the older page; empty where there is none."""

    newer: str
    older: str


@require_GET
def audit_log(request: HttpRequest) -> HttpResponse:
    """The newest changes that fit the filter."""
    require(request, may_read_audit(request.user))
    form = AuditForm(request.GET, kinds=kinds())
    filters, page = _parse_filters(form)
    page_of_changes = changes(filters=filters, page=page)
    context = {
        "form": form,
        "errors": [messages[0] for messages in form.errors.values()],
        "changes": page_of_changes.changes,
        "page_links": _page_links(request.GET, page, more=page_of_changes.more),
        "query": request.GET.urlencode(),
        "one_thing": page_of_changes.changes[0] if filters.item and page_of_changes.changes else None,
    }
    return page_render(request, CHANGES, context, partial="page")


@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The same list as a CSV file, a line for each field that changed."""
    require(request, may_read_audit(request.user))
    filters, _ = _parse_filters(AuditForm(request.GET, kinds=kinds()))
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="audit-{timezone.localdate():%Y-%m-%d}.csv"'
    writer = GuardedWriter(response)
    writer.writerow(["time", "person", "deed", "kind", "number", "name", "field", "before", "after", "page"])
    for change in changes_all(filters=filters, most=MOST_EXPORTED):
        writer.writerows(_csv_lines(change))
    return response


@require_GET
def readers(request: HttpRequest) -> HttpResponse:
    """Who was refused, and who read shares and workings."""
    require(request, may_read_audit(request.user))
    form = AuditForm(request.GET, kinds={kind.value: str(kind.label) for kind in AccessLog.Kind})
    filters, page = _parse_filters(form)
    lines, more = access_lines(filters=filters, page=page)
    context = {
        "form": form,
        "errors": [messages[0] for messages in form.errors.values()],
        "lines": lines,
        "page_links": _page_links(request.GET, page, more=more),
    }
    return page_render(request, READERS, context, partial="page")


def _parse_filters(form: AuditForm) -> tuple[AuditFilters, int]:
    form.is_valid()
    values: dict[str, Any] = form.cleaned_data
    day: date | None = values.get("day")
    since = _begins(day) if day else None
    return AuditFilters(
        person=values.get("person"),
        kind=values.get("kind") or "",
        item=values.get("item"),
        since=since,
        until=_begins(day + timedelta(days=1)) if day else None,
        everything=bool(values.get("everything") or values.get("item")),
    ), values.get("page") or 1


def _begins(day: date) -> datetime:
    """The first instant of a day, where the reader is."""
    return timezone.make_aware(datetime.combine(day, time.min))


def _page_links(query: QueryDict, page: int, *, more: bool) -> PageLinks:
    others = [(key, value) for key in query for value in query.getlist(key) if key != "page" and value]

    def address(number: int) -> str:
        return f"?{urlencode([*others, ('page', number)])}"

    return PageLinks(newer=address(page - 1) if page > 1 else "", older=address(page + 1) if more else "")


def _csv_lines(change: Change) -> list[list[str]]:
    start = [change.at.isoformat(), change.person or _("the server"), change.action, change.kind_name, str(change.item)]
    return [
        [*start, change.name, difference.field, difference.before or "", difference.after or "", change.address]
        for difference in change.differences
    ] or [[*start, change.name, "", "", "", change.address]]
