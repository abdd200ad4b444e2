"""The verdict: shares in order, what revenue would have been, the details of sales, and the data behind it."""

from __future__ import annotations

from collections import Counter

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from departments.models import Company
from pipeline.models import RecomputeRun, Stage
from revenue_health.contribution.core.comparison import Comparison, PartyShare
from revenue_health.contribution.core.verdict import FEWEST_DEALS, Verdict
from revenue_health.contribution.models import CutScore
from revenue_health.contribution.selectors.comparison.bridges import company_bridge
from revenue_health.contribution.selectors.comparison.contributions_json import group_from_json, number
from revenue_health.contribution.selectors.comparison.earned import earned_amounts
from revenue_health.contribution.selectors.comparison.from_bridge import comparison_from_bridge
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods
from revenue_health.contribution.selectors.comparison.quality import part, quality_of
from revenue_health.contribution.selectors.comparison.remarks import remarks_of
from revenue_health.contribution.selectors.comparison.scores import METHOD
from revenue_health.contribution.selectors.comparison.sentences import verdicts
from revenue_health.contribution.selectors.comparison.stored_comparison import stored_comparison
from revenue_health.contribution.selectors.gates.judgements import judgements_of
from revenue_health.review.core.accountability import (
    Accountability,
    CutState,
    DataQuality,
    DepartmentCut,
    GroupShare,
    JudgedParty,
    SalesVerdict,
)
from revenue_health.review.selectors.accountability.sales_sentences import against_plan, sales_sentences
from revenue_health.review.selectors.headline import headline
from revenue_health.review.selectors.weekly.panels import forecast_line

SALES = "sales"
FEWEST_OF_A_GROUP = FEWEST_DEALS
"""Deals a team or a person must have handed on, lost or brought in before a figure is shown: below, too few to say."""
CUTS = ("team", "owner")
"""How sales is cut from inside."""
ASSUMPTIONS = (
    gettext_noop("Rates are constant within a week, and by age within an age bin."),
    gettext_noop(
        "What happens to a deal next depends on its stage, its holder, the holder's turn and the age of the hold."
    ),
    gettext_noop("Losses accrue with time in the stage; deals of one segment are alike."),
    gettext_noop(
        "Causes, sources and who wrote what are as recorded; a loss without a reason is charged to no department."
    ),
    gettext_noop("Departments do not react to each other, but for queues: one can be switched to its baseline alone."),
    gettext_noop("The baseline is what could have been repeated."),
)


def accountability(*, run: RecomputeRun, company: Company, periods: ComparisonPeriods) -> Accountability:
    """The verdict on a comparison: computed where the night has not scored it against the plan as it is now."""
    comparison, _ = stored_comparison(run=run, periods=periods)
    if comparison is None:
        bridge = company_bridge(run=run, company=company, periods=periods)
        comparison = comparison_from_bridge(
            bridge,
            periods=periods,
            remarks=remarks_of(run=run, company=company, period=periods.period),
            judgements=judgements_of(run=run, company=company, periods=periods, bridge=bridge.company, compute=True),
            earned=earned_amounts(run=run, company=company, period=periods.period),
        )
    return judge_comparison(comparison, run=run, company=company, periods=periods)


def judge_comparison(
    comparison: Comparison,
    *,
    run: RecomputeRun,
    company: Company,
    periods: ComparisonPeriods,
) -> Accountability:
    """The verdict on a comparison that is at hand, with where its period lands while that is running."""
    currency, actual = company.reporting_currency, comparison.actual
    forecast = forecast_line(run=run, period=periods.period, comparison=comparison)
    return Accountability(
        comparison=comparison,
        currency=currency,
        method=METHOD,
        headline=headline(comparison, label=comparison.period.label, currency=currency, forecast=forecast),
        forecast=forecast,
        verdicts=tuple(verdicts(comparison, currency)),
        parties=_judged_parties(comparison, currency),
        unexplained_part=number(abs(comparison.unexplained.amount) / actual) if actual > 0 else None,
        sales=_sales(comparison, run, periods, currency),
        quality=_quality(run, company, periods),
        assumptions=tuple(_(each) for each in ASSUMPTIONS),
    )


def _judged_parties(comparison: Comparison, currency: str) -> tuple[JudgedParty, ...]:
    judged = [
        JudgedParty(
            party=party,
            share=party.interval or party.share,
            against_plan=against_plan(comparison, party, party.had_met_baseline, currency).removeprefix(": ")
            if party.had_met_baseline
            else "",
        )
        for party in comparison.parties
        if party.share
    ]
    return tuple(sorted(judged, key=lambda each: each.share.amount))


def sales_key(departments: list[str]) -> str | None:
    """The department everybody looks at: the one called sales, else the first owner of most stages."""
    if SALES in departments:
        return SALES
    owners = Counter(Stage.objects.values_list("owner_department__key", flat=True))
    return next((key for key, _ in owners.most_common() if key in departments), None)


def _sales(comparison: Comparison, run: RecomputeRun, periods: ComparisonPeriods, currency: str) -> SalesVerdict | None:
    key = sales_key([party.key for party in comparison.departments if party.share])
    party = comparison.party(key) if key else None
    if party is None:
        return None
    return SalesVerdict(
        key=party.key,
        name=party.name,
        sentences=tuple(sales_sentences(comparison, party, currency)),
        fewest_deals=FEWEST_OF_A_GROUP,
        cuts=department_cuts(run=run, periods=periods, key=party.key),
    )


def department_cuts(*, run: RecomputeRun, periods: ComparisonPeriods, key: str) -> tuple[DepartmentCut, ...]:
    """A department's share cut by team and by person, largest loss first."""
    comparison = {f"score_run__{column}": value for column, value in periods.stored_as.items()}
    stored = {row.by: row for row in CutScore.objects.filter(score_run__run=run, **comparison)}
    return tuple(_cut(stored[by], key) if by in stored else DepartmentCut(by=by) for by in CUTS)


def _cut(row: CutScore, key: str) -> DepartmentCut:
    stored = (group_from_json(group) for group in row.figures)
    groups = [_group(group.key, party) for group in stored if (party := group.party(key))]
    groups.sort(key=lambda group: (group.share is None, group.share.amount if group.share else 0.0))
    return DepartmentCut(by=row.by, state=CutState(row.status), error=row.error, groups=tuple(groups))


def _group(name: str, party: PartyShare) -> GroupShare:
    too_few = (party.deals or 0) < FEWEST_OF_A_GROUP
    return GroupShare(
        name=name,
        deals=party.deals,
        share=None if too_few else party.share,
        verdict=Verdict.CANNOT_TELL if too_few else party.judgement,
        reason=_("too few to say") if too_few else party.reason,
    )


def _quality(run: RecomputeRun, company: Company, periods: ComparisonPeriods) -> DataQuality:
    counts = quality_of(run=run, company=company, periods=periods)
    return DataQuality(
        **counts.to_dict(),
        assumed_share=part(counts.assumed_amount, counts.lost_amount),
        late_share=part(counts.late_events, counts.events),
        without_source_share=part(counts.without_source, counts.deals),
        without_account_share=part(counts.without_account, counts.deals),
        as_of=run.as_of,
    )
