"""Simulated columns to the text columns of events.csv, handoffs.csv, opportunities.csv and accounts.csv."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

from pipeline.generator import company, invented_names, process
from pipeline.generator.deals import Accounts, Deals
from pipeline.generator.ledger import LOST, OUTCOMES, Columns
from pipeline.generator.worktime import DAY_SECONDS, Floats, Ints, WorkTime

Table = Any  # pyarrow publishes no types
Array = Any

_DAY = 86_400
_EPOCH = date(1970, 1, 1).toordinal()


class CsvFile:
    """A CSV file written piece by piece: header at once, no value may need quotes (Arrow refuses those)."""

    def __init__(self, path: Path, header: tuple[str, ...]) -> None:
        self.header, self.rows = header, 0
        self._file = path.open("wb")
        self._file.write((",".join(header) + "\n").encode())

    def __enter__(self) -> CsvFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, columns: dict[str, Array]) -> None:
        """Append a piece; its columns must be those of the header, in its order."""
        table = pa.table([columns[name] for name in self.header], names=list(self.header))
        pcsv.write_csv(table, self._file, pcsv.WriteOptions(include_header=False, quoting_style="none"))
        self.rows += table.num_rows


class Texts:
    """Lookup tables of words, days and times of day; every method gives an Arrow text column."""

    def __init__(self, worktime: WorkTime) -> None:
        self.worktime = worktime
        first = int(worktime.ordinals[0]) - 1
        self._first_day = first
        span = int(worktime.ordinals[-1]) - first + 200
        self._days = pa.array([date.fromordinal(first + i).isoformat() for i in range(span)])
        self._times = pa.array([f"T{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}Z" for s in range(_DAY)])

    def instants(self, epoch: Ints, missing: npt.NDArray[np.bool_] | None = None) -> Array:
        """ISO 8601 in UTC, to the second; empty where missing."""
        day = self._days.take(pa.array(epoch // _DAY + _EPOCH - self._first_day, mask=missing))
        clock = self._times.take(pa.array(epoch % _DAY, mask=missing))
        return pc.binary_join_element_wise(day, clock, "")

    def worked(self, worked: Floats) -> Array:
        """Instants of working times; empty where NaN."""
        missing = np.isnan(worked)
        return self.instants(self.worktime.epoch(np.where(missing, 0.0, worked)), missing)

    def dates(self, ordinals: Ints) -> Array:
        """Dates, clipped to the days known."""
        return self._days.take(pa.array(np.clip(ordinals - self._first_day, 0, len(self._days) - 1)))


def keys(letter: str, numbers: Ints, digits: int = 7) -> Array:
    """Keys such as O0000042."""
    padded = pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), digits, "0")
    return pc.binary_join_element_wise(pa.scalar(letter), padded, "")


def named(names: tuple[str, ...] | list[str], numbers: Ints) -> Array:
    """The word of each number; empty for numbers below 0."""
    return pa.array(list(names)).take(pa.array(np.maximum(numbers, 0), mask=np.asarray(numbers < 0)))


def money(cents: Ints) -> Array:
    """Amounts with two decimals from non-negative cents."""
    # A decimal128 is two 64-bit halves, the low one first: far faster than a Decimal for each row.
    pairs = np.zeros((len(cents), 2), dtype=np.int64)
    pairs[:, 0] = cents
    return pa.Array.from_buffers(pa.decimal128(18, 2), len(cents), [None, pa.py_buffer(pairs)])


def account_names(accounts: Accounts, rows: Ints) -> Array:
    """Names of two or three invented words."""
    name = accounts.name[rows]
    second, third = len(invented_names.SECOND), len(invented_names.THIRD)
    parts = [
        named(invented_names.FIRST, name // (second * third)),
        named(invented_names.SECOND, name // third % second),
        named([f" {word}" if word else "" for word in invented_names.THIRD], name % third),
    ]
    return pc.binary_join_element_wise(pc.binary_join_element_wise(parts[0], parts[1], " "), parts[2], "")


def account_columns(accounts: Accounts, rows: Ints) -> dict[str, Array]:
    """accounts.csv"""
    return {
        "key": keys("A", rows + 1),
        "name": account_names(accounts, rows),
        "industry": named(company.INDUSTRIES, accounts.industry[rows]),
        "size": named([segment.size for segment in company.SEGMENTS], accounts.segment[rows]),
        "region": named([region.name for region in company.REGIONS], accounts.region[rows]),
        "profile": named(company.PROFILES, accounts.profile[rows]),
    }


def opportunity_columns(deals: Deals, accounts: Accounts) -> dict[str, Array]:
    """opportunities.csv: the owner is the last one; names as people write them."""
    renewal = deals.source == company.RENEWAL_SOURCE
    plural = named([str(q) for q in invented_names.QUANTITIES], deals.quantity)
    product = named(invented_names.PRODUCTS, deals.product)
    singular = named([name.removesuffix("s") for name in invented_names.PRODUCTS], deals.product)
    single = pa.array(np.array(invented_names.QUANTITIES)[deals.quantity] == 1)
    what = pc.binary_join_element_wise(plural, pc.if_else(single, singular, product), " ")
    contract = named(invented_names.RENEWALS, np.minimum(deals.product, len(invented_names.RENEWALS) - 1))
    subject = pc.if_else(pa.array(renewal), contract, what)
    return {
        "key": keys("O", deals.first + 1 + np.arange(len(deals))),
        "name": pc.binary_join_element_wise(account_names(accounts, deals.account), subject, " - "),
        "pipeline": named([key for key, _ in process.PIPELINES], renewal.astype(np.int64)),
        "account": keys("A", deals.account + 1),
        "owner": named(company.PEOPLE, deals.owner),
        "team": named(company.TEAMS, deals.team),
        "source": named([source.key for source in company.SOURCES], deals.source),
        "currency": named(company.CURRENCIES, deals.currency),
        "segment": named([segment.key for segment in company.SEGMENTS], deals.segment),
    }


def event_columns(events: Columns, deals: Deals, texts: Texts, rng: np.random.Generator) -> dict[str, Array]:
    """events.csv, already in order: a few rows were written down late, none after the as-of date."""
    deal, at, stage = (events[name].astype(np.int64) for name in ("deal", "at", "stage"))
    occurred = texts.worktime.epoch(at.astype(np.float64))
    late = rng.random(len(deal)) < process.LATE
    written = at + rng.gamma(1.5, process.LATE_DAYS / 1.5 * DAY_SECONDS, len(deal)) + DAY_SECONDS
    written = np.minimum(written, texts.worktime.cutoff - 1)
    recorded = np.where(late, np.maximum(texts.worktime.epoch(written), occurred), occurred)
    names = [kind.key for kind in process.STAGES] + ["lost"]
    return {
        "opportunity": keys("O", deals.first + 1 + deal),
        "occurred_at": texts.instants(occurred),
        "recorded_at": texts.instants(recorded),
        "stage": named(names, np.where(stage == LOST, len(process.STAGES), stage)),
        "amount": money(events["amount"].astype(np.int64)),
        "expected_close": texts.dates(events["close"].astype(np.int64)),
        "reason": named(company.REASON_KEYS, events["reason"].astype(np.int64)),
        "actor": named(company.PEOPLE, _actors(deal, at, stage, deals)),
    }  # fmt: skip


def _actors(deal: Ints, at: Ints, stage: Ints, deals: Deals) -> Ints:
    """The owner at that time; marketing creates its leads, production and service move what is theirs."""
    actor = np.where(at < deals.reassigned[deal], deals.earlier_owner[deal], deals.owner[deal])
    for department, number in (("production", "delivery"), ("service", "customer"), ("service", "review")):
        first, count = company.STAFF_RANGE[department]
        actor = np.where(stage == process.STAGE_NUMBER[number], first + (deal * 7 + 3) % count, actor)
    first, count = company.STAFF_RANGE["marketing"]
    marketing = np.array([source.department == "marketing" for source in company.SOURCES])[deals.source[deal]]
    return np.where((stage == process.LEAD) & marketing, first + (deal * 5 + 1) % count, actor)


def handoff_columns(handoffs: Columns, deals: Deals, texts: Texts) -> dict[str, Array]:
    """handoffs.csv, already in order; keys number a deal's hand-offs."""
    deal, kind = handoffs["deal"].astype(np.int64), handoffs["kind"].astype(np.int64)
    new = np.append(True, deal[1:] != deal[:-1]) if len(deal) else np.zeros(0, dtype=bool)
    place = np.arange(len(deal))
    # Counts from the first hand-off of each deal, whose place is carried on to the others.
    number = place - np.maximum.accumulate(np.where(new, place, 0)) + 1
    owner = deals.owner[deal]
    key = pc.binary_join_element_wise(
        keys("H", deals.first + 1 + deal), pc.utf8_lpad(pc.cast(pa.array(number), pa.string()), 2, "0"), "-"
    )
    started = handoffs["started"].astype(np.float64)
    departments = [process.KIND_DEPARTMENT[name] for name in process.KINDS]
    first = np.array([company.STAFF_RANGE.get(name, (0, 0))[0] for name in departments])[kind]
    count = np.array([company.STAFF_RANGE.get(name, (0, 0))[1] for name in departments])[kind]
    person = np.where(count == 0, owner, first + (deal * 11 + number * 5) % np.maximum(count, 1))
    return {
        "key": key,
        "opportunity": keys("O", deals.first + 1 + deal),
        "department": named(departments, kind),
        "kind": named(process.KINDS, kind),
        "requested_at": texts.worked(handoffs["requested"].astype(np.float64)),
        "started_at": texts.worked(started),
        "completed_at": texts.worked(handoffs["completed"].astype(np.float64)),
        "due_at": texts.worked(handoffs["due"].astype(np.float64)),
        "outcome": named(OUTCOMES, handoffs["outcome"].astype(np.int64)),
        "assignee": named(company.PEOPLE, np.where(np.isnan(started), -1, person)),
    }
