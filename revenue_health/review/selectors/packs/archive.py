"""Reading packs: the archive, one pack with its proof, and the decisions taken on packs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from departments.formats import counted
from departments.translation import gettext_noop
from revenue_health.review.core.canonical_json import canonical_json, sha256_of
from revenue_health.review.core.slides import Column, ColumnKind, Slide, Table
from revenue_health.review.models import Decision, Pack

DECIDED = "decided"
"""The slide of decisions, which are taken after a pack was frozen."""


@dataclass(frozen=True, kw_only=True)
class Integrity:
    """Whether a pack is what was frozen: its hash recomputed, and its columns compared with the content."""

    intact: bool
    computed: str


def packs_listed() -> QuerySet[Pack]:
    """The archive, newest first, without the contents."""
    return Pack.objects.defer("content").select_related("frozen_by").annotate(decided=Count("decisions"))


def pack_by_id(*, pk: int) -> Pack | None:
    return Pack.objects.select_related("frozen_by").filter(pk=pk).first()


def verify_pack(pack: Pack) -> Integrity:
    """Recompute the hash, and check that the indexed columns match the sealed content."""
    computed = sha256_of(pack.content)
    figures = pack.figures
    agrees = (
        pack.title == figures["pack"]["title"]
        and pack.as_of == datetime.fromisoformat(figures["as_of"])
        and pack.frozen_at == datetime.fromisoformat(figures["pack"]["frozen_at"])
        and pack.period_label == figures["period"]["label"]
        and pack.run_number == figures["run"]
        and canonical_json(figures) == pack.content
    )
    return Integrity(intact=agrees and computed == pack.sha256, computed=computed)


def decisions_of(*, pack: Pack) -> list[Decision]:
    """What was decided on a pack, in order, corrected wordings included and marked."""
    return list(Decision.objects.filter(pack=pack).select_related("user", "corrects", "correction").order_by("pk"))


def decisions_listed(*, limit: int) -> list[Decision]:
    """The decision log over all packs, newest first; only wordings that stand."""
    rows = Decision.objects.filter(correction=None).select_related("pack", "user", "corrects")
    return list(rows.defer("pack__content").order_by("-pk")[:limit])


def with_decisions(slides: tuple[Slide, ...], *, pack: Pack) -> tuple[Slide, ...]:
    """The frozen slides; before the last one, what was decided on the pack since, from its own log."""
    rows = tuple(
        (decision.text, decision.decided_by, decision.at.date().isoformat())
        for decision in decisions_of(pack=pack)
        if not hasattr(decision, "correction")
    )
    if not rows:
        return slides
    columns = (Column("Decided"), Column("By"), Column("On", ColumnKind.DATE))
    decided = Slide(
        key=DECIDED,
        title=gettext_noop("Decided"),
        message=gettext_noop("{decisions} taken on this review.").format(decisions=counted(len(rows), "decision")),
        tables=(Table(title=gettext_noop("Decided"), columns=columns, rows=rows),),
    )
    return (*slides[:-1], decided, *slides[-1:])
