"""A mapping as the rows of a form, and the form's answers as a mapping again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from departments.translation import gettext_noop
from pipeline.sources.columns.log_columns import log_posted, work_posted
from pipeline.sources.columns.numbers import SIGNS, signs_listed, signs_written
from pipeline.sources.meaning.draft import OWNED, Content, owned_draft, stages_draft
from pipeline.sources.meaning.history import history_posted, history_stages, stage_dates_draft, stage_dates_posted
from pipeline.sources.meaning.mapping_gaps import NO_TABLES, NOBODY
from pipeline.sources.meaning.owners import departments_posted, team_column, teams_posted
from pipeline.sources.meaning.pipelines import (
    OPEN,
    WON,
    limit_text,
    pipelines_draft,
    pipelines_posted,
    stage_pipelines_posted,
    stage_posted,
)
from pipeline.sources.meaning.roles import nothing_draft
from pipeline.sources.meaning.slugs import slug
from pipeline.sources.meaning.statuses import status_draft
from pipeline.sources.meaning.tickets import tickets_posted

MAIN_FIELDS = {
    "key": gettext_noop("Deal’s number"),
    "name": gettext_noop("Name of the deal"),
    "stage": "Stage",
    "created": gettext_noop("Began on"),
    "closed": gettext_noop("Closed on"),
    "amount": "Amount",
    "owner": "Owner",
    "account": "Customer",
    "reason": gettext_noop("Why it was lost"),
    "source": gettext_noop("Where it came from"),
}
MORE_FIELDS = {
    "expected_close": gettext_noop("Expected close"),
    "open_amount": gettext_noop("Amount while open"),
    "currency": "Currency",
    "segment": "Segment",
    "team": "Team",
    "pipeline": gettext_noop("Pipeline (of several)"),
    "status": gettext_noop("Status (open, won, lost)"),
    "won_flag": gettext_noop("Flag: won"),
    "closed_flag": gettext_noop("Flag: closed"),
    "won_date": gettext_noop("Won on"),
    "lost_date": gettext_noop("Lost on"),
    "skip_flag": gettext_noop("Flag: leave out"),
    "changed": gettext_noop("Last changed on"),
}
LOG_FIELDS = {
    "amount": "Amount",
    "created": gettext_noop("Began on"),
    "owner": "Owner",
    "name": gettext_noop("Name of the deal"),
    "segment": "Segment",
    "team": "Team",
}
LOST, WITHDRAWN, WORK, UNUSED = "lost", "withdrawn", "work", ""
MOST_ROWS = 120


@dataclass(frozen=True, kw_only=True)
class StageRow:
    """One value (or activity): how many deals and how much money have it, and what it is read as."""

    value: str
    count: int
    money: float | None
    kind: str
    name: str
    position: int
    owner: str
    limit: str
    pipeline: str = ""
    pipeline_name: str = ""


@dataclass(frozen=True, kw_only=True)
class OwnedRow:
    """One lost reason or origin with its department; `-` belongs to nobody, an empty text is open."""

    value: str
    count: int
    money: float | None
    department: str


def counts_of(column: dict[str, Any] | None) -> dict[str, tuple[int, float | None]]:
    """Rows and money of each value of a column."""
    entries = column["values"] if column else []
    return {str(entry[0]): (int(entry[1]), float(entry[2]) if len(entry) > 2 else None) for entry in entries}


def stage_rows(
    content: Content, counts: Mapping[str, tuple[int, float | None]], unnamed: Sequence[tuple[str, str, int]] = ()
) -> list[StageRow]:
    """Values without a stage first, then the stages in their order, losses, work. `unnamed` are those of one of several
    pipelines, by its key."""
    rows: list[StageRow] = []
    pipelines = {part["key"]: part["name"] for part in content.get("pipelines", [])}
    for position, stage in enumerate(content.get("stages", []), 1):
        kind, limit = WON if stage.get("earns") else OPEN, stage.get("time_limit_days")
        for value in stage["activities"] or [""]:
            count, money = counts.get(value, (0, None))
            rows.append(StageRow(value=value, count=count, money=money, kind=kind, name=stage["name"],
                                 position=position, owner=stage["owner"], pipeline=stage.get("pipeline", ""),
                                 pipeline_name=pipelines.get(stage.get("pipeline", ""), content["pipeline"]["name"]),
                                 limit="" if limit is None else limit_text(limit)))  # fmt: skip
    for loss in content.get("losses", []):
        kind = WITHDRAWN if loss.get("withdrawn") else LOST
        rows += [_stage_row(value, counts, kind) for value in loss["activities"]]
    rows += [
        _stage_row(part["activity"], counts, WORK, part.get("department", "")) for part in content.get("handoffs", [])
    ]
    of_pipelines = [
        replace(_stage_row(value, {value: (count, None)}, UNUSED), pipeline=key) for key, value, count in unnamed
    ]
    rows = [*of_pipelines, *rows]
    named = {row.value for row in rows}
    left = [_stage_row(value, counts, UNUSED) for value in counts if value not in named]
    return [*left[: max(0, MOST_ROWS - len(rows))], *rows][:MOST_ROWS]


def _stage_row(value: str, counts: Mapping[str, tuple[int, float | None]], kind: str, owner: str = "") -> StageRow:
    count, money = counts.get(value, (0, None))
    return StageRow(value=value, count=count, money=money, kind=kind, name=value, position=0, owner=owner, limit="")


def owned_rows(content: Content, role: str, counts: Mapping[str, tuple[int, float | None]]) -> list[OwnedRow]:
    """The lost reasons or origins, open ones first, then by their money."""
    rows = []
    for row in content.get(OWNED[role], []):
        count, money = counts.get(row["name"], counts.get(row["key"], (0, None)))
        rows.append(OwnedRow(value=row["name"], count=count, money=money, department=row["department"]))
    return sorted(rows, key=lambda row: (row.department != "", -(row.money or 0), -row.count))[:MOST_ROWS]


def content_of(
    posted: Mapping[str, str], content: Content, columns: list[dict[str, Any]], *, log: bool,
    tables: Mapping[str, list[dict[str, Any]]] = NO_TABLES,
) -> Content:  # fmt: skip
    """The mapping with what a form says; parts the form does not show stay as they are. `columns` are those of the
    deals, `tables` those of every table."""
    result = deepcopy(content)
    if not log and "deal" not in content:
        return _tickets_alone(posted, result, tables)
    by_name = {column["name"]: column for column in columns}
    departments_posted(posted, result)
    _company(posted, result)
    if log:
        fields, part = LOG_FIELDS, result.setdefault("opportunity", {})
    else:
        fields, part = MAIN_FIELDS | MORE_FIELDS, result["deal"]
    before, teams_of = dict(part), team_column(content)
    for role in fields:
        if f"field-{role}" in posted:
            part[role] = posted[f"field-{role}"]
    _settings(posted, result, log=log)
    if not log and part.get("status", "") != before.get("status", ""):
        status_draft(result, by_name, None)
    changed = {role for role in ("stage", *OWNED) if not log and part.get(role, "") != before.get(role, "")}
    if "stage" in changed:
        stages_draft(result, by_name)
    else:
        _stages(stage_pipelines_posted(posted, result) if log else posted, result, log=log)
    if log:
        work_posted(posted, content, result)
    if not log and (changed & {"stage"} or part.get("pipeline", "") != before.get("pipeline", "")):
        result["stages"] = [stage for stage in result["stages"] if not stage.get("pipeline")]
        pipelines_draft(result, by_name)
    elif not log:
        pipelines_posted(posted, result, by_name)
    for role in OWNED if not log else ():
        if role in changed:
            result.get("values", {}).pop(before.get(role, ""), None)
            owned_draft(result, by_name, role)
        else:
            _owned(posted, result, role)
    if not log:
        teams_posted(posted, result, teams_of, MOST_ROWS)
        history_posted(posted, result, tables)
        if "stage" in changed:
            stage_dates_draft(result, columns)
            history_stages(result, tables)
        else:
            stage_dates_posted(posted, result, columns)
        tickets_posted(posted, result, tables)
        nothing_draft(result, tables)
    return result


def _tickets_alone(posted: Mapping[str, str], content: Content, tables: Mapping[str, list[dict[str, Any]]]) -> Content:
    """A mapping of tickets whose deals came otherwise."""
    departments_posted(posted, content)
    _company(posted, content)
    _dates(posted, content["files"])
    if posted.get("tickets-file"):
        tickets_posted(posted, content, tables)
    return content


def _company(posted: Mapping[str, str], content: Content) -> None:
    for word in ("name", "reporting_currency", "time_zone"):
        if f"company-{word}" in posted:
            text = posted[f"company-{word}"].strip()
            content["company"][word] = text.upper() if word == "reporting_currency" else text


def _dates(posted: Mapping[str, str], files: dict[str, Any]) -> None:
    if chosen := [value for name, value in posted.items() if name.startswith("dates-") and value]:
        files["date_formats"] = [form for form in files["date_formats"] if form not in chosen] + sorted(set(chosen))


def _settings(posted: Mapping[str, str], content: Content, *, log: bool) -> None:
    if log:
        log_posted(posted, content)
        return
    deal, files = content["deal"], content["files"]
    for word in ("missing_amount", "entry_stage", "stage_default"):
        if word in posted:
            deal[word] = posted[word].strip()
    if "complete" in posted:
        files["complete"] = posted["complete"] == "1"
    _dates(posted, files)
    chosen = next((signs for signs in SIGNS if "".join(signs_listed(signs)) == posted.get("signs")), None)
    if chosen:
        files.pop("lakh", None)
        files |= signs_written(chosen)


def _stages(posted: Mapping[str, str], content: Content, *, log: bool) -> None:
    """Rows of one name are one stage; its place, owner and limit are those of its first row."""
    if "stage-0-kind" not in posted:
        return
    stages: dict[tuple[str, str], dict[str, Any]] = {}
    gone: dict[str, list[str]] = {LOST: [], WITHDRAWN: []}
    work: list[dict[str, Any]] = []
    keys = {(stage.get("pipeline", ""), stage["name"]): stage["key"] for stage in content.get("stages", [])}
    old = {stage["key"]: stage for stage in content.get("stages", [])}
    before = {part["activity"]: part for part in content.get("handoffs", [])}
    taken = set(keys.values())
    for place in range(MOST_ROWS):
        kind, value = posted.get(f"stage-{place}-kind"), posted.get(f"stage-{place}-value", "")
        if kind is None:
            break
        if kind in gone and value:
            gone[kind] += [value] * (value not in gone[kind])
        elif kind == WORK and value:
            part = {"activity": value, "department": posted.get(f"stage-{place}-owner", "")}
            work.append(before.get(value, {}) | part)
        elif kind in (OPEN, WON):
            name = posted.get(f"stage-{place}-name", "").strip() or value
            named = posted.get(f"stage-{place}-pipeline", ""), name
            stage = stages.get(named)
            if stage is None:
                key = keys.get(named) or slug(name, taken)
                stages[named] = stage = stage_posted(posted, place, key, name, won=kind == WON, before=old.get(key, {}))
            if value:
                stage["activities"].append(value)
    ordered = sorted(stages.values(), key=lambda stage: (stage.get("earns", False), stage["position"]))
    content["stages"] = [{word: value for word, value in stage.items() if word != "position"} for stage in ordered]
    content["losses"] = _losses(gone, log=log)
    if log:
        content["handoffs"] = work
    elif content["deal"].get("entry_stage") not in {stage["key"] for stage in ordered if not stage.get("earns")}:
        content["deal"]["entry_stage"] = next((s["key"] for s in ordered if not s.get("earns")), "")


def _losses(gone: dict[str, list[str]], *, log: bool) -> list[dict[str, Any]]:
    """The parts of values that lose a deal, and of those that withdraw it."""
    parts: list[dict[str, Any]] = []
    if gone[LOST]:
        parts.append({"activities": gone[LOST], **({"final": True} if log else {})})
    if gone[WITHDRAWN]:
        parts.append({"activities": gone[WITHDRAWN], "withdrawn": True})
    return parts


def _owned(posted: Mapping[str, str], content: Content, role: str) -> None:
    """Departments of reasons or origins; those left open take what is said for all others, if it is."""
    rest = posted.get(f"{role}-rest", "")
    chosen: dict[str, str] = {}
    for place in range(MOST_ROWS):
        value = posted.get(f"{role}-{place}-value")
        if value is None:
            break
        chosen[value] = posted.get(f"{role}-{place}-department", "")
    for row in content.get(OWNED[role], []):
        row["department"] = chosen.get(row["name"], row["department"]) or rest


__all__ = ["NOBODY", "content_of", "counts_of", "owned_rows", "stage_rows"]
