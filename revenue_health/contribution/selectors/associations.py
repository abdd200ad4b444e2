"""What the newest night found about a department's measurables: what they follow, and whether they matter."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from departments.formats import grouped
from departments.models import Measurable
from pipeline.selectors.data.measured import followed
from revenue_health.contribution.core.association import FALSE_DISCOVERIES
from revenue_health.contribution.models import MeasurableAssociation

_RATES = {"waiting": "waiting", "losses": "losses", "demand": "demand"}


@dataclass(frozen=True, kw_only=True)
class MeasurableFindings:
    """One measurable in words. `problem`: why its source names no figure; `evidence`: it moves before a rate."""

    key: str
    name: str
    about: str
    problem: str
    answer: str
    evidence: bool


def measurable_findings(*, department: str) -> list[MeasurableFindings]:
    """Every measurable of a department, in the order of its scorecard."""
    follows = {measurable.measurable: measurable for measurable in followed(department=department)}
    rows = MeasurableAssociation.objects.filter(measurable__department__key=department).order_by("run_id")
    newest = {row.measurable_id: row for row in rows}
    sentences = []
    for measurable in Measurable.objects.filter(department__key=department, archived=False):
        figure, row = follows.get(measurable.pk), newest.get(measurable.pk)
        evidence = row is not None and row.q is not None and row.q <= FALSE_DISCOVERIES
        sentences.append(
            MeasurableFindings(
                key=measurable.key,
                name=measurable.name,
                about=figure.about if figure else _("Entered by hand."),
                problem=figure.problem if figure else "",
                answer=_answer(row, evidence),
                evidence=evidence,
            )
        )
    return sentences


def _answer(row: MeasurableAssociation | None, evidence: bool) -> str:
    if row is None:
        return _("Not calculated yet: the next run compares it.")
    if row.r is None or row.low is None or row.high is None:
        return _("Too few weeks to say.")
    if not evidence:
        return _("No link seen in {weeks} weeks.").format(weeks=row.weeks)
    when = (
        _("in the same week as")
        if not row.lag
        else ngettext("{count} week before", "{count} weeks before", row.lag).format(count=row.lag)
    )
    r, low, high = (grouped(value, 2) for value in (row.r, row.low, row.high))
    return _("Moves {when} the department's {rate}: r = {r} ({low} to {high}).").format(
        when=when, rate=_(_RATES[row.rate]), r=r, low=low, high=high
    )
