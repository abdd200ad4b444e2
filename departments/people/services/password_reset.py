"""Mail with a link to set a new password, for those who have an account with the address."""

from __future__ import annotations

from allauth.account.forms import default_token_generator
from allauth.account.utils import filter_users_by_email, user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from departments.models import User, find_company
from departments.services.mail import in_language_of, mail_send


def password_reset_mail_send(*, email: str) -> int:
    """Write to everybody active with this address; how many mails went out. Nobody is told when it was none."""
    people = filter_users_by_email(email, is_active=True, prefer_verified=True)
    company = find_company()
    for person in people:
        with in_language_of(person):
            context = {
                "person": person,
                "company": company.name if company else _("your company"),
                "address": password_reset_address(person),
            }
            mail_send(
                EmailMessage(
                    subject=_("Set a new password for Revenue Health"),
                    body=render_to_string("people/mail/password_reset.txt", context),
                    to=[email],
                )
            )
    return len(people)


def password_reset_address(person: User) -> str:
    """The address that sets a new password. The key is made here and is in no queue and no log."""
    uid, key = user_pk_to_url_str(person), default_token_generator.make_token(person)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": key})
    return f"{settings.SITE_URL}{path}"
