"""Did it work? Four weeks after a commitment was due, the figure it should move is compared before and after."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from departments.discussion.core.before_after import BeforeAfter, compare_before_after
from departments.discussion.services.commitment_results import commitment_result_save
from departments.formats import grouped
from departments.models import Commitment, Company, Entry, Goal, find_company
from departments.periods import monday_of
from departments.scorecards.core.goals import DatedGoal
from departments.translation import gettext_noop
from revenue_health.contribution.models import LeakSighting

PATIENCE = timedelta(weeks=4)
MOST_BEFORE = 26
_LEAK = "leak:"


def outcomes_compute(*, now: datetime) -> int:
    """Compare every commitment that has been due for four weeks and has no result; returns how many got theirs."""
    company = find_company()
    if company is None:
        return 0
    written = 0
    for commitment in _waiting(company, now).select_related("measurable").order_by("pk"):
        values = _weekly(commitment)
        if values is not None:
            promised_on = commitment.created_at.astimezone(company.zone).date()
            written += commitment_result_save(
                commitment=commitment.pk, result=_result(commitment, values, promised_on), now=now
            )
    return written


def outcomes_are_stored(*, now: datetime) -> bool:
    """Whether every commitment that has been due for four weeks has its result, if it names what it should move."""
    company = find_company()
    return company is None or not _waiting(company, now).exists()


def _waiting(company: Company, now: datetime) -> QuerySet[Commitment]:
    today = now.astimezone(company.zone).date()
    waiting = Commitment.objects.filter(result__isnull=True, due__lte=today - PATIENCE).exclude(status="dropped")
    return waiting.filter(Q(measurable__isnull=False) | Q(subject__regex=rf"^{_LEAK}[0-9]+$"))


def _weekly(commitment: Commitment) -> Mapping[date, float] | None:
    """A value a week of what it should move; None where it names neither a measurable nor a leak."""
    if commitment.measurable_id:
        rows = Entry.objects.filter(measurable=commitment.measurable_id, value__isnull=False)
        return {week: float(value or 0) for week, value in rows.values_list("week", "value")}
    number = commitment.subject.removeprefix(_LEAK)
    if commitment.subject.startswith(_LEAK) and number.isdigit():
        return dict(LeakSighting.objects.filter(leak=int(number)).values_list("week", "amount"))
    return None


def _result(commitment: Commitment, values: Mapping[date, float], promised_on: date) -> dict[str, Any]:
    """Weeks wholly before the day it was made, against whole weeks from the day it was due."""
    before = [values[week] for week in sorted(values) if week < monday_of(promised_on)][-MOST_BEFORE:]
    # The first Monday on or after the day it was due.
    first = monday_of(commitment.due + timedelta(days=6))
    after = [values[week] for week in sorted(values) if week >= first]
    difference = compare_before_after(before, after)
    if difference is None:
        sentence = gettext_noop("Too few weeks to say: {before} before it was made, {since} since it was due.").format(
            before=len(before), since=len(after)
        )
        return {
            "verdict": gettext_noop("too few weeks"),
            "words": sentence,
            "weeks_before": len(before),
            "weeks_after": len(after),
        }
    verdict = _verdict(commitment, difference)
    return {
        "verdict": verdict,
        "words": _sentence(commitment, difference, verdict),
        **{name: round(getattr(difference, name), 6) for name in ("before", "after", "change", "low", "high")},
        "weeks_before": difference.weeks_before,
        "weeks_after": difference.weeks_after,
    }


def _verdict(commitment: Commitment, difference: BeforeAfter) -> str:
    if not difference.certain:
        return "cannot tell"
    return gettext_noop("moved as promised") if _better(commitment, difference) else gettext_noop("moved the wrong way")


def _better(commitment: Commitment, difference: BeforeAfter) -> bool:
    """As the goal asks that was in force when it was due; without a goal, more of a measurable; a leak costs less."""
    if not commitment.measurable_id:
        return difference.change < 0
    goals = Goal.objects.filter(measurable=commitment.measurable_id, effective_from__lte=commitment.due)
    goal = goals.order_by("-effective_from").first()
    if goal is None:
        return difference.change > 0
    dated = DatedGoal.stored(goal.effective_from, goal.rule, goal.goal, goal.goal_high)
    return dated.is_nearer(difference.before, difference.after)


def _sentence(commitment: Commitment, difference: BeforeAfter, verdict: str) -> str:
    name = commitment.measurable.name if commitment.measurable else gettext_noop("What the leak cost")
    places = 0 if max(abs(difference.before), abs(difference.after)) >= 100 else 1
    before, after, change, low, high = (
        grouped(getattr(difference, which), places) for which in ("before", "after", "change", "low", "high")
    )
    return gettext_noop(
        "{name}: {before} on average in the {weeks_before} weeks before it was promised, {after} in the "
        "{weeks_after} since it was due. Change {change} ({low} to {high}, 90 %): {verdict}."
    ).format(
        name=name,
        before=before,
        weeks_before=difference.weeks_before,
        after=after,
        weeks_after=difference.weeks_after,
        change=change,
        low=low,
        high=high,
        verdict=verdict,
    )
