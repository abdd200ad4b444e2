"""Search results by group: nobody finds anything that the pages would not show them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from departments.access import Visitor, may_see_company, may_see_packs, visible_department_ids
from departments.day_formats import day_text
from departments.formats import money_in_words
from departments.models import Commitment, Measurable, find_company
from pipeline.page.department_access import closed_departments
from pipeline.selectors.deals.search import SHORTEST, accounts_matching, deals_matching
from pipeline.selectors.overview import structure_names
from revenue_health.contribution.models import Leak
from revenue_health.contribution.selectors.register.rows import LeakRow, rows_of_leaks
from revenue_health.navigation import navigation_of
from revenue_health.review.models import Pack

EACH = 6
"""So many of each group are shown."""


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One line: what it is called, what is said beside it, where it leads."""

    name: str
    address: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Group:
    """What was found of one sort; `more` leads to all of it where there is a list of it."""

    name: str
    hits: tuple[Hit, ...]
    more: str = ""


def results_of(request: HttpRequest, text: str) -> list[Group]:
    """Groups that found something, in the order they are shown."""
    text = " ".join(text.split())
    if len(text) < SHORTEST:
        return []
    user = request.user
    groups = [Group(name=_("Pages"), hits=_pages(request, text))]
    if may_see_company(user):
        groups += [
            Group(name=_("Departments"), hits=_departments(user, text)),
            Group(name=_("Deals"), hits=_deals(text), more=_all_deals(text)),
            Group(name=_("Accounts"), hits=_accounts(text)),
            Group(name=_("Leaks"), hits=_leaks(text)),
            Group(name=_("Commitments"), hits=_commitments(user, text)),
            Group(name=_("Measurables"), hits=_measurables(user, text)),
        ]
    if may_see_packs(user):
        groups.append(Group(name=_("Packs"), hits=_packs(text)))
    return [group for group in groups if group.hits]


def matches(text: str, *names: str) -> bool:
    """Whether every word of the text is the beginning of a word of the names, or the text is in one of them."""
    words = re.findall(r"\w+", text.lower())
    starts = [word for name in names for word in re.findall(r"\w+", name.lower())]
    whole = any(text.lower() in name.lower() for name in names)
    return whole or (bool(words) and all(any(start.startswith(word) for start in starts) for word in words))


def _pages(request: HttpRequest, text: str) -> tuple[Hit, ...]:
    hits = [
        Hit(name=section.name, address=section.address, note="" if section.name == tab.link.name else tab.link.name)
        for tab in navigation_of(request).tabs
        for section in tab.sections
        if matches(text, section.name)
    ]
    return tuple(hits[:EACH])


def _departments(user: Visitor, text: str) -> tuple[Hit, ...]:
    """Of a department whose detail is closed to the visitor, its share, which everybody sees."""
    structure = structure_names()
    closed = closed_departments(user, structure)
    return tuple(
        Hit(name=department.name, address=reverse("pipeline:department", args=[department.key]))
        if department.key not in closed
        else Hit(name=department.name, address=reverse("review:drivers"), note="share")
        for department in structure.departments.values()
        if department.internal and matches(text, department.name, department.key)
    )[:EACH]


def _deals(text: str) -> tuple[Hit, ...]:
    return tuple(
        Hit(
            name=deal.name,
            address=reverse("pipeline:opportunity", args=[deal.key]),
            note=", ".join(part for part in (deal.key, deal.account) if part and part not in deal.name),
        )
        for deal in deals_matching(text=text, limit=EACH)
    )


def _all_deals(text: str) -> str:
    return f"{reverse('pipeline:opportunities')}?{urlencode({'search': text, 'state': 'all'})}"


def _accounts(text: str) -> tuple[Hit, ...]:
    return tuple(
        Hit(name=account.name, address=_all_deals(account.name), note=_("{key}, its deals").format(key=account.key))
        for account in accounts_matching(text=text, limit=EACH)
    )


def _leaks(text: str) -> tuple[Hit, ...]:
    """There is at most one leak for each factor, department and stage, so all are searched, the largest first."""
    company = find_company()
    rows = rows_of_leaks(Leak.objects.order_by("-amount", "pk"))
    return tuple(
        Hit(
            name=row.where,
            address=reverse("contribution:leak", args=[row.id]),
            note=_note_of(row, company.reporting_currency if company else ""),
        )
        for row in rows
        if matches(text, row.where, "leak")
    )[:EACH]


def _note_of(leak: LeakRow, currency: str) -> str:
    """What a leak costs and what became of it; where no department is named, the cost accuses nobody."""
    accused = [_("? not named")] if leak.unclear else []
    status = _inside_a_line(str(Leak.Status(leak.status).label))
    return ", ".join([money_in_words(leak.amount, currency), *accused, status])


def _inside_a_line(label: str) -> str:
    """A status behind something else: only its first letter is small, since German nouns have capitals."""
    return label[:1].lower() + label[1:]


def _commitments(user: Visitor, text: str) -> tuple[Hit, ...]:
    rows = Commitment.objects.filter(text__icontains=text).select_related("department")
    seen = visible_department_ids(user)
    if seen is not None:
        rows = rows.filter(department__in=seen)
    return tuple(
        Hit(
            name=row.text,
            address=reverse("departments:commitment", args=[row.pk]),
            note=f"{row.department.name}, {_inside_a_line(row.get_status_display())}",
        )
        for row in rows.order_by("status", "-due")[:EACH]
    )


def _measurables(user: Visitor, text: str) -> tuple[Hit, ...]:
    rows = Measurable.objects.filter(name__icontains=text, archived=False).select_related("department")
    seen = visible_department_ids(user)
    if seen is not None:
        rows = rows.filter(department__in=seen)
    return tuple(
        Hit(
            name=row.name,
            address=reverse("departments:scorecard", args=[row.department.key]),
            note=_("scorecard of {name}").format(name=row.department.name),
        )
        for row in rows.order_by("name", "pk")[:EACH]
    )


def _packs(text: str) -> tuple[Hit, ...]:
    rows = Pack.objects.filter(title__icontains=text).defer("content")
    return tuple(
        Hit(name=row.title, address=reverse("review:pack", args=[row.pk]), note=day_text(row.frozen_at))
        for row in rows.order_by("-pk")[:EACH]
    )
