"""What the page of a pack shows; the views that answer with it share this."""

from __future__ import annotations

from django import forms
from django.http import Http404, HttpRequest
from django.template.loader import render_to_string

from departments.access import may_freeze
from pipeline.page.site_context import site_context
from pipeline.run_cache import sealed_html
from revenue_health.review.models import Pack, PackExport
from revenue_health.review.selectors.packs.archive import decisions_of, pack_by_id, verify_pack
from revenue_health.review.selectors.packs.cells import Names
from revenue_health.review.selectors.packs.exports import exports_of
from revenue_health.review.selectors.packs.frozen import frozen_review
from revenue_health.review.selectors.packs.links import links_of
from revenue_health.review.selectors.packs.printing import print_slides
from revenue_health.review.selectors.packs.reader_language import slides_in_language
from revenue_health.review.views.packs.forms import DecisionForm, LinkForm

PACK_TEMPLATE = "review/packs/pack.html"


def pack_or_404(pk: int) -> Pack:
    pack = pack_by_id(pk=pk)
    if pack is None:
        raise Http404
    return pack


def pack_context(request: HttpRequest, pack: Pack, **bound: forms.Form) -> dict[str, object]:
    """Everything on the page; a rejected form replaces the empty one."""
    manages, review, proof = may_freeze(request.user), frozen_review(pack), verify_pack(pack)

    def render() -> dict[str, str]:
        slides = print_slides(slides_in_language(review.slides), Names(review.people))
        message = render_to_string("review/packs/pack_message.html", {"first": slides[0]}) if slides else ""
        return {
            "message": message,
            "slides": render_to_string("review/packs/pack_slides.html", {"pack": pack, "slides": slides}),
        }

    return {
        "pack": pack,
        "review": review,
        "proof": proof,
        "printed": sealed_html("pack", render, of=(pack.pk, proof)),
        "decisions": decisions_of(pack=pack),
        "may_freeze": manages,
        "decision_form": bound.get("decision_form") or DecisionForm(pack=pack),
        "links": links_of(pack=pack, now=site_context(request).now) if manages else [],
        "link_form": bound.get("link_form") or LinkForm(),
        **exports_context(request, pack),
    }


def exports_context(request: HttpRequest, pack: Pack) -> dict[str, object]:
    """The panel of files; `waiting` keeps it asking every second."""
    rows = exports_of(pack=pack, now=site_context(request).now)
    return {
        "site": site_context(request),
        "pack": pack,
        "kinds": PackExport.Kind.choices,
        "exports": rows,
        "waiting": any(row.waiting for row in rows),
    }
