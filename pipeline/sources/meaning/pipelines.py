"""Several pipelines of one list, named by the values of a column, each with stages of its own; stages as forms write
them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from itertools import count, takewhile
from typing import Any

from departments.formats import counted
from departments.translation import gettext_noop
from pipeline.sources.meaning.slugs import slug
from pipeline.sources.meaning.systems import bare

type Content = dict[str, Any]
type Column = dict[str, Any]

_HEADER = re.compile(r"^(deal)?pipeline(name|label)?$|^recordtype(name)?$|^salesprocess$|^vertriebsprozess$")
MOST = 20
DEFAULT = "sales"
_LIMIT = re.compile(r"(?=.*[1-9])[0-9]{1,6}(\.[0-9]{1,6}|,[0-9]{1,2})?")
"""Three digits after a comma could be thousands."""
_PLACE = re.compile(r"[0-9]{1,4}")
_LAST_PLACE = 9_999
_LONGEST = 30
OPEN, WON = STAGE_KINDS = ("open", "won")


@dataclass(frozen=True, kw_only=True)
class PipelineRow:
    """One value of the column, its deals, and the name of the pipeline it means; empty while nobody decided."""

    value: str
    count: int
    name: str


def pipeline_column(columns: list[Column], rows: int) -> str:
    """The column that says in which of several pipelines each deal is, by its header; or nothing."""
    for column in columns:
        several = column["kind"] == "text" and 1 < column["different"] <= MOST and column["filled"] == rows
        if several and _HEADER.search(bare(column["name"])):
            return str(column["name"])
    return ""


def pipelines_draft(content: Content, by_name: Mapping[str, Column]) -> None:
    """A pipeline for each value of the column, with the stages that its deals are in; none without a column."""
    content.pop("pipelines", None)
    content["pipeline"] = {word: value for word, value in content["pipeline"].items() if word in ("key", "name")}
    column = by_name.get(content["deal"].get("pipeline", ""))
    if column is None:
        return
    values = [str(value) for value, *_ in column["values"]][:MOST]
    first = content["pipeline"]
    own = next((value for value in values if value in (first["name"], first["key"])), values[0])
    if first["key"] == DEFAULT and own not in (first["name"], first["key"]):
        first |= {"key": slug(own, set()), "name": own}
    first["values"] = [own]
    taken = {first["key"]}
    content["pipelines"] = [
        {"key": slug(value, taken), "name": value, "values": [value]} for value in values if value != own
    ]
    for pipeline in content["pipelines"]:
        _stages_add(content, pipeline, by_name)
    _stages_of_first(content, own, by_name)


def _stages_of_first(content: Content, own: str, by_name: Mapping[str, Column]) -> None:
    within = _values_within(content, [own], by_name)
    if within is None:
        return
    for stage in [s for s in content["stages"] if not s.get("pipeline") and s["activities"]]:
        stage["activities"] = [value for value in stage["activities"] if value in within]
        if not stage["activities"] and not stage.get("earns"):
            content["stages"].remove(stage)
    open_keys = [s["key"] for s in content["stages"] if not s.get("pipeline") and not s.get("earns")]
    if open_keys and content["deal"].get("entry_stage") not in open_keys:
        content["deal"]["entry_stage"] = open_keys[0]


def _stages_add(content: Content, pipeline: dict[str, Any], by_name: Mapping[str, Column]) -> None:
    """The stages of the first pipeline once more, as far as deals of this one are in them."""
    taken = {stage["key"] for stage in content["stages"]}
    within = _values_within(content, pipeline["values"], by_name)
    for stage in [s for s in content["stages"] if not s.get("pipeline")]:
        copy = deepcopy(stage) | {"pipeline": pipeline["key"]}
        copy["activities"] = [value for value in stage["activities"] if within is None or value in within]
        if copy["activities"] or stage.get("earns"):
            copy["key"] = slug(f"{pipeline['key']}_{stage['key']}", taken)
            content["stages"].append(copy)
    if not any(s.get("pipeline") == pipeline["key"] and not s.get("earns") for s in content["stages"]):
        owner = content["stages"][0]["owner"]
        key = slug(f"{pipeline['key']}_open", taken)
        content["stages"].append({"key": key, "name": "Open", "owner": owner, "activities": [],
                                  "pipeline": pipeline["key"]})  # fmt: skip


def _values_within(content: Content, values: list[str], by_name: Mapping[str, Column]) -> set[str] | None:
    """The stages of deals with these values of the pipeline; None where the files were not read by this column."""
    stage = by_name.get(content["deal"].get("stage", ""), {})
    by_pipeline = stage.get("by_pipeline", {}).get(content["deal"].get("pipeline", ""))
    if by_pipeline is None:
        return None
    return {str(entry[0]) for value in values for entry in by_pipeline.get(value, [])}


def pipeline_rows(content: Content, by_name: Mapping[str, Column]) -> list[PipelineRow]:
    """The values of the column, those that nobody decided first."""
    column = by_name.get(content.get("deal", {}).get("pipeline", ""))
    counts = {str(entry[0]): int(entry[1]) for entry in column["values"]} if column else {}
    parts = [content["pipeline"], *content.get("pipelines", [])]
    names = {value: part["name"] for part in parts for value in part.get("values", [])}
    rows = [PipelineRow(value=value, count=counts.get(value, 0), name=names.get(value, ""))
            for value in dict.fromkeys([*counts, *names])]  # fmt: skip
    return sorted(rows, key=lambda row: (row.name != "", -row.count)) if column or names else []


def pipelines_undecided(content: Content, columns: list[Column]) -> list[str]:
    """A sentence for each value that no pipeline has, and for stages that a pipeline does not know."""
    if not content.get("pipelines"):
        return []
    by_name = {column["name"]: column for column in columns}
    sentences = [
        gettext_noop("“{value}”, {deals}: which pipeline is it?").format(
            value=row.value, deals=counted(row.count, "deal")
        )
        for row in pipeline_rows(content, by_name)
        if not row.name
    ]
    names = {part["key"]: part["name"] for part in content["pipelines"]}
    return sentences + [
        gettext_noop("“{value}” in {key}: which stage is it?").format(
            value=value, key=names.get(key, content["pipeline"]["name"])
        )
        for key, value, _ in stages_unnamed(content, by_name)
    ]


def stages_unnamed(content: Content, by_name: Mapping[str, Column]) -> list[tuple[str, str, int]]:
    """Key of the pipeline (empty for the first), value and deals of what is in a pipeline and no stage of it."""
    if not content.get("pipelines"):
        return []
    lost = {value for part in content.get("losses", []) for value in part["activities"]}
    named = {(s.get("pipeline", ""), value) for s in content["stages"] for value in s["activities"]}
    return [
        (own, value, count)
        for (own, value), count in stage_deals(content, by_name).items()
        if (own, value) not in named and value not in lost
    ]


def stage_deals(content: Content, by_name: Mapping[str, Column]) -> dict[tuple[str, str], int]:
    """Deals of each pipeline (empty for the first) by the value of their stage; nothing where there is one pipeline."""
    stage = by_name.get(content.get("deal", {}).get("stage", ""), {})
    by_pipeline = stage.get("by_pipeline", {}).get(content.get("deal", {}).get("pipeline", ""), {})
    counts: dict[tuple[str, str], int] = {}
    for part in [content["pipeline"], *content["pipelines"]] if content.get("pipelines") else []:
        own = "" if part is content["pipeline"] else part["key"]
        for entry in (entry for value in part.get("values", []) for entry in by_pipeline.get(value, [])):
            counts[own, str(entry[0])] = counts.get((own, str(entry[0])), 0) + int(entry[1])
    return counts


def pipelines_posted(posted: Mapping[str, str], content: Content, by_name: Mapping[str, Column]) -> None:
    """Values of one name are one pipeline; a new name is another one, with the stages of the first."""
    if "pipeline-0-value" not in posted:
        return
    parts = {part["name"]: part for part in [content["pipeline"], *content.get("pipelines", [])]}
    for part in parts.values():
        part["values"] = []
    taken = {part["key"] for part in parts.values()}
    for place in range(MOST):
        value, name = posted.get(f"pipeline-{place}-value"), posted.get(f"pipeline-{place}-name", "").strip()
        if not value or not name:
            continue
        if name not in parts:
            parts[name] = {"key": slug(name, taken), "name": name, "values": [value]}
            _stages_add(content, parts[name], by_name)
        else:
            parts[name]["values"].append(value)
    gone = {part["key"] for part in parts.values() if not part["values"]} - {content["pipeline"]["key"]}
    content["pipelines"] = [p for p in parts.values() if p["key"] not in {content["pipeline"]["key"], *gone}]
    content["stages"] = [stage for stage in content["stages"] if stage.get("pipeline", "") not in gone]


def stage_pipelines_posted(posted: Mapping[str, str], content: Content) -> dict[str, str]:
    """The form of a log, whose rows name the pipelines of their stages, with the keys of these pipelines instead.

    A new name is another pipeline, and one that no row names is none any more. A row without a name is of the first.
    """
    names: dict[int, str] = {}
    for place in takewhile(lambda place: f"stage-{place}-in" in posted, count()):
        if posted.get(f"stage-{place}-kind") in STAGE_KINDS:
            names[place] = posted[f"stage-{place}-in"].strip() or content["pipeline"]["name"]
    if not names:
        return dict(posted)
    parts = {part["name"]: part for part in [content["pipeline"], *content.get("pipelines", [])]}
    taken = {part["key"] for part in parts.values()}
    for name in set(names.values()) - set(parts):
        parts[name] = {"key": slug(name, taken), "name": name}
    first = content["pipeline"]["name"]
    # The first pipeline stays the first as long as a row names it.
    used = sorted(dict.fromkeys(names.values()), key=lambda name: name != first)
    content["pipeline"], *others = [parts[name] for name in used]
    content.pop("pipelines", None)
    if others:
        content["pipelines"] = others
    keys = {place: "" if name == used[0] else parts[name]["key"] for place, name in names.items()}
    _stages_take_along(posted, content, keys)
    return dict(posted) | {f"stage-{place}-pipeline": key for place, key in keys.items()}


def _stages_take_along(posted: Mapping[str, str], content: Content, keys: Mapping[int, str]) -> None:
    """A stage keeps its key in another pipeline."""
    for place, key in keys.items():
        value, name = posted.get(f"stage-{place}-value", ""), posted.get(f"stage-{place}-name", "").strip()
        for stage in content["stages"]:
            if stage["name"] == name and value in (stage["activities"] or [""]):
                stage["pipeline"] = key


def stage_posted(
    posted: Mapping[str, str], place: int, key: str, name: str, *, won: bool, before: dict[str, Any]
) -> dict[str, Any]:
    """One stage as a row of the form says it; what `stage_mistakes` names is left out of it."""
    limit, position = _typed(posted, place, "limit"), _typed(posted, place, "position")
    stage: dict[str, Any] = {
        "key": key, "name": name, "owner": posted.get(f"stage-{place}-owner", ""), "activities": [],
        "position": int(position) if _PLACE.fullmatch(position) else _LAST_PLACE,
    }  # fmt: skip
    if pipeline := posted.get(f"stage-{place}-pipeline", ""):
        stage["pipeline"] = pipeline
    if won:
        stage |= {"earns": True, "final": True}
    if before.get("once"):
        stage["once"] = True
    return stage | ({"time_limit_days": float(limit.replace(",", "."))} if _LIMIT.fullmatch(limit) else {})


def stage_mistakes(posted: Mapping[str, str], rows: int) -> list[str]:
    """A sentence for each place and each limit of a stage that is no number, in the first rows of the form."""
    sentences = []
    for place in range(rows):
        if posted.get(f"stage-{place}-kind") not in (OPEN, WON):
            continue
        name = posted.get(f"stage-{place}-name", "").strip() or posted.get(f"stage-{place}-value", "")
        limit, position = _typed(posted, place, "limit"), _typed(posted, place, "position")
        if limit and not _LIMIT.fullmatch(limit):
            wrong = gettext_noop("{name}: “{text}” is no limit. Write days above 0, such as 14 or 2.5, or nothing.")
            sentences.append(wrong.format(name=name, text=limit[:_LONGEST]))
        if position and not _PLACE.fullmatch(position):
            wrong = gettext_noop("{name}: “{text}” is no place in the order. Write a whole number, such as 3.")
            sentences.append(wrong.format(name=name, text=position[:_LONGEST]))
    return sentences


def limit_text(limit: float) -> str:
    """A limit as the form shows it, to its last digit."""
    return f"{limit:.6f}".rstrip("0").rstrip(".")


def _typed(posted: Mapping[str, str], place: int, word: str) -> str:
    return posted.get(f"stage-{place}-{word}", "").strip()
