"""The columns of an event log in a CSV file that hold its times and amounts: how they are read, and what is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.sources.columns.numbers import LAKH, SIGNS, signs_listed, signs_of, signs_written


def amount_column(content: Mapping[str, Any], columns: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The column that the mapping of a log names as the amount; None for a list, an XES log, or where there is none."""
    name = content.get("opportunity", {}).get("amount", "")
    return next((c for c in columns if c["name"] in (name, name.removeprefix("event:"))), None) if name else None


def times_open(content: Mapping[str, Any], columns: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The column of times where several formats read it as different days, and none was chosen."""
    log = content.get("log", {})
    if "opportunity" not in content or log.get("time_format"):
        return []
    return [c for c in columns if c["kind"] == "date" and c["name"] == log.get("time") and c["asks"]]


def numbers_open(content: Mapping[str, Any], columns: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The column of amounts where its numbers could be two different ones, and no sign was chosen."""
    column = amount_column(content, columns)
    if column is None or "decimal_sign" in content.get("log", {}) or column["kind"] != "number":
        return []
    return [column] if column["asks"] else []


def signs_draft(content: dict[str, Any], columns: Sequence[dict[str, Any]]) -> None:
    """Write the signs that read every amount into the mapping of a log, where there is one way to read them."""
    column = amount_column(content, columns)
    if column is not None and column["kind"] == "number" and column["signs"]:
        content.setdefault("log", {}).update(signs_written(signs_of(column["signs"])))


def log_posted(posted: Mapping[str, str], content: dict[str, Any]) -> None:
    """What a form says of the times and numbers of a log."""
    log = content.setdefault("log", {})
    if chosen := [value for name, value in posted.items() if name.startswith("dates-") and value]:
        log["time_format"] = chosen[0]
    signs = next((signs for signs in SIGNS if "".join(signs_listed(signs)) == posted.get("signs")), None)
    if signs:
        log.pop(LAKH, None)
        log |= signs_written(signs)
