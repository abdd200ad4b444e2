"""How a party's share went, week by week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from departments.models import current_company
from departments.periods import monday_of
from revenue_health.contribution.core.comparison import MINOR_UNITS
from revenue_health.contribution.models import PartyScore, ScoreRun

WEEKS = 13


@dataclass(frozen=True, kw_only=True)
class Week:
    """A party's score on the last run of a week: percent of the plan to date, and the verdict."""

    monday: date
    score: float | None
    amount: int
    verdict: str


def trend_of(*, party: str, like: ScoreRun) -> list[Week]:
    """The last thirteen weeks in which a party was scored for the same comparison, oldest first; amounts in cents."""
    company = current_company()
    rows = (
        PartyScore.objects.filter(
            party=party,
            score_run__status=ScoreRun.Status.DONE,
            score_run__period_start=like.period_start,
            score_run__period_end=like.period_end,
            score_run__baseline_start=like.baseline_start,
        )
        .order_by("score_run__as_of", "score_run_id")
        .values_list("score_run__as_of", "score", "amount", "verdict")
    )
    weeks: dict[date, Week] = {}
    for as_of, score, amount, verdict in rows:
        monday = monday_of(as_of.astimezone(company.zone).date())
        # In order of the runs, so the last one of a week stays.
        weeks[monday] = Week(monday=monday, score=score, amount=round(amount * MINOR_UNITS), verdict=verdict)
    return list(weeks.values())[-WEEKS:]
