"""Lists of settings: read, added to, changed, removed. What is in use cannot be removed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Model, ProtectedError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from departments.access import may_manage_data, require
from departments.web.double_submission import submitted_once
from departments.web.lock_waits import serialize_saves
from departments.web.rendering import page_render
from pipeline.page.paging import LARGEST_PAGE, Pages, pages_of
from pipeline.page.site_context import site_context
from pipeline.selectors.deals.opportunities import PAGE
from pipeline.views.settings.kinds import BY_SLUG, Kind

LIST = "pipeline/settings/list.html"
EDIT = "pipeline/settings/edit.html"
REMOVE = "pipeline/settings/remove.html"


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One list on a page: its rows with the texts of their cells."""

    kind: Kind
    rows: tuple[tuple[Model, tuple[str, ...]], ...]
    pages: Pages | None
    more: bool
    """Whether there are more than are shown here, on the list's own page."""

    @property
    def cells(self) -> list[tuple[int, list[tuple[str, Any]]]]:
        """For each row its number, and each text with its column."""
        return [(row.pk, list(zip(texts, self.kind.columns, strict=True))) for row, texts in self.rows]


@require_GET
def index(request: HttpRequest, kind: str) -> HttpResponse:
    """A list, with those that belong to it."""
    require(request, may_manage_data(request.user))
    chosen = _kind_or_404(kind)
    panels = [_panel(chosen, request.GET), *(_panel(BY_SLUG[slug], None) for slug in chosen.also)]
    return page_render(request, LIST, {"site": site_context(request), "kind": chosen, "panels": panels}, partial="page")


@require_http_methods(["GET", "POST"])
@submitted_once
@serialize_saves
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """Add a row."""
    require(request, may_manage_data(request.user))
    return _edited(request, _kind_or_404(kind), None)


@require_http_methods(["GET", "POST"])
@serialize_saves
def edit(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Change a row. Of two people who save it at once the second waits, and then sees what the first one changed."""
    require(request, may_manage_data(request.user))
    chosen = _kind_or_404(kind)
    return _edited(request, chosen, _row_or_404(chosen, pk, lock=request.method == "POST"))


@require_http_methods(["GET", "POST"])
@submitted_once
@serialize_saves
def remove(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Remove a row that nothing refers to, after confirmation."""
    require(request, may_manage_data(request.user))
    chosen = _kind_or_404(kind)
    row = _row_or_404(chosen, pk)
    context = {"kind": chosen, "row": row, "pk": pk}
    if request.method == "GET":
        return page_render(request, REMOVE, context, partial="page")
    name = str(row)
    try:
        with transaction.atomic():
            row.delete()
    except ProtectedError:
        context["problem"] = _("Deals, people or other settings refer to this {one}.").format(one=chosen.one)
        return page_render(request, REMOVE, context, partial="page", status=409)
    messages.success(
        request, _("{name} was removed. {consequence}").format(name=name, consequence=_(chosen.consequence))
    )
    return redirect("pipeline:settings_list", chosen.slug)


def _panel(kind: Kind, query: QueryDict | None) -> Panel:
    """A page of a list; without a query the beginning of one that has its own page."""
    number = query.get("page", "1") if query else "1"
    page = int(number) if number.isdecimal() and 1 <= int(number) <= LARGEST_PAGE else 1
    rows = kind.rows()
    total = rows.count()
    return Panel(
        kind=kind,
        rows=tuple(
            (row, tuple(column.text(row) for column in kind.columns)) for row in rows[(page - 1) * PAGE : page * PAGE]
        ),
        pages=pages_of(query, page, total) if query is not None else None,
        more=query is None and total > PAGE,
    )


def _edited(request: HttpRequest, kind: Kind, row: Model | None) -> HttpResponse:
    form = kind.form(request.POST if request.method == "POST" else None, instance=row)
    if request.method == "POST" and form.is_valid():
        saved = form.save()
        messages.success(
            request, _("{saved} is saved. {consequence}").format(saved=saved, consequence=_(kind.consequence))
        )
        return redirect("pipeline:settings_list", kind.slug)
    # A form writes into its instance even when it is not valid: the name is the one that is stored.
    context = {
        "kind": kind,
        "form": form,
        "pk": row.pk if row else None,
        "name": str(_row_or_404(kind, row.pk)) if row else "",
    }
    return page_render(request, EDIT, context, partial="page", status=422 if form.errors else 200)


def _kind_or_404(slug: str) -> Kind:
    if slug not in BY_SLUG:
        raise Http404
    return BY_SLUG[slug]


def _row_or_404(kind: Kind, pk: int, *, lock: bool = False) -> Model:
    rows = kind.rows().filter(pk=pk)
    row = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if row is None:
        raise Http404
    return row
