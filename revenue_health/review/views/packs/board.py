"""The board: a pack as full-screen slides that need no server once they are loaded."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET

from departments.access import may_see_packs, require
from pipeline.run_cache import sealed_html
from revenue_health.review.models import Pack
from revenue_health.review.selectors.packs.archive import DECIDED, verify_pack, with_decisions
from revenue_health.review.selectors.packs.board import board_pages
from revenue_health.review.selectors.packs.cells import Names
from revenue_health.review.selectors.packs.frozen import frozen_review
from revenue_health.review.selectors.packs.printing import print_pages
from revenue_health.review.selectors.packs.reader_language import slides_in_language
from revenue_health.review.views.packs.page import pack_or_404

TEMPLATE = "review/packs/board.html"
DECK = "review/packs/board_slides.html"


@require_GET
def board_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The slides of a pack."""
    require(request, may_see_packs(request.user))
    pack = pack_or_404(pk)
    context = board_context(pack, hide_names=False) | {"back": reverse("review:pack", args=[pack.pk])}
    return render(request, TEMPLATE, context)


def board_context(pack: Pack, *, hide_names: bool) -> dict[str, object]:
    """Slides from the frozen content; decisions taken on the pack come from their own log, which is only added to."""
    review, proof = frozen_review(pack), verify_pack(pack)
    slides = with_decisions(review.slides, pack=pack)

    def render() -> dict[str, str]:
        printed = print_pages(board_pages(slides_in_language(slides)), Names(review.people, hide_names))
        context = {"pack": pack, "review": review, "proof": proof, "slides": printed}
        return {"deck": render_to_string(DECK, context), "count": str(len(printed))}

    decided = [slide for slide in slides if slide.key == DECIDED]
    return {
        "pack": pack,
        "review": review,
        "hide_names": hide_names,
        **sealed_html("board", render, of=(pack.pk, pack.sha256, proof, decided, hide_names)),
    }
