"""The first page of those who see no live figures; everybody else begins with the weekly review."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET

from departments.access import may_see_packs
from departments.web.rendering import page_render


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """For those who see no live figures: the board goes to its packs; who is nothing yet is told whom to ask."""
    board = may_see_packs(request.user)
    if board and (packs := _packs()):
        return redirect(packs)
    return page_render(request, "home_without_figures.html", {"board": board}, partial="page")


def _packs() -> str:
    """The address of the packs, empty where they are not built."""
    try:
        return reverse("review:packs")
    except NoReverseMatch:
        return ""
