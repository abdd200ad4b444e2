"""Accounts that an import brings and that look like others: named with their money, never merged."""

# ruff: noqa: S608 - statements are put together from names of our own tables and columns only.

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db import connection

from departments.core.text import look_alike_form
from departments.formats import counted
from departments.translation import gettext_noop
from pipeline.imports.folder.checks import query, query_large
from pipeline.imports.folder.staging import Staging
from pipeline.models import EVENT_AMOUNT_SQL

_PAIRS_NAMED = 10
_NEW = (
    "SELECT a.key, a.name FROM matched_pipeline_account m JOIN pipeline_account a ON a.key = m.key"
    " WHERE m.id IS NULL AND a.merged_into = ''"
)
_ALL = "SELECT key, name FROM pipeline_account WHERE merged_into = '' ORDER BY id"
_MONEY = (
    "SELECT key, currency, count(*), sum(amount) FROM ("
    f"SELECT DISTINCT ON (o.id) a.key, o.currency, {EVENT_AMOUNT_SQL} AS amount"
    " FROM pipeline_account a JOIN pipeline_opportunity o ON o.account_id = a.id"
    " JOIN pipeline_event e ON e.opportunity_id = o.id"
    " WHERE a.key = ANY(%s) ORDER BY o.id, e.occurred_at DESC, e.sequence DESC) newest GROUP BY 1, 2 ORDER BY 1, 2"
)


def look_alike_accounts_notes(staging: Staging) -> list[str]:
    """A note about new accounts whose names look like those of accounts that were in before; none for a first load."""
    if "accounts.csv" not in staging.files or not _is_merged():
        return []
    looks: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for key, name in query_large(staging, _NEW):
        looks[look_alike_form(name)].append((key, name))
    pairs = _pairs(looks) if looks else []
    if not pairs:
        return []
    money = _money_of([account[0] for pair in pairs for account in pair])
    named = sorted(pairs, key=lambda pair: -money.get(pair[0][0], (0, 0, ""))[1])[:_PAIRS_NAMED]
    listed = [f"{_account(new, money)} / {_account(old, money)}" for new, old in named]
    more = len(pairs) - len(listed)
    note = gettext_noop(
        "accounts.csv: {pairs} with a name like that of an earlier one; both stay apart: {listed}{more}. If they are "
        "one customer, merge them in the CRM, or load accounts.csv with merged_into."
    )
    return [
        note.format(
            pairs=counted(len(pairs), "new account", "new accounts"),
            listed=", ".join(listed),
            more=f" and {more:,} more" * (more > 0),
        )
    ]


def _is_merged() -> bool:
    """Whether accounts were merged row by row; a large first load copies them, and nothing was there before."""
    ((there,),) = query("SELECT to_regclass('pg_temp.matched_pipeline_account') IS NOT NULL")
    return bool(there)


def _pairs(looks: dict[str, list[tuple[str, str]]]) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    """New accounts, each with the first earlier one that looks like it."""
    pairs: list[tuple[tuple[str, str], tuple[str, str]]] = []
    keys_of_new = {key for group in looks.values() for key, _ in group}
    # The server holds the rows. Which of them are new is looked up here: it plans what a cursor reads for its first
    # rows, and compares each row with every other where it is to leave some out.
    with connection.chunked_cursor() as cursor:
        cursor.execute(_ALL)
        for key, name in cursor:
            if key not in keys_of_new:
                # It stands for all that look like it: thousands of one name are not compared with each other.
                pairs += [(new, (key, name)) for new in looks.pop(look_alike_form(name), ())]
    return pairs


def _money_of(keys: Sequence[str]) -> dict[str, tuple[int, float, str]]:
    """By account the number of its deals, their money for sorting, and the money in words."""
    figures: dict[str, tuple[int, float, str]] = {}
    for key, currency, deals, amount in query(_MONEY, [list(keys)]):
        before = figures.get(key, (0, 0.0, ""))
        earlier = f"{before[2]} + " if before[2] else ""
        figures[key] = (before[0] + deals, before[1] + float(amount), f"{earlier}{amount:,.0f} {currency}")
    return figures


def _account(account: tuple[str, str], money: dict[str, tuple[int, float, str]]) -> str:
    deals, _, amounts = money.get(account[0], (0, 0.0, ""))
    parts = [counted(deals, "deal", "deals"), *([amounts] if amounts else [])]
    return f"“{account[1]}” ({', '.join(parts)})"
