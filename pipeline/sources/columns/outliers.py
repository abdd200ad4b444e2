"""Columns in which a few values differ from the others: what kind the column is, and which values are outliers.

Otherwise a single word among ten thousand amounts would turn the column into text, and the user would be told that
deals have no amount, instead of which row is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.core.flag_text import parse_flag
from pipeline.core.money_text import money_split
from pipeline.sources.columns.dates import fitting_most

_NUMBER = re.compile(
    r"[+-]?[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]+)?"
    r"|[+-]?[0-9]{1,3}(?:[.,'’ \u00a0\u202f]?[0-9]{3})*(?:[.,][0-9]+)?|[+-]?[0-9]+(?:[.,][0-9]+)?"
)
_DAY = re.compile(r"[0-9]{1,4}[./-](?:[0-9]{1,2}|[A-Za-zäé]{3,9})[./-][0-9]{1,4}(?!\d).*|[0-9]{4}-[0-9]{2}-[0-9]{2}.*")
_MOST_FLAGS = 6
_SHARE = 0.2


def usual_values(values: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """The values that are numbers, dates or flags, with the kind they are, where nearly all are."""
    yield "number", _nearly_all(values, [value for value in values if _NUMBER.fullmatch(money_split(value).number)])
    # The pattern is cheap, trying every format is not.
    if _nearly_all(values, [value for value in values if _DAY.fullmatch(value)]):
        yield "date", _nearly_all(values, fitting_most(values))
    if len(values) <= _MOST_FLAGS:
        flags = [value for value in values if _is_flag(value)]
        both = {parse_flag(value) for value in flags} == {True, False}
        yield "flag", flags if both and len(values) - len(flags) <= 2 else []


def _nearly_all(values: Sequence[str], good: list[str]) -> list[str]:
    odd = len(values) - len(good)
    return good if len(good) >= 2 and odd <= max(1, _SHARE * len(values)) else []


def _is_flag(value: str) -> bool:
    try:
        return parse_flag(value) is not None
    except ValueError:
        return False
