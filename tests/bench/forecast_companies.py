"""Companies on which the forecast was measured (docs/forecast.md), none like the demo company, some of which change.

`python -m tests.bench.forecast_companies a DIR`, then `load DIR`, `recompute --as-of 2026-11-19 --custody-only` and
`track_record`, each with a REVENUE_HEALTH_HOME of its own.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

from pipeline.generator import Story, company, deals, generate_folder
from pipeline.generator.story import Calendar
from pipeline.generator.worktime import previous_quarter

AS_OF = date(2026, 11, 20)
EVEN = (1.0, 1.0, 1.02, 1.0, 1.02, 1.0, 0.93, 0.9, 1.05, 1.05, 1.02, 0.9)
STRONG = (0.8, 0.9, 1.3, 1.2, 1.0, 1.0, 0.7, 0.6, 1.1, 1.2, 1.3, 0.8)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """years of history; growth of demand a year; months: demand by month; sigma of log amounts; earlier: quarters by
    which the story's change comes before the last full quarter."""

    opportunities: int
    seed: int
    years: int = 4
    growth: float = 0.08
    months: tuple[float, ...] = EVEN
    sigma: float = 0.4
    earlier: int = 0
    story: Story = field(default_factory=Story)


COMPANIES = {
    "a": Measured(opportunities=12_000, seed=31, years=3),
    "b": Measured(
        opportunities=9_000, seed=32, growth=0.3, earlier=4,
        story=Story(
            speeds={"sales": 0.7, "finance": 0.6}, losses={"weak_proposal": 1.7, "price_not_approved": 3.0},
            marketing_demand=0.75,
        ),
    ),
    "c": Measured(
        opportunities=20_000, seed=33, months=STRONG, earlier=2,
        story=Story(speeds={"legal": 1.3}, losses={"competitor": 1.6}, marketing_demand=1.4, weak_market=2.0),
    ),
    "d": Measured(
        opportunities=5_000, seed=34, growth=-0.1, sigma=0.9, earlier=5,
        story=Story(speeds={"production": 0.5}, losses={}, marketing_demand=1.2),
    ),
    "e": Measured(
        opportunities=12_000, seed=35, years=3, growth=0.15, earlier=3,
        story=Story(speeds={"marketing": 0.6}, losses={"bad_fit": 1.5}, marketing_demand=0.8),
    ),
}  # fmt: skip


def write(name: str, folder: Path) -> None:
    """Write one of them as a company folder."""
    made = COMPANIES[name]
    deals._GROWTH_A_YEAR = made.growth
    deals._MONTHS = np.array(made.months)
    company.AMOUNT_SIGMA = made.sigma
    usual = Calendar.before

    def before(as_of: date) -> Calendar:
        found = usual(as_of)
        decline, weak = found.decline, found.weak
        for _ in range(made.earlier):
            decline, weak = previous_quarter(decline), previous_quarter(weak)
        return Calendar(decline, found.running, weak)

    Calendar.before = before  # type: ignore[method-assign, assignment]  (another calendar)
    generate_folder(
        folder=folder, as_of=AS_OF, opportunities=made.opportunities, seed=made.seed, years=made.years, story=made.story
    )


if __name__ == "__main__":
    write(sys.argv[1], Path(sys.argv[2]))
