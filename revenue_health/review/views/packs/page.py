"""What the page of a pack shows; the views that answer with it share this."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest

from departments.access import may_freeze
from pipeline.page.shell import shell_of
from revenue_health.review.models import Pack, PackExport
from revenue_health.review.selectors.packs.cells import as_known_on
from revenue_health.review.selectors.packs.exports import exports_of
from revenue_health.review.selectors.packs.links import links_of
from revenue_health.review.selectors.packs.pages import decisions_of, pack_by_id, proof_of, slide_pages
from revenue_health.review.views.packs.forms import DecisionForm, LinkForm

ONE = "review/packs/pack.html"


def pack_or_404(pk: int) -> Pack:
    pack = pack_by_id(pk=pk)
    if pack is None:
        raise Http404
    return pack


def pack_context(request: HttpRequest, pack: Pack, **given: forms.Form) -> dict[str, Any]:
    """Everything on the page; a form that was refused takes the place of the empty one."""
    manages = may_freeze(request.user)
    return {
        "pack": pack,
        "figures": pack.figures,
        "known": as_known_on(pack.figures),
        "proof": proof_of(pack),
        "slides": slide_pages(pack.figures, pack.figures["slides"]),
        "decisions": decisions_of(pack=pack),
        "may_freeze": manages,
        "decision_form": given.get("decision_form") or DecisionForm(pack=pack),
        "links": links_of(pack=pack, now=shell_of(request).now) if manages else [],
        "link_form": given.get("link_form") or LinkForm(),
        **exports_context(request, pack),
    }


def exports_context(request: HttpRequest, pack: Pack) -> dict[str, Any]:
    """The panel of files; `waiting` keeps it asking every second."""
    rows = exports_of(pack=pack, now=shell_of(request).now)
    return {
        "shell": shell_of(request),
        "pack": pack,
        "kinds": PackExport.Kind.choices,
        "exports": rows,
        "waiting": any(row.waiting for row in rows),
    }
