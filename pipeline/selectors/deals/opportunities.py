"""Lists of opportunities as the newest run knows them, and everything about one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef, Q

from pipeline.core.leaks.figures import DAY
from pipeline.core.leaks.leaks import Deal
from pipeline.models import Event, HandOff, Opportunity, RecomputeRun
from pipeline.selectors.deals.current_deals import current_deals_cursor
from pipeline.selectors.deals.quality import BY_KEY, quality_cursor

PAGE = 50
SEARCH_LIMIT = 5000
"""More matches than this are cut off: nobody reads them, and the list says how many it shows."""

SORTS = {
    "amount": "amount DESC, opportunity",
    "longest": "entered_at, opportunity",
    "newest": "changed_at DESC, opportunity DESC",
}
STATES = ("open", "won", "lost", "withdrawn")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One opportunity in a list. Amounts are minor units of the reporting currency; days are in the stage so far.

    `department` is who holds it now, None where it is lost, withdrawn or finished.
    """

    key: str
    name: str
    account: str
    owner: str
    team: str
    stage: int
    department: int | None
    state: str
    amount: int
    days: float | None
    over_limit: bool
    expected_close: date | None


@dataclass(frozen=True, kw_only=True)
class Rows:
    """A page of a list, how many deals the whole list has, and what they sum up to."""

    rows: tuple[Row, ...]
    total: int
    amount: int


@dataclass(frozen=True, kw_only=True)
class OpportunityFilter:
    """What a list is narrowed by; None and empty mean everything."""

    search: str = ""
    state: str = "open"
    pipeline: int | None = None
    stage: int | None = None
    department: int | None = None
    segment: str = ""
    team: str = ""
    owner: str = ""
    lacks: str = ""
    """The key of a Lack; `today` decides whether a close has passed."""
    today: date | None = None
    sort: str = "amount"


_COLUMNS = "opportunity, stage, department, state, amount, seconds, over_limit"


def opportunity_rows(*, run: RecomputeRun, filters: OpportunityFilter, page: int = 1) -> Rows:
    """One page of the opportunities that pass the filters, in their order."""
    conditions, values = _filter_conditions(filters)
    # Columns and orders are constants of this file; what was typed goes in as values.
    query = f"""SELECT {_COLUMNS}, count(*) OVER (), sum(amount) OVER () FROM deals_now
        WHERE {" AND ".join(conditions)} ORDER BY {SORTS[filters.sort]} LIMIT {PAGE} OFFSET $offset"""  # noqa: S608
    records = _cursor_of(run, filters).execute(query, values | {"offset": (page - 1) * PAGE}).fetchall()
    by_pk = {row[0]: row for row in records}
    rows = _with_names(list(by_pk), by_pk)
    return Rows(rows=rows, total=records[0][7] if records else 0, amount=int(records[0][8]) if records else 0)


def rows_of_deals(*, run: RecomputeRun, deals: Sequence[Deal]) -> tuple[Row, ...]:
    """The deals behind a figure as rows: amount and days are the figure's, stage and holder are today's."""
    ids = [deal.opportunity for deal in deals]
    query = f"SELECT {_COLUMNS} FROM deals_now WHERE opportunity IN (SELECT unnest($ids::BIGINT[]))"  # noqa: S608
    now = {row[0]: row for row in current_deals_cursor(run).execute(query, {"ids": ids}).fetchall()}
    by_pk = {}
    for deal in deals:
        row = now[deal.opportunity]
        seconds = None if deal.days is None else deal.days * DAY
        by_pk[deal.opportunity] = (*row[:4], deal.amount, seconds, row[6])
    return _with_names(ids, by_pk)


def _cursor_of(run: RecomputeRun, filters: OpportunityFilter) -> duckdb.DuckDBPyConnection:
    return quality_cursor(run) if filters.lacks else current_deals_cursor(run)


def _filter_conditions(filters: OpportunityFilter) -> tuple[list[str], dict[str, object]]:
    conditions = ["true"]
    values: dict[str, object] = {}
    for name in ("pipeline", "stage", "department", "segment", "team", "owner"):
        if value := getattr(filters, name):
            conditions.append(f"{name} = ${name}")
            values[name] = value
    if filters.state in STATES:
        conditions.append("state = $state")
        values["state"] = filters.state
    if filters.lacks in BY_KEY:
        conditions.append(BY_KEY[filters.lacks].condition)
        # DuckDB refuses a value for which the query has no parameter.
        if "$today" in conditions[-1]:
            values["today"] = filters.today
    if filters.search:
        conditions.append("opportunity IN (SELECT unnest($ids::BIGINT[]))")
        values["ids"] = _search(filters.search)
    return conditions, values


def _search(text: str) -> list[int]:
    """Opportunities whose key, name or account has the text."""
    matches = Q(key__icontains=text) | Q(name__icontains=text) | Q(account__name__icontains=text)
    return list(Opportunity.objects.filter(matches).values_list("pk", flat=True)[:SEARCH_LIMIT])


def _with_names(ids: Sequence[int], by_pk: dict[int, tuple[object, ...]]) -> tuple[Row, ...]:
    """What only the database knows: names, account, owner, expected close. Deals undone since the run are left out."""
    deals = {
        deal.pk: deal
        for deal in Opportunity.objects.filter(pk__in=ids).select_related("account").fetch_mode(models.FETCH_RAISE)
    }
    closes = dict(
        Event.objects.filter(opportunity__in=ids)
        .order_by("opportunity_id", "-occurred_at", "-sequence")
        .distinct("opportunity_id")
        .values_list("opportunity_id", "expected_close")
    )
    return tuple(_opportunity_row(deals[pk], by_pk[pk], closes.get(pk)) for pk in ids if pk in deals)


def _opportunity_row(deal: Opportunity, record: tuple[object, ...], expected_close: date | None) -> Row:
    _, stage, department, state, amount, seconds, over_limit, *_ = record
    return Row(
        key=deal.key,
        name=deal.name or deal.key,
        account=deal.account.name if deal.account else "",
        owner=deal.owner,
        team=deal.team,
        stage=int(stage),  # type: ignore[call-overload]  # DuckDB's rows are untyped
        department=int(department) if department is not None else None,  # type: ignore[call-overload]
        state=str(state),
        amount=int(amount),  # type: ignore[call-overload]
        days=None if seconds is None else float(seconds) / DAY,  # type: ignore[arg-type]
        over_limit=bool(over_limit),
        expected_close=expected_close,
    )


def opportunity_by_key(*, key: str) -> Opportunity | None:
    """The deal with this key; `merged_from` are the keys of the deals that were merged into it."""
    deals = Opportunity.objects.filter(key=key).select_related("account", "pipeline", "source__department")
    merged = Opportunity.objects.filter(merged_into=OuterRef("key")).exclude(merged_into="").order_by("key")
    deals = deals.annotate(merged_from=ArraySubquery(merged.values("key")))
    return deals.fetch_mode(models.FETCH_RAISE).first()


def opportunity_events(*, opportunity: Opportunity) -> list[Event]:
    """All that was recorded, newest first."""
    events = Event.objects.filter(opportunity=opportunity).select_related("stage", "reason__department")
    return list(events.order_by("-occurred_at", "-sequence").fetch_mode(models.FETCH_RAISE))


def opportunity_handoffs(*, opportunity: Opportunity) -> list[HandOff]:
    """All hand-offs, newest first."""
    handoffs = HandOff.objects.filter(opportunity=opportunity).select_related("department")
    return list(handoffs.order_by("-requested_at", "-pk").fetch_mode(models.FETCH_RAISE))
