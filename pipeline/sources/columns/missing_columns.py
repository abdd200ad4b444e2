"""Columns that the deals' part of a mapping names and their file does not have: mistyped, or renamed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from departments.translation import gettext_noop
from pipeline.sources.columns.profile import MOST_COLUMNS_READ

_SETTINGS = {"entry_stage", "missing_amount", "missing_created", "stage_default", "team_department"}
"""Fields of the deals' part that hold no name of a column."""
_NEAR, _LISTED = 3, 12


def columns_absent(
    content: Mapping[str, Any], columns: Sequence[Mapping[str, Any]],
    tables: Mapping[str, Sequence[Mapping[str, Any]]],
) -> list[str]:  # fmt: skip
    """A sentence for each, with its field and file and the names it may have meant.

    `columns` are those of the deals, `tables` the columns of every table. Of a table that is too wide for all its
    columns to be read nothing is said: the conversion looks there.
    """
    names = [str(column["name"]) for column in columns]
    if not names or len(names) >= MOST_COLUMNS_READ:
        return []
    there, file = set(names), content.get("files", {}).get("deals", "")
    for lookup in content.get("lookups", []):
        joined = tables.get(lookup.get("file", ""), [])
        if not joined or len(joined) >= MOST_COLUMNS_READ:
            return []  # another mistake, which is named where the files are read
        there |= {f"{lookup.get('name', '')}.{column['name']}" for column in joined}
    fields = {
        f"[deal] {word}": name
        for word, name in content.get("deal", {}).items()
        if word not in _SETTINGS and isinstance(name, str)
    }
    named = [*fields.items(), *(("[stage_dates]", name) for name in content.get("stage_dates", {}))]
    return [_sentence(field, name, file, names) for field, name in named if name and name not in there]


def _sentence(field: str, name: str, file: str, names: Sequence[str]) -> str:
    by_small = {one.casefold(): one for one in reversed(names)}
    near = [by_small[one] for one in get_close_matches(name.casefold(), by_small, _NEAR)]
    if near:
        return gettext_noop(
            "{field}: {file} has no column “{name}”. Nearest: {listed}. Correct the name, or choose another column."
        ).format(field=field, file=file, name=name, listed=", ".join(f"“{one}”" for one in near))
    listed = ", ".join(f"“{one}”" for one in names[:_LISTED]) + (", …" if len(names) > _LISTED else "")
    return gettext_noop(
        "{field}: {file} has no column “{name}”. It has {listed}. Correct the name, or choose another column."
    ).format(field=field, file=file, name=name, listed=listed)
