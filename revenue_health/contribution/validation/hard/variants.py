"""The same kinds in companies of another size, pace and strength than those the truth was simulated for.

Whose doing it was is known without it: whoever changed nothing has a share of zero, and must not be named.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace

from revenue_health.contribution.validation.hard.evaluate import verdicts_of
from revenue_health.contribution.validation.hard.flows import ALL_BUCKETS, books_of, tables_of
from revenue_health.contribution.validation.hard.world.company import DEPARTMENTS, Change, Kind
from revenue_health.contribution.validation.hard.world.kinds import KINDS

ORDINARY_SD = 0.8
"""Spread of the logarithm of amounts where a kind says nothing of it."""


@dataclass(frozen=True, kw_only=True)
class Variant:
    """Another company. stretch: everything takes so many times as long, losses included. demand: times the deals.
    amount_sd: spread of the logarithm of amounts. strength: power that every factor of a change is raised to. records:
    times what the books are wrong by."""

    name: str
    says: str
    stretch: float
    demand: float
    amount_sd: float
    strength: float = 1.0
    records: float = 1.0

    def of(self, kind: Kind) -> Kind:
        """A kind in this company. A small company stays as small as it is."""
        books = kind.records
        return replace(
            kind,
            changes=tuple(self._change(change) for change in kind.changes),
            records=replace(
                books,
                lies=min(books.lies * self.records, 0.9),
                unlogged=min(books.unlogged * self.records, 0.9),
                inflated=books.inflated * self.records,
            ),
            scale=kind.scale if kind.scale < 1 else self.demand,
            stretch=self.stretch,
            reviewers=round(kind.reviewers * self.stretch),
            amount_sd=self.amount_sd if kind.amount_sd == ORDINARY_SD else kind.amount_sd,
        )

    def _change(self, change: Change) -> Change:
        return replace(change, factor=change.factor**self.strength)


_ALL = (
    Variant(name="slow", says="long sales of few deals", stretch=2.5, demand=0.3, amount_sd=1.1, records=1.6),
    Variant(name="fast", says="short sales of many deals", stretch=0.35, demand=2.0, amount_sd=0.6),
    Variant(name="half", says="half the deals, a little slower", stretch=1.3, demand=0.5, amount_sd=1.0),
    Variant(name="strong", says="larger changes, worse books", stretch=0.8, demand=1.0, amount_sd=0.8, strength=1.4,
            records=1.5),
    Variant(name="weak", says="changes of half the size", stretch=1.0, demand=1.0, amount_sd=0.8, strength=0.5),
)  # fmt: skip
VARIANTS = {variant.name: variant for variant in _ALL}


@dataclass(frozen=True, kw_only=True)
class VariantRun:
    """Who is named in one company. doers: the departments whose doing changed; named: the departments with a verdict,
    with their shares of what the baseline expects."""

    variant: str
    kind: str
    seed: int
    doers: tuple[str, ...]
    named: dict[str, float]

    @property
    def innocents(self) -> tuple[str, ...]:
        """Who is named and changed nothing."""
        return tuple(name for name in self.named if name not in self.doers)


def run_variant(job: tuple[str, str, int], *, buckets: int = ALL_BUCKETS) -> VariantRun:
    """Simulate one company (variant, kind, seed) and ask for its verdicts. Raises KeyError for an unknown name."""
    variant, name, seed = job
    kind = VARIANTS[variant].of(KINDS[name])
    verdicts = verdicts_of(tables_of(books_of(kind, seed), buckets=buckets))
    named = {
        key: party.share / verdicts.baseline
        for key, party in verdicts.parties.items()
        if key in DEPARTMENTS[:-1] and party.judged
    }
    return VariantRun(variant=variant, kind=name, seed=seed, doers=kind.doers, named=named)


def run_variants(
    *,
    variants: Sequence[str],
    kinds: Sequence[str],
    seeds: Iterable[int],
    processes: int = 1,
    on_run: Callable[[VariantRun], None] = lambda run: None,
) -> list[VariantRun]:
    """Every kind in every variant, in order. on_run: called with each company as soon as it is judged."""
    jobs = [(variant, kind, seed) for variant in variants for kind in kinds for seed in seeds]
    runs = []
    with ProcessPoolExecutor(processes) as pool:
        for run in pool.map(run_variant, jobs):
            runs.append(run)
            on_run(run)
    return runs
