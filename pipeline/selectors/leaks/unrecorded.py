"""The share of losses without a recorded reason, which are charged to no department."""

from __future__ import annotations

from django.utils.translation import gettext as _

from departments.formats import counted, percent
from departments.models import Company
from departments.periods import Period
from pipeline.custody_store import custody_cursor
from pipeline.models import RecomputeRun
from pipeline.run_cache import cached

_LOSSES = """
SELECT count(*) FILTER (assumed), count(*), coalesce(sum(amount) FILTER (assumed), 0)::BIGINT,
    coalesce(sum(amount), 0)::BIGINT
FROM moves WHERE kind = 'lost' AND "at" >= ? AND "at" < ?"""


def unrecorded_losses(*, run: RecomputeRun, company: Company, period: Period) -> tuple[int, int]:
    """(losses that name no reason, all losses) of a period."""
    silent, losses, _, _ = _unrecorded_losses(run, company, period)
    return silent, losses


def unrecorded_reasons(*, run: RecomputeRun, company: Company, period: Period) -> tuple[str, ...]:
    """What a reader of the period's shares must know of them; nothing where every loss has its reason."""
    silent, losses, amount, total = _unrecorded_losses(run, company, period)
    if not silent:
        return ()
    share = _(" ({amount} % of the money lost)").format(amount=percent(amount / total)) if total else ""
    return (
        _(
            "reason not recorded: {silent:,} of {losses}{share} name no reason, so no department is "
            "charged with them; they count with the market"
        ).format(silent=silent, losses=counted(losses, "loss", "losses"), share=share),
    )


def _unrecorded_losses(run: RecomputeRun, company: Company, period: Period) -> tuple[int, int, int, int]:
    def compute() -> tuple[int, int, int, int]:
        start, end = period.instants(company.zone)
        horizon = int(run.as_of.timestamp()) + 1
        row = custody_cursor(run).execute(_LOSSES, [start, min(end, horizon)]).fetchone()
        return row or (0, 0, 0, 0)

    silent, losses, amount, total = cached(run, "unrecorded-reasons", compute, of=period)
    return silent, losses, amount, total


def pipelines_with_losses(*, run: RecomputeRun) -> frozenset[int]:
    """Pipelines of which any loss is recorded. Of the others nobody knows what does not end well."""

    def compute() -> frozenset[int]:
        rows = custody_cursor(run).execute("SELECT DISTINCT pipeline FROM moves WHERE kind = 'lost'").fetchall()
        return frozenset(pipeline for (pipeline,) in rows)

    return cached(run, "pipelines-with-losses", compute)


def no_losses(*, run: RecomputeRun) -> str:
    """Why nothing can be promised or expected where no loss is recorded at all; empty where some are."""
    if pipelines_with_losses(run=run):
        return ""
    return _(
        "No loss is recorded, so every open deal would be won sooner or later and each promise "
        "would win everything. Record the deals that were lost, then recompute."
    )
