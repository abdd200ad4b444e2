"""A forecast and a what-if as pages read them: days are dates, money is in minor units, None is not known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from departments.periods import Period
from revenue_health.contribution.core.ledger import Landing
from revenue_health.contribution.core.track.range_names import range_name, range_sentence


@dataclass(frozen=True, kw_only=True)
class ForecastDay:
    """One day of the path, revenue up to its end in cents: won and last year as they were, the band where it is not
    known yet. None where there is none."""

    day: date
    won: int | None = None
    last_year: int | None = None
    p5: int | None = None
    p25: int | None = None
    median: int | None = None
    p75: int | None = None
    p95: int | None = None


@dataclass(frozen=True, kw_only=True)
class Constraint:
    """Where a tenth less holding or leaking, or a tenth more handed on a day, would bring more: keys of its place, and
    the gain in minor units."""

    pipeline: str
    stage: str
    department: str
    kind: str
    gain: int

    @property
    def stage_address(self) -> str:
        """The stage as addresses name it, with its pipeline."""
        return f"{self.pipeline}:{self.stage}"


@dataclass(frozen=True, kw_only=True)
class LimitReached:
    """Who hands on no more deals a day than `at_most`, however many wait: keys of the place, deals that arrive a day,
    and deals that are there."""

    pipeline: str
    stage: str
    department: str
    at_most: float
    arrivals: float
    waiting: float


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """How many times what is still missing to the plan the open pipeline had to be in earlier periods, and is."""

    needed: float | None
    had: float | None

    def by_forecast(self, *, missing: float | None, to_come: float | None) -> float | None:
        """How many times it has to be if open deals bring what the forecast still expects of them (`to_come`, in the
        unit of `missing`); None where that is not known, or nothing is missing or expected."""
        if self.had is None or missing is None or to_come is None or missing <= 0 or to_come <= 0:
            return None
        return self.had * missing / to_come


@dataclass(frozen=True, kw_only=True)
class RangeHits:
    """Past forecasts, how many of their outer ranges held what came, and whether that is about nine in ten."""

    forecasts: int = 0
    inside: int = 0
    nine_in_ten: bool = False

    @property
    def range_name(self) -> str:
        """What the outer range is called."""
        return range_name(nine_in_ten=self.nine_in_ten)

    def sentence(self, low: str, high: str) -> str:
        """The outer range after where a period will land."""
        return range_sentence(low, high, nine_in_ten=self.nine_in_ten, inside=self.inside, forecasts=self.forecasts)


@dataclass(frozen=True, kw_only=True)
class ForecastFigures:
    """Everything the forecast's page shows of a period. probability: of reaching the target, None without one.

    won_so_far: net revenue; won_gross and reversed: before and apart from what was taken back.
    """

    period: Period
    target: int | None
    won_so_far: int | None
    won_gross: int | None
    reversed: int | None
    p5: int | None
    p25: int | None
    median: int | None
    p75: int | None
    p95: int | None
    probability: float | None
    coverage: Coverage
    constraints: tuple[Constraint, ...]
    days: tuple[ForecastDay, ...]
    last_year_label: str
    reasons: tuple[str, ...]
    held: RangeHits = RangeHits()
    limits: tuple[LimitReached, ...] = ()

    @property
    def amounts(self) -> list[int]:
        """Every amount there is, for the one unit they are written in."""
        every = (self.target, self.won_so_far, self.won_gross, self.reversed, self.p5, self.p25, self.median)
        return [amount for amount in (*every, self.p75, self.p95) if amount is not None]

    @property
    def landing(self) -> Landing | None:
        """Where the period is heading, as the ledger ends; None of a forecast without a middle."""
        if self.median is None or self.p5 is None or self.p95 is None:
            return None
        return Landing(
            expected=self.median,
            low=self.p5,
            high=self.p95,
            plan=self.target,
            probability=self.probability,
            range_name=self.held.range_name,
        )

    @property
    def missing(self) -> int | None:
        """What is still missing to the target; None without one."""
        return None if self.target is None else self.target - (self.won_so_far or 0)

    @property
    def coverage_by_forecast(self) -> float | None:
        """The coverage needed if the rest of the period goes as the forecast expects."""
        to_come = None if self.median is None or self.won_so_far is None else self.median - self.won_so_far
        return self.coverage.by_forecast(missing=self.missing, to_come=to_come)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What promises change in one period: revenue without and with them, and the change with its 90 % interval."""

    label: str
    before: int
    after: int
    change: int
    low: int
    high: int

    @property
    def impact(self) -> str:
        """The colour role: soft where the interval holds zero."""
        if self.low <= 0 <= self.high:
            return "soft"
        return "good" if self.change > 0 else "bad"

    @property
    def sign(self) -> str:
        """The shape of the impact, legible without colour."""
        return {"good": "▲", "bad": "▼", "soft": "?"}[self.impact]


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """The answer to promises: the running period and the one after it, None where that is not answered."""

    now: Outcome
    following: Outcome | None
    notes: tuple[str, ...]

    def from_landing(self, landing: int | None) -> WhatIf:
        """The same change of the running period from where the forecast sees it land, in cents: the model's own base is
        the mean of what may come, and two numbers for one landing would be one too many. None: as it is."""
        if landing is None:
            return self
        return replace(self, now=replace(self.now, before=landing, after=landing + self.now.change))

    @property
    def outcomes(self) -> list[Outcome]:
        """The periods that are answered, in order."""
        return [self.now, self.following] if self.following else [self.now]
