"""What a mapping of an export says of the files beside the deals: joined tables, accounts, tickets, the history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from departments.translation import gettext_noop
from pipeline.imports.conversion.mapping_checks import MappingMistakes, check_names, check_once
from pipeline.imports.problems import ImportUnreadable


@dataclass(frozen=True, kw_only=True)
class Lookup:
    """Another file whose columns join the deals as `name.column`, where `key` in it equals `deal_column`."""

    name: str
    file: str
    key: str
    deal_column: str


@dataclass(frozen=True, kw_only=True)
class AccountColumns:
    """Columns of the accounts' file; where that is the file of deals, an account is each value of `key` in it."""

    file: str
    key: str
    name: str
    industry: str = ""
    size: str = ""
    region: str = ""
    profile: str = ""


@dataclass(frozen=True, kw_only=True)
class TicketColumns:
    """Columns of a file of tickets. A ticket is a hand-off of the deal whose key (or `deal_key`, another column of the
    deals) stands in `deal_column`, to the department of its queue, or to `department` where it is in none."""

    file: str
    key: str
    deal_column: str
    opened: str
    started: str = ""
    closed: str = ""
    due: str = ""
    queue: str = ""
    department: str = ""
    kind: str = ""
    outcome: str = ""
    assignee: str = ""
    deal_key: str = ""


@dataclass(frozen=True, kw_only=True)
class QueuePart:
    """A queue or group of tickets and its department; without one, its tickets are left out and counted."""

    name: str
    department: str = ""


@dataclass(frozen=True, kw_only=True)
class TeamPart:
    """A team, or where no column is chosen as that an owner, and the department it is of; without one, of none."""

    name: str
    department: str = ""


@dataclass(frozen=True, kw_only=True)
class HistoryColumns:
    """Columns of a file of changes, one a row: which deal, when, and what it was after (`new`) and before (`old`).

    With a `field_column` a row changes the field it names: one of `stage_fields`, `amount_fields` or
    `expected_close_fields`; others are not used. Without one, `new` is the stage after the change, and `amount` and
    `expected_close` are columns that hold what the deal was worth and expected then.
    """

    file: str
    deal_column: str
    at: str
    new: str
    old: str = ""
    field_column: str = ""
    stage_fields: list[str] = field(default_factory=list)
    amount_fields: list[str] = field(default_factory=list)
    expected_close_fields: list[str] = field(default_factory=list)
    amount: str = ""
    expected_close: str = ""
    actor: str = ""


def check_tickets(
    tickets: TicketColumns | None, queues: list[QueuePart], departments: Sequence[Any], mistakes: MappingMistakes
) -> None:
    """Queues stand once, with departments there are, and tickets have a way to a department."""
    keys = [department.key for department in departments]
    check_names(mistakes, "queues", "department", queues, keys, "department")
    check_once(mistakes, "queues", "name", [queue.name for queue in queues])
    if tickets is None:
        return
    check_names(mistakes, "tickets", "department", [tickets], keys, "department")
    if not tickets.queue and not tickets.department:
        mistakes.add(
            "tickets", "queue", "", gettext_noop("is missing: without a queue, name the department of all tickets")
        )


def check_teams(deal: Any, teams: list[TeamPart], departments: Sequence[Any], mistakes: MappingMistakes) -> None:
    """Teams stand once, are of departments there are, and are values of a column."""
    keys = [department.key for department in departments]
    check_names(mistakes, "teams", "department", teams, keys, "department")
    check_names(mistakes, "deal", "team_department", [deal], keys, "department")
    check_once(mistakes, "teams", "name", [team.name for team in teams])
    if (teams or deal.team_department) and not (deal.team or deal.owner):
        mistakes.add(
            "deal", "owner", "", gettext_noop("is missing: departments of teams or owners need a column of one of them")
        )


def check_history(history: HistoryColumns | None, mistakes: MappingMistakes) -> None:
    """A history of fields says which of them are the stage; one of stages has no fields."""
    if history is None:
        return
    if history.field_column and not history.stage_fields:
        mistakes.add(
            "history",
            "stage_fields",
            "",
            gettext_noop("is missing: which values of the field are changes of the stage?"),
        )
    for word in ("stage_fields", "amount_fields", "expected_close_fields"):
        names = getattr(history, word)
        if names and not history.field_column:
            mistakes.add(
                "history", word, names[0], gettext_noop("is a value of the field, and [history] names no field_column")
            )
    for word in ("amount", "expected_close"):
        if history.field_column and getattr(history, word):
            reason = gettext_noop("is given beside a field_column; write {word}_fields").format(word=word)
            mistakes.add("history", word, getattr(history, word), reason)


def stage_dates_parse(data: Any) -> dict[str, str]:
    """By the column of the deals that says when they came into a stage, what the stage is called."""
    if not isinstance(data, dict) or not all(isinstance(value, str) for value in data.values()):
        raise ImportUnreadable(
            gettext_noop('The mapping\'s [stage_dates] says of columns which stage they are of: "column" = "stage".')
        )
    return dict(data)


def value_tables_parse(data: Any) -> dict[str, dict[str, str]]:
    """By column, the values that are replaced in it."""
    tables = data.values() if isinstance(data, dict) else [data]
    if not all(isinstance(table, dict) and all(isinstance(text, str) for text in table.values()) for table in tables):
        raise ImportUnreadable(
            gettext_noop('The mapping\'s [values] contains tables: [values.product] with "old" = "new".')
        )
    return dict(data)


def check_stage_dates(mapping: Any, mistakes: MappingMistakes) -> None:
    """Days in stages are of stages there are, and no history beside a file of changes."""
    named = {value for part in (*mapping.stages, *mapping.losses) for value in part.activities}
    for column, value in mapping.stage_dates.items():
        if value not in named:
            reason = gettext_noop("is called by none of its stages and losses: name it in one of their activities")
            mistakes.add("stage_dates", column, value, reason)
    if mapping.stage_dates and mapping.history is not None:
        column, value = next(iter(mapping.stage_dates.items()))
        reason = gettext_noop("is given beside a [history]: leave out one of the two")
        mistakes.add("stage_dates", column, value, reason)
