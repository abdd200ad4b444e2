"""Pagination of long lists."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

from pipeline.selectors.deals.opportunities import PAGE

LARGEST_PAGE = 100_000
"""Pages of opportunities beyond are not counted out."""


@dataclass(frozen=True, kw_only=True)
class Pages:
    """Where in a list one is; addresses are empty where there is no page."""

    number: int
    first: int
    last: int
    total: int
    before: str
    after: str


def pages_of(query: QueryDict, number: int, total: int) -> Pages:
    """Where page `number` of a list lies; the addresses keep all other parameters."""

    def address(page: int) -> str:
        others = [(key, value) for key in query for value in query.getlist(key) if key != "page" and value]
        return f"?{urlencode([*others, ('page', page)])}"

    return Pages(
        number=number,
        first=min((number - 1) * PAGE + 1, total),
        last=min(number * PAGE, total),
        total=total,
        before=address(number - 1) if number > 1 else "",
        after=address(number + 1) if number * PAGE < total else "",
    )
