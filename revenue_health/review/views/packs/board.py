"""The board: a pack as full-screen slides that need nothing from the server once they are there."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from departments.access import may_see_packs, require
from revenue_health.review.models import Pack
from revenue_health.review.selectors.packs.board import board_slides
from revenue_health.review.selectors.packs.cells import as_known_on
from revenue_health.review.selectors.packs.pages import proof_of, slide_pages, slides_and_decisions
from revenue_health.review.views.packs.page import pack_or_404

TEMPLATE = "review/packs/board.html"


@require_GET
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The slides of a pack."""
    require(request, may_see_packs(request.user))
    pack = pack_or_404(pk)
    context = board_context(pack, hide_names=False) | {"back": reverse("review:pack", args=[pack.pk])}
    return render(request, TEMPLATE, context)


def board_context(pack: Pack, *, hide_names: bool) -> dict[str, Any]:
    """Slides from the frozen content; decisions taken on the pack come from their own log, which is only added to."""
    figures = pack.figures
    return {
        "pack": pack,
        "figures": figures,
        "known": as_known_on(figures),
        "proof": proof_of(pack),
        "slides": slide_pages(figures, board_slides(slides_and_decisions(pack)), hide_names=hide_names),
        "hide_names": hide_names,
    }
