"""Which values of a status say that a deal was won, lost or withdrawn, or still is open."""

from __future__ import annotations

from typing import Any

from pipeline.sources.meaning.owners import LOST, WON, stage_kind
from pipeline.sources.meaning.systems import System

OPEN = "open"
_OPEN = {"open", "opened", "offen", "active", "aktiv", "in progress", "in arbeit", "laufend", "new", "neu", "ouvert",
         "ouverte", "en cours", "abierta", "abierto", "aperta", "aperto", "aberto", "進行中", "商談中",
         "オープン", "открыт", "открыта", "открыто", "открытая", "новая", "новый", "активна", "в работе", "в процессе",
         "відкрита", "відкрито", "нова", "новий", "в роботі", "у роботі"}  # fmt: skip
"""What a status says of deals that have not ended, in the words of many systems."""
_LISTS = ("won_values", "lost_values", "withdrawn_values", "open_values")


def status_kind(value: str) -> str:
    """WON, LOST or OPEN for a status that says so in the words of some system; else an empty text."""
    return stage_kind(value) or (OPEN if value.strip().casefold() in _OPEN else "")


def status_draft(content: dict[str, Any], by_name: dict[str, dict[str, Any]], system: System | None) -> None:
    """Fill the lists of the status by the system's words, or by what the values seem to say.

    Words of a system count also where this file has none of them: the first file may have no deal that is won. Only
    where every value is understood every later one has to be.
    """
    deal = content["deal"]
    for word in _LISTS:
        deal.pop(word, None)
    column = by_name.get(deal.get("status", ""))
    if column is None:
        return
    values = [str(value) for value, *_ in column["values"]]
    if system and (system.won or system.lost):
        lists = [_with_system_values(values, own) for own in (system.won, system.lost, system.withdrawn, system.open)]
    else:
        kinds = {value: stage_kind(value) for value in values}
        lists = [[value for value in values if kinds[value] == kind] for kind in (WON, LOST)]
        lists += [[], [value for value in values if value.strip().casefold() in _OPEN]]
    understood = {value for named in lists for value in named}
    if not set(values) <= understood or len(values) < column["different"]:
        lists[-1] = []
    for word, named in zip(_LISTS, lists, strict=True):
        if named or word in ("won_values", "lost_values"):
            deal[word] = named


def _with_system_values(values: list[str], own: tuple[str, ...]) -> list[str]:
    """The values that are one of the system's own in any case, and those of its own that the file has not."""
    named = [value for value in values if value.strip().casefold() in own]
    return named + [value for value in own if value not in {name.strip().casefold() for name in named}]
