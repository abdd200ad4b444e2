"""The truth as Arrow tables: what is known as of an instant, a range of opportunities at a time."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection

from departments.models import Company, Department, Membership, User, current_company
from pipeline.core.currency import amounts_in_reporting_currency
from pipeline.core.custody.custody import CustodyInput
from pipeline.core.weeks import week_table
from pipeline.custody_store import METHOD, PART_SIZE, stages_table
from pipeline.models import (
    Account,
    Event,
    ExchangeRate,
    HandOff,
    LossReason,
    Opportunity,
    Source,
    Stage,
    TouchedOpportunity,
    later_owners,
)


@dataclass(frozen=True, kw_only=True)
class Structure:
    """What all deals of a run have in common."""

    company: Company
    stages: pa.Table
    rates: pa.Table
    fingerprint: str


def structure_read(*, as_of: datetime) -> Structure:
    """Stages, rates and company with a fingerprint that changes when any of them does, owners by `as_of`."""
    company = current_company()
    rates = list(ExchangeRate.objects.order_by("currency", "date"))
    rates_table = pa.table(
        {
            "currency": pa.array([rate.currency for rate in rates], pa.string()),
            "date": pa.array([rate.date for rate in rates], pa.date32()),
            "rate": pa.array([float(rate.rate) for rate in rates], pa.float64()),
        }
    )
    return Structure(
        company=company, stages=stages_table(as_of=as_of), rates=rates_table, fingerprint=_fingerprint(company, as_of)
    )


def _fingerprint(company: Company, as_of: datetime) -> str:
    facts: list[Any] = [METHOD, PART_SIZE, company.reporting_currency, company.time_zone]
    facts += Stage.objects.order_by("pk").values_list(
        "pk", "pipeline_id", "position", "owner_department_id", "earns", "time_limit_days"
    )
    # Not those to come: with the first run after its day, an owner makes everything anew.
    facts += sorted(later_owners(until=as_of).items())
    for model in (LossReason, Source):
        facts += model._default_manager.order_by("pk").values_list("pk", "department_id")
    facts += ExchangeRate.objects.order_by("pk").values_list("currency", "date", "rate")
    facts += Department.objects.order_by("pk").values_list("pk", "key", "name", "kind")
    members = Membership.objects.filter(department__isnull=False)
    facts += members.order_by("pk").values_list("user__username", "user__email", "department_id")
    return hashlib.sha256(json.dumps(facts, default=str).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Extent:
    """The range of the truth: where ids end, when the first event happened (None: there is none), newest touch."""

    last_opportunity: int
    first_event: datetime | None
    last_touch: int


def extent_read(arrow: Any) -> Extent:
    """Read inside the run's own snapshot."""
    row = _fetch(
        arrow,
        "SELECT (SELECT coalesce(max(id), 0) FROM {opportunity}) AS last_opportunity, "
        "(SELECT min(occurred_at) FROM {event}) AS first_event, "
        "(SELECT coalesce(max(id), 0) FROM {touched}) AS last_touch".format(**_TABLE_NAMES),
    ).to_pylist()[0]
    return Extent(**row)


def touched_read(arrow: Any, *, last_touch: int) -> list[int]:
    """Ids of the opportunities whose truth changed, up to and with a touch."""
    query = f"SELECT DISTINCT opportunity FROM {TouchedOpportunity._meta.db_table} WHERE id <= {int(last_touch)}"
    return sorted(_fetch(arrow, query)["opportunity"].to_pylist())


def not_yet_known_read(arrow: Any, selection: Selection, *, as_of: datetime) -> list[int]:
    """Opportunities of a selection with something recorded, requested or completed after `as_of`."""
    stamp = as_of.astimezone(UTC).isoformat()
    query = (
        "SELECT opportunity_id AS id FROM {event} WHERE recorded_at > '{stamp}' AND {where} UNION "
        "SELECT opportunity_id FROM {handoff} WHERE (requested_at > '{stamp}' OR completed_at > '{stamp}') AND {where}"
    ).format(**_TABLE_NAMES, stamp=stamp, where=selection.where("opportunity_id"))
    return sorted(_fetch(arrow, query)["id"].to_pylist())


@cache
def _arrow_database(process: int, parameters: str) -> Any:
    """A database as the driver knows it, for all connections of this process: it reads the types of all tables once,
    which takes longer than to read a small company."""
    import adbc_driver_postgresql

    return adbc_driver_postgresql.connect(parameters)


class _StaysOpen:
    """In place of the database that the last connection to it would close."""

    def close(self) -> None:
        pass


@contextmanager
def arrow_connection() -> Iterator[Any]:
    """An ADBC connection to the database Django uses: rows arrive as Arrow columns, without Python objects."""
    # Only who recomputes loads the driver: where pandas is installed it comes along, 60 MB in every process.
    from adbc_driver_manager import AdbcConnection
    from adbc_driver_manager.dbapi import Connection

    parameters = connection.get_connection_params()
    libpq_names = {"host": "host", "port": "port", "user": "user", "password": "password", "dbname": "dbname"}
    # As libpq reads them: in single quotes, backslashes and quotes inside with a backslash.
    quoted = " ".join(
        "{}='{}'".format(libpq_names[name], str(value).replace("\\", "\\\\").replace("'", "\\'"))
        for name, value in parameters.items()
        if name in libpq_names and value
    )
    database = _arrow_database(os.getpid(), quoted)
    with Connection(_StaysOpen(), AdbcConnection(database)) as arrow:
        # All that a run reads is one moment of the database, whatever is imported meanwhile.
        with arrow.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield arrow


_OPPORTUNITIES = """
SELECT o.id AS opportunity, o.pipeline_id::int AS pipeline, o.segment, o.source_id::int AS source,
       s.department_id::int AS source_department, o.bucket, o.currency, o.team, o.owner, o.account_id AS account,
       coalesce(a.region, '') AS region, coalesce(a.industry, '') AS industry,
       coalesce(a.size, '') AS size, coalesce(a.profile, '') AS profile
FROM {opportunity} o LEFT JOIN {source} s ON s.id = o.source_id LEFT JOIN {account} a ON a.id = o.account_id
"""
# Who wrote what, by the department's key or name, or by a user's name or address where all memberships name one.
_WRITERS = """
SELECT name, min(department)::int AS department FROM (
    SELECT lower(key) AS name, id AS department FROM {department}
    UNION SELECT lower(name), id FROM {department}
    UNION SELECT lower(u.username), m.department_id FROM {user} u JOIN {membership} m ON m.user_id = u.id
    UNION SELECT lower(u.email), m.department_id FROM {user} u JOIN {membership} m ON m.user_id = u.id
) AS named WHERE name <> '' AND department IS NOT NULL GROUP BY name HAVING count(DISTINCT department) = 1
"""
_EVENTS = """
WITH writers AS ({writers})
-- amounts have two decimals in the database and are whole minor units from here on
SELECT e.opportunity_id AS opportunity, e.occurred_at, e.recorded_at, e.sequence::int AS sequence,
       e.stage_id::int AS stage, (e.amount * 100)::bigint AS amount, r.department_id::int AS cause, e.expected_close,
       coalesce(w.department, t.department) AS writer, e.withdrawn
FROM {event} e LEFT JOIN {reason} r ON r.id = e.reason_id LEFT JOIN writers w ON w.name = lower(e.actor)
LEFT JOIN (
    -- the deal's own owner, where the team is a department
    SELECT o.id, o.owner, writers.department FROM {opportunity} o JOIN writers ON writers.name = lower(o.team)
    WHERE {selected}
) AS t ON t.id = e.opportunity_id AND t.owner = e.actor AND e.actor <> ''
"""
_HANDOFFS = """
SELECT h.opportunity_id AS opportunity, h.id AS handoff, h.department_id::int AS department, h.requested_at,
       CASE WHEN h.completed_at <= '{as_of}' THEN h.completed_at END AS completed_at
FROM {handoff} h
"""
_TABLE_NAMES = {
    "opportunity": Opportunity._meta.db_table,
    "source": Source._meta.db_table,
    "account": Account._meta.db_table,
    "event": Event._meta.db_table,
    "reason": LossReason._meta.db_table,
    "handoff": HandOff._meta.db_table,
    "touched": TouchedOpportunity._meta.db_table,
    "department": Department._meta.db_table,
    "membership": Membership._meta.db_table,
    "user": User._meta.db_table,
}


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which opportunities to read: ids from `start` up to and without `stop`, or exactly the listed ones."""

    start: int = 0
    stop: int = 0
    ids: Sequence[int] | None = None

    def where(self, column: str) -> str:
        if self.ids is None:
            return f"{column} >= {int(self.start)} AND {column} < {int(self.stop)}"
        return f"{column} IN (SELECT unnest('{{{','.join(str(int(i)) for i in self.ids)}}}'::bigint[]))"


def truth_read(
    arrow: Any, selection: Selection, *, structure: Structure, extent: Extent, as_of: datetime
) -> tuple[CustodyInput, pa.Table]:
    """The custody input of a selection and its opportunities with all their attributes."""
    stamp = as_of.astimezone(UTC).isoformat()
    names = _TABLE_NAMES | {"as_of": stamp, "writers": _WRITERS.format(**_TABLE_NAMES)}
    opportunities = _fetch(arrow, _OPPORTUNITIES.format(**names) + "WHERE " + selection.where("o.id"))
    # Without the same selection inside, all deals of the company would be read for each range of them.
    events = _fetch(
        arrow,
        _EVENTS.format(**names, selected=selection.where("o.id"))
        + f"WHERE e.recorded_at <= '{stamp}' AND "
        + selection.where("e.opportunity_id"),
    )
    handoffs = _fetch(
        arrow,
        _HANDOFFS.format(**names) + f"WHERE h.requested_at <= '{stamp}' AND " + selection.where("h.opportunity_id"),
    )
    data = CustodyInput(
        opportunities=opportunities,
        events=_events_converted(events, opportunities, structure),
        handoffs=_instants(handoffs, {"requested_at": "requested_us", "completed_at": "completed_us"}),
        stages=structure.stages,
        as_of=int(as_of.timestamp()),
        weeks=weeks_of(extent, structure, as_of),
    )
    return data, opportunities


def weeks_of(extent: Extent, structure: Structure, as_of: datetime) -> pa.Table:
    """The weeks from the first event to the one that contains `as_of`."""
    first = min(extent.first_event or as_of, as_of)
    return week_table(int(first.timestamp()), int(as_of.timestamp()), structure.company.time_zone)


def _fetch(arrow: Any, query: str) -> pa.Table:
    with arrow.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetch_arrow_table()


def _instants(table: pa.Table, renamed: dict[str, str]) -> pa.Table:
    for name, new in renamed.items():
        column = table[name].cast(pa.timestamp("us", "UTC")).cast(pa.int64())
        table = table.set_column(table.column_names.index(name), new, column)
    return table


def _events_converted(events: pa.Table, opportunities: pa.Table, structure: Structure) -> pa.Table:
    """Stamps as epoch microseconds and money in the reporting currency."""
    reporting = structure.company.reporting_currency
    stamped = _instants(events, {"occurred_at": "at_us", "recorded_at": "recorded_us"})
    # None where there is no deal at all.
    if pc.all(pc.equal(opportunities["currency"], reporting)).as_py() in (True, None):
        return stamped
    # The day in the company's time zone decides the rate.
    local = pc.local_timestamp(events["occurred_at"].cast(pa.timestamp("us", structure.company.time_zone)))
    return amounts_in_reporting_currency(
        stamped.append_column("day", pc.cast(pc.floor_temporal(local, unit="day"), pa.date32())),
        opportunities,
        structure.rates,
        reporting_currency=reporting,
    )
