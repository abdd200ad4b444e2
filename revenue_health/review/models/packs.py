"""Frozen reviews, and what is tied to one: decisions, links for people without an account, files."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cached_property

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from departments.json_types import Json


def _append_only() -> pgtrigger.Protect:
    return pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class PackQuerySet(models.QuerySet["Pack"]):
    """Selections of packs that do not open their content."""

    def newest(self) -> int | None:
        """The number of the pack frozen last: what Present opens."""
        return self.order_by("-pk").values_list("pk", flat=True).first()


class Pack(models.Model):
    """Everything one review showed, for ever: rows are only added, never changed, never removed.

    `content` is canonical JSON (see review.core.canonical_json) and `sha256` is of its bytes. Title, period and the
    rest are in the content too: the columns are there to find packs by.
    """

    title = models.CharField(max_length=200)
    period_label = models.CharField(max_length=32)
    as_of = models.DateTimeField(help_text="Up to when things were known.")
    frozen_at = models.DateTimeField()
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", help_text="Null: a command."
    )
    method = models.PositiveIntegerField(help_text="Version of the contribution model.")
    run_number = models.PositiveBigIntegerField(
        help_text="The recompute it shows. Runs are thrown away, packs are not."
    )
    content = models.TextField()
    sha256 = models.CharField(max_length=64)

    objects = PackQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        triggers = [_append_only()]
        constraints = [
            models.CheckConstraint(
                condition=Q(sha256__regex="^[0-9a-f]{64}$"),
                name="pack_has_a_hash",
                violation_error_message=gettext_lazy("A pack needs its hash."),
            )
        ]

    def __str__(self) -> str:
        return self.title

    @cached_property
    def figures(self) -> Json:
        """The content, parsed."""
        figures: Json = json.loads(self.content)
        return figures


class Decision(models.Model):
    """What was decided on a pack. A mistake is corrected by another row that says so."""

    pack = models.ForeignKey(Pack, on_delete=models.PROTECT, related_name="decisions")
    text = models.TextField()
    decided_by = models.CharField(max_length=200, help_text="Who decided, in words: “the board”, “Casey and Ana”.")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", help_text="Who wrote it down."
    )
    at = models.DateTimeField()
    corrects = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="correction")

    class Meta:
        ordering = ["id"]
        triggers = [_append_only()]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text="") & ~Q(decided_by=""),
                name="decision_says_what_and_who",
                violation_error_message=gettext_lazy("Say what was decided and by whom."),
            ),
            models.CheckConstraint(
                condition=Q(corrects=None) | ~Q(corrects=F("id")),
                name="decision_corrects_another",
                violation_error_message=gettext_lazy("A decision cannot correct itself."),
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80]


class PackLink(models.Model):
    """Lets whoever has the address read one pack until it expires or is revoked; only the token's hash is kept."""

    pack = models.ForeignKey(Pack, on_delete=models.PROTECT, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=100, blank=True, help_text="Whom it is for.")
    hide_names = models.BooleanField(default=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    opened_count = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True, blank=True, help_text="When it was last opened.")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")),
                name="pack_link_ends_after_it_begins",
                violation_error_message=gettext_lazy("The end has to be later than the beginning."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.label or 'link'} to {self.pack_id} until {self.expires_at:%Y-%m-%d}"

    def open_at(self, now: datetime) -> bool:
        """Whether it lets in."""
        return self.revoked_at is None and now < self.expires_at


class PackExport(models.Model):
    """A file made of a pack by a worker: asked for, being made, done or failed."""

    class Kind(models.TextChoices):
        PDF = "pdf", gettext_lazy("PDF")
        PPTX = "pptx", gettext_lazy("PowerPoint")
        XLSX = "xlsx", gettext_lazy("Excel")
        CSV = "csv", gettext_lazy("CSV (zip)")

    class Status(models.TextChoices):
        ASKED = "asked", gettext_lazy("Asked")
        WORKING = "working", gettext_lazy("Working")
        DONE = "done", gettext_lazy("Done")
        FAILED = "failed", gettext_lazy("Failed")

    pack = models.ForeignKey(Pack, on_delete=models.PROTECT, related_name="exports")
    kind = models.CharField(max_length=4, choices=Kind)
    hide_names = models.BooleanField(default=False)
    language = models.CharField(max_length=7, default="en", help_text="Of who asked for it.")
    status = models.CharField(max_length=7, choices=Status, default=Status.ASKED)
    progress = models.PositiveSmallIntegerField(default=0, help_text="Percent.")
    error = models.TextField(blank=True)
    file = models.CharField(max_length=120, blank=True, help_text="Name in the folder of exports.")
    size = models.PositiveBigIntegerField(default=0)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    touched_at = models.DateTimeField(help_text="When a worker last said something.")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(progress__lte=100),
                name="pack_export_percent",
                violation_error_message=gettext_lazy("Progress is a percentage from 0 to 100."),
            ),
            models.CheckConstraint(
                condition=~Q(status="done") | ~Q(file=""),
                name="pack_export_done_has_a_file",
                violation_error_message=gettext_lazy("An export that is done has a file."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of pack {self.pack_id}: {self.status}"
