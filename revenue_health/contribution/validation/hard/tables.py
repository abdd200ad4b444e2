"""The books of a simulated company: what the product reads, with everything that is recorded wrongly.

From here on nothing is known of who changed what.
"""

from dataclasses import dataclass, replace
from datetime import date
from hashlib import md5

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.core.custody.inputs import CustodyInput
from pipeline.core.weeks import week_table
from revenue_health.contribution.validation.hard.chance import Chance, Ints
from revenue_health.contribution.validation.hard.clocks import Floats
from revenue_health.contribution.validation.hard.company import (
    DEPARTMENTS,
    EARNS,
    LOSSES,
    OWNERS,
    PERIOD_DAYS,
    SOURCE_DEPARTMENT,
    SOURCES,
    STAGES,
    STEPS,
    Kind,
)
from revenue_health.contribution.validation.hard.simulation import CUSTOMER, LEGAL_STEP, WON_STEP, Story

FIRST_DAY = date(2026, 7, 1)
"""Day 0; the period is the quarter that begins there."""
DAY = 86_400
START = 1_782_864_000
"""Day 0 in epoch seconds (UTC)."""
PIPELINE = 1
QUALIFIED_STEP = 1
_ID = {name: number + 1 for number, name in enumerate(DEPARTMENTS)}
_FIRST_STEP = [next(number for number, step in enumerate(STEPS) if step.stage == stage) for stage in STAGES[:-1]]


@dataclass(frozen=True, kw_only=True)
class Event:
    """Columns of events: deal (row of opportunities), day, stage (index, -1 lost), amount (cents, -1 unchanged), cause
    and actor (index of a department, -1 none)."""

    deal: Ints
    day: Floats
    stage: Ints
    amount: Ints
    cause: Ints
    actor: Ints


@dataclass(frozen=True, kw_only=True)
class Books:
    """What is recorded up to the end of the period. source [N]: index into SOURCES. handoffs: deal, department,
    requested, completed (inf: open), in columns. owner_since: owners of stages who came on a day (stage, owner, day).
    """

    key: list[str]
    source: Ints
    events: Event
    asked_deal: Ints
    asked_department: Ints
    requested: Floats
    completed: Floats
    owner_since: tuple[tuple[int, str, float], ...] = ()


def keep_books(kind: Kind, chance: Chance, story: Story) -> Books:
    """What the company wrote down of its story."""
    story = _with_whale(kind, story)
    rows = np.flatnonzero(story.present)
    place = np.full(chance.deals, -1)
    place[rows] = np.arange(rows.size)
    old = rows.size + np.arange(chance.customer_since.size)
    events = _until_the_end(_joined(_deal_events(kind, chance, story, place), _customer_events(chance, story, old)))
    deal, department, requested, completed = _handoffs(kind, chance, story, place)
    return Books(
        key=[f"D{number:06d}" for number in range(rows.size + old.size)],
        source=np.concatenate([chance.source[rows], chance.customer_source]),
        events=events,
        asked_deal=deal,
        asked_department=department,
        requested=requested,
        completed=completed,
        owner_since=((QUALIFIED_STEP, "production", 0.0),) if kind.records.moved == "owner" else (),
    )


def _with_whale(kind: Kind, story: Story) -> Story:
    """One deal among those lost for a reason of legal's in the middle of the period is very large."""
    if not kind.whale:
        return story
    legal = (story.cause == DEPARTMENTS.index("legal")) & story.present
    away = np.where(legal, np.abs(story.lost - PERIOD_DAYS / 2), np.inf)
    amount = story.amount.copy()
    amount[away.argmin()] = kind.whale
    return replace(story, amount=amount)


def _deal_events(kind: Kind, chance: Chance, story: Story, place: Ints) -> Event:
    """Entries, moves, wins and losses of the deals that entered."""
    sales = DEPARTMENTS.index("sales")
    inflated = np.where(chance.entered >= 0, 1 + kind.records.inflated, 1.0)
    parts: list[Event] = []
    for stage, step in enumerate(_FIRST_STEP):
        entry = story.present & (_entry_stage(chance) == stage)
        begin = np.where(entry, chance.entered, _earliest(story, stage))
        here = story.present & np.isfinite(begin)
        amount = np.where(entry, story.amount * inflated, story.final if step == WON_STEP else -0.01)
        parts.append(_events(place, here, begin, stage, amount, -1, sales))
    here = story.present & np.isfinite(story.customer)
    parts.append(_events(place, here, story.customer, CUSTOMER, -0.01, -1, DEPARTMENTS.index("service")))
    here = story.present & np.isfinite(story.lost)
    parts.append(_events(place, here, story.lost, -1, -0.01, _booked_cause(kind, chance, story), sales))
    return _joined(*parts)


def _entry_stage(chance: Chance) -> Ints:
    outbound = chance.source == SOURCES.index("outbound")
    return np.where(outbound, STAGES.index("qualified"), 0)


def _earliest(story: Story, stage: int) -> Floats:
    """When each deal came to the stage: the begin of the first step it needed there."""
    steps = [number for number, step in enumerate(STEPS) if step.stage == STAGES[stage]]
    return np.asarray(np.fmin.reduce(story.begin[:, steps], axis=1))


def _booked_cause(kind: Kind, chance: Chance, story: Story) -> Ints:
    """Causes as recorded: a part of sales' losses is booked on others who lose deals in the same stage."""
    cause, sales = story.cause.copy(), DEPARTMENTS.index("sales")
    lied = (cause == sales) & (chance.lie < kind.records.lies) & (story.lost >= kind.records.lies_since)
    for number, stage in enumerate(STAGES):
        others = [DEPARTMENTS.index(name) for name in LOSSES[stage] if name not in ("sales", "market")]
        here = lied & (story.lost_stage == number)
        cause[here] = np.array(others)[(chance.lie_to[here] * len(others)).astype(int)]
    return cause


def _customer_events(chance: Chance, story: Story, old: Ints) -> Event:
    """The old customers, taken over when the history begins, and their leaving."""
    service, count = DEPARTMENTS.index("service"), old.size
    begin = np.full(count, float(chance.entered.min()) if chance.deals else 0.0)
    every = np.ones(count, dtype=bool)
    return _joined(
        _events(old, every, begin, CUSTOMER, chance.customer_size, -1, service),
        _events(old, every, story.old_lost, -1, -0.01, story.old_cause, service),
    )


def _events(
    place: Ints,
    here: NDArray[np.bool_],
    day: Floats,
    stage: int,
    amount: Floats | float,
    cause: Ints | int,
    actor: int,
) -> Event:
    """One event for each deal of `here`. amount in units, below zero where it stays as it was."""
    count = place.size
    cents = np.broadcast_to(np.asarray(amount, dtype=np.float64), count)[here] * 100
    return Event(
        deal=place[here],
        day=day[here],
        stage=np.full(int(here.sum()), stage),
        amount=np.where(cents < 0, -1, np.rint(cents)).astype(np.int64),
        cause=np.broadcast_to(np.asarray(cause), count)[here],
        actor=np.full(int(here.sum()), actor),
    )


def _joined(*parts: Event) -> Event:
    names = ("deal", "day", "stage", "amount", "cause", "actor")
    return Event(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def _until_the_end(events: Event) -> Event:
    """What happened until the period ended, in order of deals and days."""
    order = np.lexsort((np.arange(events.day.size), events.day, events.deal))
    order = order[events.day[order] < PERIOD_DAYS]
    return Event(**{name: values[order] for name, values in vars(events).items()})


def _handoffs(kind: Kind, chance: Chance, story: Story, place: Ints) -> tuple[Ints, Ints, Floats, Floats]:
    """Hand-offs as they were logged: deal, department, requested, completed."""
    records, parts = kind.records, []
    for number, step in enumerate(STEPS):
        begin, end = story.begin[:, number], story.end[:, number]
        here = story.present & (begin < PERIOD_DAYS)
        department = step.department
        if number == LEGAL_STEP:
            here &= ~((chance.log < records.unlogged) & (begin >= records.unlogged_since))
        if records.moved == "handoffs" and number == QUALIFIED_STEP:
            here &= end > 0
            begin, department = np.maximum(begin, 0.0), "production"
        elif not step.asked:
            continue
        ending = np.where(end < PERIOD_DAYS, end, np.inf)[here]
        who = np.full(ending.size, DEPARTMENTS.index(department))
        parts.append((place[here], who, begin[here], ending))
    deal, who, requested, completed = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((requested, deal))
    return deal[order], who[order], requested[order], completed[order]


def custody_input(books: Books, *, salt: str = "") -> CustodyInput:
    """The books as the tables of custody, ids from 1; `salt` deals them to other buckets."""
    count, as_of = len(books.key), START + PERIOD_DAYS * DAY
    events = books.events
    since = int(events.day.min() * DAY) + START if events.day.size else START
    return CustodyInput(
        opportunities=_opportunities(books, salt, count),
        events=pa.table(
            {
                "opportunity": pa.array(events.deal + 1, pa.int64()),
                "at_us": pa.array(microseconds(events.day), pa.int64()),
                "sequence": pa.array(np.arange(events.day.size), pa.int32()),
                "stage": _nullable(np.where(events.stage < 0, -1, events.stage + 1), pa.int32()),
                "amount": _nullable(events.amount, pa.int64()),
                "cause": _nullable(np.where(events.cause < 0, -1, events.cause + 1), pa.int32()),
                "writer": _nullable(np.where(events.actor < 0, -1, events.actor + 1), pa.int32()),
            }
        ),
        handoffs=pa.table(
            {
                "opportunity": pa.array(books.asked_deal + 1, pa.int64()),
                "handoff": pa.array(np.arange(books.asked_deal.size) + 1, pa.int64()),
                "department": pa.array(books.asked_department + 1, pa.int32()),
                "requested_us": pa.array(microseconds(books.requested), pa.int64()),
                "completed_us": _nullable(microseconds(books.completed), pa.int64()),
            }
        ),
        stages=stage_table(books),
        as_of=as_of,
        weeks=week_table(since, as_of, "UTC"),
    )


def _opportunities(books: Books, salt: str, count: int) -> pa.Table:
    departments = [SOURCE_DEPARTMENT[source] for source in SOURCES]
    ids = np.array([_ID[name] if name else -1 for name in departments])[books.source]
    # The source `unknown` is no source: nobody recorded where the deal came from.
    source = np.where(ids < 0, -1, books.source + 1)
    return pa.table(
        {
            "opportunity": pa.array(np.arange(count) + 1, pa.int64()),
            "pipeline": pa.array(np.full(count, PIPELINE), pa.int32()),
            "segment": pa.array([""] * count, pa.string()),
            "source": _nullable(source, pa.int32()),
            "source_department": _nullable(ids, pa.int32()),
            "bucket": pa.array([bucket_of(key + salt) for key in books.key], pa.int16()),
        }
    )


def bucket_of(key: str, buckets: int = 40) -> int:
    """The jackknife bucket of a key, as the database generates it."""
    return int(md5(key.encode(), usedforsecurity=False).hexdigest()[:7], 16) % buckets


def stage_table(books: Books) -> pa.Table:
    """Stages with their owners; an owner with a date stands for all of history as long as custody knows no dates."""
    owners = list(OWNERS)
    for stage, owner, _ in books.owner_since:
        owners[stage] = owner
    count = len(STAGES)
    return pa.table(
        {
            "stage": pa.array(range(1, count + 1), pa.int32()),
            "pipeline": pa.array([PIPELINE] * count, pa.int32()),
            "position": pa.array(range(count), pa.int32()),
            "owner": pa.array([_ID[owner] for owner in owners], pa.int32()),
            "earns": pa.array([stage == EARNS for stage in STAGES], pa.bool_()),
            "limit_seconds": pa.array([None] * count, pa.int64()),
        }
    )


def microseconds(day: Floats) -> Ints:
    """Days to epoch microseconds of whole seconds; -1 where a day is infinite."""
    ends = np.isfinite(day)
    return np.where(ends, (START + np.rint(np.where(ends, day, 0.0) * DAY).astype(np.int64)) * 1_000_000, -1)


def _nullable(values: Ints, kind: pa.DataType) -> pa.Array:
    return pa.array(values, kind, mask=values < 0)
