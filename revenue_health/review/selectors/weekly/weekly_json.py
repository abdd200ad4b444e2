"""The weekly review as JSON: what `review --json` prints and packs freeze. Money in units of the reporting currency."""

from __future__ import annotations

from dataclasses import asdict

from departments.json_types import Json
from pipeline.core.changes import Changes
from revenue_health.contribution.core.comparison import MINOR_UNITS
from revenue_health.contribution.selectors.comparison.contributions_json import comparison_to_json, number, period_json
from revenue_health.review.core.weekly_review import (
    CommitmentPanel,
    ForecastLine,
    Headline,
    ScorecardPanel,
    WeeklyLeak,
    WeeklyReview,
)


def weekly_review_json(review: WeeklyReview) -> Json:
    """Everything the review shows; numbers are finite or null, days are ISO dates."""
    changes = changes_json(review.changes) if review.changes else None
    return {
        "company": {"name": review.company, "currency": review.currency},
        "period": period_json(review.period),
        "week": {"number": review.week.number, "of": review.week.count} if review.week else None,
        "as_of": review.as_of.isoformat(),
        "today": review.today.isoformat(),
        "headline": headline_json(review.headline),
        "bridge": comparison_to_json(review.comparison) if review.comparison else None,
        "since": review.since.isoformat(),
        "changes": changes,
        "open_pipeline": changes["now"] if changes else None,
        "leaks": [_leak(leak) for leak in review.leaks],
        "scorecards": _scorecards(review.scorecards),
        "commitments": _commitments(review.commitments),
        "absent": asdict(review.absent) if review.absent else {},
        "forecast": _forecast(review.forecast) if review.forecast else None,
        "data": {
            "as_of": review.as_of.isoformat(),
            "age_hours": number(review.data.age_hours),
            "level": review.data.level,
        },
    }


def headline_json(headline: Headline) -> Json:
    return {"message": headline.message, "under": list(headline.under)}


def changes_json(changes: Changes) -> Json:
    """The open pipeline then and now and the buckets between, in the published rank."""
    return {
        "then": {"amount": changes.then / MINOR_UNITS, "deals": changes.then_deals},
        "now": {"amount": changes.now / MINOR_UNITS, "deals": changes.now_deals},
        "buckets": [
            {
                "key": total.key,
                "name": total.bucket.name,
                "meaning": total.bucket.meaning,
                "deals": total.deals,
                "difference": total.difference / MINOR_UNITS,
                "deals_difference": total.deals_difference,
                "amount": total.amount / MINOR_UNITS,
            }
            for total in changes.buckets
        ],
    }


def _leak(leak: WeeklyLeak) -> Json:
    money = {"amount": leak.amount / MINOR_UNITS, "half": leak.half / MINOR_UNITS}
    return asdict(leak) | money | {"kind": str(leak.kind)}


def _scorecards(panel: ScorecardPanel) -> Json:
    return {
        "week": panel.week.isoformat(),
        "in": panel.entered,
        "late": panel.late,
        "missing": panel.missing,
        "of": len(panel.departments),
        "departments": [
            {
                "key": card.key,
                "name": card.name,
                "status": str(card.state),
                "given": card.entered,
                "wanted": card.owed,
                "late": card.late,
            }
            for card in panel.departments
        ],
    }


def _commitments(panel: CommitmentPanel) -> Json:
    return {
        "due": panel.due,
        "overdue": panel.overdue,
        "items": [
            {
                "id": item.id,
                "text": item.text,
                "department": item.department,
                "department_name": item.department_name,
                "owner": item.owner,
                "due": item.due.isoformat(),
                "overdue": item.is_overdue,
                "carried": item.carried,
            }
            for item in panel.items
        ],
    }


def _forecast(line: ForecastLine) -> Json:
    figures = {name: number(value) for name, value in asdict(line).items() if name != "nine_in_ten"}
    return {**figures, "nine_in_ten": line.nine_in_ten}
