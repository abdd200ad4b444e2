"""What the method says of past quarters, as a table of quarters and departments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from revenue_health.contribution.core.verdict import IMPACTS, Verdict
from revenue_health.contribution.selectors.track.placebo import Placebo


@dataclass(frozen=True, kw_only=True)
class PastVerdict:
    """share: part of what the quarter won. beyond: whether today's interval alone would have named the department; that
    is the first of five gates, so it is marked, but never as a verdict."""

    share: float
    beyond: bool


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
    return PastVerdict(share=row.share, beyond=Verdict(row.verdict) in IMPACTS)
