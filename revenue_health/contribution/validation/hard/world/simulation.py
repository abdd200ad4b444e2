"""What happens to every deal: entered, worked on step after step, lost on the way or won, a customer until it leaves.

Written over arrays of deals: a step is worked out for all deals that come to it; only the queue is taken one by one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from revenue_health.contribution.validation.hard.world.chance import Chance, Ints
from revenue_health.contribution.validation.hard.world.clocks import Clock, Floats, factor_of, make_clock
from revenue_health.contribution.validation.hard.world.company import (
    DEPARTMENTS,
    ENTRY_STEP,
    LOSSES,
    SOURCES,
    STAGES,
    STEPS,
    Change,
    Kind,
)
from revenue_health.contribution.validation.hard.world.queue import review_ends

LEGAL_STEP = next(number for number, step in enumerate(STEPS) if step.department == "legal")
CUSTOMER = STAGES.index("customer")


@dataclass(frozen=True, kw_only=True)
class Story:
    """What happened, days. nan: did not happen.

    begin, end [N, steps]: work on a deal; end is when it was done or the deal was lost. lost [N], lost_stage, cause
    [N]: indices, -1 where the deal was not lost. customer [N]: since when. amount, final [N]: at entry and at the win.
    present [N]. old_lost [M], old_cause [M]: of the old customers.
    """

    present: NDArray[np.bool_]
    begin: Floats
    end: Floats
    lost: Floats
    lost_stage: Ints
    cause: Ints
    customer: Floats
    amount: Floats
    final: Floats
    old_lost: Floats
    old_cause: Ints


def simulate(kind: Kind, chance: Chance, coalition: frozenset[str]) -> Story:
    """One history of the company in the world in which these departments changed."""
    world = _World(kind, chance, kind.world(coalition))
    for number in range(len(STEPS)):
        world.work(number)
    return world.story()


class _World:
    """The state of all deals while they are followed: where each is in time, and whether it is still alive."""

    def __init__(self, kind: Kind, chance: Chance, changes: tuple[Change, ...]) -> None:
        self.kind, self.chance, self.changes = kind, chance, changes
        count = chance.deals
        self.present = chance.present(changes)
        self.amount = chance.size * self._by_source("size")
        self.first = np.array([ENTRY_STEP[source] for source in SOURCES])[chance.source]
        self.now, self.alive = chance.entered.copy(), self.present.copy()
        self.begin = np.full((count, len(STEPS)), np.nan)
        self.end = np.full((count, len(STEPS)), np.nan)
        self.lost = np.full(count, np.nan)
        self.lost_stage, self.cause = np.full(count, -1), np.full(count, -1)

    def work(self, number: int) -> None:
        """Take every deal that needs this step through it."""
        step, chance = STEPS[number], self.chance
        # The owner's second turn is needed by the deals that were handed to the other department.
        needs = chance.needs[:, number - 1 if number and not step.asked and step.chance < 1 else number]
        rows = np.flatnonzero(self.alive & (needs < step.chance) & (self.first <= number))
        begin = self.now[rows]
        lost, cause = self._losses(step.stage, rows, begin, number)
        work = chance.work[rows, number] * step.days * self.kind.stretch
        if self.kind.slow_with_size:
            work = work * (self.amount[rows] / self.kind.amount_mean) ** self.kind.slow_with_size
        if self.kind.reviewers and number == LEGAL_STEP:
            end = self._queue(begin, work, lost)
        else:
            end = self._pace(step.stage, step.department).after(begin, work)
        gone = lost < end
        self.begin[rows, number], self.end[rows, number] = begin, np.minimum(lost, end)
        self.now[rows] = np.minimum(lost, end)
        self._lose(rows[gone], lost[gone], cause[gone], STAGES.index(step.stage))

    def story(self) -> Story:
        """What happened, the customers' leaving included."""
        chance, count = self.chance, self.chance.deals
        customer = np.full(count, np.nan)
        rows = np.flatnonzero(self.alive)
        customer[rows] = self.now[rows]
        lost, cause = self._losses("customer", rows, self.now[rows], len(STEPS))
        self._lose(rows, lost, cause, CUSTOMER)
        start = np.full(chance.customer_since.size, float(chance.entered.min()) if count else 0.0)
        old_lost, old_cause = self._first_of("customer", start, chance.customer_risk, np.ones((start.size, 1)))
        return Story(
            present=self.present, begin=self.begin, end=self.end,
            lost=self.lost, lost_stage=self.lost_stage, cause=self.cause,
            customer=customer, amount=self.amount, final=self.amount * chance.revision,
            old_lost=old_lost, old_cause=old_cause,
        )  # fmt: skip

    def _lose(self, rows: Ints, day: Floats, cause: Ints, stage: int) -> None:
        self.lost[rows], self.cause[rows], self.lost_stage[rows] = day, cause, stage
        self.alive[rows] = False

    def _by_source(self, what: str) -> Floats:
        """Product of the factors of deals of their source that entered within the windows."""
        factor = np.ones(self.chance.deals)
        for change in self.changes:
            if change.what == what:
                concerned = self._concerned(change)
                factor *= np.where(concerned, factor_of([change], self.chance.entered), 1.0)
        return factor

    def _concerned(self, change: Change) -> NDArray[np.bool_]:
        if not change.source:
            return np.ones(self.chance.deals, dtype=bool)
        return np.asarray(self.chance.source == SOURCES.index(change.source))

    def _losses(self, stage: str, rows: Ints, begin: Floats, number: int) -> tuple[Floats, Ints]:
        """When each deal would be lost from the stage, if it stayed, and why."""
        factors = np.ones((rows.size, len(LOSSES[stage])))
        if stage != "customer":
            factors *= self.chance.hardiness[rows, None]
        for place, cause in enumerate(LOSSES[stage]):
            for change in self._of_losses(stage, cause, of_new=True):
                worse = factor_of([change], self.chance.entered[rows])
                factors[:, place] *= np.where(self._concerned(change)[rows], worse, 1.0)
        return self._first_of(stage, begin, self.chance.risk[rows, number], factors)

    def _first_of(self, stage: str, begin: Floats, risk: Floats, factors: Floats) -> tuple[Floats, Ints]:
        causes = LOSSES[stage]
        scale = (self.kind.churn if stage == "customer" else 1.0) / self.kind.stretch
        days = np.empty((begin.size, len(causes)))
        for place, (cause, hazard) in enumerate(causes.items()):
            clock = make_clock(self._of_losses(stage, cause, of_new=False))
            need = risk[:, place] / (hazard * scale * factors[:, min(place, factors.shape[1] - 1)])
            days[:, place] = clock.after(begin, need)
        first = days.argmin(axis=1)
        names = np.array([DEPARTMENTS.index(cause) for cause in causes])
        return days[np.arange(begin.size), first], names[first]

    def _of_losses(self, stage: str, cause: str, *, of_new: bool) -> tuple[Change, ...]:
        return tuple(
            change
            for change in self.changes
            if change.what == "loss" and change.of_new == of_new and change.department in ("", cause)
            and (not change.stages or stage in change.stages)
        )  # fmt: skip

    def _pace(self, stage: str, department: str) -> Clock:
        return make_clock(
            change
            for change in self.changes
            if change.what == "pace" and change.department in ("", department)
            and (not change.stages or stage in change.stages)
        )  # fmt: skip

    def _queue(self, begin: Floats, work: Floats, lost: Floats) -> Floats:
        later = self.kind.reviewers * float(np.prod([c.factor for c in self.changes if c.what == "reviewers"]))
        scaled = max(round(self.kind.reviewers * self.kind.scale), 1)
        return review_ends(begin, work, lost, reviewers=scaled, later=max(round(later * self.kind.scale), 1))


def earned_in(story: Story, chance: Chance, begin: float, end: float) -> float:
    """Net revenue of the days [begin, end): amounts won, less those of won deals and customers that were lost."""
    won_day = story.begin[:, WON_STEP]
    won = story.final[(won_day >= begin) & (won_day < end)].sum()
    left = (story.lost >= begin) & (story.lost < end) & (story.lost_stage >= STAGES.index("won"))
    old = (story.old_lost >= begin) & (story.old_lost < end)
    return float(won - story.final[left].sum() - chance.customer_size[old].sum())


WON_STEP = next(number for number, step in enumerate(STEPS) if step.stage == "won")
