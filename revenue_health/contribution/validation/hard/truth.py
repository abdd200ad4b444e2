"""True shares: Shapley values of expected net revenue over the worlds in which each coalition of departments changed.

Expected by simulation, many times over, with the same chance in all worlds of a replication. That takes minutes, so
the figures are kept in `truth.json`, which `manage.py validate_method --hard --make-truth 100` writes. Each entry has
the fingerprint of what it was computed from.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from hashlib import sha256
from itertools import combinations
from math import factorial
from pathlib import Path

import numpy as np

from revenue_health.contribution.validation.hard.world import company
from revenue_health.contribution.validation.hard.world.chance import draw_chance
from revenue_health.contribution.validation.hard.world.clocks import Floats
from revenue_health.contribution.validation.hard.world.company import DEPARTMENTS, HISTORY_DAYS, PERIOD_DAYS, Kind
from revenue_health.contribution.validation.hard.world.kinds import KINDS
from revenue_health.contribution.validation.hard.world.simulation import earned_in, simulate

FILE = Path(__file__).with_name("truth.json")
SHORT_HISTORY = 450.0
"""Days that are enough where nobody touches customers: what was won before does not differ between worlds."""
EXPECTED_REPLICATIONS = 16
"""Of revenue with nobody changed, which only other figures are relative to."""


@dataclass(frozen=True, kw_only=True)
class Truth:
    """Of one kind: shares by department (those that are not zero), net revenue expected with nobody changed, standard
    errors of the shares, all in units of money; how often it was simulated; and of what (`fingerprint`)."""

    shares: dict[str, float]
    expected: float
    standard_errors: dict[str, float]
    replications: int
    fingerprint: str

    def share(self, party: str) -> float:
        """The true share of a department; zero for everybody who did nothing different."""
        return self.shares.get(party, 0.0)


def make_truth(kind: Kind, replications: int, *, of_expected: int = EXPECTED_REPLICATIONS) -> Truth:
    """Simulate the truth of a kind. A small company's is the ordinary one's in proportion: nobody queues in it.

    replications: of the worlds; of_expected: of revenue with nobody changed.
    """
    whole = replace(kind, scale=1.0)
    worths = np.array([_worths(whole, seed) for seed in range(replications)]) if kind.doers else np.zeros((1, 1))
    shares = _shapley(kind, worths * kind.scale)
    count = worths.shape[0]
    return Truth(
        shares={name: round(float(values.mean()), 1) for name, values in shares.items()},
        expected=round(kind.scale * _expected(whole, of_expected), 1),
        standard_errors={name: round(float(values.std(ddof=1) / count**0.5), 1) for name, values in shares.items()},
        replications=count if kind.doers else 0,
        fingerprint=fingerprint(kind),
    )


def stored_truth(name: str) -> Truth:
    """The truth of a kind out of the file. Raises KeyError where there is none."""
    kind = KINDS[name]
    return stored_truths()[kind.truth_of or name]


@cache
def stored_truths() -> dict[str, Truth]:
    """All that the file holds, by kind."""
    return {name: Truth(**row) for name, row in json.loads(FILE.read_text()).items()} if FILE.exists() else {}


def store_truths(truths: Mapping[str, Truth]) -> None:
    """Write these into the file; others stay."""
    rows = {name: asdict(truth) for name, truth in (stored_truths() | dict(truths)).items()}
    FILE.write_text(json.dumps({name: rows[name] for name in KINDS if name in rows}, indent=1) + "\n")
    stored_truths.cache_clear()


def fingerprint(kind: Kind) -> str:
    """Of everything that decides the truth: the kind's figures and the company's, without how records go wrong."""
    own = replace(kind, records=company.Records(), says="", name="", truth_of="", whale=0.0)
    figures = (own, company.STEPS, company.LOSSES, company.DEALS_A_DAY, HISTORY_DAYS, PERIOD_DAYS)
    return sha256(repr(figures).encode()).hexdigest()[:12]


def coalitions_of(kind: Kind) -> list[frozenset[str]]:
    """Every coalition of those who changed something, the empty one first."""
    every = (combinations(kind.doers, size) for size in range(len(kind.doers) + 1))
    return [frozenset(names) for sized in every for names in sized]


def _worths(kind: Kind, seed: int) -> list[float]:
    """Net revenue of the period in every world, with the same chance."""
    touched = any(c.what == "loss" and (not c.stages or "customer" in c.stages) for c in kind.changes if _loses(c))
    chance = draw_chance(kind, np.random.default_rng([seed, 1]), history=HISTORY_DAYS if touched else SHORT_HISTORY)
    return [earned_in(simulate(kind, chance, coalition), chance, 0.0, PERIOD_DAYS) for coalition in coalitions_of(kind)]


def _loses(change: company.Change) -> bool:
    return change.department in ("", *company.LOSSES["customer"])


def _expected(kind: Kind, replications: int) -> float:
    revenues = []
    for seed in range(replications):
        chance = draw_chance(kind, np.random.default_rng([seed, 2]), history=HISTORY_DAYS)
        revenues.append(earned_in(simulate(kind, chance, frozenset()), chance, 0.0, PERIOD_DAYS))
    return float(np.mean(revenues))


def _shapley(kind: Kind, worths: Floats) -> dict[str, Floats]:
    """Shapley value of each department that changed, by replication."""
    coalitions, count = coalitions_of(kind), len(kind.doers)
    place = {coalition: number for number, coalition in enumerate(coalitions)}
    shares: dict[str, Floats] = {name: np.zeros(worths.shape[0]) for name in kind.doers}
    for coalition in coalitions:
        for name in coalition:
            weight = factorial(len(coalition) - 1) * factorial(count - len(coalition)) / factorial(count)
            shares[name] += weight * (worths[:, place[coalition]] - worths[:, place[coalition - {name}]])
    return shares


__all__ = ["DEPARTMENTS", "Truth", "fingerprint", "make_truth", "store_truths", "stored_truth", "stored_truths"]
