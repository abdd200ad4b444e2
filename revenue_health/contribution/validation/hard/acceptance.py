"""What the method promises on hard companies, as lines that hold or fail. Kinds that were not run are left out."""

from collections.abc import Iterator
from dataclasses import dataclass

from revenue_health.contribution.core.flows import OPENING
from revenue_health.contribution.validation.hard.table import HardTable, KindRow, PartyRow

NOBODY = ("nothing", "growing_base", "small_still", "tails", "whale")
TRAPS = (
    "queue", "downstream", "inflate", "moved_handoffs", "moved_owner", "season", "lie_since", "lie_always", "lie_only",
    "unlogged", "unlogged_since",
)  # fmt: skip
PLAIN = ("fewer_servers", "sales", "bad_leads", "slow_legal", "leaky_production", "credit", "churn")
ROUGH = ("frailty", "mix", "together")
ONLY_TOGETHER = ("together",)
"""Kinds whose records are those of another kind: what is told is the share, and its half beside it (docs/adr/0018)."""
BEGUN_BEFORE = ("regime",)
"""Kinds in which a department does worse than in the baseline, but not newly: the verdict must say since when."""
LARGE_SHARE = 0.15
"""Of net revenue: a share that must be found."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One promise: in words, what was measured, and whether it holds."""

    says: str
    measured: str
    holds: bool


def acceptance(table: HardTable, *, hashes: int = 0) -> tuple[Line, ...]:
    """Every promise that the table's kinds speak about. hashes: how many other hashes were tried."""
    lines = [*_nobody(table), *_traps(table), *_plain(table), *_rough(table), *_begun(table)]
    if hashes:
        moved, count = sum(row.rehashed for row in table.rows), sum(row.companies for row in table.rows)
        lines.append(_at_most("companies in which another hash gives another verdict", moved, 0.05 * count, count))
    return tuple(lines)


def _rows(table: HardTable, kinds: tuple[str, ...]) -> list[KindRow]:
    return [row for row in table.rows if row.kind in kinds]


def _at_most(says: str, number: int, limit: float, of: int) -> Line:
    return Line(says=says, measured=f"{number} of {of}, at most {limit:.3g}", holds=number <= limit)


def _nobody(table: HardTable) -> Iterator[Line]:
    for row in _rows(table, NOBODY):
        says = f"{row.kind}: companies with any verdict"
        # One in twenty companies is what chance may do to a short table.
        yield _at_most(says, row.any_judged, max(0.08 * row.companies, 1), row.companies)
    growing = table.row("growing_base")
    if growing:
        worst = max((party for party in growing.parties if party.party != OPENING), key=_beyond_chance)
        part = abs(worst.mean) / growing.expected
        noise = 2 * worst.sd / growing.companies**0.5 / growing.expected
        yield Line(
            says="growing_base: nobody's mean share beyond 1 % of net revenue",
            measured=f"{worst.party} {part:.1%} (two standard errors {noise:.1%})",
            holds=part <= 0.01 + noise,
        )


def _beyond_chance(party: PartyRow) -> float:
    return abs(party.mean) - party.sd


def _traps(table: HardTable) -> Iterator[Line]:
    for row in _rows(table, TRAPS):
        says = f"{row.kind}: companies in which an innocent is judged"
        yield _at_most(says, row.innocent_judged, max(row.companies / 20, 1), row.companies)


def _plain(table: HardTable) -> Iterator[Line]:
    rows = _rows(table, PLAIN)
    for row in rows:
        for party in row.guilty:
            if abs(party.true or 0.0) < LARGE_SHARE * row.expected:
                continue
            yield Line(
                says=f"{row.kind}: {party.party} is found",
                measured=f"{party.found} of {row.companies}, at least {0.9 * row.companies:.3g}",
                holds=party.found >= 0.9 * row.companies,
            )
            yield Line(
                says=f"{row.kind}: {party.party}'s mean share within 10 %",
                measured=f"{_off(party):.0%}",
                holds=_off(party) <= 0.10,
            )
    if rows:
        part = sum(row.all_covered for row in rows) / sum(row.companies for row in rows)
        yield Line(
            says="plain kinds: all truths at once in the simultaneous intervals, in 85 to 95 % of companies",
            measured=f"{part:.0%}",
            holds=0.85 <= part <= 0.95,
        )


def _begun(table: HardTable) -> Iterator[Line]:
    for row in _rows(table, BEGUN_BEFORE):
        of_kind = [run.verdicts.parties.values() for run in table.runs if run.kind == row.kind]
        judged = [party for parties in of_kind for party in parties if party.judged]
        dated = sum(party.since is not None for party in judged)
        yield Line(
            says=f"{row.kind}: every verdict says that it began before the quarter",
            measured=f"{dated} of {len(judged)}",
            holds=dated == len(judged),
        )


def _off(party: PartyRow, part: float = 1.0) -> float:
    """How far this part of the mean share is from the truth, as a part of it."""
    return abs(part * party.mean / party.true - 1) if party.true else 0.0


def _rough(table: HardTable) -> Iterator[Line]:
    for row in _rows(table, ROUGH):
        for party in row.guilty:
            quiet, half = party.judged <= 0.1 * row.companies, row.kind in ONLY_TOGETHER
            size, off = ("half its size, which is told too,", _off(party, 0.5)) if half else ("size", _off(party))
            yield Line(
                says=f"{row.kind}: {party.party}'s {size} within 35 %, or cannot tell",
                measured=f"{off:.0%}, judged in {party.judged} of {row.companies}",
                holds=off <= 0.35 or quiet,
            )
        says = f"{row.kind}: companies in which an innocent is judged"
        yield _at_most(says, row.innocent_judged, max(row.companies / 20, 1), row.companies)
