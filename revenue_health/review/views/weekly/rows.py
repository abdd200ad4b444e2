"""What the panels of the weekly review print: the buckets of what changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from departments.formats import signed
from pipeline.core.buckets import BucketImpact
from pipeline.core.changes import Changes


@dataclass(frozen=True, kw_only=True)
class BucketRow:
    """One bucket of what changed."""

    name: str
    meaning: str
    deals: int
    change: str
    """By how much it changes the number of open deals, signed: the column adds up like the money does."""
    difference: int
    impact: str
    address: str
    unchanged: bool
    """It changes nothing; a line stands above the first of these."""


def bucket_rows(changes: Changes, since: date) -> list[BucketRow]:
    """Buckets with deals in them, what adds first."""
    rows = []
    for total in sorted(changes.buckets, key=lambda total: total.bucket.order):
        if not total.deals:
            continue
        bucket = total.bucket
        coloured = bucket.coloured and (total.difference or bucket.key == "won")
        parameters = {"bucket": bucket.key, "since": since.isoformat()}
        rows.append(
            BucketRow(
                name=_(bucket.name),
                meaning=_(bucket.meaning),
                deals=total.deals,
                change=signed(total.deals_difference) if total.deals_difference else "0",
                difference=total.difference,
                impact=bucket.impact if coloured else BucketImpact.SOFT,
                address=f"{reverse('review:changes')}?{urlencode(parameters)}",
                unchanged=not bucket.moves,
            )
        )
    return rows
