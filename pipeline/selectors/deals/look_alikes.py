"""Accounts whose names look the same to a reader: the deals and the money of one customer may stand apart."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from departments.core.text import look_alike_form
from pipeline.models import Account, RecomputeRun
from pipeline.run_cache import cached
from pipeline.selectors.deals.current_deals import current_deals_cursor

GROUPS_SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class LookAlike:
    """One account of a group: its number of deals, and their money in minor units of the reporting currency."""

    key: str
    name: str
    deals: int
    amount: int


@dataclass(frozen=True, kw_only=True)
class LookAlikes:
    """Groups of accounts that look the same, those with most money first; `total` counts all groups."""

    groups: tuple[tuple[LookAlike, ...], ...]
    total: int

    @property
    def more(self) -> int:
        """Groups that are not listed."""
        return self.total - len(self.groups)


def look_alike_accounts(*, run: RecomputeRun) -> LookAlikes:
    """The accounts that were not merged and whose names differ in case, accents, spaces, signs or look-alike letters
    alone; two of exactly one name are a group, too, unless neither has a deal."""
    return cached(run, "look-alike-accounts", lambda: _look_alikes(run))


def _look_alikes(run: RecomputeRun) -> LookAlikes:
    looks: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for pk, key, name in (
        Account.objects.filter(merged_into="").order_by("pk").values_list("pk", "key", "name").iterator()
    ):
        looks[look_alike_form(name)].append((pk, key, name))
    several = [rows for rows in looks.values() if len(rows) > 1]
    ids = [pk for rows in several for pk, _, _ in rows]
    figures = _figures(run, ids) if ids else {}
    groups = [
        tuple(
            LookAlike(key=key, name=name, deals=figures.get(pk, (0, 0))[0], amount=figures.get(pk, (0, 0))[1])
            for pk, key, name in rows
        )
        for rows in several
        if any(pk in figures for pk, _, _ in rows)
    ]
    groups.sort(key=lambda group: -sum(account.amount for account in group))
    return LookAlikes(groups=tuple(groups[:GROUPS_SHOWN]), total=len(groups))


def _figures(run: RecomputeRun, ids: list[int]) -> dict[int, tuple[int, int]]:
    """Number of deals and their money by account."""
    rows = current_deals_cursor(run).execute(
        "SELECT account, count(*), sum(amount) FROM deals_now WHERE account IN (SELECT unnest($ids)) GROUP BY 1",
        {"ids": ids},
    )
    return {int(account): (int(deals), int(amount or 0)) for account, deals, amount in rows.fetchall()}
