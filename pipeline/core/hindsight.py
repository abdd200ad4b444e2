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
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import sqrt

WON, LOST, OPEN = "won", "lost", "open"
_EMPTY = """
unknown, n/a, na, n.a, none, null, nil, undefined, unassigned, unspecified, unclassified, tbd, tba, blank, empty,
missing, default, not set, not known, not specified, not assigned, not available, not applicable, not defined,
to be defined, to be confirmed, tbc, pending, no segment, no value, no data, no product, no category, nan,
unbekannt, k.a, keine, keiner, kein, keine angabe, ohne, leer, offen, nicht zugeordnet, nicht gesetzt, nicht definiert,
inconnu, aucun, aucune, néant, vide, non renseigné, non défini, desconocido, ninguno, ninguna, sin asignar, sin definir,
sin especificar, no definido, no aplica, no asignado, nessuno, nessuna, non definito, non assegnato, sconosciuto,
nenhum, nenhuma, não definido, não informado, desconhecido, нет, неизвестно, не указано, не задано, не выбрано,
не определено, немає, невідомо, не вказано, не визначено, なし, 無し, 不明, 未定, 未設定, 未分類, 該当なし, 未知, 无
"""
PLACEHOLDERS = frozenset(text.strip() for text in _EMPTY.split(","))
"""Texts that stand for nothing, compared in lower case and without brackets, dashes, question marks and full stops."""
_ZEROS = {"0", "00", "0.0", "0,0"}
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
    rows = list(rows)
    # A zero among names is what a program writes for nothing; among numbers it is one of them.
    is_code = any(value.isdecimal() and value.strip("0") for _, value, _, _ in rows)
    counts: dict[int, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    for pipeline, value, outcome, number in rows:
        is_nothing = is_placeholder(value) or (value.strip() in _ZEROS and not is_code)
        counts[pipeline]["" if is_nothing else value][outcome] += number
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


def _on_side(counts: Counts, outcomes: Collection[str], values: set[str]) -> tuple[int, int]:
    """How many of the deals with these outcomes have one of the values, and how many there are."""
    inside = total = 0
    for value, by_outcome in counts.items():
        number = _number(by_outcome, outcomes)
        total += number
        inside += number if value in values else 0
    return inside, total


def _typical_of(counts: Counts, outcomes: frozenset[str]) -> set[str]:
    """Values whose deals mostly ended on the side; rare values are judged together."""
    typical: set[str] = set()
    rare: set[str] = set()
    rare_inside = rare_every = 0
    for value, by_outcome in counts.items():
        inside, every = _number(by_outcome, outcomes), sum(by_outcome.values())
        if every < _FEWEST_OF_A_VALUE:
            rare.add(value)
            rare_inside, rare_every = rare_inside + inside, rare_every + every
        elif inside > every / 2:
            typical.add(value)
    return typical | (rare if rare_inside > rare_every / 2 else set())


def _number(by_outcome: Mapping[str, int], outcomes: Iterable[str]) -> int:
    return sum(by_outcome.get(outcome, 0) for outcome in outcomes)


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
