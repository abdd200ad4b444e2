"""The pulse as it may be shown: only months that are over, and cells with enough answers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from departments.discussion.core.pulse import Answer, Rating, ratings_of, total_of
from departments.discussion.selectors.commitments import company_today
from departments.models import Department, PulseAnswer, User

TREND_MONTHS = 6


@dataclass(frozen=True, kw_only=True)
class PulseRow:
    """How one department rates the others; None where it must not be shown, `own` for itself."""

    department: Department
    cells: tuple[Rating | None, ...]


@dataclass(frozen=True, kw_only=True)
class Sentences:
    """What one department wrote about another, in no one's order."""

    by: Department
    about: Department
    sentences: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PulseMonth:
    """A month that is over: who rates whom."""

    month: date
    departments: tuple[Department, ...]
    rows: tuple[PulseRow, ...]
    received: tuple[Rating | None, ...]
    sentences: tuple[Sentences, ...]


@dataclass(frozen=True, kw_only=True)
class ReceivedTrend:
    """What each department received, month by month, the oldest first."""

    months: tuple[date, ...]
    rows: tuple[tuple[Department, tuple[Rating | None, ...]], ...]


@dataclass(frozen=True, kw_only=True)
class OwnAnswer:
    """One department on a person's form."""

    department: Department
    score: int | None
    sentence: str


def running_month(now: datetime) -> date:
    """The first day of the company's month."""
    return company_today(now).replace(day=1)


def closed_months(*, now: datetime) -> list[date]:
    """Months that are over and have answers, the newest first."""
    months = PulseAnswer.objects.filter(month__lt=running_month(now)).order_by("-month")
    return list(months.values_list("month", flat=True).distinct())


def pulse_month(*, month: date, now: datetime) -> PulseMonth | None:
    """What may be shown of a month; None while it is still running."""
    if month >= running_month(now):
        return None
    ratings = _ratings(month, month).get(month, {})
    everyone = _departments()
    return PulseMonth(
        month=month,
        departments=everyone,
        rows=tuple(
            PulseRow(department=by, cells=tuple(ratings.get((by.pk, about.pk)) for about in everyone))
            for by in everyone
        ),
        received=tuple(_received(ratings, about) for about in everyone),
        sentences=tuple(
            Sentences(by=by, about=about, sentences=rating.sentences)
            for about in everyone
            for by in everyone
            if (rating := ratings.get((by.pk, about.pk))) and rating.sentences
        ),
    )


def pulse_trend(*, now: datetime) -> ReceivedTrend:
    """The last months that are over."""
    last = running_month(now) - timedelta(days=1)
    months = [last.replace(day=1)]
    while len(months) < TREND_MONTHS:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    months.reverse()
    ratings = _ratings(months[0], months[-1])
    rated_months = tuple(month for month in months if ratings.get(month))
    return ReceivedTrend(
        months=rated_months,
        rows=tuple(
            (about, tuple(_received(ratings[month], about) for month in rated_months)) for about in _departments()
        ),
    )


def own_answers(*, user: User, department: Department, month: date) -> list[OwnAnswer]:
    """A person's form: every other internal department, with what was answered so far."""
    answers = {answer.about_department_id: answer for answer in PulseAnswer.objects.filter(user=user, month=month)}
    return [
        OwnAnswer(
            department=other,
            score=answers[other.pk].score if other.pk in answers else None,
            sentence=answers[other.pk].sentence if other.pk in answers else "",
        )
        for other in _departments()
        if other.pk != department.pk
    ]


def _departments() -> tuple[Department, ...]:
    return tuple(Department.objects.filter(kind=Department.Kind.INTERNAL).order_by("pk"))


def _ratings(first: date, last: date) -> dict[date, dict[tuple[int, int], Rating]]:
    rows = PulseAnswer.objects.filter(month__range=(first, last)).values_list(
        "month", "by_department_id", "about_department_id", "score", "sentence"
    )
    months: dict[date, list[Answer]] = defaultdict(list)
    for month, by, about, score, sentence in rows:
        months[month].append(Answer(by=by, about=about, score=score, sentence=sentence))
    return {month: ratings_of(answers, salt=month.isoformat()) for month, answers in months.items()}


def _received(ratings: dict[tuple[int, int], Rating], about: Department) -> Rating | None:
    return total_of(rating for (_, rated), rating in ratings.items() if rated == about.pk)
