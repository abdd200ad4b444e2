"""The books of a simulated company: what it writes down of its story, with everything that is recorded wrongly.

From here on nothing is known of who changed what.
"""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from revenue_health.contribution.validation.hard.world.chance import Chance, Ints
from revenue_health.contribution.validation.hard.world.clocks import Floats
from revenue_health.contribution.validation.hard.world.company import (
    DEPARTMENTS,
    LOSSES,
    PERIOD_DAYS,
    SOURCES,
    STAGES,
    STEPS,
    Kind,
)
from revenue_health.contribution.validation.hard.world.simulation import CUSTOMER, LEGAL_STEP, WON_STEP, Story

FIRST_DAY = date(2026, 7, 1)
"""Day 0; the period is the quarter that begins there."""
DAY = 86_400
START = 1_782_864_000
"""Day 0 in epoch seconds (UTC)."""
MOVED_STAGE = STAGES.index("solution")
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
        owner_since=((MOVED_STAGE, "production", 0.0),) if kind.records.moved == "owner" else (),
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
    # fmin passes over NaN, which stands for steps that the deal did not need.
    return np.asarray(np.fmin.reduce(story.begin[:, steps], axis=1))


def _latest(story: Story, stage: int) -> Floats:
    """When each deal left the stage, or was lost there: the end of the last step it needed."""
    steps = [number for number, step in enumerate(STEPS) if step.stage == STAGES[stage]]
    return np.asarray(np.fmax.reduce(story.end[:, steps], axis=1))


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
        if number == LEGAL_STEP:
            here &= ~((chance.log < records.unlogged) & (begin >= records.unlogged_since))
        if not step.asked:
            continue
        parts.append(_handoff_rows(place, here, begin, end, step.department))
    if records.moved == "handoffs":
        begin, end = _earliest(story, MOVED_STAGE), _latest(story, MOVED_STAGE)
        here = story.present & (begin < PERIOD_DAYS) & (end > 0)
        parts.append(_handoff_rows(place, here, np.maximum(begin, 0.0), end, "production"))
    deal, who, requested, completed = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((requested, deal))
    return deal[order], who[order], requested[order], completed[order]


def _handoff_rows(
    place: Ints, here: NDArray[np.bool_], begin: Floats, end: Floats, department: str
) -> tuple[Ints, Ints, Floats, Floats]:
    """Hand-offs to a department for the deals of `here`; open where they end after the period."""
    ending = np.where(end < PERIOD_DAYS, end, np.inf)[here]
    return place[here], np.full(ending.size, DEPARTMENTS.index(department)), begin[here], ending
