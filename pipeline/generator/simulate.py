"""Moves deals through their stages, all of a stage at once: work, waiting for departments, losses, odd moves.

The owner of a stage works, asks departments, waits for them, works again and moves on. Beside it runs the clock
of each loss: a hazard per working day, as in the model of docs/method.md. Speeds and hazards change with time
(`Clock`), so that work half done when a department slows down takes longer too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.generator import company, process
from pipeline.generator.deals import Deals
from pipeline.generator.ledger import APPROVED, CANCELLED, LOST, REJECTED, RETURNED, Ledger, Requests
from pipeline.generator.process import STAGES, HandOffKind, StageKind
from pipeline.generator.story import Calendar, Story, loss_changes, loss_factors, speed_clock
from pipeline.generator.worktime import DAY_SECONDS, Clock, Floats, Ints, WorkTime

_REWORK_DAYS = 1.2  # of the asking side, before a returned hand-off is requested again
_SECOND_TIME = 0.6  # part of the work when a department sees a request again
_EVEN = 32  # deals over which the luck of losses is spread evenly
_GOES_ON_AFTER_LOSS = 0.15  # of hand-offs open at a loss: nobody told the department


@dataclass(frozen=True, slots=True)
class Truth:
    """Clocks of the departments and of the losses: everything that changes with time."""

    speed: dict[str, Clock]
    loss: tuple[Clock | None, ...]  # by stage
    loss_changes: Floats
    loss_parts: tuple[Floats, ...]  # by stage: cumulative part of each reason, in each span

    @classmethod
    def of(cls, *, story: Story, calendar: Calendar, worktime: WorkTime) -> Truth:
        """The story's clocks for the working days of the company."""
        speed = {
            key: speed_clock(department=key, story=story, calendar=calendar, worktime=worktime)
            for key, _, _ in company.DEPARTMENTS
        }
        changes = loss_changes(calendar=calendar, worktime=worktime)
        clocks: list[Clock | None] = []
        parts: list[Floats] = []
        for kind in STAGES:
            rates = np.zeros((len(changes), 0))
            for reason, hazard in kind.losses.items():
                factors = loss_factors(reason=reason, department=company.REASON_DEPARTMENT[reason], story=story)
                rates = np.column_stack([rates, hazard / DAY_SECONDS * factors])
            total = rates.sum(axis=1)
            clocks.append(Clock.of_rates(changes, total) if kind.losses else None)
            # A stage without losses would divide 0 by 0.
            parts.append(np.cumsum(rates, axis=1) / np.maximum(total, 1e-300)[:, None])
        return cls(speed, tuple(clocks), changes, tuple(parts))


class Simulation:
    """One chunk of deals on their way; `run` fills the ledger."""

    def __init__(self, *, deals: Deals, truth: Truth, worktime: WorkTime, rng: np.random.Generator) -> None:
        self.deals, self.truth, self.worktime, self.rng = deals, truth, worktime, rng
        self.stage = deals.stage.copy()
        self.at = deals.created.copy()
        self.amount = deals.amount.copy()
        self.close = deals.close.copy()
        self.earned = np.zeros(len(deals), dtype=bool)
        self.ledger = Ledger(worktime.cutoff)
        segments = company.SEGMENTS
        self.time_factor = np.array([segment.time_factor for segment in segments])[deals.segment]
        self.loss_factor = np.array([segment.loss_factor for segment in segments])[deals.segment]

    def run(self) -> Ledger:
        """All deals until they finish, are lost for good, or the cutoff is reached."""
        everyone = np.arange(len(self.deals))
        self.ledger.event(deals=everyone, at=self.at, stage=self.stage, amount=self.amount, close=self.close)
        active = everyone
        while active.size:
            stage = self.stage[active]
            groups = [(number, active[stage == number]) for number in range(len(STAGES))]
            moved = [self._visit(number, deals) for number, deals in groups if deals.size]
            active = np.concatenate(moved)
        return self.ledger

    def _visit(self, number: int, deals: Ints) -> Ints:
        """One visit of the stage by these deals; returns those that go on."""
        kind = STAGES[number]
        if kind.last:
            return self._stay(number, deals)
        start = self.at[deals]
        left, requests = self._work(kind, deals, start)
        lost_at = self._losses(number, deals, start)
        lost = lost_at < left
        reason = np.zeros(deals.size, dtype=np.int64)
        reason[lost] = self._reasons(number, deals[lost], lost_at[lost])
        self._changes(number, deals, start, np.minimum(left, lost_at))
        for request in requests:
            self._write_requests(deals, request, lost, lost_at, reason)
        ahead = self._advance(number, deals[~lost], left[~lost])
        again = self._lose(number, deals[lost], lost_at[lost], reason[lost])
        onward = np.concatenate([ahead, again])
        return np.asarray(onward[self.at[onward] < self.worktime.cutoff])

    def _gamma(self, shape: float, days: float, size: int) -> Floats:
        return self.rng.gamma(shape, days * DAY_SECONDS / shape, size)

    # --- work and hand-offs ---------------------------------------------------------------------------------------
    def _work(self, kind: StageKind, deals: Ints, start: Floats) -> tuple[Floats, list[Requests]]:
        """When the stage is through, and the hand-offs it asked for."""
        owner = self.truth.speed[kind.owner]
        own = self._gamma(process.WORK_SHAPE, kind.days, deals.size) * self.time_factor[deals] + 900
        free = owner.finish(start, own * kind.before)
        ready = free.copy()
        requests: list[Requests] = []
        for handoff in kind.handoffs:
            row = np.flatnonzero(self.rng.random(deals.size) < handoff.share)
            beside = self.rng.random(row.size) < handoff.parallel
            requested = np.where(beside, free[row] + self.rng.random(row.size) * 0.2 * DAY_SECONDS, ready[row])
            pieces, done = self._ask(handoff, owner, row, requested, self.time_factor[deals[row]])
            requests += pieces
            ready[row] = np.maximum(ready[row], done)
        return owner.finish(ready, own * (1 - kind.before)), requests

    def _ask(
        self, handoff: HandOffKind, owner: Clock, row: Ints, requested: Floats, factor: Floats
    ) -> tuple[list[Requests], Floats]:
        """Hand-offs of one kind, with the second request of those sent back; when all is answered."""
        work = self._gamma(process.HANDOFF_SHAPE, handoff.days, row.size) * factor + 600
        first = self._request(handoff, row, requested, work)
        returned = self.rng.random(row.size) < handoff.returned
        first.outcome[returned] = RETURNED
        back = first.completed[returned]
        second_request = owner.finish(back, self._gamma(2.0, _REWORK_DAYS, back.size))
        work = self._gamma(process.HANDOFF_SHAPE, handoff.days * _SECOND_TIME, back.size) * factor[returned] + 600
        second = self._request(handoff, row[returned], second_request, work)
        done = first.completed.copy()
        done[returned] = second.completed
        return [first, second], done

    def _request(self, handoff: HandOffKind, row: Ints, requested: Floats, work: Floats) -> Requests:
        completed = self.truth.speed[handoff.department].finish(requested, work)
        started = requested + (completed - requested) * self.rng.uniform(0.05, 0.75, row.size)
        due = requested + handoff.due_days * DAY_SECONDS
        outcome = np.full(row.size, APPROVED)
        return Requests(
            process.KINDS.index(handoff.name), handoff.department, row, requested, started, completed, due, outcome
        )

    def _write_requests(
        self, deals: Ints, request: Requests, lost: npt.NDArray[np.bool_], lost_at: Floats, reason: Ints
    ) -> None:
        """Hand-offs end with a lost deal: rejected by the department that caused it, else mostly cancelled."""
        end = np.where(lost, lost_at, np.inf)[request.row]
        requested = request.requested < end
        cause = np.array([company.REASON_DEPARTMENT[key] == request.department for key in company.REASON_KEYS])
        refused = cause[reason[request.row]]
        cut = (request.completed > end) & (refused | (self.rng.random(end.size) >= _GOES_ON_AFTER_LOSS))
        closed = np.where(refused, end, end + self.rng.random(end.size) * 0.5 * DAY_SECONDS)
        completed = np.where(cut, np.minimum(closed, request.completed), request.completed)
        outcome = np.where(cut, np.where(refused, REJECTED, CANCELLED), request.outcome)
        started = np.where(request.started < completed, request.started, np.nan)
        settled = Requests(
            request.kind, request.department, request.row[requested], request.requested[requested], started[requested],
            completed[requested], request.due[requested], outcome[requested],
        )  # fmt: skip
        self.ledger.requests(deals=deals, requests=settled)

    # --- losses ---------------------------------------------------------------------------------------------------
    def _losses(self, number: int, deals: Ints, start: Floats) -> Floats:
        """When the first loss clock of the stage rings."""
        clock = self.truth.loss[number]
        if clock is None:
            return np.full(deals.size, np.inf)
        # Lost once its hazard adds up to an exponential draw.
        hazard = -np.log1p(-self._even(deals))
        return clock.finish(start, hazard / self.loss_factor[deals]) + 60

    def _reasons(self, number: int, deals: Ints, at: Floats) -> Ints:
        """Reasons of losses, by their part of the stage's hazard at that time."""
        span = np.searchsorted(self.truth.loss_changes, at, side="right") - 1
        edges = self.truth.loss_parts[number][span]
        place = (self._even(deals)[:, None] >= edges).sum(axis=1)
        codes = np.array([company.REASON_KEYS.index(key) for key in STAGES[number].losses], dtype=np.int64)
        return np.asarray(codes[np.minimum(place, len(codes) - 1)])

    def _even(self, deals: Ints) -> Floats:
        """A uniform draw for each deal, spread evenly over deals of a segment that came one after another.

        Each of them is still lost by its own hazard; but of 32 such deals about as many are lost as expected, so
        that luck alone does not hide the story in a quarter of some hundred wins.
        """
        # By segment, then in order of creation.
        order = np.argsort(self.deals.segment[deals] * len(self.deals) + deals)
        rows = -(-deals.size // _EVEN)
        # In each block of 32 every deal draws from a slot of its own.
        ranks = np.argsort(self.rng.random((rows, _EVEN)), axis=1)
        place = (ranks + self.rng.random((rows, _EVEN))).ravel()[: deals.size] / _EVEN
        even = np.empty(deals.size)
        even[order] = place
        return even

    def _lose(self, number: int, deals: Ints, at: Floats, reason: Ints) -> Ints:
        """Write the losses; a few of those not yet earned are opened again and go on in the same stage."""
        sign = np.where(self.earned[deals], -1, 0)
        self._event(deals, at, LOST, reason=reason, revenue=sign)
        reopened = (self.rng.random(deals.size) < process.REOPENED) & ~self.earned[deals]
        again = deals[reopened]
        self.at[again] = at[reopened] + self._gamma(2.0, process.REOPENED_AFTER_DAYS, again.size) + 3600
        self._event(again, self.at[again], number)
        return again

    # --- moves and changes ----------------------------------------------------------------------------------------
    def _advance(self, number: int, deals: Ints, at: Floats) -> Ints:
        """To the next stage; a few back, a few past one."""
        kind = STAGES[number]
        draw = self.rng.random(deals.size)
        back = draw < kind.back
        skip = draw > 1 - kind.skip
        target = np.where(back, number - 1, np.where(skip, number + 2, number + 1))
        self.stage[deals], self.at[deals] = target, at
        estimate = np.array([stage.estimated for stage in STAGES])[target] * ~back
        self._revalue(deals[self.rng.random(deals.size) < estimate], -0.02, 0.16)
        earns = np.array([stage.earns for stage in STAGES])[target]
        self.earned[deals] |= earns
        self._event(deals, at, target, revenue=earns.astype(np.int64))
        return deals

    def _changes(self, number: int, deals: Ints, start: Floats, end: Floats) -> None:
        """Revaluations (up and down) and pushes of the expected close, as events inside the visit."""
        kind = STAGES[number]
        length = end - start
        row = np.flatnonzero(self.rng.random(deals.size) < kind.revalued)
        self._revalue(deals[row], -0.03, 0.2)
        self._event(deals[row], start[row] + length[row] * self.rng.uniform(0.1, 0.5, row.size), number)
        row = np.flatnonzero(self.rng.random(deals.size) < kind.pushed)
        self.close[deals[row]] += self.rng.integers(14, 60, row.size)
        self._event(deals[row], start[row] + length[row] * self.rng.uniform(0.55, 0.9, row.size), number)

    def _revalue(self, deals: Ints, mean: float, spread: float) -> None:
        factor = np.exp(self.rng.normal(mean, spread, deals.size))
        self.amount[deals] = np.maximum(np.rint(self.amount[deals] * factor / 500).astype(np.int64) * 500, 10_000)

    def _event(
        self, deals: Ints, at: Floats, stage: int | Ints, *, reason: int | Ints = -1, revenue: int | Ints = 0
    ) -> None:
        """Write events with the deals' present values; an expected close in the past is pushed."""
        today = self.worktime.ordinal(at)
        past = self.close[deals] < today
        pushed = np.where(past, today + self.rng.integers(7, 40, deals.size), self.close[deals])
        earned = self.earned[deals]
        self.close[deals] = np.where(
            earned & (np.asarray(revenue) > 0), today, np.where(earned, self.close[deals], pushed)
        )
        self.ledger.event(
            deals=deals,
            at=at,
            stage=stage,
            amount=self.amount[deals],
            close=self.close[deals],
            reason=reason,
            revenue=revenue,
        )

    # --- after the end --------------------------------------------------------------------------------------------
    def _stay(self, number: int, deals: Ints) -> Ints:
        """In the last stage: complaints, and long after a few orders are cancelled; nobody goes on."""
        kind, start = STAGES[number], self.at[deals]
        owner = self.truth.speed[kind.owner]
        lost = np.zeros(deals.size, dtype=bool)
        reason = np.zeros(deals.size, dtype=np.int64)
        draw, edge = self.rng.random(deals.size), 0.0
        for key, chance in kind.aftermath.items():
            hit = (draw >= edge) & (draw < edge + chance)
            lost, reason = lost | hit, np.where(hit, company.REASON_KEYS.index(key), reason)
            edge += chance
        first, last = process.AFTERMATH_DAYS
        lost_at = start + self.rng.uniform(first, last, deals.size) * DAY_SECONDS
        for handoff in kind.handoffs:
            row = np.flatnonzero(self.rng.random(deals.size) < handoff.share)
            requested = start[row] + self.rng.exponential(40 * DAY_SECONDS, row.size) + 3600
            for request in self._ask(handoff, owner, row, requested, np.ones(row.size))[0]:
                self._write_requests(deals, request, lost, lost_at, reason)
        self._lose(number, deals[lost], lost_at[lost], reason[lost])
        return deals[:0]
