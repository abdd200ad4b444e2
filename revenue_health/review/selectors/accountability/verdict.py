"""The verdict before anyone acts: shares in order, what revenue would have been, sales from inside, and its ground."""

from __future__ import annotations

from collections import Counter
from typing import Any

from departments.models import Company
from pipeline.models import RecomputeRun, Stage
from revenue_health.contribution.core.verdict import FEWEST_DEALS, Verdict
from revenue_health.contribution.models import CutScore, ScoreRun
from revenue_health.contribution.selectors.comparison.bridges import company_bridge, company_targets
from revenue_health.contribution.selectors.comparison.contributions_json import comparison_to_json
from revenue_health.contribution.selectors.comparison.earned import earned_amounts
from revenue_health.contribution.selectors.comparison.from_bridge import comparison_from_bridge
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods
from revenue_health.contribution.selectors.comparison.quality import part, quality_of
from revenue_health.contribution.selectors.comparison.scores import METHOD, plan_fingerprint, score_run_of
from revenue_health.review.selectors.accountability.sales_sentences import against_plan, sales_sentences
from revenue_health.review.words import headline

type Json = dict[str, Any]

SALES = "sales"
FEWEST_OF_A_GROUP = FEWEST_DEALS
"""Deals a team or a person must have handed on, lost or brought in before a figure is shown: below, too few to say."""
CUTS = {"team": "team", "owner": "person"}
"""How sales is cut from inside, and what one of the groups is called."""
ASSUMPTIONS = (
    "Rates are constant within a week, and by age within an age bin.",
    "What happens to a deal next depends on its stage, its holder, the holder's turn and the age of the hold.",
    "Losses accrue with time in the stage; deals of one segment are alike.",
    "Causes and sources are as recorded; a loss without a reason is charged to no department.",
    "Departments do not react to each other: one can be switched to its baseline alone.",
    "The baseline is what could have been repeated.",
)


def accountability_figures(*, run: RecomputeRun, company: Company, periods: ComparisonPeriods) -> Json:
    """Everything the accountability page shows, as JSON: computed where the night has not scored the comparison."""
    figures = scored_figures(run=run, company=company, periods=periods)
    if figures is None:
        whole = company_bridge(run=run, company=company, periods=periods)
        figures = comparison_to_json(
            comparison_from_bridge(
                whole, periods=periods, earned=earned_amounts(run=run, company=company, period=periods.period)
            )
        )
    return accountability_of(figures, run=run, company=company, periods=periods)


def scored_figures(*, run: RecomputeRun, company: Company, periods: ComparisonPeriods) -> Json | None:
    """The stored figures of a comparison that was scored against the plan as it is now."""
    found = score_run_of(run=run, periods=periods)
    if found is None or found.status != ScoreRun.Status.DONE:
        return None
    targets = company_targets(run=run, company=company, periods=periods)
    return found.figures if found.fingerprint == plan_fingerprint(targets) else None


def accountability_of(figures: Json, *, run: RecomputeRun, company: Company, periods: ComparisonPeriods) -> Json:
    """The same from figures that are at hand."""
    currency = company.reporting_currency
    parties = [party for party in figures["parties"] if party["amount"] is not None]
    key = sales_key([party["key"] for party in parties if party["kind"] == "internal"])
    sales = next((party for party in parties if party["key"] == key), None)
    said = headline(figures, label=figures["period"]["label"], currency=currency)
    names = (
        "period",
        "baseline",
        "as_of",
        "running",
        "target",
        "target_period",
        "actual",
        "baseline_revenue",
        "reasons",
    )
    return {
        **{name: figures[name] for name in names},
        "currency": currency,
        "method": METHOD,
        "headline": said.message,
        "verdicts": list(said.under),
        "parties": [_party(figures, party, currency) for party in sorted(parties, key=lambda one: one["amount"])],
        "unexplained": {
            "amount": figures["unexplained"],
            "low": figures["unexplained_low"],
            "high": figures["unexplained_high"],
            "share_of_actual": part(abs(figures["unexplained"]), figures["actual"]) if figures["actual"] > 0 else None,
        },
        "sales": _sales(figures, sales, run, periods, currency) if sales else None,
        "quality": _quality(run, company, periods),
        "assumptions": list(ASSUMPTIONS),
    }


def sales_key(internal: list[str]) -> str | None:
    """The department everybody looks at: the one called sales, else the owner of most stages."""
    if SALES in internal:
        return SALES
    owners = Counter(Stage.objects.values_list("owner_department__key", flat=True))
    return next((key for key, _ in owners.most_common() if key in internal), None)


def _party(figures: Json, party: Json, currency: str) -> Json:
    """The figures of a party, and what its met baseline says about the plan in words."""
    met = party["had_met_baseline"]
    said = against_plan(figures, met, currency).removeprefix(": ") if met else ""
    return {**party, "against_plan": said}


def _sales(figures: Json, party: Json, run: RecomputeRun, periods: ComparisonPeriods, currency: str) -> Json:
    return {
        "key": party["key"],
        "name": party["name"],
        "sentences": sales_sentences(figures, party, currency),
        "fewest_deals": FEWEST_OF_A_GROUP,
        "inside": {by: inside_of(run=run, periods=periods, key=party["key"], by=by) for by in CUTS},
    }


def inside_of(*, run: RecomputeRun, periods: ComparisonPeriods, key: str, by: str) -> Json:
    """A department's share cut by team or person, largest loss first: state `none`, `asked`, `failed` or `done`."""
    found = score_run_of(run=run, periods=periods)
    row = CutScore.objects.filter(score_run=found, by=by).first() if found else None
    if row is None:
        return {"state": "none", "error": "", "groups": []}
    groups = [_group(group, key) for group in row.figures if any(one["key"] == key for one in group["parties"])]
    shown = sorted(groups, key=lambda one: (one["too_few"], one["amount"] or 0.0))
    return {"state": str(row.status), "error": row.error, "groups": shown}


def _group(group: Json, key: str) -> Json:
    party = next(one for one in group["parties"] if one["key"] == key)
    too_few = (party["deals"] or 0) < FEWEST_OF_A_GROUP
    figures = {name: None if too_few else party[name] for name in ("amount", "low", "high")}
    return {
        "name": group["key"],
        "deals": party["deals"],
        "too_few": too_few,
        **figures,
        "verdict": str(Verdict.CANNOT_TELL) if too_few else party["verdict"],
        "reason": "too few to say" if too_few else party["reason"],
    }


def _quality(run: RecomputeRun, company: Company, periods: ComparisonPeriods) -> Json:
    found = quality_of(run=run, company=company, periods=periods)
    return {
        **found.to_dict(),
        "assumed_share": part(found.assumed_amount, found.lost_amount),
        "late_share": part(found.late_events, found.events),
        "without_source_share": part(found.without_source, found.deals),
        "without_account_share": part(found.without_account, found.deals),
        "as_of": run.as_of.isoformat(),
    }
