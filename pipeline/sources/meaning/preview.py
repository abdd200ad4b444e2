"""A preview of what a mapping makes of the files, from the company folder it writes: twenty deals, and warnings."""

# ruff: noqa: S608 - statements are put together from our own numbers and file names only.

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from departments.core.engine import engine
from departments.core.time_zones import TIME_ZONES
from departments.translation import gettext_noop
from pipeline.sources.columns.profile import MEMORY_OF_FILES
from pipeline.sources.meaning.checks import folder_checks

SHOWN = 20
LOST, WITHDRAWN = "lost", "withdrawn"
_COMPLETED = gettext_noop("{department}: {kind}, {day} to {completed}")
_STILL_OPEN = gettext_noop("{department}: {kind}, {day} to still open")
_STOPPED_DAYS = 45


@dataclass(frozen=True, kw_only=True)
class Step:
    """One event of a deal: since when, the stage's name, whose it is, seconds until the next event, amount."""

    at: str
    stage: str
    owner: str
    seconds: float | None
    amount: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class DealPreview:
    """One deal as it would be."""

    key: str
    name: str
    outcome: str
    steps: list[Step]
    handoffs: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class FolderPreview:
    """Deals to look at, counts and money by what became of them, the newest event, and the checks' sentences."""

    deals: list[DealPreview]
    outcomes: dict[str, list[float]]
    newest: str
    stopped: bool
    checks: list[str]
    handoffs: list[list[Any]]
    """Departments by name with their number of hand-offs, the most first."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def folder_preview(folder: Path, *, now: datetime, shown: datetime | None = None) -> FolderPreview:
    """Look at a company folder that a mapping wrote; in one without events, at its hand-offs. `shown`: of a later file
    of a source, which brings only what changed, the instant whose state it shows."""
    with engine(threads=1, memory_limit=MEMORY_OF_FILES) as store:
        for path in folder.glob("*.csv"):
            escaped = str(path).replace("'", "''")
            store.execute(
                # The place decides between events of one moment, as the import does.
                f"CREATE TEMP TABLE {path.stem} AS SELECT *, row_number() OVER () AS place FROM read_csv('{escaped}',"
                " header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"', max_line_size = 4194304)"
            )
        if not (folder / "events.csv").exists():
            return _handoffs_preview(store, now)
        _prepare(store)
        outcomes = {
            str(outcome): [int(count), float(money or 0)]
            for outcome, count, money in store.execute(
                "SELECT outcome, count(*), sum(amount) FROM ends GROUP BY 1 ORDER BY 1"
            ).fetchall()
        }
        newest = store.execute("SELECT max(since) FROM history").fetchone()
        last = newest[0] if newest and newest[0] else now
        stopped = (now - (shown or last.replace(tzinfo=UTC))).days > _STOPPED_DAYS
        deals = [_deal(store, str(key)) for key in _chosen(store)]
        checks = folder_checks(store, outcomes, last, stopped=stopped, now=now, later=shown is not None)
        counts = _handoff_counts(store)
    return FolderPreview(
        deals=deals, outcomes=outcomes, newest=last.date().isoformat(), stopped=stopped, checks=checks, handoffs=counts
    )


def _handoffs_preview(store: duckdb.DuckDBPyConnection, now: datetime) -> FolderPreview:
    """The hand-offs of deals that came otherwise: those with the most first."""
    rows = store.execute(
        f"SELECT opportunity FROM handoffs GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT {SHOWN}"
    ).fetchall()
    deals = [
        DealPreview(key=str(key), name="", outcome="", steps=[], handoffs=_handoffs(store, str(key))) for (key,) in rows
    ]
    row = store.execute("SELECT max(left(greatest(requested_at, completed_at), 10)) FROM handoffs").fetchone()
    newest = str((row or [""])[0] or "")
    stopped = bool(newest) and (now.date() - date.fromisoformat(newest)).days > _STOPPED_DAYS
    return FolderPreview(
        deals=deals, outcomes={}, newest=newest, stopped=stopped, checks=[],
        handoffs=_handoff_counts(store),
    )  # fmt: skip


def _prepare(store: duckdb.DuckDBPyConnection) -> None:
    """`history`: events in order with the amount that counts; `ends`: each deal with what became of it."""
    row = store.execute("SELECT time_zone FROM company").fetchone()
    # This only looks: a zone that is none is refused, with its line, where the folder is checked.
    zone = str(row[0]) if row and row[0] in TIME_ZONES else "UTC"
    store.execute(f"SET TimeZone = '{zone}'")
    store.execute(
        "CREATE TEMP TABLE history AS SELECT e.opportunity AS deal, e.place, e.stage, e.reason,"
        " CAST(CAST(e.occurred_at AS TIMESTAMPTZ) AS TIMESTAMP) AS since,"
        " last_value(try_cast(nullif(e.amount, '') AS DOUBLE) IGNORE NULLS) OVER (PARTITION BY e.opportunity"
        "   ORDER BY CAST(e.occurred_at AS TIMESTAMPTZ), e.place) AS amount,"
        " CASE WHEN (SELECT count(*) FROM pipelines) > 1 THEN p.name || ': ' || s.name ELSE s.name END AS stage_name,"
        " d.name AS owner, coalesce(s.earns = '1', false) AS earns"
        " FROM events e LEFT JOIN stages s ON s.key = e.stage LEFT JOIN pipelines p ON p.key = s.pipeline"
        " LEFT JOIN departments d ON d.key = s.owner_department"
    )
    store.execute(
        "CREATE TEMP TABLE ends AS SELECT deal, arg_max(amount, (since, place)) AS amount, count(*) AS events,"
        " max(since) AS since,"
        " CASE WHEN arg_max(stage, (since, place)) IN ('lost', 'withdrawn') THEN arg_max(stage, (since, place))"
        " WHEN bool_or(earns) THEN 'won' ELSE 'open' END"
        " AS outcome, arg_max(reason, (since, place)) AS reason FROM history GROUP BY deal"
    )


def _chosen(store: duckdb.DuckDBPyConnection) -> list[str]:
    """Deals of every outcome: those with the longest history, then the largest."""
    rows = store.execute(
        "SELECT deal FROM (SELECT deal, outcome, row_number() OVER (PARTITION BY outcome ORDER BY events DESC,"
        f" amount DESC, deal) AS place FROM ends) ORDER BY place, outcome LIMIT {SHOWN}"
    ).fetchall()
    return [str(row[0]) for row in rows]


def _deal(store: duckdb.DuckDBPyConnection, key: str) -> DealPreview:
    rows = store.execute(
        "SELECT since, stage, stage_name, owner, amount, reason, lead(since) OVER (ORDER BY since, place) FROM history"
        " WHERE deal = ? ORDER BY since, place", [key],
    ).fetchall()  # fmt: skip
    steps = [
        Step(
            at=at.strftime("%Y-%m-%d"),
            stage=str(stage).capitalize() if stage in (LOST, WITHDRAWN) else str(name or stage),
            owner="" if stage in (LOST, WITHDRAWN) else str(owner or ""),
            seconds=None if after is None else (after - at).total_seconds(),
            amount=f"{amount or 0:,.2f}".removesuffix(".00"),
            reason=str(reason or ""),
        )
        for at, stage, name, owner, amount, reason, after in rows
    ]
    outcome = store.execute("SELECT outcome FROM ends WHERE deal = ?", [key]).fetchone()
    named = store.execute("SELECT name FROM opportunities WHERE key = ?", [key]).fetchone()
    return DealPreview(
        key=key, name=str((named or [""])[0] or ""), outcome=str(outcome[0]) if outcome else "", steps=steps,
        handoffs=_handoffs(store, key),
    )  # fmt: skip


def _has_handoffs(store: duckdb.DuckDBPyConnection) -> bool:
    return bool(store.execute("SELECT 1 FROM information_schema.tables WHERE table_name = 'handoffs'").fetchone())


def _handoff_counts(store: duckdb.DuckDBPyConnection) -> list[list[Any]]:
    if not _has_handoffs(store):
        return []
    rows = store.execute(
        "SELECT coalesce(d.name, h.department), count(*) FROM handoffs h"
        " LEFT JOIN departments d ON d.key = h.department GROUP BY 1 ORDER BY 2 DESC, 1"
    ).fetchall()
    return [[str(name), int(count)] for name, count in rows]


def _handoffs(store: duckdb.DuckDBPyConnection, key: str) -> list[str]:
    if not _has_handoffs(store):
        return []
    rows = store.execute(
        "SELECT d.name, h.kind, h.requested_at, h.completed_at FROM handoffs h LEFT JOIN departments d"
        " ON d.key = h.department WHERE h.opportunity = ? ORDER BY h.requested_at LIMIT 6", [key],
    ).fetchall()  # fmt: skip
    lines = []
    for department, kind, requested, completed in rows:
        text = _COMPLETED if completed else _STILL_OPEN
        lines.append(
            text.format(department=department, kind=kind, day=str(requested)[:10], completed=str(completed)[:10])
        )
    return lines
