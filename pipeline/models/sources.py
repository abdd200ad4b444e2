"""Where the company's data come from: a source, the versions of its mapping, and every file that came of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy

from pipeline.models.imports import ImportBatch


class DataSource(models.Model):
    """A place that data come from again and again, such as the weekly export of a CRM."""

    class Kind(models.TextChoices):
        LIST = "list", gettext_lazy("list of deals")
        LOG = "log", gettext_lazy("event log")
        TICKETS = "tickets", gettext_lazy("file of tickets")

    name = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.LIST)
    system = models.CharField(max_length=64, blank=True, help_text="The system its headers were recognised as.")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class SourceMapping(models.Model):
    """What the files of a source mean, as the mapping file of the command line says it. Versions are only added."""

    source = models.ForeignKey(DataSource, on_delete=models.CASCADE, related_name="mappings")
    version = models.PositiveIntegerField()
    content = models.JSONField(help_text="The parts of the TOML file: company, departments, stages and so on.")
    origin = models.CharField(max_length=200, help_text="Proposed, edited, or the name of a file.")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["source_id", "-version"]
        constraints = [models.UniqueConstraint(fields=["source", "version"], name="source_mapping_version_once")]

    def __str__(self) -> str:
        return f"{self.source}, mapping {self.version}"


class SourcePull(models.Model):
    """The files of one upload, kept as they came, and what became of them."""

    class State(models.TextChoices):
        READING = "reading"
        READ = "read"
        LOOKING = "looking"
        LOOKED = "looked"
        IMPORTING = "importing"
        COMPUTING = "computing"
        DONE = "done"
        FAILED = "failed"

    source = models.ForeignKey(DataSource, on_delete=models.CASCADE, related_name="pulls")
    token = models.CharField(max_length=24, unique=True)
    name = models.CharField(max_length=300, help_text="The file's, or the first one's.")
    state = models.CharField(max_length=9, choices=State, default=State.READING)
    taken_at = models.DateTimeField(help_text="The instant whose state the files show.")
    file_settings = models.JSONField(default=dict, help_text="How files are read where a person says it differently.")
    reading = models.JSONField(default=dict, help_text="Files and columns as they were found.")
    look = models.JSONField(default=dict, help_text="What the mapping would make of them.")
    error = models.TextField(blank=True)
    mapping = models.ForeignKey(SourceMapping, on_delete=models.SET_NULL, null=True, related_name="+")
    batch = models.ForeignKey(ImportBatch, on_delete=models.SET_NULL, null=True, related_name="pulls")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.source}: {self.name}"
