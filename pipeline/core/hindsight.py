"""Finds attributes of deals that were filled in with hindsight, because of how the deals ended.

Attributes have no history: the store knows a segment as it is now. A column that is filled in when a deal is won
groups the deals by their outcome, so the group "without a value" never wins and every other group always does. Rates
of such groups describe no company that could have been observed at the time, and the baseline made of them is wrong
without a word. The test here compares how often a column is filled on two sides (won and not won, closed and open,
accounts that bought and that did not) by the difference of two proportions with Newcombe's interval (Statistics in
Medicine 17 (1998) 873, method 10: Wilson intervals of both).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt

WON, LOST, OPEN = "won", "lost", "open"
_EMPTY = """
unknown, n/a, na, n.a, none, null, nil, undefined, unassigned, unspecified, unclassified, tbd, tba, blank, empty,
missing, default, not set, not known, not specified, not assigned, not available, to be defined, no segment, no value,
unbekannt, k.a, inconnu, desconocido
"""
PLACEHOLDERS = frozenset(text.strip() for text in _EMPTY.split(","))
"""Texts that stand for nothing, compared in lower case and without brackets, dashes, question marks and full stops."""
ASSIGNED = frozenset({"owner", "team"})
"""People are assigned as a deal advances: early losses have none without any hindsight."""

_MOSTLY = 0.5
"""A column is filled in with the outcome if its share of filled values differs by this much between the two sides."""
_SURELY = 0.4
"""The lower end of that difference's 90 % interval: with four deals a side only a perfect split passes."""
_DECIDES, _DECIDES_SURELY = 0.95, 0.7
"""The same for a split by the values themselves, where no value is a placeholder."""
_FEWEST_OF_A_VALUE = 5
"""Values with fewer deals are looked at together: one deal a value splits anything perfectly."""
# Of a 90 % interval: five percent lie beyond it at either end.
_Z = 1.6449


@dataclass(frozen=True, kw_only=True)
class Hindsight:
    """The finding about one column of one pipeline: `filled` of `total` on the side that has the values, and the same
    of everything else. by_value: no value is empty, but the values tell the sides apart."""

    pipeline: int
    column: str
    side: str
    filled: int
    total: int
    filled_elsewhere: int
    total_elsewhere: int
    by_value: bool = False

    @property
    def difference(self) -> float:
        """Share filled on the side less the share filled elsewhere."""
        return self.filled / self.total - self.filled_elsewhere / self.total_elsewhere


WON_SIDE, LOST_SIDE, CLOSED_SIDE, BUYERS = "won deals", "lost deals", "closed deals", "accounts that bought"
_SIDES: Mapping[str, frozenset[str]] = {
    WON_SIDE: frozenset({WON}),
    LOST_SIDE: frozenset({LOST}),
    CLOSED_SIDE: frozenset({WON, LOST}),
}
type Counts = Mapping[str, Mapping[str, int]]
"""Deals (or accounts) by value and outcome."""


def hindsight(
    *, column: str, deals: Iterable[tuple[int, str, str, int]], accounts: Iterable[tuple[int, str, str, int]] = ()
) -> list[Hindsight]:
    """The pipelines in which a column was filled in with the outcome, each with its clearest finding.

    deals: (pipeline, value, outcome, number of deals). accounts: (pipeline, value, `won` if the account ever bought or
    `open`, number of accounts), because an account keeps what was filled in when it bought for its later deals, too.
    """
    by_deal, by_account = _outcome_counts(deals), _outcome_counts(accounts)
    clearest = []
    for pipeline in sorted(by_deal):
        findings = [
            finding
            for side, outcomes in _SIDES.items()
            if (finding := _compare(pipeline, column, side, outcomes, by_deal[pipeline]))
        ]
        if pipeline in by_account:
            findings += filter(None, [_compare(pipeline, column, BUYERS, _SIDES[WON_SIDE], by_account[pipeline])])
        if findings:
            clearest.append(max(findings, key=lambda finding: finding.difference))
    return clearest


def is_placeholder(value: str) -> bool:
    """Whether a text stands for no value: empty, dashes, or a word such as “unknown”."""
    text = " ".join(value.casefold().strip("()[]<>{}-–—_#?*. \t\"'").split())
    return not text or text in PLACEHOLDERS


def _outcome_counts(rows: Iterable[tuple[int, str, str, int]]) -> dict[int, dict[str, dict[str, int]]]:
    counts: dict[int, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    for pipeline, value, outcome, number in rows:
        counts[pipeline]["" if is_placeholder(value) else value][outcome] += number
    return counts


def _compare(pipeline: int, column: str, side: str, outcomes: frozenset[str], counts: Counts) -> Hindsight | None:
    """The finding for one side, by filled values, else by the values themselves."""

    def finding(values: set[str], *, by_value: bool) -> Hindsight | None:
        filled, total = _on_side(counts, outcomes, values)
        filled_elsewhere, total_elsewhere = _on_side(counts, {WON, LOST, OPEN} - outcomes, values)
        if not total or not total_elsewhere:
            return None
        return Hindsight(
            pipeline=pipeline,
            column=column,
            side=side,
            filled=filled,
            total=total,
            filled_elsewhere=filled_elsewhere,
            total_elsewhere=total_elsewhere,
            by_value=by_value,
        )

    by_fill = finding({value for value in counts if value}, by_value=False)
    strict = column in ASSIGNED
    if by_fill and _passes(by_fill, _DECIDES if strict else _MOSTLY, _DECIDES_SURELY if strict else _SURELY):
        return by_fill
    by_value = finding(_typical_of(counts, outcomes), by_value=True)
    return by_value if by_value and _passes(by_value, _DECIDES, _DECIDES_SURELY) else None


def _on_side(counts: Counts, outcomes: Iterable[str], values: set[str]) -> tuple[int, int]:
    """How many of the deals with these outcomes have one of the values, and how many there are."""
    numbers = [(value, by_outcome.get(outcome, 0)) for value, by_outcome in counts.items() for outcome in outcomes]
    return sum(number for value, number in numbers if value in values), sum(number for _, number in numbers)


def _typical_of(counts: Counts, outcomes: frozenset[str]) -> set[str]:
    """Values whose deals mostly ended on the side; rare values are judged together."""
    rare = {value for value, by_outcome in counts.items() if sum(by_outcome.values()) < _FEWEST_OF_A_VALUE}
    typical = set()
    for values in ({value} for value in counts if value not in rare):
        typical |= values if _mostly(counts, outcomes, values) else set()
    return typical | (rare if _mostly(counts, outcomes, rare) else set())


def _mostly(counts: Counts, outcomes: frozenset[str], values: set[str]) -> bool:
    inside, _ = _on_side(counts, outcomes, values)
    every, _ = _on_side(counts, (WON, LOST, OPEN), values)
    return every > 0 and inside > every / 2


def _passes(finding: Hindsight, difference: float, surely: float) -> bool:
    return finding.difference >= difference and _lower(finding) >= surely


def _lower(finding: Hindsight) -> float:
    """Lower end of the 90 % interval of the difference of the two shares (Newcombe)."""
    here, there = finding.filled / finding.total, finding.filled_elsewhere / finding.total_elsewhere
    low, _ = _wilson(here, finding.total)
    _, high = _wilson(there, finding.total_elsewhere)
    return here - there - sqrt((here - low) ** 2 + (high - there) ** 2)


def _wilson(share: float, total: int) -> tuple[float, float]:
    middle = (share + _Z**2 / (2 * total)) / (1 + _Z**2 / total)
    half = _Z / (1 + _Z**2 / total) * sqrt(share * (1 - share) / total + _Z**2 / (4 * total**2))
    return middle - half, middle + half


def sentence(finding: Hindsight, *, pipeline: str = "") -> str:
    """The finding as a sentence; pipeline: its name, if the company has several."""
    where = f" of pipeline {pipeline}" if pipeline else ""
    if finding.by_value:
        return (
            f"the values of column {finding.column} tell {finding.side}{where} from all others"
            f" ({finding.filled:,} of {finding.total:,} have them, {finding.filled_elsewhere:,} of"
            f" {finding.total_elsewhere:,} others): they were set with the outcome, so the model does not"
            f" group deals by {finding.column}"
        )
    return (
        f"column {finding.column} is filled for {finding.filled:,} of {finding.total:,} {finding.side}{where} but for"
        f" {finding.filled_elsewhere:,} of {finding.total_elsewhere:,} others: it was filled in with the outcome, so"
        f" the model does not group deals by {finding.column}"
    )
