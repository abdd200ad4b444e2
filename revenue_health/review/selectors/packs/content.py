"""Everything a review shows, as figures that can be frozen: one function a source, None where there is nothing."""

from __future__ import annotations

from datetime import date, datetime

from departments.discussion.selectors.replies import replies_for
from departments.json_types import Json
from departments.models import Company, DepartmentHead, Membership, User
from departments.periods import Period
from departments.subjects import share_subject
from pipeline.models import RecomputeRun
from pipeline.selectors.leaks.leaks import DealFilter, leaks_of
from pipeline.selectors.leaks.leaks_json import leaks_json
from pipeline.selectors.overview import Structure, structure_names
from revenue_health.contribution.selectors.comparison.contributions_json import comparison_from_json
from revenue_health.contribution.selectors.comparison.periods import (
    ComparisonError,
    ComparisonPeriods,
    comparison_periods,
)
from revenue_health.contribution.selectors.comparison.scores import METHOD
from revenue_health.contribution.selectors.forecast.forecast_json import forecast_json
from revenue_health.contribution.selectors.forecast.forecasts import company_forecast
from revenue_health.contribution.selectors.register.leaks_json import leak_json, register_json
from revenue_health.contribution.selectors.register.period_register import leaks_of_quarter
from revenue_health.contribution.selectors.track.track_record import track_record
from revenue_health.contribution.selectors.track.track_record_json import track_record_json
from revenue_health.contribution.verdict_words import OWNERS, using_verdict_words, verdict_words
from revenue_health.review.core.slide_codec import FORMAT
from revenue_health.review.models import Decision, Pack
from revenue_health.review.selectors.accountability.accountability_json import accountability_json
from revenue_health.review.selectors.accountability.verdict import accountability
from revenue_health.review.selectors.forecast.snapshots import forecast_snapshot
from revenue_health.review.selectors.headline import who_moved
from revenue_health.review.selectors.weekly.review import weekly_review
from revenue_health.review.selectors.weekly.weekly_json import weekly_review_json

EVERY = 1_000
"""Leaks of a finished period that are frozen at most."""


def review_content(
    *, run: RecomputeRun, company: Company, period: Period | None, since: date | None, now: datetime
) -> Json:
    """The figures of one review, without when and by whom it was frozen.

    Raises ComparisonError where nothing is known.
    """
    periods = comparison_periods(run=run, company=company, period=period)
    structure = structure_names()
    review = weekly_review(run=run, company=company, period=periods.period, since=since, now=now)
    figures = weekly_review_json(review)
    contributions = figures["bridge"]
    return {
        "format": FORMAT,
        "method": METHOD,
        "run": run.pk,
        "as_of": run.as_of.isoformat(),
        "company": company.name,
        "currency": company.reporting_currency,
        **_words(),
        "time_zone": company.time_zone,
        "period": {"label": periods.period.label, "start": periods.period.start, "end": periods.period.end},
        "running": periods.running,
        "names": _names(structure),
        "people": people_names(),
        # The comparison stands beside the review. How old the figures were is no figure of theirs: two freezes within
        # a minute are the same pack.
        "review": {name: value for name, value in figures.items() if name not in ("bridge", "data")},
        "contributions": contributions,
        "accountability": accountability_json(accountability(run=run, company=company, periods=periods)),
        "forecast": _forecast(run, company, periods),
        "track_record": track_record_json(track_record(run=run, company=company), company),
        "leaks": leaks_json(
            leaks_of(run=run, company=company, deal_filter=DealFilter(period=periods.period)),
            structure,
            start=periods.period.start,
            end=periods.period.end,
        ),
        "register": _register(periods.period) if review.absent else register_json()["leaks"],
        "replies": _replies(contributions, periods.period.label),
        "earlier_decisions": earlier_decisions(before=run.as_of),
        **last_pack(before=run.as_of),
    }


def _words() -> Json:
    """What verdicts are called in it, as `verdict_words`; nothing where these are the owner's words."""
    return {} if verdict_words() == OWNERS else {"verdict_words": str(verdict_words())}


def _register(period: Period) -> list[Json]:
    """The register of a finished period."""
    return [leak_json(leak) for leak in leaks_of_quarter(period, most=EVERY)]


def _replies(contributions: Json, label: str) -> list[Json]:
    """The newest answer of every head, with the number it answers as it was when the pack was frozen."""
    subjects = {share_subject(party["key"], label): party for party in contributions["parties"]}
    answers = replies_for(subjects=subjects)
    return [
        answer.to_dict() | {"party": subjects[subject]["name"], "amount": subjects[subject]["amount"]}
        for subject, answer in sorted(answers.items())
    ]


def _forecast(run: RecomputeRun, company: Company, periods: ComparisonPeriods) -> Json | None:
    """As the night kept it, or computed now; None for a period that is over."""
    period = periods.period
    snapshot = forecast_snapshot(run=run)
    if snapshot and snapshot.figures and (snapshot.period_start, snapshot.period_end) == (period.start, period.end):
        return dict(snapshot.figures)
    try:
        return forecast_json(company_forecast(run=run, company=company, periods=periods))
    except ComparisonError:
        return None


def _names(structure: Structure) -> Json:
    """What keys are called, in the order of pages."""
    return {
        "departments": {department.key: department.name for department in structure.departments.values()},
        "stages": [
            {
                "address": stage.address,
                "name": stage.name,
                "pipeline": stage.pipeline_name,
                "owner": stage.owner_name,
                "limit_days": stage.limit_days,
                "earns": stage.earns,
            }
            for stage in structure.stages.values()
        ],
        "pipelines": structure.pipelines,
    }


def people_names() -> list[Json]:
    """Names that a board can have hidden, and what stands in their place."""
    titles: dict[str, str] = {}
    rows = Membership.objects.select_related("user", "department").order_by("department_id", "pk")
    for row in rows:
        title = f"{row.get_role_display()} of {row.department.name}" if row.department else row.get_role_display()
        name = row.user.display_name
        # An account that is named after its role hides nobody.
        if name.lower() != title.lower():
            titles.setdefault(name, title)
    for head in DepartmentHead.objects.filter(account=None).select_related("department"):
        titles.setdefault(head.name, f"Head of {head.department.name}")
    for user in User.objects.filter(memberships=None):
        titles.setdefault(user.display_name, "a colleague")
    return [{"name": name, "instead": titles[name]} for name in sorted(titles)]


def last_pack(*, before: datetime) -> Json:
    """What the pack before this one said, as `last_pack`; nothing where this is the first."""
    pack = Pack.objects.filter(as_of__lt=before).first()
    if pack is None:
        return {}
    then, forecast = pack.figures["contributions"], pack.figures["forecast"] or {}
    return {
        "last_pack": {
            "title": pack.title,
            "as_of": pack.as_of.isoformat(),
            "period": pack.figures["period"]["label"],
            "message": message_of(pack.figures),
            "target": then["target"],
            "actual": then["actual"],
            "median": forecast.get("median"),
            "whole": forecast.get("target"),
            "probability": forecast.get("probability"),
            "parties": [{name: party[name] for name in ("key", "name", "amount")} for party in then["parties"]],
        }
    }


def message_of(figures: Json) -> str:
    """What a frozen review said first, with its verdicts in the words of now: a pack has one word for a verdict."""
    message: str = figures["review"]["headline"]["message"]
    wording = figures.get("verdict_words", OWNERS)
    if wording == verdict_words():
        return message
    comparison = comparison_from_json(figures["contributions"])
    with using_verdict_words(wording):
        then = who_moved(comparison)
    return message.replace(then, who_moved(comparison)) if then else message


def earlier_decisions(*, before: datetime) -> list[Json]:
    """What was decided on the pack before this one: a review begins with what the last one ended with."""
    pack = Pack.objects.filter(as_of__lt=before).defer("content").first()
    if pack is None:
        return []
    rows = Decision.objects.filter(pack=pack, correction=None).order_by("pk")
    return [
        {"text": row.text, "decided_by": row.decided_by, "at": row.at.isoformat(), "pack": pack.title} for row in rows
    ]
