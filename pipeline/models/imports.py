"""How data was imported, and what is needed to revert it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy


class ImportBatch(models.Model):
    """One import: what was read, what it changed, where its refused rows are."""

    class Status(models.TextChoices):
        STARTED = "started", gettext_lazy("Started")
        DONE = "done", gettext_lazy("Done")
        REFUSED = "refused", gettext_lazy("Refused")
        FAILED = "failed", gettext_lazy("Failed")
        UNDONE = "undone", gettext_lazy("Undone")

    class Kind(models.TextChoices):
        FOLDER = "folder", gettext_lazy("company folder")
        LOG = "log", gettext_lazy("event log")
        SOURCE = "source", gettext_lazy("file of a source")

    kind = models.CharField(max_length=8, choices=Kind)
    name = models.CharField(max_length=300, help_text="The folder or file it came from.")
    status = models.CharField(max_length=8, choices=Status, default=Status.STARTED)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    files = models.JSONField(default=dict, help_text="Per file: rows read, new, unchanged, refused.")
    notes = models.JSONField(default=list, help_text="What was left out or assumed, a sentence each.")
    errors_file = models.CharField(max_length=500, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "import batches"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Import {self.pk}: {self.name}"


class ImportChange(models.Model):
    """A row an import made or changed outside the event history, with its values before; undo puts them back."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="changes")
    table = models.CharField(max_length=64)
    row = models.BigIntegerField()
    before = models.JSONField(null=True, help_text="Null: the import made the row.")

    class Meta:
        indexes = [models.Index(fields=["table", "row"], name="import_change_row")]

    def __str__(self) -> str:
        return f"{self.table} {self.row}"


class Upload(models.Model):
    """A zip of a company folder that came by browser, and what a worker found out about it. Lives for a day."""

    class State(models.TextChoices):
        CHECKING = "checking", gettext_lazy("Checking")
        CHECKED = "checked", gettext_lazy("Checked")
        IMPORTING = "importing", gettext_lazy("Importing")
        IMPORTED = "imported", gettext_lazy("Imported")
        FAILED = "failed", gettext_lazy("Failed")

    token = models.CharField(max_length=24, unique=True)
    name = models.CharField(max_length=300, help_text="The file's.")
    state = models.CharField(max_length=9, choices=State, default=State.CHECKING)
    outcome = models.JSONField(default=dict, help_text="Counts, notes and problems of the last look or import.")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Upload of {self.name}: {self.state}"
