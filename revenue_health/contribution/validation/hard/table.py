"""Verdicts on hard companies against the truth, kind by kind, and as a table."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from revenue_health.contribution.core.flows import OPENING
from revenue_health.contribution.validation.hard.evaluate import Verdicts, verdicts_of
from revenue_health.contribution.validation.hard.flows import ALL_BUCKETS, books_of, tables_of
from revenue_health.contribution.validation.hard.truth import Truth, stored_truth
from revenue_health.contribution.validation.hard.world.company import DEPARTMENTS
from revenue_health.contribution.validation.hard.world.kinds import KINDS


@dataclass(frozen=True, kw_only=True)
class HardRun:
    """One company: what was said of it. moved_verdicts: the other ways of dealing deals to buckets (of `hashes`) in
    which another verdict came out."""

    kind: str
    seed: int
    verdicts: Verdicts
    moved_verdicts: int = 0


@dataclass(frozen=True, kw_only=True)
class PartyRow:
    """One party over the companies of a kind. Money in units. true: None for the opening pipeline, which has a share
    wherever the pipeline grew. error: of the mean share, relative to the kind's largest true share, without one to
    expected net revenue. covered, judged, found: numbers of companies: truth in the party's own interval; with a
    verdict; with the verdict of the truth's sign."""

    party: str
    true: float | None
    mean: float
    sd: float
    error: float | None
    covered: int
    contaminates: int
    contributes: int
    found: int

    @property
    def judged(self) -> int:
        """Companies in which the party got a verdict."""
        return self.contaminates + self.contributes


@dataclass(frozen=True, kw_only=True)
class KindRow:
    """One kind over its companies. expected: net revenue with nobody changed. largest: the largest true share, 0 where
    nobody did anything. innocent_judged, any_judged: companies in which an innocent department, or any party, got a
    verdict; all_covered: in which all departments' truths lay in the intervals that hold at once.
    rehashed: companies in which other buckets gave another verdict. unexplained_*: of net revenue expected."""

    kind: str
    says: str
    companies: int
    expected: float
    largest: float
    parties: tuple[PartyRow, ...]
    innocent_judged: int
    any_judged: int
    all_covered: int
    covered: float
    rehashed: int
    unexplained_mean: float
    unexplained_sd: float
    largest_residual: float

    def party(self, key: str) -> PartyRow:
        """The row of a party."""
        return next(row for row in self.parties if row.party == key)

    @property
    def guilty(self) -> tuple[PartyRow, ...]:
        """Those with a true share."""
        return tuple(row for row in self.parties if row.true)


@dataclass(frozen=True, kw_only=True)
class HardTable:
    """All rows, and the runs they were made of."""

    rows: tuple[KindRow, ...]
    runs: tuple[HardRun, ...]

    def row(self, kind: str) -> KindRow | None:
        """The row of a kind, None where it was not asked for."""
        return next((row for row in self.rows if row.kind == kind), None)


def run_once(job: tuple[str, int], *, hashes: int = 0, buckets: int = ALL_BUCKETS, gated: bool = True) -> HardRun:
    """Simulate one company (kind, seed), keep its books, and ask for verdicts; again for each other hash."""
    kind, seed = job
    books = books_of(KINDS[kind], seed)
    verdicts = verdicts_of(tables_of(books, buckets=buckets), gated=gated)
    moved = 0
    for number in range(hashes):
        other = verdicts_of(tables_of(books, salt=f"-{number}", buckets=buckets), gated=gated)
        moved += _named(other) != _named(verdicts)
    return HardRun(kind=kind, seed=seed, verdicts=verdicts, moved_verdicts=moved)


def _named(verdicts: Verdicts) -> dict[str, str]:
    return {key: party.verdict for key, party in verdicts.parties.items() if party.judged}


def make_hard_table(
    *,
    kinds: Sequence[str] = (),
    seeds: Iterable[int],
    processes: int = 1,
    hashes: int = 0,
    buckets: int = ALL_BUCKETS,
    gated: bool = True,
    on_row: Callable[[KindRow], None] = lambda row: None,
) -> HardTable:
    """Simulate, judge and compare. kinds: all when empty. hashes: other ways to deal deals to buckets, tried for
    every company. gated: see `verdicts_of`. on_row: called with each kind's row as soon as it is there."""
    names, every = tuple(kinds) or tuple(KINDS), tuple(seeds)
    rows: list[KindRow] = []
    runs: list[HardRun] = []
    work = partial(run_once, hashes=hashes, buckets=buckets, gated=gated)
    with ProcessPoolExecutor(processes) if processes > 1 else _Here() as pool:
        for name in names:
            here = tuple(pool.map(work, [(name, seed) for seed in every]))
            rows.append(summarise(name, here, stored_truth(name)))
            runs.extend(here)
            on_row(rows[-1])
    return HardTable(rows=tuple(rows), runs=tuple(runs))


class _Here:
    """A pool of this process alone."""

    def __enter__(self) -> "_Here":
        return self

    def __exit__(self, *problem: object) -> None:
        return None

    def map(self, work: Callable[[tuple[str, int]], HardRun], jobs: Iterable[tuple[str, int]]) -> Iterable[HardRun]:
        """As the pool's."""
        return map(work, jobs)


def summarise(name: str, runs: Sequence[HardRun], truth: Truth) -> KindRow:
    """One kind's row out of its runs."""
    companies = [run.verdicts for run in runs]
    left = np.array([verdicts.unexplained for verdicts in companies]) / truth.expected
    parties = tuple(_party_row(key, companies, truth) for key in (*DEPARTMENTS, OPENING))
    innocent = [row.party for row in parties if row.party in DEPARTMENTS[:-1] and not row.true]
    simulated = [row for row in parties if row.true is not None]
    return KindRow(
        kind=name,
        says=KINDS[name].says,
        companies=len(companies),
        expected=truth.expected,
        largest=max((abs(share) for share in truth.shares.values()), default=0.0),
        parties=parties,
        innocent_judged=sum(any(v.parties[key].judged for key in innocent if key in v.parties) for v in companies),
        any_judged=sum(any(party.judged for party in v.parties.values()) for v in companies),
        all_covered=sum(_all_covered(v, truth) for v in companies),
        covered=sum(row.covered for row in simulated) / max(len(simulated) * len(companies), 1),
        rehashed=sum(run.moved_verdicts > 0 for run in runs),
        unexplained_mean=float(left.mean()),
        unexplained_sd=float(left.std(ddof=1)) if left.size > 1 else 0.0,
        largest_residual=max(abs(v.residual) for v in companies),
    )


def _party_row(key: str, companies: Sequence[Verdicts], truth: Truth) -> PartyRow:
    parties_of = [verdicts.parties[key] for verdicts in companies if key in verdicts.parties]
    shares = np.array([party.share for party in parties_of] or [0.0])
    mean, true = float(shares.mean()), None if key == OPENING else truth.share(key)
    scale = max((abs(share) for share in truth.shares.values()), default=0.0) or truth.expected
    outcomes = [party.verdict for party in parties_of]
    bad, good = outcomes.count("contaminates"), outcomes.count("contributes")
    return PartyRow(
        party=key,
        true=true,
        mean=mean,
        sd=float(shares.std(ddof=1)) if shares.size > 1 else 0.0,
        error=None if true is None else (mean - true) / scale,
        covered=0 if true is None else sum(party.low <= true <= party.high for party in parties_of),
        contaminates=bad,
        contributes=good,
        found=(bad if true < 0 else good) if true else 0,
    )


def _all_covered(verdicts: Verdicts, truth: Truth) -> bool:
    return all(
        party.all_low <= truth.share(key) <= party.all_high
        for key, party in verdicts.parties.items()
        if key in DEPARTMENTS[:-1]
    )
