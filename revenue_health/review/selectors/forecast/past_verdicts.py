"""The verdicts that past quarters would have got, as a table of quarters and departments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from revenue_health.contribution.core.verdict import IMPACTS, MARKS, Impact, Verdict
from revenue_health.contribution.selectors.track.placebo import Placebo
from revenue_health.contribution.verdict_words import page_word


@dataclass(frozen=True, kw_only=True)
class PastVerdict:
    """share: part of the quarter's revenue. mark and word are empty where the interval alone would not have named the
    department."""

    share: float
    mark: str
    word: str
    impact: Impact


@dataclass(frozen=True, kw_only=True)
class PastVerdicts:
    """quarters: the newest first, each with a verdict a department, None where it was not judged by that quarter."""

    departments: tuple[str, ...]
    quarters: tuple[tuple[str, tuple[PastVerdict | None, ...]], ...]
    named: int
    cases: int


def past_verdicts(placebo: Sequence[Placebo], names: Mapping[str, str]) -> PastVerdicts | None:
    """names: of departments, by key, in the order of the columns. None where there is nothing to look back on."""
    if not placebo:
        return None
    by_place = {(row.period, row.department): row for row in placebo}
    columns = [key for key in names if any(row.department == key for row in placebo)]
    labels = list(dict.fromkeys(row.period for row in reversed(placebo)))
    return PastVerdicts(
        departments=tuple(names[key] for key in columns),
        quarters=tuple((label, tuple(_cell(by_place.get((label, key))) for key in columns)) for label in labels),
        named=sum(Verdict(row.verdict) in IMPACTS for row in placebo),
        cases=len(placebo),
    )


def _cell(row: Placebo | None) -> PastVerdict | None:
    if row is None:
        return None
    verdict = Verdict(row.verdict)
    named = verdict in IMPACTS
    return PastVerdict(
        share=row.share,
        mark=MARKS[verdict] if named else "",
        word=page_word(verdict) if named else "",
        impact=IMPACTS.get(verdict, Impact.SOFT),
    )
