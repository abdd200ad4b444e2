"""Writes a whole company folder: small tables by hand, the deals chunk by chunk so that memory stays bounded."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from pipeline.generator import company, process
from pipeline.generator.deals import Accounts, Deals, Demand, accounts_of, deals_of
from pipeline.generator.files import plan, tables
from pipeline.generator.files.small_tables import small_tables, write_small
from pipeline.generator.ledger import Columns, joined
from pipeline.generator.rates import Rates
from pipeline.generator.simulate import Simulation, Truth
from pipeline.generator.story import Calendar, Story
from pipeline.generator.worktime import Floats, WorkTime, years_before

CHUNK = 100_000
MAX_OPPORTUNITIES = 9_999_999  # keys have seven digits
MAX_YEARS = 20
MAX_SEED = 2**63 - 1
_OPPORTUNITIES_PER_ACCOUNT = 5

HEADERS = {
    "accounts.csv": ("key", "name", "industry", "size", "region", "profile"),
    "opportunities.csv": (
        "key", "name", "pipeline", "account", "owner", "team", "source", "currency", "segment"
    ),
    "events.csv": (
        "opportunity", "occurred_at", "recorded_at", "stage", "amount", "expected_close", "reason", "actor"
    ),
    "handoffs.csv": (
        "key", "opportunity", "department", "kind", "requested_at", "started_at", "completed_at", "due_at", "outcome",
        "assignee",
    ),
}  # fmt: skip


class FolderNotEmpty(Exception):
    """The folder to write already holds something; nothing was touched."""


@dataclass(frozen=True, slots=True)
class Generated:
    """What was written: rows per file, and the dates of the story."""

    folder: Path
    rows: dict[str, int]
    first: date
    as_of: date
    decline: date


@dataclass(frozen=True, slots=True)
class _World:
    """Everything the chunks share."""

    total: int
    seed: int
    story: Story
    calendar: Calendar
    worktime: WorkTime
    rates: Rates
    demand: Demand
    accounts: Accounts
    truth: Truth
    quarters: list[date]


def generate_folder(
    *, folder: Path, opportunities: int, seed: int, as_of: date, years: int = 3, story: Story | None = None
) -> Generated:
    """Write the company folder; it appears complete or not at all.

    `opportunities`: how many, 1 to 9,999,999; history covers `years` (1 to 20) before 0:00 of `as_of`. Same
    arguments give the same bytes. Raises FolderNotEmpty, or ValueError for an argument out of range.
    """
    if not 1 <= opportunities <= MAX_OPPORTUNITIES:
        raise ValueError(f"opportunities must be between 1 and {MAX_OPPORTUNITIES:,}, not {opportunities:,}")
    if not 1 <= years <= MAX_YEARS:
        raise ValueError(f"years must be between 1 and {MAX_YEARS}, not {years}")
    if seed < 0:
        raise ValueError(f"seed must not be negative, not {seed}")
    if not date(1990, 1, 1) <= as_of <= date(2090, 1, 1):
        raise ValueError(f"as-of must be between 1990 and 2090, not {as_of}")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderNotEmpty(f"{folder} is not an empty folder")
    world = _world(opportunities, seed, as_of, years, story or Story())
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        rows = _write_files(draft, world)
        # mkdtemp makes folders private; this one gets the rights of any other.
        draft.chmod(0o777 & ~_umask())
        draft.replace(folder)  # an empty folder may stand there
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return Generated(folder, rows, world.worktime.first, as_of, world.calendar.decline)


def _umask() -> int:
    # The system tells the mask only to somebody who sets one.
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _generator(seed: int, *stream: int) -> np.random.Generator:
    """One independent stream of luck per part of the work."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *stream])))


def _world(total: int, seed: int, as_of: date, years: int, story: Story) -> _World:
    first = years_before(as_of, years)
    worktime = WorkTime.between(first=first, as_of=as_of, zone=ZoneInfo(company.TIME_ZONE))
    calendar = Calendar.before(as_of)
    accounts = accounts_of(count=max(10, total // _OPPORTUNITIES_PER_ACCOUNT), rng=_generator(seed, 1))
    return _World(
        total, seed, story, calendar, worktime,
        rates=Rates.of(worktime=worktime, rng=_generator(seed, 2)),
        demand=Demand.of(story=story, calendar=calendar, worktime=worktime),
        accounts=accounts,
        truth=Truth.of(story=story, calendar=calendar, worktime=worktime),
        quarters=plan.quarters_of(first=first, as_of=as_of, running=calendar.running),
    )  # fmt: skip


def _write_files(draft: Path, world: _World) -> dict[str, int]:
    rows: dict[str, int] = {}
    revenue = np.zeros((len(world.quarters), len(process.PIPELINES)))
    texts = tables.Texts(world.worktime)
    with ExitStack() as stack:
        files = {name: stack.enter_context(tables.CsvFile(draft / name, head)) for name, head in HEADERS.items()}
        for start in range(0, len(world.accounts.segment), CHUNK):
            part = np.arange(start, min(start + CHUNK, len(world.accounts.segment)))
            files["accounts.csv"].write(tables.account_columns(world.accounts, part))
        for first in range(0, world.total, CHUNK):
            revenue += _write_chunk(files, texts, world, first)
        rows = {name: file.rows for name, file in files.items()}
    targets = plan.targets_of(
        quarters=world.quarters, revenue=revenue, as_of=world.worktime.as_of, decline=world.calendar.decline,
        running=world.calendar.running,
    )  # fmt: skip
    small = small_tables(
        targets=targets, rates=world.rates, first=world.worktime.first, as_of=world.worktime.as_of,
        decline=world.calendar.decline, rng=_generator(world.seed, 4),
    )  # fmt: skip
    for name, (header, lines) in small.items():
        rows[name] = write_small(path=draft / name, header=header, lines=lines)
    return rows


def _write_chunk(files: dict[str, tables.CsvFile], texts: tables.Texts, world: _World, first: int) -> Floats:
    """Simulate and write one chunk of deals; returns its net revenue by quarter and pipeline."""
    rng = _generator(world.seed, 3, first)
    deals = deals_of(
        first=first, count=min(CHUNK, world.total - first), total=world.total, demand=world.demand,
        accounts=world.accounts, rates=world.rates, story=world.story, calendar=world.calendar,
        worktime=world.worktime, rng=rng,
    )  # fmt: skip
    ledger = Simulation(deals=deals, truth=world.truth, worktime=world.worktime, rng=rng).run()
    events = joined(ledger.events, by=("deal", "at"))
    files["opportunities.csv"].write(tables.opportunity_columns(deals, world.accounts))
    files["events.csv"].write(tables.event_columns(events, deals, texts, rng))
    handoffs = joined(ledger.handoffs, by=("deal", "requested"))
    if handoffs:
        files["handoffs.csv"].write(tables.handoff_columns(handoffs, deals, texts))
    return _revenue(events, deals, world)


def _revenue(events: Columns, deals: Deals, world: _World) -> Floats:
    """Net revenue in reporting units by full quarter and pipeline, at the rate of the event's month."""
    at, deal = events["at"].astype(np.float64), events["deal"].astype(np.int64)
    rate = world.rates.at(world.worktime.day_index(at), deals.currency[deal])
    amount = events["amount"].astype(np.float64) / 100 * rate * events["revenue"].astype(np.float64)
    firsts = np.array([start.toordinal() for start in world.quarters])
    quarter = np.searchsorted(firsts, world.worktime.ordinal(at), side="right") - 1
    renewal = (deals.source[deal] == company.RENEWAL_SOURCE).astype(np.int64)
    in_quarters = quarter >= 0
    cell = quarter[in_quarters] * len(process.PIPELINES) + renewal[in_quarters]
    shape = (len(world.quarters), len(process.PIPELINES))
    return np.bincount(cell, amount[in_quarters], minlength=shape[0] * shape[1]).reshape(shape)
