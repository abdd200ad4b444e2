"""The smaller panels of the weekly review in print: leaks and the agenda."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from departments.formats import DASH, counted
from revenue_health.review.core.weekly_review import LeakKind, WeeklyReview

DUE_SHOWN = 6


@dataclass(frozen=True, kw_only=True)
class LeakRow:
    """One leak; `address` opens it in the register."""

    name: str
    where: str
    department: str
    department_address: str
    amount: int
    half: int
    deals_address: str
    age: str
    owner: str
    status: str
    unclear: bool
    """Whether the department's share is undecided, so that its leak accuses nobody."""
    address: str


@dataclass(frozen=True, kw_only=True)
class AgendaStep:
    """One step of the half hour; `start` is the minute it begins."""

    key: str
    name: str
    minutes: int
    start: int
    panel: str


AGENDA = (
    AgendaStep(key="message", name=gettext_noop("Headline and drivers"), start=0, minutes=6, panel="review-ledger"),
    AgendaStep(key="changes", name=gettext_noop("What changed"), start=6, minutes=6, panel="review-changes"),
    AgendaStep(key="leaks", name=gettext_noop("Leaks: owners"), start=12, minutes=8, panel="review-leaks"),
    AgendaStep(
        key="scorecards",
        name=gettext_noop("Scorecards and commitments"),
        start=20,
        minutes=5,
        panel="review-scorecards",
    ),
    AgendaStep(key="decisions", name=gettext_noop("Landing and decisions"), start=25, minutes=5, panel="review-ledger"),
)
"""What to talk about, at which panel: half an hour in all."""


def leak_rows(review: WeeklyReview, closed: frozenset[str]) -> list[LeakRow]:
    """The largest leaks with their addresses; closed: departments whose detail the reader may not open, by key."""
    rows = []
    for leak in review.leaks:
        deals = {
            "kind": "caused" if leak.kind == LeakKind.LOST else str(leak.kind),
            "stage": f"{leak.pipeline}:{leak.stage}",
            "department": leak.department,
            "period": review.period.label,
        }
        rows.append(
            LeakRow(
                name=f"{leak.stage_name}, {_(leak.name.removeprefix(f'{leak.stage_name}, '))}",
                where=leak.stage_name,
                department=leak.department_name,
                department_address=""
                if leak.department in closed
                else reverse("review:driver", args=[leak.department]),
                amount=leak.amount,
                half=leak.half,
                deals_address=f"{reverse('pipeline:opportunities')}?{urlencode(deals)}",
                age=counted(leak.age_weeks, "week"),
                owner=leak.owner or DASH,
                status=_(leak.status),
                unclear=leak.is_unclear,
                address=reverse("contribution:leak", args=[leak.id]),
            )
        )
    return rows
