"""A table of tickets beside the deals: which one it is, what its columns are, and whose its queues are."""

# ruff: noqa: S608 - statements are put together from the quoted names of a file's own columns only.

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from departments.formats import counted
from departments.translation import gettext_noop
from pipeline.sources.columns.dates import ISO
from pipeline.sources.columns.profile import quoted
from pipeline.sources.columns.table_words import MONEY, TICKET_DEAL, TICKET_HEADERS, TICKET_KEY, TICKET_WORDS
from pipeline.sources.meaning.owners import department_of
from pipeline.sources.meaning.systems import bare

type Content = dict[str, Any]
type Columns = Sequence[dict[str, Any]]
type Part = dict[str, str]

FIELDS = {
    "key": gettext_noop("Ticket’s number"),
    "deal_column": gettext_noop("Names the deal"),
    "opened": gettext_noop("Opened on"),
    "started": gettext_noop("Work began on"),
    "closed": gettext_noop("Closed on"),
    "due": gettext_noop("Due on"),
    "queue": gettext_noop("Queue or group"),
    "kind": gettext_noop("Kind of work"),
    "outcome": "Outcome",
    "assignee": gettext_noop("Who does it"),
}
NEEDED = ("key", "deal_column", "opened")
DATES = ("opened", "started", "closed", "due")
_ISO_FORMS = ("%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z")
_TICKETS = re.compile(TICKET_WORDS, re.IGNORECASE)
_LEAST_SHARE = 0.3
_OF_DEALS = ("deals", "complete")
_MOST_QUEUES = 100


@dataclass(frozen=True, kw_only=True)
class QueueRow:
    """One queue with its tickets and its department; `-` belongs to nobody, an empty text is open."""

    name: str
    count: int
    department: str


def tickets_columns(
    store: duckdb.DuckDBPyConnection, deals: str, roles: Mapping[str, str], tables: Mapping[str, Columns],
    joins: Sequence[Mapping[str, Any]],
) -> Part:  # fmt: skip
    """The part of a mapping for the table of tickets, if one is there: each row has a number of its own, a deal's key,
    and days on which it was opened and closed.

    Where no deal has two of them the table could as well be joined to the deals. Then it is tickets by what else its
    columns are.
    """
    for table in tables:
        if table == deals or not roles.get("key"):
            continue
        part = columns_draft(table, tables[table])
        link = link_of(store, table, tables[table], deals, roles["key"], TICKET_DEAL)
        join = next((join for join in joins if join["table"] == table), None)
        if join is None:
            # One row a deal, such as an earlier state of the list, is no file of tickets.
            is_work = "queue" in part or ("assignee" in part and _TICKETS.search(table))
        else:
            is_work = join["column"] != roles.get("account") and _is_work(table, part, tables[table])
        if link and link != part.get("key") and {"key", "opened", "closed"} <= set(part) and is_work:
            return part | {"deal_column": link}
    return {}


def alone_columns(table: str, columns: Columns, there: Callable[[Collection[str]], Collection[str]]) -> Part:
    """The part of a mapping for a table of tickets whose deals are in already, if it is one; else nothing.

    `there` gives those of some keys that deals have. A table of which each row is a deal is none.
    """
    part = columns_draft(table, columns)
    if not {"key", "opened"} <= set(part) or not _is_work(table, part, columns):
        return {}
    by_name = {column["name"]: column for column in columns}
    if _share_there(by_name[part["key"]], there) >= _LEAST_SHARE:
        return {}
    shares = {
        column["name"]: _share_there(column, there)
        for column in columns
        if column["kind"] == "text" or re.search(TICKET_DEAL, bare(column["name"]))
    }
    link = max(shares, key=lambda name: shares[name], default="")
    return part | {"deal_column": link} if link and shares[link] >= _LEAST_SHARE else {}


def _share_there(column: Mapping[str, Any], there: Callable[[Collection[str]], Collection[str]]) -> float:
    """The share of the rows, of those with the most frequent values, in which the value is a deal's key."""
    counts = {str(value): int(count) for value, count, *_ in column["values"]}
    return sum(counts[key] for key in there(counts)) / max(sum(counts.values()), 1)


def alone_draft(company: Content, departments: list[dict[str, str]], part: Part, columns: Columns) -> Content:
    """The proposed mapping of a table of tickets whose deals are in already."""
    content: Content = {"company": company, "files": {"date_formats": []}, "departments": departments}
    tickets_draft(content, part, {part["file"]: columns})
    return content


def ticket_parts(content: Content) -> Content:
    """What of a mapping is said of tickets alone."""
    parts = ("company", "departments", "tickets", "queues")
    result: Content = {name: content[name] for name in parts if name in content}
    result["files"] = {word: value for word, value in content.get("files", {}).items() if word not in _OF_DEALS}
    values = {name: part for name, part in content.get("values", {}).items() if name.startswith("tickets.")}
    return result | ({"values": values} if values else {})


def _is_work(table: str, part: Mapping[str, str], columns: Columns) -> bool:
    """Whether a table of one row a deal is of tickets: it is called so, or has a queue and no money of its own."""
    if any(column["kind"] == "number" and re.search(MONEY, bare(column["name"])) for column in columns):
        return False
    named = _TICKETS.search(table) or re.search(TICKET_KEY, bare(part.get("key", "")))
    queue = part.get("queue", "")
    return bool((named and (queue or "assignee" in part)) or (queue and bare(queue) != "team"))


def tickets_draft(content: Content, part: Part, tables: Mapping[str, Columns]) -> None:
    """Add the proposed tickets to a mapping, with their queues and the formats of their days."""
    if not part:
        return
    columns = tables[part["file"]]
    content["tickets"] = part
    content["queues"] = queues_draft(content, columns)
    formats_add(content, columns, {part.get(role) for role in DATES})


def columns_draft(table: str, columns: Columns) -> Part:
    """The columns of a table of tickets by what their headers say; `deal_column` by its name alone."""
    part, rows = {"file": table}, max((column["filled"] for column in columns), default=0)
    for role, pattern in {**TICKET_HEADERS, "deal_column": TICKET_DEAL}.items():
        for column in columns:
            free = column["name"] not in part.values()
            if free and re.search(pattern, bare(column["name"])) and _fits(role, column, rows):
                part[role] = column["name"]
                break
    return part


def _fits(role: str, column: dict[str, Any], rows: int) -> bool:
    if role in DATES:
        return column["kind"] == "date" or (column["kind"] == "empty" and role != "opened")
    if role == "key":
        return bool(column["filled"] == column["different"] == rows)
    if role in ("queue", "kind"):
        return bool(column["kind"] == "text" and column["different"] <= _MOST_QUEUES)
    return bool(column["kind"] in ("text", "number"))


def link_of(store: duckdb.DuckDBPyConnection, table: str, columns: Columns, deals: str, key: str, usual: str) -> str:
    """The column in which most rows name a deal by its key, if enough do; `usual` is what such a column is called."""
    best, most = "", 0
    for column in columns:
        # Small whole numbers match by chance: they link only where the name says so.
        named = re.search(usual, bare(column["name"])) or bare(column["name"]) == bare(key)
        if not column["filled"] or (column["kind"] != "text" and not (column["kind"] == "number" and named)):
            continue
        row = store.execute(
            f"SELECT count(*) FROM {quoted(table)} WHERE {quoted(column['name'])} IN"
            f" (SELECT {quoted(key)} FROM {quoted(deals)})"
        ).fetchone()
        matched = int(row[0]) if row else 0
        if matched > most and matched >= _LEAST_SHARE * column["filled"]:
            best, most = column["name"], matched
    return best


def queues_draft(content: Content, columns: Columns) -> list[dict[str, str]]:
    """Every value of the queue's column with the department its words name, or else open."""
    keys = [department["key"] for department in content["departments"] if department["kind"] == "internal"]
    return [{"name": name, "department": department_of(name, keys)} for name, _ in _queue_values(content, columns)]


def formats_add(content: Content, columns: Columns, used: set[str | None]) -> None:
    """Add the formats of dates of another table, where they are written otherwise than those of the deals."""
    formats: list[str] = content["files"].setdefault("date_formats", [])
    wanted = [form for c in columns if c["name"] in used and c["kind"] == "date" for form in c["formats"]]
    if not formats and not any(wanted):
        return  # ISO 8601 everywhere, which needs no format
    if not formats or ISO in wanted:
        wanted = [*_ISO_FORMS, *wanted]
    formats += [form for form in dict.fromkeys(wanted) if form and form not in formats]


def _queue_values(content: Content, columns: Columns) -> list[tuple[str, int]]:
    queue = content.get("tickets", {}).get("queue", "")
    column = next((c for c in columns if c["name"] == queue), None)
    return [(str(value), int(count)) for value, count, *_ in column["values"]] if column else []


def columns_of(content: Content, tables: Mapping[str, Columns]) -> Columns:
    """The columns of the tickets' table."""
    return tables.get(content.get("tickets", {}).get("file", ""), [])


def queue_rows(content: Content, tables: Mapping[str, Columns]) -> list[QueueRow]:
    """The queues, open ones first, then by their tickets; those of a later file that no mapping names are open."""
    said = {queue["name"]: queue["department"] for queue in content.get("queues", [])}
    counts = dict(_queue_values(content, columns_of(content, tables)))
    rows = [
        QueueRow(name=name, count=counts.get(name, 0), department=said.get(name, ""))
        for name in dict.fromkeys([*counts, *said])
    ]
    return sorted(rows, key=lambda row: (row.department != "", -row.count))


def tickets_undecided(content: Content, tables: Mapping[str, Columns]) -> list[str]:
    """What a person still has to say of the tickets."""
    tickets = content.get("tickets")
    if not tickets:
        return []
    sentences = [
        gettext_noop("Tickets: choose the column “{fields}”.").format(fields=FIELDS[role])
        for role in NEEDED
        if not tickets.get(role)
    ]
    if not tickets.get("queue") and not tickets.get("department"):
        sentences.append(gettext_noop("Tickets: choose the column of their queue, or the department of all of them."))
    sentences += [
        gettext_noop("Tickets: “{name}”, {tickets}: which department's queue is it?").format(
            name=row.name, tickets=counted(row.count, "ticket")
        )
        for row in queue_rows(content, tables)
        if not row.department
    ]
    return sentences


def tickets_posted(posted: Mapping[str, str], content: Content, tables: Mapping[str, Columns]) -> None:
    """What the form says of tickets: another table is drafted anew, else its columns and queues are taken."""
    if "tickets-file" not in posted:
        return
    before = content.get("tickets", {})
    table = posted["tickets-file"]
    if not table:
        content.pop("tickets", None)
        content.pop("queues", None)
        return
    if table != before.get("file"):
        content["tickets"] = columns_draft(table, tables.get(table, []))
        content["queues"] = queues_draft(content, tables.get(table, []))
        formats_add(content, tables.get(table, []), {content["tickets"].get(role) for role in DATES})
        return
    part = before | {role: posted[f"ticket-{role}"] for role in FIELDS if f"ticket-{role}" in posted}
    content["tickets"] = part | {"department": posted.get("ticket-department", before.get("department", ""))}
    if part.get("queue", "") != before.get("queue", ""):
        content["queues"] = queues_draft(content, tables.get(table, []))
        return
    rest = posted.get("queue-rest", "")
    chosen = {
        posted[f"queue-{place}-name"]: posted.get(f"queue-{place}-department", "")
        for place in range(_MOST_QUEUES)
        if f"queue-{place}-name" in posted
    }
    content["queues"] = [
        {"name": row.name, "department": chosen.get(row.name, row.department) or rest}
        for row in queue_rows(content, tables)
    ]
