"""Which column of a table plays which role of a deal: by the headers of a known system first, then by their look."""

from __future__ import annotations

import re
from typing import Any

from pipeline.sources.meaning.systems import GENERIC, KINDS, System, bare, recognised

_ENDS_ALONE = {"closed", "expected_close"}


def columns_by_role(columns: list[dict[str, Any]], rows: int) -> tuple[System | None, dict[str, str]]:
    """The system a table comes from, and the column of every role that one is there for. A column plays one role,
    except that the close date may also be the expected one."""
    system = recognised([column["name"] for column in columns])
    chosen: dict[str, str] = {}
    for role, names in (system.columns if system else {}).items():
        for name in names:
            column = next((c for c in columns if bare(c["name"]) == name), None)
            doubled = column is not None and role == "open_amount" and column["name"] == chosen.get("amount")
            if column is not None and not doubled and _fits(role, column, rows):
                chosen[role] = column["name"]
                break
    for role, pattern in GENERIC.items():
        if role in chosen:
            continue
        taken = set(chosen.values())
        fitting = [c for c in columns if re.search(pattern, bare(c["name"])) and _fits(role, c, rows)]
        free = [c["name"] for c in fitting if c["name"] not in taken]
        if free:
            chosen[role] = free[0]
    if "amount" not in chosen:
        _amount_with_negatives(columns, chosen)
    if "key" not in chosen:
        _key_with_doubles(columns, rows, chosen, system)
    _key_by_uniqueness(columns, rows, chosen)
    return system, chosen


def _key_with_doubles(columns: list[dict[str, Any]], rows: int, chosen: dict[str, str], system: System | None) -> None:
    """A column that is the key by its header stays it where a few rows have none or one of another row: the import
    refuses those by line. Of a list that has a day of creation and one of closing these may be more than of a log."""
    names = system.columns.get("key", ()) if system else ()
    least = rows / 2 if chosen.get("created") and chosen.get("closed") not in (None, chosen["created"]) else rows / 1.2
    for column in columns:
        named = bare(column["name"]) in names or re.search(GENERIC["key"], bare(column["name"]))
        blank = rows - column["filled"]
        needed = min(least, column["filled"]) if blank else least
        if named and blank <= max(1, rows * 0.2) and column["different"] >= max(needed, 2):
            chosen["key"] = column["name"]
            return


def _amount_with_negatives(columns: list[dict[str, Any]], chosen: dict[str, str]) -> None:
    """Where no other column is the amount, one with negative numbers: the import refuses those by line."""
    taken = set(chosen.values())
    for column in columns:
        named = re.search(GENERIC["amount"], bare(column["name"])) and column["name"] not in taken
        if named and column["kind"] == "number" and column["negative"]:
            chosen["amount"] = column["name"]
            return


def _fits(role: str, column: dict[str, Any], rows: int) -> bool:
    """Whether what a column holds allows the role."""
    if role in KINDS and column["kind"] not in KINDS[role]:
        return role == "closed" and column["kind"] == "empty"
    if role == "key":
        return bool(column["filled"] == column["different"] == rows)
    if role in ("amount", "won_flag", "closed_flag") and column["negative"]:
        return False
    if role in ("segment", "team", "source", "reason", "stage", "currency"):
        few = int(column["different"]) <= max(60, rows // 20)
        return column["kind"] not in ("date",) and few and (bool(column["filled"]) or role in ("stage",))
    return bool(column["filled"])


def _key_by_uniqueness(columns: list[dict[str, Any]], rows: int, chosen: dict[str, str]) -> None:
    """Without a header that says so, the first column of texts or whole numbers that stand once each is the key."""
    if "key" in chosen:
        return
    certain = {chosen.get(role) for role in ("amount", "stage", "created", "closed")}
    for column in columns:
        if column["name"] in certain:
            continue
        if column["kind"] in ("text", "number") and column["filled"] == column["different"] == rows:
            chosen["key"] = column["name"]
            for role in [role for role, name in chosen.items() if name == column["name"] and role != "key"]:
                if role not in ("name",):
                    del chosen[role]
            return


def deals_table(tables: dict[str, list[dict[str, Any]]], rows: dict[str, int]) -> str:
    """The table that seems to hold the deals: the one in which most roles of a deal have a column."""

    def score(name: str) -> tuple[float, int]:
        system, chosen = columns_by_role(tables[name], rows[name])
        weights = {"key": 3.0, "stage": 3.0, "amount": 2.0, "created": 2.0, "closed": 1.5, "owner": 1.0}
        points = sum(weights.get(role, 0.5) for role in chosen) + (2.0 if system else 0.0)
        if re.search(r"history|changelog|line.?item|verlauf", name, re.IGNORECASE):
            points -= 4
        if re.search(r"ticket|dispute|incident|cases?\b", name, re.IGNORECASE):
            points -= 4
        return points, rows[name]

    return max(tables, key=score)
