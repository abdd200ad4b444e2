"""Discussion refers to a figure by a text, its subject: `share:legal:2026-Q4`, `measurable:leg_wait`, `leak:12`.

What a figure is called and where it is shown follows from the text; nobody who speaks about it can name it otherwise.
Each app says in `ready()` how the kinds it shows are read: this one measurables and commitments, the apps above it
shares, leaks, cells, opportunities and forecasts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext as _

from departments.access import Visitor, may_see_company, may_see_department
from departments.models import Commitment, Company, Department, Measurable, Membership, User, find_company
from departments.models.discussion import SUBJECT_LENGTH
from departments.periods import FiscalCalendar, PeriodError

Role = Membership.Role


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
    open_address: str = ""
    """Where the figure stands for whoever may see it, but not its department's detail; empty: at `address` as well."""


type SubjectReader = Callable[[str, str], Subject]
"""Takes the whole text and what follows its kind; raises SubjectUnknown when that names no figure."""

_readers: dict[str, SubjectReader] = {}


def reads_subject(kind: str) -> Callable[[SubjectReader], SubjectReader]:
    """Decorator: this function reads the texts that begin with `kind`."""

    def register(reader: SubjectReader) -> SubjectReader:
        _readers[kind] = reader
        return reader

    return register


def share_subject(party: str, period: str) -> str:
    """The text for a party's share of a period."""
    return f"share:{party}:{period}"


def subject_of(text: str) -> Subject:
    """The subject that a text names. Raises SubjectUnknown if it names none."""
    kind, _, rest = text.partition(":")
    reader = _readers.get(kind)
    if reader is None or not rest or len(text) > SUBJECT_LENGTH or not rest.isprintable():
        raise SubjectUnknown(text)
    return reader(text, rest)


def subject_visible(user: Visitor, subject: Subject) -> bool:
    """Who may see a figure may speak about it: the company's figures all who work here, a department's detail who may
    see that department."""
    if subject.detail and subject.department is not None:
        return may_see_department(user, subject.department.pk)
    return may_see_company(user)


def address_for(user: Visitor, subject: Subject) -> str:
    """Where this reader finds the figure: on its own page, unless that shows a department's detail closed to them."""
    department = subject.department
    if not subject.open_address or department is None or department.kind != Department.Kind.INTERNAL:
        return subject.address
    return subject.address if may_see_department(user, department.pk) else subject.open_address


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


def subject_period(text: str, period: str) -> str:
    """The period's own label; a text that names it in another way is another text, so it is none."""
    company = find_company()
    calendar = company.fiscal_calendar if company else FiscalCalendar()
    try:
        label = calendar.parse(period).label
    except PeriodError:
        raise SubjectUnknown(text) from None
    if label != period:
        raise SubjectUnknown(text)
    return label


def subject_number(text: str, rest: str) -> int:
    """The number of a row, in its only accepted spelling."""
    # Fifteen digits fit into the database's integer; more would be an error of its own.
    if not re.fullmatch(r"[1-9][0-9]{0,14}", rest):
        raise SubjectUnknown(text)
    return int(rest)


@reads_subject("measurable")
def _measurable(text: str, rest: str) -> Subject:
    measurable = Measurable.objects.select_related("department").filter(key=rest).first()
    if measurable is None:
        raise SubjectUnknown(text)
    return Subject(
        text=text,
        kind="measurable",
        label=f"{measurable.name} ({measurable.department.name})",
        address=reverse("departments:scorecard", args=[measurable.department.key]),
        department=measurable.department,
        detail=True,
    )


@reads_subject("commitment")
def _commitment(text: str, rest: str) -> Subject:
    pk = subject_number(text, rest)
    commitment = Commitment.objects.select_related("department").filter(pk=pk).first()
    if commitment is None:
        raise SubjectUnknown(text)
    return Subject(
        text=text,
        kind="commitment",
        label=_("Commitment of {name}: {text}").format(name=commitment.department.name, text=commitment.text[:120]),
        address=reverse("departments:commitment", args=[pk]),
        department=commitment.department,
        detail=True,
    )
