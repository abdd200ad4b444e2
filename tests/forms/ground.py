"""A company in which every form has something to be about, who fills the forms in, and the pages they stand on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils import timezone

from departments.models import Comment, Department, Membership, User
from departments.people.services.invitations import invitation_address, invitation_create
from departments.periods import monday_of
from departments.updates.services.update_links import update_link_issue, update_link_token
from pipeline.models import Stage, StageOwner
from tests.forms.html_forms import Form, forms_of, links_of
from tests.permissions import Row, all_rows
from tests.pipeline.sources.uploads import COMPANY, edit, look, upload

BACKEND = "django.contrib.auth.backends.ModelBackend"
SUBJECT = "share:legal:2026"
DEALS = (
    "Deal ID,Stage,Created,Closed,Amount,Owner,Lost reason\nD1,Won,2026-01-05,2026-02-03,1200,Ann,\n"
    "D2,Lost,2026-01-06,2026-02-04,900,Bob,Price\nD3,Offer,2026-01-07,,700,Bob,\n"
)
_LEFT_OUT = re.compile(r"admin:(account|auth|mfa|socialaccount|usersessions)_|account_logout|review:pack_freeze")
"""The admin of libraries, the button that ends the session, and freezing: it compares with the pack before, and packs
of the permission matrix hold no figures."""


def somebody() -> User:
    """A superuser who is head of legal: nobody else sees all the forms."""
    root = User.objects.create_superuser("root", "root@example.com", "quiet-river-stone")
    Membership.objects.create(user=root, role="head", department=Department.objects.get(key="legal"))
    return root


def addresses() -> list[str]:
    """One page of every name in the permission matrix, of things made for it."""
    root, now = User.objects.get(username="root"), timezone.now()
    Comment.objects.create(subject=SUBJECT, subject_label="Legal", subject_url="", text="One", author=root, at=now)
    StageOwner.objects.create(
        stage=Stage.objects.earliest("pk"), department=Department.objects.get(key="legal"), since=now
    )
    pull = upload({"deals.csv": DEALS})
    edit(pull, company=COMPANY)
    look(pull)
    pages = [
        f"/data/sources/files/{pull.token}/",
        f"/data/sources/{pull.source_id}/",
        f"/comments/?subject={SUBJECT}",
        f"/replies/?subject={SUBJECT}",
        "/admin/",
        "/accounts/password/change/",
        "/set-up/plan/?by=month",
    ]
    return pages + [page for row in all_rows() for page in _of_row(row)]


def opened_by_strangers() -> list[str]:
    """Pages for who is not signed in, behind links that work."""
    root, now = User.objects.get(username="root"), timezone.now()
    invited = invitation_create(email="ann@example.com", role="analyst", department=None, invited_by=root, now=now)
    legal = Department.objects.get(key="legal")
    link = update_link_issue(
        user=User.objects.get(username="legal"),
        department=legal.pk,
        week=monday_of(timezone.localdate()) - timedelta(7),
        now=now,
    )
    path = "/" + invitation_address(invited).split("/", 3)[3]
    return ["/accounts/login/", "/accounts/password/reset/", path, f"/u/{update_link_token(link)}/"]


def crawl(client: Client, starts: list[str], *, each: int = 2) -> Iterator[Form]:
    """The forms of all pages to be reached from some, of each kind of page at most `each`."""
    waiting, seen = list(starts), dict[str, int]()
    while waiting:
        address = waiting.pop(0)
        kind = kind_of(address)
        if not kind or seen.setdefault(kind, 0) >= each:
            continue
        response = client.get(address)
        if response.status_code not in (200, 302) or "html" not in response.get("Content-Type", ""):
            continue
        if response.status_code == 302:
            waiting.append(response.url)
            continue
        seen[kind] += 1
        yield from forms_of(address, response.content)
        waiting += sorted(links_of(address, response.content))


def kind_of(address: str) -> str:
    """What is alike of two addresses: the name of the page, and which list of settings; empty for none of ours."""
    with suppress(Resolver404):
        match = resolve(address.partition("?")[0])
        kind = f"{match.view_name} {match.kwargs.get('kind', '')}".strip()
        return "" if _LEFT_OUT.match(kind) else kind
    return ""


def _of_row(row: Row) -> list[str]:
    if _LEFT_OUT.match(row.name):
        return []
    with suppress(NoReverseMatch, DatabaseError), transaction.atomic():
        return [reverse(row.name, kwargs=row.filled())]
    return []
