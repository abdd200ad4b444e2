"""Figures are spoken about by a text: `share:legal:2026-Q4`, `measurable:leg_wait`, `leak:12`.

What a figure is called and where it is shown follows from the text; nobody who speaks about it can name it otherwise.
The ground floor knows no deals: leaks, cells, opportunities and forecasts are known by name and address only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.urls import NoReverseMatch, reverse

from departments.access import Visitor, may_see_company, may_see_department
from departments.models import Commitment, Company, Department, Measurable, Membership, User
from departments.models.discussion import SUBJECT_LENGTH
from departments.periods import FiscalCalendar, PeriodError

Role = Membership.Role
PARTIES = {"strategy": "Strategy", "opening": "Opening pipeline", "unexplained": "Unexplained"}
"""The parties of a share that are no departments."""


class SubjectUnknown(ValueError):
    """The text names no figure."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One figure people speak about. With a department, it belongs to it; `detail` tells whether it is only for who
    may see that department."""

    text: str
    kind: str
    label: str
    address: str = ""
    department: Department | None = None
    detail: bool = False


def share_subject(party: str, period: str) -> str:
    """The text for a party's share of a period."""
    return f"share:{party}:{period}"


def subject_of(text: str) -> Subject:
    """What the text names; SubjectUnknown when that is nothing."""
    kind, _, rest = text.partition(":")
    reader = _READERS.get(kind)
    if reader is None or not rest or len(text) > SUBJECT_LENGTH or not rest.isprintable():
        raise SubjectUnknown(text)
    return reader(text, rest)


def subject_visible(user: Visitor, subject: Subject) -> bool:
    """Who may see a figure may speak about it: the company's figures all who work here, a department's detail who may
    see that department."""
    if subject.detail and subject.department is not None:
        return may_see_department(user, subject.department.pk)
    return may_see_company(user)


def people_who_see(*, subject: Subject, names: Iterable[str] | None = None, like: str = "") -> QuerySet[User]:
    """The people who may see a figure, so who can be asked about it: the same rule as `subject_visible`, as a query."""
    works_here = Q(memberships__role__in=[Role.EXECUTIVE, Role.ANALYST, Role.HEAD, Role.DEPUTY, Role.MEMBER])
    if subject.detail and subject.department and not Company.objects.filter(departments_open=True).exists():
        works_here = Q(memberships__role__in=[Role.EXECUTIVE, Role.ANALYST]) | Q(
            memberships__department=subject.department
        )
    people = User.objects.filter(works_here | Q(is_superuser=True), is_active=True).distinct()
    if names is not None:
        lowered = [name.lower() for name in names]
        people = people.annotate(lowered=Lower("username")).filter(lowered__in=lowered)
    if like:
        people = people.filter(
            Q(username__istartswith=like) | Q(first_name__istartswith=like) | Q(last_name__istartswith=like)
        )
    return people.order_by("username")


def _share(text: str, rest: str) -> Subject:
    party, _, period = rest.partition(":")
    label = _period(text, period)
    department = Department.objects.filter(key=party).first()
    name = department.name if department else PARTIES.get(party)
    if name is None:
        raise SubjectUnknown(text)
    return Subject(
        text=text,
        kind="share",
        label=f"{name}, share of {label}",
        address=_address("contribution:party", party, period=label),
        department=department,
    )


def _measurable(text: str, rest: str) -> Subject:
    found = Measurable.objects.select_related("department").filter(key=rest).first()
    if found is None:
        raise SubjectUnknown(text)
    return Subject(
        text=text,
        kind="measurable",
        label=f"{found.name} ({found.department.name})",
        address=_address("departments:scorecard", found.department.key),
        department=found.department,
        detail=True,
    )


def _commitment(text: str, rest: str) -> Subject:
    pk = _number(text, rest)
    found = Commitment.objects.select_related("department").filter(pk=pk).first()
    if found is None:
        raise SubjectUnknown(text)
    return Subject(
        text=text,
        kind="commitment",
        label=f"Commitment of {found.department.name}: {found.text[:120]}",
        address=_address("departments:commitment", pk),
        department=found.department,
        detail=True,
    )


def _cell(text: str, rest: str) -> Subject:
    parts = rest.split(":")
    department = Department.objects.filter(key=parts[-1]).first()
    if len(parts) != 3 or not all(parts) or department is None:
        raise SubjectUnknown(text)
    stage = parts[1].replace("_", " ").capitalize()
    return Subject(
        text=text,
        kind="cell",
        label=f"{stage}, {department.name}",
        address=_address("pipeline:leak_map", pipeline=parts[0]),
        department=department,
    )


def _leak(text: str, rest: str) -> Subject:
    pk = _number(text, rest)
    return Subject(text=text, kind="leak", label=f"Leak {pk}", address=_address("contribution:leak", pk))


def _opportunity(text: str, rest: str) -> Subject:
    return Subject(
        text=text, kind="opportunity", label=f"Opportunity {rest}", address=_address("pipeline:opportunity", rest)
    )


def _forecast(text: str, rest: str) -> Subject:
    label = _period(text, rest)
    return Subject(
        text=text, kind="forecast", label=f"Forecast of {label}", address=_address("review:forecast", period=label)
    )


_READERS: dict[str, Callable[[str, str], Subject]] = {
    "share": _share,
    "measurable": _measurable,
    "commitment": _commitment,
    "cell": _cell,
    "leak": _leak,
    "opportunity": _opportunity,
    "forecast": _forecast,
}


def _period(text: str, period: str) -> str:
    """The period's own label; a text that names it in another way is another text, so it is none."""
    month = Company.objects.values_list("fiscal_year_start_month", flat=True).first() or 1
    try:
        label = FiscalCalendar(start_month=month).parse(period).label
    except PeriodError:
        raise SubjectUnknown(text) from None
    if label != period:
        raise SubjectUnknown(text)
    return label


def _number(text: str, rest: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,14}", rest):
        raise SubjectUnknown(text)
    return int(rest)


def _address(name: str, *arguments: object, **query: str) -> str:
    """Where a page of any floor is; empty where it is not built."""
    try:
        address = reverse(name, args=arguments)
    except NoReverseMatch:
        return ""
    return f"{address}?{urlencode(query)}" if query else address
