"""Deals with missing data, as a work list: how many, the money in them, and whose they are."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
from django.utils.translation import gettext_noop

from pipeline.models import RecomputeRun
from pipeline.run_cache import cached
from pipeline.selectors.deals.current_deals import current_deals_cursor

OWNERS_SHOWN = 100


@dataclass(frozen=True, kw_only=True)
class Lack:
    """One thing a deal can lack. `state` names the deals it is about as their list does; `condition` holds for a
    row of deals_now that lacks it."""

    key: str
    name: str
    state: str
    withholds: str
    condition: str


LACKS = (
    Lack(
        key="amount",
        name=gettext_noop("Open without an amount"),
        state="open",
        withholds=gettext_noop("They count as deals and not as money."),
        condition="state = 'open' AND amount = 0",
    ),
    Lack(
        key="close",
        name=gettext_noop("Open after their expected close"),
        state="open",
        withholds=gettext_noop("What changed cannot tell whether they are pulled in or pushed out."),
        condition="state = 'open' AND opportunity IN"
        " (SELECT opportunity FROM deals_close WHERE expected_close < $today)",
    ),
    Lack(
        key="reason",
        name=gettext_noop("Lost without a reason"),
        state="lost",
        withholds=gettext_noop("What they lost is charged to nobody."),
        condition="state = 'lost' AND opportunity IN (SELECT opportunity FROM deals_silent)",
    ),
    Lack(
        key="owner",
        name=gettext_noop("Without an owner"),
        state="all",
        withholds=gettext_noop("They are in no cut by owner."),
        condition="coalesce(owner, '') = ''",
    ),
    Lack(
        key="account",
        name=gettext_noop("Without an account"),
        state="all",
        withholds=gettext_noop("They stand outside every look at customers."),
        condition="account IS NULL",
    ),
    Lack(
        key="origin",
        name=gettext_noop("Without an origin"),
        state="all",
        withholds=gettext_noop("They count for no department that brings deals in."),
        condition="source IS NULL",
    ),
)
BY_KEY = {lack.key: lack for lack in LACKS}

# The newest event says which close is expected now; the last loss of a deal that is lost says whether it had a cause.
_CLOSE = """
CREATE TABLE IF NOT EXISTS deals_close AS
SELECT opportunity, expected_close FROM events
JOIN (SELECT opportunity, max(number) AS number FROM events GROUP BY opportunity) USING (opportunity, number)
"""
_NO_CLOSE = "CREATE TABLE IF NOT EXISTS deals_close (opportunity BIGINT, expected_close DATE)"
_SILENT = """
CREATE TABLE IF NOT EXISTS deals_silent AS
SELECT opportunity FROM moves WHERE kind = 'lost' GROUP BY opportunity HAVING arg_max(assumed, moves.at)
"""
_making = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class LackCount:
    """How many deals lack something, and their money in minor units of the reporting currency."""

    deals: int
    amount: int


@dataclass(frozen=True, kw_only=True)
class OwnerLacks:
    """What the deals of one owner lack, in the order of LACKS; `owner` is empty for deals of nobody.

    amount: the money in deals that lack anything, each once, in minor units of the reporting currency.
    """

    owner: str
    lacks: tuple[LackCount, ...]
    amount: int = 0

    @property
    def deals(self) -> int:
        """Things to complete; a deal that lacks two of them counts twice."""
        return sum(lack.deals for lack in self.lacks)


@dataclass(frozen=True, kw_only=True)
class Quality:
    """What all deals lack, and the owners with most to complete first; `more` owners are not listed."""

    total: OwnerLacks
    owners: tuple[OwnerLacks, ...]
    more: int


def quality(*, run: RecomputeRun, today: date) -> Quality:
    """What deals lack as the run knows them; `today` is the day of the company by which a close has passed."""
    return cached(run, "quality-with-money", lambda: _quality(run, today), of=today)


def _quality(run: RecomputeRun, today: date) -> Quality:
    sums = ", ".join(
        f"count(*) FILTER (WHERE {lack.condition}), sum(amount) FILTER (WHERE {lack.condition})" for lack in LACKS
    )
    anything = " OR ".join(f"({lack.condition})" for lack in LACKS)
    # Constants of this file; the day is a parameter.
    query = f"""SELECT coalesce(owner, ''), sum(amount) FILTER (WHERE {anything}), {sums}
        FROM deals_now GROUP BY 1"""  # noqa: S608 - see above
    owners = [_owner_lacks(record) for record in quality_cursor(run).execute(query, {"today": today}).fetchall()]
    listed = sorted((owner for owner in owners if owner.deals), key=lambda owner: (-owner.deals, owner.owner))
    total = tuple(
        LackCount(
            deals=sum(owner.lacks[place].deals for owner in owners),
            amount=sum(owner.lacks[place].amount for owner in owners),
        )
        for place in range(len(LACKS))
    )
    return Quality(
        total=OwnerLacks(owner="", lacks=total, amount=sum(owner.amount for owner in owners)),
        owners=tuple(listed[:OWNERS_SHOWN]),
        more=len(listed[OWNERS_SHOWN:]),
    )


def _owner_lacks(record: Sequence[object]) -> OwnerLacks:
    owner, *figures = record
    amount, *numbers = [int(value or 0) for value in figures]  # type: ignore[call-overload]  # DuckDB's rows are untyped
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    lacks = tuple(LackCount(deals=deals, amount=money) for deals, money in pairs)
    return OwnerLacks(owner=str(owner), lacks=lacks, amount=amount)


def quality_cursor(run: RecomputeRun) -> duckdb.DuckDBPyConnection:
    """A cursor with all that the conditions of LACKS read; made once per run and process."""
    cursor = current_deals_cursor(run)
    try:
        cursor.execute("SELECT 1 FROM deals_close, deals_silent LIMIT 0")
    except duckdb.CatalogException:
        with _making:
            cursor.execute(_CLOSE if _has_events(cursor) else _NO_CLOSE)
            cursor.execute(_SILENT)
    return cursor


def _has_events(cursor: duckdb.DuckDBPyConnection) -> bool:
    """Stores of an early release have no events; the next full run writes them."""
    return bool(cursor.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'events'").fetchone()) or bool(
        cursor.execute("SELECT 1 FROM duckdb_views() WHERE view_name = 'events'").fetchone()
    )
