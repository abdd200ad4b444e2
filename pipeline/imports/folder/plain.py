"""What nearly every value of a company folder looks like, told without the database engine that checks the rest.

To plan the checks of a column takes the engine a thousand times as long as to run them over a small file, and a
pattern alone is quicker than the checks over a large one, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_UTC = pa.timestamp("us", "UTC")
_SAMPLE = 2_000
"""Rows by which it is told whether texts of a column repeat."""


@dataclass(frozen=True)
class Plain:
    """Values that have no problem and are stored as they are written; what is not plain may still be right."""

    pattern: str
    """What such a value matches as a whole (RE2)."""
    longest: int = 0
    """The most bytes of one; 0 where the pattern limits them."""
    values: tuple[str, ...] = ()
    """The values themselves, in place of a pattern."""
    never: tuple[str, ...] = ()
    """Values that match and are not plain."""
    arrow_type: str = "text"
    """What it is read as: "text" as it is, "number" for the database to read, "instant", "date" or "monday"."""


def plain_column(raw: pa.ChunkedArray, plain: Plain, *, blank: bool) -> pa.ChunkedArray | None:
    """A column of raw texts as its kind is staged, null where it is blank and no text; None unless all are plain."""
    lengths = pc.min_max(pc.binary_length(raw)).as_py()
    shortest, longest = lengths["min"] or 0, lengths["max"] or 0
    has_blanks = shortest == 0 and len(raw) > 0
    if (has_blanks and not blank) or (plain.longest and longest > plain.longest):
        return None
    if longest and not _all_match(raw, plain, blank=has_blanks):
        return None
    if plain.arrow_type == "text":
        return raw
    texts = pc.if_else(pc.equal(raw, ""), pa.scalar(None, pa.string()), raw) if has_blanks else raw
    return texts if plain.arrow_type == "number" else _of_calendar(texts, plain.arrow_type)


def _all_match(raw: pa.ChunkedArray, plain: Plain, *, blank: bool) -> bool:
    raw = _distinct_texts(raw)
    also = ("",) if blank else ()
    if plain.values:
        return _all(pc.is_in(raw, pa.array([*plain.values, *also])))
    either = "|" if blank else ""
    if not _all(pc.match_substring_regex(raw, rf"\A(?:{either}{plain.pattern})\z")):
        return False
    return not (plain.never and pc.any(pc.is_in(raw, pa.array(plain.never))).as_py())


def _distinct_texts(raw: pa.ChunkedArray) -> pa.ChunkedArray | pa.Array:
    """Each text once where a few repeat, as names of stages or people do: to match one takes longer than to find it."""
    sample = raw.slice(0, _SAMPLE)
    return pc.unique(raw) if len(raw) > _SAMPLE and len(pc.unique(sample)) < _SAMPLE // 10 else raw


def _all(condition: Any) -> bool:
    return pc.all(condition).as_py() is not False


def _of_calendar(texts: pa.ChunkedArray, arrow_type: str) -> pa.ChunkedArray | None:
    """Texts as instants in UTC or as days; None if the calendar has not all of them."""
    try:
        if arrow_type == "instant":
            return texts.cast(_UTC).cast(pa.timestamp("us"))
        days = texts.cast(pa.date32())
    except pa.ArrowInvalid:
        return None
    return days if arrow_type == "date" or _all(pc.equal(pc.day_of_week(days), 0)) else None
