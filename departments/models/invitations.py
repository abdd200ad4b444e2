"""Invitations, and who looked at what."""

from __future__ import annotations

import secrets

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from departments.models.company import Department
from departments.models.people import Membership, User


def nonce_new() -> str:
    return secrets.token_urlsafe(16)


# The nonce opens an account as long as the link works, and the history keeps everything.
@pghistory.track(exclude=["nonce"])
class Invitation(models.Model):
    """One person invited by mail: the role they will have, and until when the link works. It works once."""

    email = models.EmailField()
    role = models.CharField(max_length=9, choices=Membership.Role)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    sent_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Made the newest link: the one person who may read it without a mail server.",
    )
    nonce = models.CharField(max_length=32, default=nonce_new, help_text="What the newest link carries.")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("email"),
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="invitation_open_once_an_address",
                violation_error_message=gettext_lazy(
                    "An invitation to this address is open already. Send it again or withdraw it."
                ),
            ),
            models.CheckConstraint(
                condition=Q(role__in=["executive", "board", "analyst"], department__isnull=True)
                | Q(role__in=["head", "deputy", "member"], department__isnull=False),
                name="invitation_department_fits_role",
                violation_error_message=gettext_lazy(
                    "Heads, deputies and members need a department; the other roles have none."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email}: {self.role}"


class AccessLog(models.Model):
    """One request that was refused, or one reading of a page whose readers are written down."""

    class Kind(models.TextChoices):
        READ = "read", gettext_lazy("Read")
        REFUSED = "refused", gettext_lazy("Refused")

    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=7, choices=Kind)
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=500)
    subject = models.CharField(max_length=200, blank=True, help_text="What was looked at, such as share:legal:2026-Q4.")
    at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "access log"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["user", "-at"], name="accesslog_user_at")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["read", "refused"]),
                name="accesslog_kind_known",
                violation_error_message=gettext_lazy("An entry is either read or refused."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.kind} {self.path}"
