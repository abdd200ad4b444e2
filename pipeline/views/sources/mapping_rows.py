"""The mapping as rows a template prints: fields with their columns, values with what they mean."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from pipeline.core.decimal_text import NumberSigns
from pipeline.models import DataSource, SourcePull
from pipeline.services.sources.mappings import tickets_alone
from pipeline.sources.columns.dates import format_words
from pipeline.sources.columns.log_columns import LogWork, activity_counts, log_work
from pipeline.sources.columns.numbers import SIGNS, signs_listed, signs_of, signs_words
from pipeline.sources.meaning.editing import (
    LOG_FIELDS,
    LOST,
    MAIN_FIELDS,
    MORE_FIELDS,
    MOST_ROWS,
    WITHDRAWN,
    OwnedRow,
    StageRow,
    counts_of,
    owned_rows,
    stage_rows,
)
from pipeline.sources.meaning.history import FIELDS as HISTORY_FIELDS
from pipeline.sources.meaning.history import NAMED_FIELDS, history_of, stage_date_columns, unnamed_stages
from pipeline.sources.meaning.mapping_gaps import date_questions, number_questions
from pipeline.sources.meaning.owners import TeamRow, team_rows
from pipeline.sources.meaning.pipelines import PipelineRow, pipeline_rows, stage_deals, stages_unnamed
from pipeline.sources.meaning.tickets import FIELDS, QueueRow, columns_of, queue_rows

_EXAMPLES = 3


@dataclass(frozen=True, kw_only=True)
class FieldRow:
    """One field of a deal: the column chosen for it, and what that column holds."""

    role: str
    label: str
    chosen: str
    says: str


@dataclass(frozen=True, kw_only=True)
class DateQuestion:
    """A column of dates that can be read in several ways, with an example of each."""

    column: str
    example: str
    choices: list[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class TicketRows:
    """The tables tickets may be in, the one they are in, its fields and its queues."""

    tables: list[str]
    chosen: str
    fields: list[FieldRow]
    options: list[str]
    queues: list[QueueRow]
    department: str


@dataclass(frozen=True, kw_only=True)
class NamedField:
    """A kind of change, with the value of the field's column that stands for it."""

    word: str
    label: str
    chosen: str


@dataclass(frozen=True, kw_only=True)
class HistoryRows:
    """The tables the history may be in, the one it is in, its fields, and which values of the field mean what."""

    tables: list[str]
    chosen: str
    fields: list[FieldRow]
    options: list[str]
    named: list[NamedField]
    values: list[str]


@dataclass(frozen=True, kw_only=True)
class StageDateRows:
    """The columns that hold days, each as a field whose choice is what its stage is called; and all such names."""

    columns: list[FieldRow]
    values: list[str]
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class MappingRows:
    """What the form of a mapping shows."""

    fields: list[FieldRow]
    more: list[FieldRow]
    options: list[str]
    stages: list[StageRow]
    reasons: list[OwnedRow]
    origins: list[OwnedRow]
    teams: list[TeamRow]
    departments: list[dict[str, str]]
    dates: list[DateQuestion]
    numbers: list[tuple[str, str]]
    signs: str
    written: list[str]
    settings: dict[str, str]
    pipelines: list[PipelineRow]
    pipeline_names: dict[str, str]
    tickets: TicketRows | None
    history: HistoryRows | None
    stage_dates: StageDateRows | None
    work: LogWork | None = None


def mapping_rows(pull: SourcePull, content: dict[str, Any], *, transitions: bool = False) -> MappingRows:
    """The rows for the files of one upload and a mapping; tickets alone have no rows of deals. `transitions`: of a log,
    with a row for each transition of an activity that has several."""
    if tickets_alone(pull):
        return _rows_of_tickets(pull.reading, content)
    reading, log = pull.reading, pull.source.kind == DataSource.Kind.LOG
    columns = {column["name"]: column for column in reading["columns"].get(reading["deals"], [])}
    part = content.get("opportunity" if log else "deal", {})
    if log:
        events = activity_counts(content, reading["activities"], apart=transitions)
        counts: dict[str, tuple[int, float | None]] = {name: (number, None) for name, number in events.items()}
        options = [*(f"case:{name}" for name in reading["attributes"]["case"]),
                   *(f"event:{name}" for name in reading["attributes"]["event"])]  # fmt: skip
    else:
        counts = counts_of(columns.get(part.get("stage", "")))
        if part.get("stage") == part.get("key"):
            counts = {}
        counts |= {value: (0, None) for value in unnamed_stages(content, reading["columns"]) if value not in counts}
        options = [*columns, *_joined_options(content, reading)]
    fields = LOG_FIELDS if log else MAIN_FIELDS
    asked_dates = date_questions(content, list(columns.values()), reading["columns"])
    asked_numbers = number_questions(content, list(columns.values()))
    return MappingRows(
        fields=[_field(role, label, part, columns) for role, label in fields.items()],
        more=[] if log else [_field(role, label, part, columns) for role, label in MORE_FIELDS.items()],
        options=options,
        stages=stage_rows(content, counts) if log else _stages(content, counts, columns),
        reasons=[] if log else owned_rows(content, "reason", counts_of(columns.get(part.get("reason", "")))),
        origins=[] if log else owned_rows(content, "source", counts_of(columns.get(part.get("source", "")))),
        teams=[] if log else team_rows(content, reading["columns"], MOST_ROWS),
        departments=_department_rows(content),
        dates=[_date_question(column) for column in asked_dates],
        numbers=_number_choices(asked_numbers, SIGNS),
        signs=_signs(content.get("log" if log else "files", {}), default="" if asked_numbers or not log else "."),
        written=[] if log else [format_words(form) for form in content["files"].get("date_formats") or [""]],
        pipelines=[] if log else pipeline_rows(content, columns),
        pipeline_names={"": content["pipeline"]["name"]} | {p["key"]: p["name"] for p in content.get("pipelines", [])},
        tickets=None if log else _tickets(content, reading),
        history=None if log else _history(content, reading),
        stage_dates=None if log else _stage_dates(content, columns),
        work=log_work(content, reading.get("values", {})) if log else None,
        settings={
            word: str(part.get(word, ""))
            for word in ("missing_amount", "entry_stage", "stage_default", "team", "team_department")
        },
    )


def _rows_of_tickets(reading: dict[str, Any], content: dict[str, Any]) -> MappingRows:
    return MappingRows(
        fields=[], more=[], options=[], stages=[], reasons=[], origins=[], teams=[],
        departments=_department_rows(content),
        dates=[_date_question(column) for column in date_questions(content, [], reading["columns"])],
        numbers=[], signs="", written=[], settings={}, pipelines=[], pipeline_names={},
        tickets=_tickets(content, reading), history=None, stage_dates=None,
    )  # fmt: skip


def _department_rows(content: dict[str, Any]) -> list[dict[str, str]]:
    """The departments, and room for two more."""
    return [*content["departments"], *({"key": "", "name": "", "kind": "internal"} for _ in range(2))]


def _stages(
    content: dict[str, Any], counts: dict[str, tuple[int, float | None]], columns: dict[str, dict[str, Any]]
) -> list[StageRow]:
    """The rows of stages; in several pipelines each with its own deals, whose money is known of all pipelines only."""
    rows, within = stage_rows(content, counts, stages_unnamed(content, columns)), stage_deals(content, columns)
    if not within:
        return rows
    return [
        row
        if row.kind in (LOST, WITHDRAWN)
        else replace(row, count=within.get((row.pipeline, row.value), 0), money=None)
        for row in rows
    ]


def _tickets(content: dict[str, Any], reading: dict[str, Any]) -> TicketRows | None:
    """Nothing where no other table could hold tickets."""
    tables = [table["table"] for table in reading["tables"] if table["table"] != reading["deals"]]
    part = content.get("tickets", {})
    if not tables and not part:
        return None
    columns = {column["name"]: column for column in columns_of(content, reading["columns"])}
    return TicketRows(
        tables=tables,
        chosen=part.get("file", ""),
        fields=[_field(role, label, part, columns) for role, label in FIELDS.items()] if part else [],
        options=list(columns),
        queues=queue_rows(content, reading["columns"]) if part else [],
        department=part.get("department", ""),
    )


def _history(content: dict[str, Any], reading: dict[str, Any]) -> HistoryRows | None:
    """Nothing where no other table could hold a history."""
    tables = [table["table"] for table in reading["tables"] if table["table"] != reading["deals"]]
    part = content.get("history", {})
    if not tables and not part:
        return None
    columns = {column["name"]: column for column in history_of(content, reading["columns"])}
    by = columns.get(part.get("field_column", ""))
    named = [
        NamedField(word=word, label=label, chosen=next(iter(part.get(word, [])), ""))
        for word, (label, _) in NAMED_FIELDS.items()
    ]
    return HistoryRows(
        tables=tables,
        chosen=part.get("file", ""),
        fields=[_field(role, label, part, columns) for role, label in HISTORY_FIELDS.items()] if part else [],
        options=list(columns),
        named=named if by else [],
        values=[str(value) for value, *_ in by["values"]] if by else [],
    )


def _stage_dates(content: dict[str, Any], columns: dict[str, dict[str, Any]]) -> StageDateRows | None:
    """Nothing where a table of changes says it, or no column is left that holds days."""
    dates, names = content.get("stage_dates", {}), stage_date_columns(content, list(columns.values()))
    if content.get("history") or not names:
        return None
    parts = [*content.get("stages", []), *content.get("losses", [])]
    values = [value for part in parts for value in part["activities"] or [part.get("name", "")]]
    return StageDateRows(
        columns=[_field(name, name, dates, columns) for name in names],
        values=list(dict.fromkeys([*values, *dates.values()])),
        chosen=bool(dates),
    )


def _joined_options(content: dict[str, Any], reading: dict[str, Any]) -> list[str]:
    return [
        f"{lookup['name']}.{column['name']}"
        for lookup in content.get("lookups", [])
        for column in reading["columns"].get(lookup["file"], [])
    ]


def _field(role: str, label: str, part: dict[str, Any], columns: dict[str, dict[str, Any]]) -> FieldRow:
    """What plays a role: a column, or for a role that is itself a column what it is of."""
    chosen = str(part.get(role, ""))
    return FieldRow(role=role, label=label, chosen=chosen, says=column_words(columns.get(chosen) or columns.get(role)))


def column_words(column: dict[str, Any] | None) -> str:
    """What a column holds, in a line: how much of it is filled, and examples."""
    if column is None:
        return ""
    if not column["filled"]:
        return _("empty")
    examples = ", ".join(str(entry[0])[:40] for entry in column["values"][:_EXAMPLES])
    return _("{filled:,} filled, {different:,} different: {examples}").format(
        filled=column["filled"], different=column["different"], examples=examples
    )


def _date_question(column: dict[str, Any]) -> DateQuestion:
    choices = [(form, format_words(form)) for form in column["asks"]]
    return DateQuestion(column=column["name"], example=str(column["values"][0][0]), choices=choices)


def _number_choices(asked: list[dict[str, Any]], every: tuple[NumberSigns, ...]) -> list[tuple[str, str]]:
    listed = [signs_of(one) for column in asked for one in column["asks"]] or every
    return [("".join(signs_listed(signs)), signs_words(signs)) for signs in listed]


def _signs(part: dict[str, Any], default: str) -> str:
    """The signs that a part of a mapping says; `default` where it says none."""
    if "decimal_sign" not in part:
        return default
    signs = NumberSigns(part["decimal_sign"], part.get("thousands_sign", ""), lakh=part.get("lakh", False))
    return "".join(signs_listed(signs))
