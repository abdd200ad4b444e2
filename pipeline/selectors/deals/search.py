"""Deals and accounts by what people remember of them: a key, or the beginnings of words of a name.

The beginnings of words are looked up in an index of words (GIN over `to_tsvector`), so a million deals answer in
milliseconds. Nothing is sorted in the database: a common word has hundreds of thousands of matches.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import and_

from django.contrib.postgres.search import Lexeme, SearchQuery, SearchVector
from django.db.models import Q, QuerySet

from pipeline.models import Account, Opportunity

CONFIG = "simple"
SHORTEST = 2
_READ = 40
"""So many matches are read to choose the best of."""


@dataclass(frozen=True, kw_only=True)
class DealMatch:
    """One deal."""

    key: str
    name: str
    account: str


@dataclass(frozen=True, kw_only=True)
class AccountMatch:
    """One account."""

    key: str
    name: str


def words_query(text: str) -> SearchQuery | None:
    """Every word of the text as the beginning of a word; None where there is no word in it."""
    words = re.findall(r"\w+", text.lower())
    return SearchQuery(reduce(and_, (Lexeme(word, prefix=True) for word in words)), config=CONFIG) if words else None


def deals_matching(*, text: str, limit: int) -> list[DealMatch]:
    """Deals whose key begins with the text, then those with its words in their name, then those of such an account."""
    text = text.strip()
    if len(text) < SHORTEST:
        return []
    rows = list(_by_key(text)[:limit])
    words = words_query(text)
    if len(rows) < limit and words is not None:
        rows += sorted(_by_words(Opportunity.objects.all(), words).select_related("account")[:_READ], key=_order(text))
    if len(rows) < limit and words is not None:
        accounts = list(_by_words(Account.objects.all(), words).values_list("pk", flat=True)[:_READ])
        rows += Opportunity.objects.filter(account__in=accounts).select_related("account")[:_READ] if accounts else []
    # Reversed, so that of a deal that was found twice the first row stays.
    chosen = {row.pk: row for row in reversed(rows)}
    return [_deal(chosen[pk]) for pk in dict.fromkeys(row.pk for row in rows)][:limit]


def accounts_matching(*, text: str, limit: int) -> list[AccountMatch]:
    """Accounts with the words in their name, those that begin with the text first."""
    words = words_query(text)
    if len(text.strip()) < SHORTEST or words is None:
        return []
    rows = sorted(_by_words(Account.objects.all(), words)[:_READ], key=_order(text))
    return [AccountMatch(key=row.key, name=row.name) for row in rows[:limit]]


def _by_key(text: str) -> QuerySet[Opportunity]:
    # As it was typed, and in capitals, as most systems write them: both are looked up in the index of the key.
    starts = Q(key__startswith=text) | Q(key__startswith=text.upper())
    return Opportunity.objects.filter(starts).select_related("account").order_by("key")


def _by_words[Row: (Account, Opportunity)](rows: QuerySet[Row], words: SearchQuery) -> QuerySet[Row]:
    return rows.annotate(words=SearchVector("name", config=CONFIG)).filter(words=words)


def _order(text: str) -> Callable[[Account | Opportunity], tuple[bool, str, int]]:
    """What begins with the text first, then by name."""
    start = text.strip().lower()
    return lambda row: (not row.name.lower().startswith(start), row.name.lower(), row.pk)


def _deal(row: Opportunity) -> DealMatch:
    return DealMatch(key=row.key, name=row.name or row.key, account=row.account.name if row.account else "")
