"""Files of a later upload that are called otherwise than in the mapping: most systems write a date into the name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from departments.formats import counted
from departments.translation import gettext_noop

_PARTS = ("accounts", "history", "tickets")


def files_renamed(content: dict[str, Any], tables: Sequence[str], deals: str) -> tuple[dict[str, Any], list[str]]:
    """The mapping with the names that the files have in this upload, and a sentence for each that differs.

    `deals` is the table that looks like the deals. A file stands for one of the mapping where their names differ in
    digits and signs only, and only one does; the deals also where no file of theirs is there otherwise.
    """
    named = _named(content)
    missing = [name for name in named if name not in tables]
    if "files" not in content or not missing:
        return content, []
    free = [table for table in tables if table not in named]
    stands: dict[str, str] = {}
    for name in missing:
        alike = [table for table in free if bare_name(table) == bare_name(name)]
        if len(alike) == 1 and alike[0] not in stands.values():
            stands[name] = alike[0]
    if not deals and len(free) == 1 and not stands:  # tickets alone, in a file of any name
        stands |= dict.fromkeys(missing, free[0])
    listed = content["files"].get("deals", "")
    if listed in missing and listed not in stands and deals in free and deals not in stands.values():
        stands[listed] = deals
    result = deepcopy(content)
    if listed:
        result["files"]["deals"] = stands.get(listed, listed)
    for part in [*(result[name] for name in _PARTS if result.get(name)), *result.get("lookups", [])]:
        part["file"] = stands.get(part["file"], part["file"])
    return result, [
        gettext_noop("{table} is read as {name}, as the mapping calls it.").format(table=table, name=name)
        for name, table in stands.items()
    ]


def _named(content: dict[str, Any]) -> list[str]:
    """The files that a mapping names, each once."""
    parts = [*(content[name] for name in _PARTS if content.get(name)), *content.get("lookups", [])]
    files = [content.get("files", {}).get("deals", ""), *(part.get("file", "") for part in parts)]
    return [name for name in dict.fromkeys(files) if name]


def tables_unused(content: dict[str, Any], tables: Sequence[dict[str, Any]]) -> list[str]:
    """A sentence for each table of an upload that the mapping says nothing of, so that its rows are not imported."""
    named = _named(content)
    return [
        gettext_noop(
            "Not used: {table} with {rows}, which the mapping does not name. If they are deals, import them as a "
            "source of their own."
        ).format(table=table["table"], rows=counted(table["rows"], "row", "rows"))
        for table in tables
        if named and table["table"] not in named and not table.get("log")
    ]


def bare_name(name: str) -> str:
    """The letters of a file's name: its digits and signs differ from week to week."""
    return re.sub(r"[\W\d_]+", "", name.rsplit(".", 1)[0].lower())
