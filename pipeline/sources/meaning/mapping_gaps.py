"""What of a mapping a person still has to decide, and the mapping as it is once everything is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from math import isfinite
from types import MappingProxyType
from typing import Any

from departments.translation import gettext_noop
from pipeline.sources.columns.header_words import GENERIC
from pipeline.sources.columns.log_columns import amount_column, numbers_open, times_open
from pipeline.sources.columns.missing_columns import columns_absent
from pipeline.sources.meaning.history import history_of, history_undecided
from pipeline.sources.meaning.pipelines import pipelines_undecided
from pipeline.sources.meaning.roles import unit_in_name, why_no_dates
from pipeline.sources.meaning.systems import bare
from pipeline.sources.meaning.tickets import DATES as TICKET_DATES
from pipeline.sources.meaning.tickets import columns_of, tickets_undecided

DATES = ("created", "closed", "expected_close", "won_date", "lost_date", "changed")
NOBODY = "-"
"""The owner of a lost reason or an origin that a person leaves without one: it says nothing about a department."""
NO_TABLES: Mapping[str, list[dict[str, Any]]] = MappingProxyType({})
_ROLES = {"loss_reasons": "reason", "sources": "source"}
_WORDS = {"loss_reasons": gettext_noop("lost reason"), "sources": "origin"}


def undecided(
    content: dict[str, Any], columns: list[dict[str, Any]], tables: Mapping[str, list[dict[str, Any]]] = NO_TABLES
) -> list[str]:
    """A sentence for everything without which nothing can be taken in; `columns` are those of the deals, `tables` the
    columns of every table."""
    company = content.get("company", {})
    sentences = [
        gettext_noop("The company needs its {word}.").format(word=word)
        for name, word in (
            ("name", "name"),
            ("reporting_currency", "currency"),
            ("time_zone", gettext_noop("time zone")),
        )
        if not company.get(name)
    ]
    sentences += columns_absent(content, columns, tables)
    sentences += _missing_columns(content, columns)
    sentences += [
        gettext_noop("The dates of “{name}” can be read with the day first or the month first: say which.").format(
            name=column["name"]
        )
        for column in date_questions(content, columns, tables)
    ]
    sentences += [
        gettext_noop("The numbers of “{name}” can be read in several ways: say which sign marks the decimals.").format(
            name=column["name"]
        )
        for column in number_questions(content, columns)
    ]
    sentences += _missing_amounts(content, columns, tables)
    sentences += _values_without_stage(content, columns)
    sentences += _mute_status(content)
    sentences += pipelines_undecided(content, columns)
    sentences += history_undecided(content, tables)
    sentences += tickets_undecided(content, tables)
    for part, word in _WORDS.items():
        open_ones = [row["name"] for row in content.get(part, []) if not row["department"]]
        if open_ones:
            listed = ", ".join(f"“{name}”" for name in open_ones[:3]) + (
                gettext_noop(" and others") if len(open_ones) > 3 else ""
            )
            sentences.append(
                gettext_noop("{counted} without a department: {listed}.").format(
                    counted=counted(len(open_ones), word), listed=listed
                )
            )
    return sentences


def counted(count: int, word: str) -> str:
    """`1 deal`, `2 deals`."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def date_questions(
    content: dict[str, Any], columns: list[dict[str, Any]], tables: Mapping[str, list[dict[str, Any]]] = NO_TABLES
) -> list[dict[str, Any]]:
    """Columns of dates in use that several formats read as different days, none of which was chosen."""
    deal, chosen = content.get("deal", {}), content.get("files", {}).get("date_formats", [])
    used = {deal.get(role) for role in DATES} | set(content.get("stage_dates", {}))
    tickets = content.get("tickets", {})
    of_tickets = {tickets.get(role) for role in TICKET_DATES}
    open_ones = [c for c in columns if c["kind"] == "date" and c["name"] in used and c["asks"]]
    open_ones += [c for c in columns_of(content, tables) if c["name"] in of_tickets and c["asks"]]
    changed_at = content.get("history", {}).get("at")
    open_ones += [c for c in history_of(content, tables) if c["name"] == changed_at and c["asks"]]
    open_ones += times_open(content, columns)
    return [column for column in open_ones if not set(chosen) & set(column["asks"])]


def number_questions(content: dict[str, Any], columns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The column of amounts where its numbers could be two different ones, and no sign was chosen."""
    amount = content.get("deal", {}).get("amount")
    if "decimal_sign" in content.get("files", {}):
        return []
    of_list = [c for c in columns if c["kind"] == "number" and c["name"] == amount and c["asks"]]
    return of_list or numbers_open(content, columns)


def _missing_columns(content: dict[str, Any], columns: list[dict[str, Any]]) -> list[str]:
    """Columns without which a list has no deals and no history."""
    deal = content.get("deal", {})
    needed = {
        "key": gettext_noop("No column is chosen as the key: choose one in which every row has a value of its own."),
        "created": gettext_noop("No column is chosen as the day on which a deal began: choose one that holds dates."),
    }
    return [
        _reasoned(sentence, _why_not_taken(role, deal, columns))
        for role, sentence in needed.items()
        if deal and not deal.get(role)
    ]


def _reasoned(sentence: str, reason: str) -> str:
    return f"{sentence} {reason}" if reason else sentence


def _why_not_taken(role: str, deal: dict[str, Any], columns: list[dict[str, Any]]) -> str:
    """What speaks against the column that has the name for a role."""
    free = [c for c in columns if re.search(GENERIC[role], bare(c["name"])) and c["name"] not in deal.values()]
    if not free:
        return ""
    column = free[0]
    name = column["name"]
    if column["kind"] == "empty":
        return gettext_noop("“{name}” is empty.").format(name=name)
    if role == "key":
        if blank := max(one["filled"] for one in columns) - column["filled"]:
            return gettext_noop("“{name}” is empty in {blank:,} rows.").format(name=name, blank=blank)
        return gettext_noop("“{name}” has the same value again in {different:,} rows.").format(
            name=name, different=column["filled"] - column["different"]
        )
    if role == "created":
        return why_no_dates(column)
    some = ", ".join(f"“{value}”" for value, *_ in column["values"][:3])
    return gettext_noop(
        "“{name}” does not hold numbers written in one way ({some}): mend the file, then upload it again."
    ).format(name=name, some=some)


def _missing_amounts(
    content: dict[str, Any], columns: list[dict[str, Any]], tables: Mapping[str, list[dict[str, Any]]]
) -> list[str]:
    """Deals without an amount, where nothing is said about what they count with."""
    deal = content.get("deal", {})
    of_log = amount_column(content, columns) or {}
    for column in filter(None, (deal.get("amount"), deal.get("open_amount"), of_log.get("name"))):
        if unit := unit_in_name(column):
            return [
                gettext_noop(
                    "The name of “{column}” says that its amounts are in {unit}, and they would be read as they stand. "
                    "Write them in full, under a name without it."
                ).format(column=column, unit=unit)
            ]
    if not deal or deal.get("missing_amount") or deal.get("open_amount"):
        return []
    if not deal.get("amount"):
        what = gettext_noop(
            "No column is chosen as the amount: choose one, or say what deals count with, 0 if nothing."
        )
        return [_reasoned(what, _why_not_taken("amount", deal, columns))]
    total = max((column["filled"] for column in columns), default=0)
    if columns_absent(content | {"deal": {"amount": deal["amount"]}, "stage_dates": {}}, columns, tables):
        return []  # that the file has no such column is said instead
    amount = next((c["filled"] for c in columns if c["name"] == deal["amount"]), 0)
    if amount >= total:
        return []
    return [
        gettext_noop("{amount:,} of {total:,} deals have no amount: say what they count with, 0 if nothing.").format(
            amount=total - amount, total=total
        )
    ]


def _mute_status(content: dict[str, Any]) -> list[str]:
    """A status of which no value says anything would leave every deal open."""
    deal = content.get("deal", {})
    status = deal.get("status", "")
    lists = ("won_values", "lost_values", "withdrawn_values")
    if not status or status == deal.get("stage") or any(deal.get(word) for word in lists):
        return []
    return [
        gettext_noop(
            "No value of “{status}” seems to say won or lost: choose another column for the status or none, "
            "or write its won_values and lost_values in the mapping."
        ).format(status=status)
    ]


def _values_without_stage(content: dict[str, Any], columns: list[dict[str, Any]]) -> list[str]:
    """Values of the stage column that the mapping has no stage for: of a later file, or never decided."""
    deal = content.get("deal", {})
    # The key stands for the stage where a list has none: see _without_stage of the draft.
    if not deal or deal.get("stage_default") or deal.get("stage") == deal.get("key"):
        return []
    column = next((c for c in columns if c["name"] == deal.get("stage")), None)
    parts = [*content.get("stages", []), *content.get("losses", [])]
    named = {value for part in parts for value in part["activities"]}
    left = [entry for entry in (column["values"] if column else []) if str(entry[0]) not in named]
    sentences = []
    for entry in left:
        money = gettext_noop(", {entry:,.0f} in money").format(entry=entry[2]) if len(entry) > 2 else ""
        sentences.append(
            gettext_noop("“{entry}”, {entry2}{money}: which stage is it?").format(
                entry=entry[0], entry2=counted(entry[1], "deal"), money=money
            )
        )
    return sentences


_LISTS = {
    "lookups", "pipelines", "departments", "stages", "losses", "loss_reasons", "sources", "queues", "teams",
    "handoff_rules", "handoffs",
}  # fmt: skip
_OWNED = ("key", "name", "department")
_NEEDED = {"loss_reasons": _OWNED, "sources": _OWNED, "queues": ("department",), "teams": ("department",)}


def decided(content: dict[str, Any], *, keeps_open: bool = False) -> dict[str, Any]:
    """The mapping as conversions take it: reasons and origins that belong to nobody are read as empty. `keeps_open`:
    those that nobody decided yet stay, so that a file of the mapping that is uploaded again still asks for them."""
    result = deepcopy(content)
    deal = result.get("deal", {})
    for part, role in _ROLES.items():
        if part not in result:
            continue
        rows = result[part]
        column = deal.get(role)
        nobodys = (NOBODY,) if keeps_open else ("", NOBODY)
        dropped = [row for row in rows if row["department"] in nobodys]
        if column and dropped:
            replaced = result.setdefault("values", {}).setdefault(column, {})
            replaced |= {row["name"]: "" for row in dropped}
            # Of names that were turned into keys, the conversion meets the key.
            replaced |= {row["key"]: "" for row in dropped}
        result[part] = [row for row in rows if row["department"] not in nobodys]
    for part in (*result.get("queues", []), *result.get("teams", [])):
        part["department"] = "" if part["department"] == NOBODY else part["department"]
    for name in ("deal", "opportunity", "accounts", "tickets", "history", "stage_dates"):
        if name in result:
            result[name] = {word: value for word, value in result[name].items() if value not in ("", [], None)}
    return result


def shape_mistakes(content: dict[str, Any]) -> list[str]:
    """A sentence for each part of a mapping file that is not built as parts of its name are, so that the rest can be
    read; what its values may be is checked by whoever converts by it."""
    sentences = []
    for name, part in content.items():
        rows = part if name in _LISTS else [part]
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            head = f"[[{name}]]" if name in _LISTS else f"[{name}]"
            sentences.append(
                gettext_noop("Write {head} in a line of its own and the values below it.").format(head=head)
            )
            continue
        needed = _NEEDED.get(name, ())
        missing = sorted({word for row in rows for word in needed if not isinstance(row.get(word), str)})
        sentences += [
            gettext_noop("Each [[{name}]] needs a text as {word}.").format(name=name, word=w) for w in missing
        ]
        sentences += [
            gettext_noop("[{name}] {word}: write a text, a number that ends, true, false or a list of these.").format(
                name=name, word=word
            )
            for word in sorted({word for row in rows for word, value in row.items() if not _is_plain(value, name)})
        ]
    return sentences


def _is_plain(value: Any, part: str = "") -> bool:
    if part == "values":
        return isinstance(value, dict) and _is_plain(value)
    if part == "deal" and value == []:
        return False
    if isinstance(value, dict | list):
        return all(map(_is_plain, value.values() if isinstance(value, dict) else value))
    return value is None or isinstance(value, str | int) or (isinstance(value, float) and isfinite(value))
