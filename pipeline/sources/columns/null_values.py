"""Words that programs write where nothing is: a column of days with NULL for open deals is a column of days."""

from __future__ import annotations

from collections.abc import Sequence

_OF_MACHINES = frozenset(
    {"NULL", "null", "\\N", "(null)", "[NULL]", "[null]", "<null>", "<NULL>", "NaT", "0000-00-00", "00.00.0000",
     "00/00/0000", "0000-00-00 00:00:00"}
)  # fmt: skip
"""Nobody calls a customer so."""
_OF_PEOPLE = frozenset(
    {"none", "n/a", "n.a.", "na", "-", "–", "—", "--", "(none)", "(blank)", "(leer)", "(vide)", "k.a.", "k. a."}
)
"""These may mean something among texts, and mean nothing among numbers and days."""


def nothing_in(values: Sequence[str], *, measured: bool) -> list[str]:
    """Those of some values that stand for nothing; `measured`: the others are numbers or days."""
    return [value for value in values if value in _OF_MACHINES or (measured and value.casefold() in _OF_PEOPLE)]
