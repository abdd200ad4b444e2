"""Visits and hand-offs -> holds, then pieces of constant amount: the rule of who holds a deal.

First requested, first charged: a hand-off holds the deal from the later of its own request and the completion of
every hand-off requested before it, until its own completion. So one running maximum per opportunity gives custody
without comparing hand-offs pairwise. Between them the stage's owner holds.

The owner is the one of the time: where a stage gets another owner while its owner holds a deal, that hold ends and the
new owner's begins. It is no hand-on, since the old owner did nothing to let it go: the hold ends like a piece, so
nobody's speed counts it. Where another department holds the deal, it hands it on to whoever owns the stage then.

Neighbouring custodies of one department in one visit are one hold: custody is who has the deal, not under which
request. A visit of some length has only holds of some length. A visit of no length has exactly one hold of no
length, held by who has the deal at that instant, because it is the one that hands the money on.
"""

from dataclasses import dataclass, replace

import numpy as np

from pipeline.core.columns import NONE, Flags, Ints, SmallInts, shifted, spread
from pipeline.core.custody.inputs import Requests, StageRules
from pipeline.core.custody.visits import FINISHED, LOST_HOW, OPEN, PIPELINE_OUT, WITHDRAWN, Revaluations, Visits

HANDED_ON, ENDED_LOST, ENDED_FINISHED, ENDED_OPEN, PIECE, ENDED_WITHDRAWN, ENDED_PIPELINE_OUT = range(7)
ENDED = ("handed_on", "lost", "finished", "open", "piece", "withdrawn", "pipeline_out")


@dataclass(frozen=True, kw_only=True)
class Holds:
    """Who has the deal, in order of (visit row, start); together the holds of a visit are the visit."""

    visit: Ints
    department: SmallInts
    start: Ints
    end: Ints  # `as_of + 1` while open
    first: Flags  # first hold of its visit
    fell: Flags  # it fell to its department with the stage; the hold before was the former owner's


@dataclass(frozen=True, kw_only=True)
class Pieces:
    """Parts of holds with one amount, in order of (visit row, start)."""

    hold: Ints
    start: Ints
    end: Ints
    amount: Ints  # during the piece
    amount_out: Ints  # at its end, after what was revalued at that instant
    last: Flags  # last piece of its hold


@dataclass(frozen=True, kw_only=True)
class _Tiles:
    """What a visit consists of, in order of (visit row, start); neighbours may be of one department."""

    visit: Ints
    start: Ints
    department: SmallInts  # NONE: the stage's owner
    fell: Flags  # begins because the stage got another owner


@dataclass(frozen=True, kw_only=True)
class _Spans:
    """Intervals of custody by hand-off inside visits, in order of (visit row, start), never overlapping."""

    visit: Ints
    start: Ints
    end: Ints
    department: SmallInts


def holds_of(visits: Visits, requests: Requests, rules: StageRules) -> Holds:
    """Tile every visit with holds: hand-offs where one is open, the stage's owner of the time elsewhere."""
    # a visit of no length is looked at as one second long, so that it finds who has the deal at its instant
    until = np.maximum(visits.left, visits.entered + 1)
    tiles = _owners_of_the_time(_tiles(visits, until, _spans(visits, until, requests)), visits, until, rules)
    same = (tiles.visit == shifted(tiles.visit)) & (tiles.department == shifted(tiles.department))
    # `shifted` gives the first row itself, so it would be the same as "the one before".
    same[:1] = False
    rows = np.flatnonzero(~same)
    visit, department, start = tiles.visit[rows], tiles.department[rows], tiles.start[rows]
    first = visit != shifted(visit)
    first[:1] = True
    # Cut to length, because append would make a row of no rows at all.
    last = np.append(first[1:], True)[: len(first)]
    end = np.where(last, visits.left[visit], np.append(start[1:], 0)[: len(start)])
    return Holds(visit=visit, department=department, start=start, end=end, first=first, fell=tiles.fell[rows])


def _tiles(visits: Visits, until: Ints, spans: _Spans) -> _Tiles:
    """The custodies by hand-off and what lies between them, which has no department yet."""
    count = len(visits.entered)
    begins_visit = spans.visit != shifted(spans.visit)
    begins_visit[:1] = True
    before = np.where(begins_visit, visits.entered[spans.visit], shifted(spans.end))
    gap = spans.start > before
    ends_visit = np.append(begins_visit[1:], True)[: len(begins_visit)]
    tail = ends_visit & (spans.end < until[spans.visit])
    # A visit without a span is one tile of the stage's owner; one with spans is what these stand for, counted below.
    size = np.ones(count, dtype=np.int64)
    size[spans.visit[begins_visit]] = 0
    width = 1 + gap + tail  # holds a span stands for: the owner before it, itself, the owner after the last
    size += np.bincount(spans.visit, weights=width, minlength=count).astype(np.int64)
    base = np.cumsum(size) - size
    ends = np.cumsum(width)
    # How many tiles of the same visit lie before each span: running ends, less those at the visit's first span.
    inside = ends - width - np.repeat((ends - width)[begins_visit], np.diff(np.flatnonzero(np.append(begins_visit, 1))))
    place = base[spans.visit] + inside + gap
    visit = np.repeat(np.arange(count), size)
    department = np.full(len(visit), NONE, dtype=np.int32)
    department[place] = spans.department
    start = visits.entered[visit]
    start[place] = spans.start
    after = place[np.flatnonzero(~ends_visit | tail)] + 1
    start[after] = spans.end[~ends_visit | tail]
    return _Tiles(visit=visit, start=start, department=department, fell=np.zeros(len(visit), dtype=bool))


def _owners_of_the_time(tiles: _Tiles, visits: Visits, until: Ints, rules: StageRules) -> _Tiles:
    """The stage's owner holds whatever no hand-off covers, split where the stage changes owners."""
    stage, owned = visits.stage[tiles.visit], tiles.department == NONE
    department = np.where(owned, rules.owner[stage], tiles.department)
    if not rules.tenures:
        return replace(tiles, department=department)
    end = np.append(tiles.start[1:], 0)[: len(stage)]
    ends_visit = np.append(tiles.visit[1:] != tiles.visit[:-1], True)[: len(stage)]
    end[ends_visit] = until[tiles.visit[ends_visit]]
    number, cuts = np.zeros(len(stage), dtype=np.int64), np.zeros(len(stage), dtype=np.int64)
    for tenures in rules.tenures:
        rows = np.flatnonzero(owned & (stage == tenures.stage))
        number[rows] = np.searchsorted(tenures.since, tiles.start[rows], side="right")
        # side left: who gets the stage at the very end of a tile has nothing of it.
        cuts[rows] = np.searchsorted(tenures.since, end[rows], side="left") - number[rows]
    rows, step = spread(1 + np.maximum(cuts, 0))
    stage, number, owned = stage[rows], number[rows] + step, owned[rows]
    department, start, fell = department[rows], tiles.start[rows], step > 0
    for tenures in rules.tenures:
        here = np.flatnonzero(owned & (stage == tenures.stage))
        department[here] = tenures.owners[number[here]]
        cut = here[fell[here]]
        start[cut] = tenures.since[number[cut] - 1]
    return _Tiles(visit=tiles.visit[rows], start=start, department=department, fell=fell)


def _spans(visits: Visits, until: Ints, requests: Requests) -> _Spans:
    """Custody by hand-offs, cut at the borders of visits."""
    empty = np.zeros(0, dtype=np.int64)
    if not len(visits.entered) or not len(requests.requested):
        return _Spans(visit=empty, start=empty, end=empty, department=empty.astype(np.int32))
    origin = int(visits.entered.min())
    width = int(until.max()) - origin + 1
    # seconds before the first or after the last visit are never needed; without them a lane holds every instant
    requested = np.clip(requests.requested - origin, 0, width - 1)
    completed = np.clip(requests.completed - origin, 0, width - 1)
    # Each deal's instants in a lane of its own, above those of the deal before: one running maximum serves all deals.
    lane = requests.opportunity * width
    latest = np.maximum.accumulate(lane + completed) - lane
    start = np.maximum(requested, np.where(_same_lane(requests.opportunity), shifted(latest), 0))
    # Completed before an earlier request was: it never held the deal.
    lasting = np.flatnonzero(completed > start)
    start, completed, lane = start[lasting], completed[lasting], lane[lasting]
    entered = visits.opportunity * width + (visits.entered - origin)
    # one before the first visit entered at or after the start may still contain the start
    low = np.maximum(np.searchsorted(entered, lane + start) - 1, np.searchsorted(entered, lane))
    high = np.searchsorted(entered, lane + completed)
    span, step = spread(np.maximum(high - low, 0))
    visit = low[span] + step
    begin = np.maximum(start[span] + origin, visits.entered[visit])
    end = np.minimum(completed[span] + origin, until[visit])
    real = np.flatnonzero(end > begin)
    order = real[np.argsort(visit[real], kind="stable")]
    return _Spans(
        visit=visit[order], start=begin[order], end=end[order], department=requests.department[lasting][span[order]]
    )


def _same_lane(opportunity: Ints) -> Flags:
    same = opportunity == shifted(opportunity)
    same[:1] = False
    return same


def pieces_of(visits: Visits, holds: Holds, revaluations: Revaluations) -> tuple[Pieces, Ints]:
    """Cut holds where the amount changes inside them; also the hold each revaluation is booked on.

    A change at the very instant of a hand-over is booked on who had the deal until then, as is one that comes
    with a move; only at the first instant of a visit is it booked on the visit's first hold.
    """
    count = len(holds.start)
    if not len(revaluations.at):
        return _pieces_uncut(visits, holds), np.zeros(0, dtype=np.int64)
    origin = int(visits.entered.min())
    lane = int(visits.left.max()) - origin + 2
    key = holds.visit * lane + (holds.start - origin)
    moment = revaluations.visit * lane + (revaluations.at - origin)
    first_hold = np.flatnonzero(holds.first)[revaluations.visit]
    # side left, less one: at the first instant of a hold this finds the hold before.
    booked = np.maximum(np.searchsorted(key, moment) - 1, first_hold)
    inside = (revaluations.at > holds.start[booked]) & (revaluations.at < holds.end[booked])
    inside[1:] &= moment[1:] != moment[:-1]  # several at one instant cut once
    cut = np.flatnonzero(inside)
    size = np.ones(count, dtype=np.int64) + np.bincount(booked[cut], minlength=count)
    hold = np.repeat(np.arange(count), size)
    start = holds.start[hold]
    first = np.cumsum(size) - size
    running = np.arange(len(cut)) - np.searchsorted(booked[cut], booked[cut])
    start[first[booked[cut]] + 1 + running] = revaluations.at[cut]
    amount = _amounts(visits, revaluations, holds.visit[hold], start, moment, lane, origin)
    return _pieces(visits, holds, hold, start, amount), booked


def _amounts(
    visits: Visits, revaluations: Revaluations, visit: Ints, start: Ints, moment: Ints, lane: int, origin: int
) -> Ints:
    """The amount from `start` on: the latest revaluation of the visit up to and including it."""
    amount = visits.amount_in[visit]
    touched = np.zeros(len(visits.entered), dtype=bool)
    touched[revaluations.visit] = True
    rows = np.flatnonzero(touched[visit])
    latest = np.searchsorted(moment, visit[rows] * lane + (start[rows] - origin), side="right") - 1
    valid = (latest >= 0) & (revaluations.visit[latest] == visit[rows])
    amount[rows[valid]] = revaluations.after[latest[valid]]
    return amount


def _pieces_uncut(visits: Visits, holds: Holds) -> Pieces:
    return _pieces(visits, holds, np.arange(len(holds.start)), holds.start, visits.amount_in[holds.visit])


def _pieces(visits: Visits, holds: Holds, hold: Ints, start: Ints, amount: Ints) -> Pieces:
    count = len(hold)
    last = np.append(hold[1:] != hold[:-1], True)[:count]
    visit = holds.visit[hold]
    ends_visit = np.append(visit[1:] != visit[:-1], True)[:count]
    return Pieces(
        hold=hold,
        start=start,
        end=np.where(last, holds.end[hold], np.append(start[1:], 0)[:count]),
        amount=amount,
        amount_out=np.where(ends_visit, visits.amount_out[visit], np.append(amount[1:], 0)[:count]),
        last=last,
    )


def ended(visits: Visits, holds: Holds) -> tuple[np.ndarray, Ints, Ints]:
    """How each hold ended (row of ENDED), and the stage row and department it was handed on to (NONE if not).

    A stage, too, where the deal went to another pipeline: nobody there was handed it.

    PIECE: the stage got another owner, who has it from then on.
    """
    count = len(holds.start)
    ends_visit = np.append(holds.first[1:], True)[:count]
    how = visits.how[holds.visit]
    fell_on = np.append(holds.fell[1:], False)[:count]
    # The first that fits: a hold inside a visit was handed on, whatever the visit came to later.
    fate = np.select(
        [fell_on, ~ends_visit, how == LOST_HOW, how == WITHDRAWN, how == PIPELINE_OUT, how == FINISHED, how == OPEN],
        [PIECE, HANDED_ON, ENDED_LOST, ENDED_WITHDRAWN, ENDED_PIPELINE_OUT, ENDED_FINISHED, ENDED_OPEN],
        HANDED_ON,
    )
    stage = np.where(ends_visit, visits.to_stage[holds.visit], visits.stage[holds.visit])
    handed = fate == HANDED_ON
    goes = handed | (fate == ENDED_PIPELINE_OUT)
    receiver = np.append(holds.department[1:], NONE)[:count]
    return fate.astype(np.int8), np.where(goes, stage, NONE), np.where(handed, receiver, NONE)
