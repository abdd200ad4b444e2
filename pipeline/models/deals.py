"""The truth: accounts, opportunities and their append-only events (hand-offs: `handoffs.py`).

These tables are filled by the million, so PostgreSQL checks their foreign keys once a statement instead of once a
row: `db_constraint=False` here, and triggers instead (pipeline/references.py).
"""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from pipeline.models.imports import ImportBatch
from pipeline.models.structure import LossReason, Pipeline, Source, Stage

WORDS_INDEXES = ("account_words", "opportunity_words")
_PENDING_KB = 256 * 1024
"""So much of an import waits until it is sorted into an index of words at once: an import takes a quarter longer by
the index, not twice as long (tests/bench/bench_search.py)."""


def _words_of_names(name: str) -> GinIndex:
    """The words of names, for the search."""
    return GinIndex(SearchVector("name", config="simple"), name=name, gin_pending_list_limit=_PENDING_KB)


class Account(models.Model):
    """A customer or prospect, with the attributes that make its segment."""

    key = models.CharField(max_length=128, unique=True)
    name = models.CharField(max_length=300)
    industry = models.CharField(max_length=128, blank=True)
    size = models.CharField(max_length=128, blank=True)
    region = models.CharField(max_length=128, blank=True)
    profile = models.CharField(max_length=128, blank=True)
    merged_into = models.CharField(
        max_length=128, blank=True, db_default="", help_text="Key of the account that has the deals of this one now."
    )
    batch = models.ForeignKey(
        ImportBatch,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        # Rows of one import lie together, so a block-range index finds them at next to no cost.
        indexes = [BrinIndex(fields=["batch"], name="account_batch"), _words_of_names("account_words")]

    def __str__(self) -> str:
        return self.name


class Opportunity(models.Model):
    """One deal. Its history, and so its stage and amount, are its events."""

    key = models.CharField(max_length=128, unique=True)
    name = models.CharField(max_length=300, blank=True)
    # No index on pipeline and source: with so few values it speeds up no search, and every insert would pay for it.
    pipeline = models.ForeignKey(
        Pipeline, on_delete=models.PROTECT, related_name="opportunities", db_index=False, db_constraint=False
    )
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="opportunities", db_constraint=False
    )
    owner = models.CharField(max_length=128, blank=True)
    team = models.CharField(max_length=128, blank=True)
    source = models.ForeignKey(
        Source,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="opportunities",
        db_index=False,
        db_constraint=False,
    )
    currency = models.CharField(max_length=3)
    segment = models.CharField(max_length=128, blank=True)
    merged_into = models.CharField(
        max_length=128, blank=True, db_default="", help_text="Key of the deal that this one, withdrawn, went into."
    )
    # Which of the 40 jackknife buckets the deal falls in: from its key, so that it never changes.
    bucket = models.GeneratedField(
        expression=models.Func(
            "key",
            # Seven hex digits are 28 bits, which are never negative as an int. Django fills in the template, hence %%.
            template="(('x' || substr(md5(%(expressions)s), 1, 7))::bit(28)::int %% 40)",
            output_field=models.SmallIntegerField(),
        ),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )
    batch = models.ForeignKey(
        ImportBatch,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        verbose_name_plural = "opportunities"
        indexes = [
            BrinIndex(fields=["batch"], name="opportunity_batch"),
            _words_of_names("opportunity_words"),
            models.Index(fields=["merged_into"], name="opportunity_merged_into", condition=~Q(merged_into="")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"),
                name="opportunity_currency_is_iso",
                violation_error_message=gettext_lazy("Name the currency by its three letters, such as EUR."),
            ),
            models.CheckConstraint(
                condition=~Q(key=""),
                name="opportunity_key_not_empty",
                violation_error_message=gettext_lazy("A deal needs a key."),
            ),
            models.CheckConstraint(
                condition=Q(merged_into="") | ~Q(merged_into=F("key")),
                name="opportunity_not_into_itself",
                violation_error_message=gettext_lazy("A deal cannot be merged into itself."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.key


EVENT_AMOUNT_SQL = (
    "CASE WHEN e.stage_id IS NOT NULL OR e.amount <> 0 THEN e.amount ELSE coalesce((SELECT b.amount"
    " FROM pipeline_event b WHERE b.opportunity_id = e.opportunity_id AND b.stage_id IS NOT NULL"
    " AND (b.occurred_at, b.sequence) < (e.occurred_at, e.sequence)"
    " ORDER BY b.occurred_at DESC, b.sequence DESC LIMIT 1), 0) END"
)
"""What the deal was worth after `pipeline_event e`: of a loss or withdrawal without an amount, what it was before."""


class Event(models.Model):
    """One row of an opportunity's history: the values after a change. Never updated, never deleted.

    `stage` empty means lost, or `withdrawn`: gone without being lost. `sequence` numbers the events of one
    opportunity at one instant in the order of the file they came in; with `occurred_at` it is the natural key. Only
    undoing an import may delete rows. At a loss or a withdrawal an `amount` of zero means as it was before
    (`EVENT_AMOUNT_SQL`).
    """

    opportunity = models.ForeignKey(
        Opportunity, on_delete=models.CASCADE, related_name="events", db_index=False, db_constraint=False
    )
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    sequence = models.PositiveIntegerField(default=0)
    stage = models.ForeignKey(
        Stage,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    withdrawn = models.BooleanField(default=False, db_default=False)
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    expected_close = models.DateField(null=True, blank=True)
    reason = models.ForeignKey(
        LossReason,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    actor = models.CharField(max_length=128, blank=True)
    batch = models.ForeignKey(
        ImportBatch,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        ordering = ["opportunity_id", "occurred_at", "sequence"]
        indexes = [
            BrinIndex(fields=["batch"], name="event_batch"),
            models.Index(fields=["opportunity"], name="event_withdrawn", condition=Q(withdrawn=True)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["opportunity", "occurred_at", "sequence"], name="event_natural_key"),
            models.CheckConstraint(
                condition=Q(recorded_at__gte=F("occurred_at")),
                name="event_recorded_after_occurred",
                violation_error_message=gettext_lazy("It cannot be recorded before it occurred."),
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="event_amount_not_negative",
                violation_error_message=gettext_lazy("An amount cannot be below 0."),
            ),
            models.CheckConstraint(
                condition=Q(stage__isnull=True) | Q(reason__isnull=True),
                name="event_reason_only_when_lost",
                violation_error_message=gettext_lazy("Only a lost deal has a reason of loss."),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn=False) | Q(stage__isnull=True, reason__isnull=True),
                name="event_withdrawn_is_in_no_stage",
                violation_error_message=gettext_lazy("A withdrawn deal is in no stage and has no reason of loss."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.opportunity_id} {self.occurred_at:%Y-%m-%d} {self.stage_id or self.way_out}"

    @property
    def way_out(self) -> str:
        """What a row without a stage says of the deal."""
        return "withdrawn" if self.withdrawn else "lost"
