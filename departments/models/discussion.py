"""What people say about figures: comments, and the answer a head gives to a share."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from departments.models.company import Department
from departments.models.people import User

SUBJECT_LENGTH = 200


@pghistory.track()
class Comment(models.Model):
    """One remark about a figure; with a parent, an answer to one. A thread is resolved by its first remark."""

    subject = models.CharField(max_length=SUBJECT_LENGTH, help_text="Which figure: see departments/subjects.py.")
    subject_label = models.CharField(max_length=300, help_text="What people call the figure.")
    subject_url = models.CharField(max_length=500, blank=True, help_text="Where it is shown.")
    text = models.TextField()
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="comments")
    at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)
    mentions = models.ManyToManyField(User, related_name="mentioned_in", blank=True)
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="answers")
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="resolved_comments"
    )

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["subject", "at"], name="comment_by_subject")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text=""),
                name="comment_says_something",
                violation_error_message=gettext_lazy("Write something first."),
            ),
            models.CheckConstraint(
                condition=~Q(subject=""),
                name="comment_has_a_subject",
                violation_error_message=gettext_lazy("Say what the comment is about."),
            ),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True, resolved_by__isnull=True)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False, parent__isnull=True),
                name="comment_resolved_as_a_thread",
                violation_error_message=gettext_lazy("Only a whole thread is resolved, on a day and by a person."),
            ),
            models.CheckConstraint(
                condition=~Q(parent=F("id")),
                name="comment_not_its_own_answer",
                violation_error_message=gettext_lazy("A comment cannot answer itself."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} by {self.author_id}"


@pghistory.track()
class Reply(models.Model):
    """One version of what a department answers to its share of a period. Versions are only added."""

    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="replies")
    subject = models.CharField(max_length=SUBJECT_LENGTH, help_text="share:<department>:<period>")
    version = models.PositiveIntegerField()
    text = models.TextField()
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="replies")
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "replies"
        ordering = ["subject", "version"]
        constraints = [
            models.UniqueConstraint(fields=["subject", "version"], name="reply_version_once"),
            models.CheckConstraint(
                condition=Q(version__gte=1),
                name="reply_versions_from_one",
                violation_error_message=gettext_lazy("Versions count from 1."),
            ),
            models.CheckConstraint(
                condition=~Q(text=""),
                name="reply_says_something",
                violation_error_message=gettext_lazy("Write something first."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="reply_only_added", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.subject} v{self.version}"
