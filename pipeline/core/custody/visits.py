"""Events -> visits and revaluations.

What an event does depends only on the event before it (none, in a stage, lost, finished), so the whole history
is worked out on arrays at once: no loop over opportunities. A deal that was withdrawn is off the books like a lost one;
only how its last visit ended tells the two apart. A deal goes to another pipeline where its next event is in a stage of
another one.
"""

from dataclasses import dataclass

import numpy as np

from pipeline.core.columns import NONE, Flags, Ints, SmallInts, shifted
from pipeline.core.custody.inputs import LOST, Events, StageRules

ADVANCED, RETURNED, WON, LOST_HOW, FINISHED, OPEN, WITHDRAWN, PIPELINE_OUT = range(8)
HOW = ("advanced", "returned", "won", "lost", "finished", "open", "withdrawn", "pipeline_out")
ENTERED, REOPENED_LOST, REOPENED_FINISHED, MOVED, PIPELINE_IN = range(5)


@dataclass(frozen=True, kw_only=True)
class Visits:
    """Stays of an opportunity in a stage, in order of (opportunity row, visit)."""

    opportunity: Ints
    visit: SmallInts  # 0.. per opportunity
    stage: Ints  # row of the stage
    entered: Ints
    left: Ints  # `as_of + 1` while open
    begun: np.ndarray  # ENTERED, REOPENED_LOST, REOPENED_FINISHED, MOVED or PIPELINE_IN
    how: np.ndarray  # row of HOW
    to_stage: Ints  # row of the next stage, NONE unless it moved
    amount_in: Ints
    amount_out: Ints
    cause: SmallInts  # of a loss, NONE unless known
    first_entry: Flags
    writer: SmallInts  # department of who recorded the entry, NONE unless known


@dataclass(frozen=True, kw_only=True)
class Revaluations:
    """Changes of amount inside a visit, in order of (visit row, at); several may share an instant."""

    visit: Ints
    at: Ints
    before: Ints
    after: Ints
    writer: SmallInts  # department of who recorded it, NONE unless known


@dataclass(frozen=True, kw_only=True)
class _Steps:
    """Events that change something, each with the state before it."""

    events: Events
    first: Flags
    lost: Flags
    amount: Ints
    stage_before: Ints
    amount_before: Ints
    after_loss: Flags
    after_finish: Flags
    back: Flags  # had finished, and is on the books for this instant, to go to another pipeline


def visits_of(events: Events, rules: StageRules, first_stage: Ints, open_until: int) -> tuple[Visits, Revaluations]:
    """Visits and revaluations of sorted events; `first_stage` is the first stage's row per opportunity row."""
    steps = _changing_steps(events, rules)
    stage = steps.events.stage
    moved = ~steps.lost & (stage != steps.stage_before)
    begins = steps.first | steps.after_loss | steps.after_finish | moved
    start = np.flatnonzero(begins)
    visits = _visits(steps, rules, first_stage, open_until, start)
    # a revaluation that comes with a move belongs to the stage it leaves; one of a finished deal to its last stage
    back_at_work = steps.after_finish & ~steps.lost & (stage != steps.stage_before)
    changed = ~steps.first & ~steps.after_loss & ~back_at_work & (steps.amount != steps.amount_before)
    rows = np.flatnonzero(changed)
    number = np.cumsum(begins) - 1
    revaluations = Revaluations(
        visit=number[rows] - (begins[rows] & ~steps.after_finish[rows]),
        at=steps.events.at[rows],
        before=steps.amount_before[rows],
        after=steps.amount[rows],
        writer=steps.events.writer[rows],
    )
    return visits, revaluations


def _changing_steps(events: Events, rules: StageRules) -> _Steps:
    """Drop events that change nothing and look up what was before each."""
    first, lost = _first_of_deal(events), events.stage == LOST
    again = lost & shifted(lost) & ~first  # what has left cannot be lost or withdrawn again
    if again.any():
        events = events.only(~again)
        first, lost = _first_of_deal(events), events.stage == LOST
    has_new_amount = events.has_amount & ~(lost & (events.amount == 0))
    # Fills forward: each row points to the latest one that says an amount, or to the deal's first.
    latest = (
        np.maximum.accumulate(np.where(has_new_amount | first, np.arange(len(first)), 0)) if len(first) else events.at
    )
    amount = np.where(has_new_amount, events.amount, 0)[latest]
    finished = ~lost & rules.finishes[events.stage]
    after_finish = shifted(finished) & ~first
    same = (events.stage == shifted(events.stage)) & (amount == shifted(amount))
    # A finished deal of which the same is said again would otherwise come back on the books.
    useless = after_finish & same
    if useless.any():
        keep = ~useless
        events, amount = events.only(keep), amount[keep]
        first, lost, finished = first[keep], lost[keep], finished[keep]
    events, amount = _revalued_before_return(events, amount, shifted(finished) & ~first & ~lost)
    events, amount, back = _back_before_leaving(events, amount, rules)
    first, lost = _first_of_deal(events), events.stage == LOST
    return _Steps(
        events=events,
        first=first,
        lost=lost,
        amount=amount,
        stage_before=shifted(events.stage),
        amount_before=shifted(amount),
        after_loss=shifted(lost) & ~first,
        after_finish=shifted(~lost & rules.finishes[events.stage] & ~back) & ~first,
        back=back,
    )


def _revalued_before_return(events: Events, amount: Ints, after_finish: Flags) -> tuple[Events, Ints]:
    """A finished deal that comes back elsewhere at another amount is revalued in its last stage first, as every move
    is: otherwise what it earned would differ from what is taken back."""
    both = after_finish & (events.stage != shifted(events.stage)) & (amount != shifted(amount))
    if not both.any():
        return events, amount
    rows = np.repeat(np.arange(len(both)), 1 + both)
    revalued = np.flatnonzero(both) + np.arange(int(both.sum()))
    last_stage = shifted(events.stage)[both]
    events = events.only(rows)
    # Written in place: `only` has made copies.
    events.stage[revalued] = last_stage
    return events, amount[rows]


def _back_before_leaving(events: Events, amount: Ints, rules: StageRules) -> tuple[Events, Ints, Flags]:
    """A finished deal that goes to another pipeline is back in its last stage first, for no time: so what it earned is
    taken back, if it is, where it was earned. The flags say which events stand for that."""
    nowhere = np.zeros(len(amount), dtype=bool)
    if len(rules.first_of_pipeline) < 2 or not len(amount):
        return events, amount, nowhere
    in_stage, stage_before = events.stage != LOST, shifted(events.stage)
    goes = in_stage & (stage_before != LOST) & rules.finishes[stage_before] & ~_first_of_deal(events)
    goes &= rules.pipeline[events.stage] != rules.pipeline[stage_before]
    if not goes.any():
        return events, amount, nowhere
    rows = np.repeat(np.arange(len(goes)), 1 + goes)
    inserted = np.flatnonzero(goes) + np.arange(int(goes.sum()))
    events, back = events.only(rows), np.zeros(len(rows), dtype=bool)
    events.stage[inserted] = stage_before[goes]
    back[inserted] = True
    return events, amount[rows], back


def _first_of_deal(events: Events) -> Flags:
    first = events.opportunity != shifted(events.opportunity)
    first[:1] = True
    return first


def _visits(steps: _Steps, rules: StageRules, first_stage: Ints, open_until: int, start: Ints) -> Visits:
    events, count = steps.events, len(start)
    end = np.append(start[1:], len(events.at))[:count] - 1  # last event inside the visit
    # Where there is no next event the last one stands in; `moved` keeps it from being used.
    follow = np.minimum(end + 1, max(len(events.at) - 1, 0))  # the event that begins the next visit
    opportunity = events.opportunity[start]
    lost_at_once, from_finished = steps.lost[start], steps.after_finish[start]
    stage = np.where(lost_at_once, steps.stage_before[start], events.stage[start])
    stage = np.where(lost_at_once & steps.first[start], first_stage[opportunity], stage)
    lost, finished = steps.lost[end], rules.finishes[stage] & ~lost_at_once & ~steps.back[start]
    has_next = np.append(opportunity[1:] == opportunity[:-1], False)[:count]
    moved = has_next & ~lost & ~finished
    to_stage = np.where(moved, np.append(stage[1:], NONE)[:count], NONE)
    off = np.where(events.withdrawn[end], WITHDRAWN, LOST_HOW)
    crosses = moved & (rules.pipeline[np.maximum(to_stage, 0)] != rules.pipeline[stage])
    how = np.select(
        [lost, finished, crosses, moved], [off, FINISHED, PIPELINE_OUT, _direction(rules, stage, to_stage)], OPEN
    )
    into_last = from_finished & (lost_at_once | (stage == steps.stage_before[start]))
    begun = np.select(
        [steps.first[start], steps.after_loss[start], from_finished, np.append(False, crosses)[:count]],
        [ENTERED, REOPENED_LOST, REOPENED_FINISHED, PIPELINE_IN],
        MOVED,
    )
    new = np.append(True, ~has_next[:-1])[:count]
    return Visits(
        opportunity=opportunity,
        visit=_running_number(new),
        stage=stage,
        entered=events.at[start],
        left=np.select([lost, finished, moved], [events.at[end], events.at[start], events.at[follow]], open_until),
        begun=begun.astype(np.int8),
        how=how.astype(np.int8),
        to_stage=to_stage,
        amount_in=np.where(into_last, steps.amount_before[start], steps.amount[start]),
        amount_out=np.where(moved, steps.amount[follow], steps.amount[end]),
        cause=np.where(lost, events.cause[end], NONE).astype(np.int32),
        first_entry=_first_entries(opportunity, stage, rules, new, how, begun),
        writer=events.writer[start],
    )


def _direction(rules: StageRules, stage: Ints, to_stage: Ints) -> np.ndarray:
    """ADVANCED, WON or RETURNED for a move; what has been earned cannot be won a second time on the way."""
    target = np.maximum(to_stage, 0)
    forward = rules.position[target] > rules.position[stage]
    won = rules.after_earning[target] & ~rules.after_earning[stage]
    return np.where(forward, np.where(won, WON, ADVANCED), RETURNED)


def _running_number(new: Flags) -> SmallInts:
    rows = np.arange(len(new), dtype=np.int32)
    starts = np.maximum.accumulate(np.where(new, rows, 0)) if len(new) else rows
    return (rows - starts).astype(np.int32)


def _first_entries(
    opportunity: Ints, stage: Ints, rules: StageRules, new: Flags, how: np.ndarray, begun: np.ndarray
) -> Flags:
    """True for the first visit of an opportunity to a stage; only deals that went back can see one twice."""
    result = np.ones(len(new), dtype=bool)
    back = (how == RETURNED) | ((begun != ENTERED) & (begun != MOVED))
    if back.any():
        wanderer = np.zeros(int(opportunity.max()) + 1, dtype=bool)
        wanderer[opportunity[back]] = True
        rows = np.flatnonzero(wanderer[opportunity])
        # np.unique names the first occurrence, and rows are in the order of time.
        _, firsts = np.unique(opportunity[rows] * len(rules.stage) + stage[rows], return_index=True)
        result[rows] = False
        result[rows[firsts]] = True
    return result
