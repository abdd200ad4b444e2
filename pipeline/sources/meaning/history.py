"""How deals came to their stages: a table of changes beside them, or a column of days a stage; which, and of what."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import duckdb

from departments.formats import counted
from departments.translation import gettext_noop
from pipeline.sources.columns import table_words
from pipeline.sources.columns.profile import MOST_VALUES, quoted
from pipeline.sources.columns.table_words import CHANGE_DEAL, CHANGE_HEADERS
from pipeline.sources.meaning.owners import LOST, WON, department_of, stage_kind, stage_rank
from pipeline.sources.meaning.slugs import slug
from pipeline.sources.meaning.systems import bare
from pipeline.sources.meaning.tickets import Columns, Content, formats_add, link_of

FIELDS = {
    "deal_column": gettext_noop("Names the deal"),
    "at": gettext_noop("Changed at"),
    "new": gettext_noop("New value or stage"),
    "old": gettext_noop("Old value or stage"),
    "field_column": gettext_noop("Which field was changed"),
    "amount": gettext_noop("Amount after the change"),
    "expected_close": gettext_noop("Expected close after the change"),
    "actor": gettext_noop("Who changed it"),
}
NAMED_FIELDS = {
    "stage_fields": (gettext_noop("The stage is the field"), table_words.FIELDS["stage_fields"]),
    "amount_fields": (gettext_noop("The amount is the field"), table_words.FIELDS["amount_fields"]),
    "expected_close_fields": (
        gettext_noop("The expected close is the field"),
        table_words.FIELDS["expected_close_fields"],
    ),
}
"""Words of the mapping that hold values of the field's column: their label, and what such a value looks like."""
NEEDED = ("deal_column", "at", "new")
ENTERED = re.compile(table_words.ENTERED)
"""Headers that say when a deal came into a stage."""
_AROUND = (
    r"^(hs )?(v2 )?(date[ /]?(time)?|day|datum)? ?(entered|reached|eintritt( in)?|entr[eé]e( dans)?) +"
    r"(stage +|phase +)?",
    r"^(дата|день|время|час) +(входа|перехода|попадания|перевода|входу|переходу|потрапляння) +((в|на|до|у) +)?"
    r"((стади[юи]|этап|стаді[юї]|етапу?) +)?",
    r"^(date|datum) +(of +|de +|of stage +|stage +)?",
    r" +(stage +)?(entered|reached|date|datum|eintritt|on|am|дата)$",
)
"""What stands around the name of a stage in such a header."""
_QUOTES = "\"'“”‘’«»„ :-"


def history_proposed(
    store: duckdb.DuckDBPyConnection, deals: str, key: str, tables: Mapping[str, Columns]
) -> dict[str, Any]:
    """The part of a mapping for another table that names deals again and again, each with a time; or nothing."""
    for table in tables:
        link = link_of(store, table, tables[table], deals, key, CHANGE_DEAL) if key and table != deals else ""
        column = next((c for c in tables[table] if c["name"] == link), None)
        if column is None or column["different"] == column["filled"]:
            continue
        part = history_columns(table, tables[table], link)
        if {"at", "new"} <= set(part) and ("field_column" not in part or part.get("stage_fields")):
            return part
    return {}


def history_columns(table: str, columns: Columns, link: str = "") -> dict[str, Any]:
    """The columns of a table of changes by what their headers say."""
    part: dict[str, Any] = {"file": table}
    link = link or next((c["name"] for c in columns if re.search(CHANGE_DEAL, bare(c["name"])) and c["filled"]), "")
    if link:
        part["deal_column"] = link
    rows = max((column["filled"] for column in columns), default=0)
    for role, pattern in CHANGE_HEADERS.items():
        for column in columns:
            free = column["name"] not in part.values() and column["filled"]
            fits = column["kind"] == "date" and column["filled"] == rows if role == "at" else column["kind"] != "flag"
            if free and fits and re.search(pattern, bare(column["name"])):
                part[role] = column["name"]
                break
    field_column = next((c for c in columns if c["name"] == part.get("field_column")), None)
    if field_column is None:
        return part
    # Where a column names the field, amounts are values of a field, not columns.
    part.pop("amount", None)
    part.pop("expected_close", None)
    for word, (_, pattern) in NAMED_FIELDS.items():
        named = [str(value) for value, *_ in field_column["values"] if re.search(pattern, bare(str(value)))]
        if named:
            part[word] = named[:1]
    return part


def values_by_field(store: duckdb.DuckDBPyConnection, table: str, columns: Columns) -> None:
    """Beside the columns of new and old values, the values by the field that they are of, where one column says it."""
    part = history_columns(table, columns)
    if not part.get("field_column") or not part.get("new"):
        return
    for role in ("new", "old"):
        column = next((c for c in columns if c["name"] == part.get(role)), None)
        if column is None:
            continue
        name, by = quoted(column["name"]), quoted(part["field_column"])
        rows = store.execute(
            f"SELECT {by}, {name}, count(*) FROM {quoted(table)} WHERE {name} <> '' GROUP BY 1, 2"  # noqa: S608 - names of the file's own columns, quoted
            " ORDER BY 3 DESC, 2"
        ).fetchall()
        counted: dict[str, list[list[Any]]] = {}
        for field_name, value, count in rows:
            listed = counted.setdefault(str(field_name), [])
            if len(listed) < MOST_VALUES:
                listed.append([str(value), int(count)])
        stages = {word for word in counted if re.search(NAMED_FIELDS["stage_fields"][1], bare(word))}
        column["by_field"] = {word: values for word, values in counted.items() if word in stages}


def history_of(content: Content, tables: Mapping[str, Columns]) -> Columns:
    """The columns of the table of changes."""
    return tables.get(content.get("history", {}).get("file", ""), [])


def stage_counts(content: Content, tables: Mapping[str, Columns]) -> Counter[str]:
    """The stages that changes lead to or come from, with the number of changes or days."""
    part, counts = content.get("history", {}), Counter[str]()
    dates = content.get("stage_dates", {})
    for column in tables.get(content.get("files", {}).get("deals", ""), []) if dates else []:
        if column["name"] in dates:
            counts[dates[column["name"]]] += int(column["filled"])
    for column in history_of(content, tables):
        if column["name"] not in (part.get("new"), part.get("old")):
            continue
        if not part.get("field_column"):
            listed = column["values"]
        else:
            by_field = column.get("by_field", {})
            listed = [entry for name in part.get("stage_fields", []) for entry in by_field.get(name, [])]
        for value, count, *_ in listed:
            counts[str(value)] += int(count)
    return counts


def unnamed_stages(content: Content, tables: Mapping[str, Columns]) -> Counter[str]:
    """Those of them that no stage and no loss of the mapping names."""
    parts = [*content.get("stages", []), *content.get("losses", [])]
    named = {value for part in parts for value in part["activities"]}
    return Counter({value: count for value, count in stage_counts(content, tables).items() if value not in named})


def history_stages(content: Content, tables: Mapping[str, Columns]) -> None:
    """Propose stages for values that only the history has: what deals pass through and none is in today."""
    keys = [department["key"] for department in content["departments"] if department["kind"] == "internal"]
    seller = "sales" if "sales" in keys else next(iter(keys), "")
    stages, taken = content["stages"], {stage["key"] for stage in content["stages"]}
    for value in unnamed_stages(content, tables):
        kind = stage_kind(value)
        won = next((stage for stage in stages if stage.get("earns")), None)
        if kind == LOST:
            if not content["losses"]:
                content["losses"].append({"activities": []})
            content["losses"][0]["activities"].append(value)
        elif kind == WON and won:
            won["activities"].append(value)
        else:
            owner = department_of(value, keys) or seller
            stage = {"key": slug(value, taken), "name": value, "owner": owner, "activities": [value]}
            later = (
                n
                for n, other in enumerate(stages)
                if other.get("earns") or stage_rank(other["name"]) > stage_rank(value)
            )
            stages.insert(next(later, len(stages)), stage)
    placeholder = next((s for s in stages if s["name"] == "Open" and not s["activities"]), None)
    if placeholder and sum(not stage.get("earns") for stage in stages) > 1:
        stages.remove(placeholder)
        deal = content["deal"]
        deal |= {w: stages[0]["key"] for w in ("entry_stage", "stage_default") if deal.get(w) == placeholder["key"]}


def history_undecided(content: Content, tables: Mapping[str, Columns]) -> list[str]:
    """What a person still has to say of the history."""
    history = content.get("history", {})
    sentences = [
        gettext_noop("History: choose the column “{fields}”.").format(fields=FIELDS[role])
        for role in NEEDED
        if history and not history.get(role)
    ]
    if history.get("field_column") and not history.get("stage_fields"):
        sentences.append(gettext_noop("History: say which field is the stage."))
    return sentences + [
        gettext_noop("“{value}”, {changes} in the history: which stage is it?").format(
            value=value, changes=counted(count, "change")
        )
        for value, count in unnamed_stages(content, tables).most_common()
    ]


def history_posted(posted: Mapping[str, str], content: Content, tables: Mapping[str, Columns]) -> None:
    """What the form says of the history: another table is drafted anew, else its columns are taken."""
    if "history-file" not in posted:
        return
    before, table = content.get("history", {}), posted["history-file"]
    if not table:
        content.pop("history", None)
        return
    if table != before.get("file"):
        content["history"] = history_columns(table, tables.get(table, []))
        formats_add(content, tables.get(table, []), {content["history"].get("at")})
        history_stages(content, tables)
        return
    part = before | {role: posted[f"history-{role}"] for role in FIELDS if f"history-{role}" in posted}
    for word in NAMED_FIELDS:
        chosen = posted.get(f"history-{word}")
        if chosen is not None and chosen != next(iter(before.get(word, [])), ""):
            part[word] = [chosen] if chosen else []
    content["history"] = part


def stage_dates_draft(content: Content, columns: Columns) -> None:
    """Propose columns that hold the day on which deals came into a stage: by a header that says so, or that is the
    name of a stage with a word for a day; where they name a stage in which no deal is today, that is proposed, too."""
    content.pop("stage_dates", None)
    if content.get("history"):
        return
    values, dates = _stage_values(content), dict[str, str]()
    evidence = sum(bool(content["deal"].get(role)) for role in ("won_date", "lost_date"))
    for column in _free_dates(content, columns):
        says_so, named = ENTERED.search(bare(column["name"])) is not None, _stage_named(column["name"])
        value = next((values[bare(name)] for name in named if bare(name) in values), named[-1] if says_so else "")
        if value:
            dates[column["name"]] = value
            evidence += 1 + says_so
    if dates and evidence > 1:  # a single "Offer date" may be anything
        content["stage_dates"] = dates
        formats_add(content, columns, set(dates))


def stage_date_columns(content: Content, columns: Columns) -> list[str]:
    """The columns that may hold days in stages, as the file has them, then what else the mapping says does."""
    dates = content.get("stage_dates", {})
    free = {column["name"] for column in _free_dates(content, columns)}
    in_file = [column["name"] for column in columns if column["name"] in free or column["name"] in dates]
    return [*in_file, *(name for name in dates if name not in in_file)]


def stage_dates_posted(posted: Mapping[str, str], content: Content, columns: Columns) -> None:
    """What the form says of days in stages."""
    numbers = [name.split("-")[2] for name in posted if re.fullmatch(r"stage-date-\d+-column", name)]
    if not numbers:
        return
    chosen = {posted[f"stage-date-{n}-column"]: posted.get(f"stage-date-{n}-value", "") for n in numbers}
    content["stage_dates"] = {column: value for column, value in chosen.items() if value}
    formats_add(content, columns, set(content["stage_dates"]))


def _free_dates(content: Content, columns: Columns) -> Columns:
    used = list(content.get("deal", {}).values())  # of texts, and of lists of values
    return [c for c in columns if c["kind"] == "date" and c["filled"] and c["name"] not in used]


def _stage_values(content: Content) -> dict[str, str]:
    """The values of stages and losses by how headers may write them; a stage also by its name."""
    values: dict[str, str] = {}
    for stage in content["stages"]:
        values.setdefault(bare(stage["name"]), stage["activities"][0] if stage["activities"] else stage["name"])
    parts = [*content["stages"], *content["losses"]]
    return values | {bare(value): value for part in parts for value in part["activities"]}


def _stage_named(header: str) -> list[str]:
    """What a header of a day may call the stage: as it stands, without quotes, and without the pipeline behind it."""
    text = " ".join(header.replace("_", " ").split())
    for around in _AROUND:
        text = re.sub(around, "", text, flags=re.IGNORECASE)
    names = [text, re.sub(r"\s*\([^()]*\)[\"'“”’]*$", "", text)]
    return [name.strip(_QUOTES) for name in names if name.strip(_QUOTES)] or [header]
