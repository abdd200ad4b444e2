"""What is known of deals before another file of their source comes: where each stands by its newest event."""

# ruff: noqa: S608 - statements are put together from names of our own tables and columns only.

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from itertools import batched

from django.db import connection
from django.db.models import Count, Max
from django.utils.translation import gettext as _

from pipeline.imports.folder.export_queries import ELSEWHERE
from pipeline.imports.problems import ImportBusy
from pipeline.imports.snapshot.differences import Earlier, KnownDeal, KnownHandOff
from pipeline.models import EVENT_AMOUNT_SQL, DataSource, HandOff, ImportBatch, Opportunity

_WENT = (
    "SELECT e.opportunity_id, (array_agg(p.key ORDER BY e.occurred_at DESC, e.sequence DESC))[1] AS pipeline"
    " FROM pipeline_event e JOIN pipeline_stage s ON s.id = e.stage_id JOIN pipeline_pipeline p ON p.id = s.pipeline_id"
    f" WHERE e.opportunity_id IN ({ELSEWHERE}) GROUP BY 1"
)
"""The pipeline that each deal which ever went to another one is in by its newest stage."""


def known_before(*, source: DataSource, taken_at: datetime, files_of: datetime) -> Earlier:
    """What is known before files that show the state of `taken_at`; the ones before them are `files_of` an instant."""
    deals, handoffs = known_deals(source=source), known_handoffs(source=source)
    return Earlier(deals=deals, taken_at=taken_at, before=files_of, handoffs=handoffs)


def imports_done(*, but: int | None = None) -> tuple[int | None, int]:
    """Changes with every import that is done or undone: the newest one that is in, and how many are."""
    done = ImportBatch.objects.filter(status=ImportBatch.Status.DONE).exclude(pk=but or 0)
    found = done.aggregate(newest=Max("pk"), count=Count("pk"))
    return found["newest"], found["count"]


def refuse_imports_since(before: tuple[int | None, int], *, but: int | None) -> None:
    """Raise ImportBusy where another import than this one was done or undone since files were compared with the deals;
    to be asked while no other import runs."""
    if imports_done(but=but) != before:
        raise ImportBusy(
            _("Another import ended while these files were read. Nothing was loaded; try again in a moment.")
        )


def existing_deals(keys: Collection[str]) -> set[str]:
    """Those of some keys that deals have."""
    found: set[str] = set()
    for some in batched(keys, 10_000):
        found.update(Opportunity.objects.filter(key__in=some).values_list("key", flat=True))
    return found


def known_handoffs(*, source: DataSource) -> dict[str, KnownHandOff]:
    """The hand-offs that files of the source brought, by their keys."""
    batches = [batch for batch in source.pulls.values_list("batch_id", flat=True) if batch is not None]
    rows = HandOff.objects.filter(batch_id__in=batches).values_list(
        "key", "opportunity__key", "department__key", "kind", "requested_at", "started_at", "completed_at", "due_at",
        "outcome", "assignee",
    )  # fmt: skip
    return {
        key: KnownHandOff(opportunity=deal, department=department, kind=kind, requested=requested, started=started,
                          completed=completed, due=due, outcome=outcome, assignee=assignee)
        for key, deal, department, kind, requested, started, completed, due, outcome, assignee in rows
    }  # fmt: skip


def known_deals(*, source: DataSource) -> dict[str, KnownDeal]:
    """Every deal by its key, as its newest event left it; those that files of this source brought are its own."""
    batches = [batch for batch in source.pulls.values_list("batch_id", flat=True) if batch is not None]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (e.opportunity_id) o.key,"
            f" coalesce(s.key, CASE WHEN e.withdrawn THEN 'withdrawn' ELSE 'lost' END), {EVENT_AMOUNT_SQL},"
            " e.expected_close, e.occurred_at, o.batch_id = ANY(%s), went.pipeline, p.key, o.currency"
            " FROM pipeline_event e"
            " JOIN pipeline_opportunity o ON o.id = e.opportunity_id JOIN pipeline_pipeline p ON p.id = o.pipeline_id"
            f" LEFT JOIN ({_WENT}) went ON went.opportunity_id = e.opportunity_id"
            " LEFT JOIN pipeline_stage s ON s.id = e.stage_id"
            " ORDER BY e.opportunity_id, e.occurred_at DESC, e.sequence DESC",
            [batches],
        )
        return {
            key: KnownDeal(
                place=place,
                amount=str(amount),
                expected=expected.isoformat() if expected else "",
                last=last,
                own=bool(own),
                went=went or "",
                began_in=began_in,
                currency=currency,
            )
            for key, place, amount, expected, last, own, went, began_in, currency in cursor.fetchall()
        }
