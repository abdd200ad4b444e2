"""A first mapping of a list of deals, for a person to look at: roles of columns, stages with owners, accounts."""

# ruff: noqa: S608 - statements are put together from the quoted names of a file's own columns only.

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import duckdb

from pipeline.sources.columns.header_words import GENERIC
from pipeline.sources.columns.numbers import signs_of, signs_written
from pipeline.sources.columns.profile import quoted
from pipeline.sources.meaning.history import history_proposed, history_stages, stage_dates_draft
from pipeline.sources.meaning.mapping_gaps import DATES
from pipeline.sources.meaning.owners import LOST, WON, department_of, is_market, sounds_ended, stage_kind, stage_rank
from pipeline.sources.meaning.pipelines import pipeline_column, pipelines_draft
from pipeline.sources.meaning.roles import columns_by_role, nothing_draft
from pipeline.sources.meaning.slugs import slug
from pipeline.sources.meaning.statuses import status_draft
from pipeline.sources.meaning.systems import bare
from pipeline.sources.meaning.tickets import formats_add, tickets_columns, tickets_draft

MARKET = "market"
HISTORY = re.compile(r"history|changelog|verlauf", re.IGNORECASE)
DEPARTMENTS = (
    ("marketing", "Marketing", "internal"),
    ("sales", "Sales", "internal"),
    ("legal", "Legal", "internal"),
    ("finance", "Finance", "internal"),
    ("service", "Customer service", "internal"),
    (MARKET, "Market", "external"),
)
"""Key, name and kind of the usual set, for a company that has no departments yet."""
OWNED = {"reason": "loss_reasons", "source": "sources"}
"""The roles whose values belong to departments, with the part of the mapping that says so."""
type Content = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What a proposal starts from: the company part and departments as far as they are there, and the tables."""

    company: dict[str, Any]
    departments: list[dict[str, str]]
    pipeline: dict[str, str]
    columns: dict[str, list[dict[str, Any]]]
    rows: dict[str, int]
    joins: list[dict[str, Any]] = field(default_factory=list)


def list_draft(store: duckdb.DuckDBPyConnection, deals: str, ground: Ground) -> tuple[str, Content]:
    """The system a list of deals comes from (or an empty text) and the proposed mapping of it."""
    columns = ground.columns[deals]
    system, roles = columns_by_role(columns, ground.rows[deals])
    by_name = {column["name"]: column for column in columns}
    _drop_hopeless(roles, by_name)
    history = history_proposed(store, deals, roles.get("key", ""), ground.columns)
    others = {name: of for name, of in ground.columns.items() if name != history.get("file")}
    tickets = tickets_columns(store, deals, roles, others, ground.joins)
    lookups, accounts = _joined(ground, deals, roles, {history.get("file", ""), tickets.get("file", "")})
    content: Content = {
        "company": ground.company,
        "files": {"deals": deals, "delimiter": ",", **_writing(roles, by_name)},
        "deal": {role: name for role, name in roles.items() if role not in ("currency",) or by_name[name]["filled"]},
        "lookups": lookups,
        "departments": ground.departments
        or [dict(zip(("key", "name", "kind"), one, strict=True)) for one in DEPARTMENTS],
        "pipeline": ground.pipeline,
    }
    if accounts:
        content["accounts"] = accounts
    _roles_of_lookups(ground, content)
    status_draft(content, by_name, system)
    stages_draft(content, by_name, store)
    if pipeline := pipeline_column(columns, ground.rows[deals]):
        content["deal"]["pipeline"] = pipeline
    _stages_by_pipeline(store, deals, content, by_name)
    pipelines_draft(content, by_name)
    _price(store, deals, ground, content)
    for role in OWNED:
        owned_draft(content, by_name, role)
    if history:
        content["history"] = history
        formats_add(content, ground.columns[history["file"]], {history["at"]})
    stage_dates_draft(content, columns)
    history_stages(content, ground.columns)
    tickets_draft(content, tickets, ground.columns)
    nothing_draft(content, ground.columns)
    return (system.name if system else ""), content


def _drop_hopeless(roles: dict[str, str], by_name: dict[str, dict[str, Any]]) -> None:
    """A flag that would leave out every deal is no help; a stage column that is empty says nothing."""
    skip = roles.get("skip_flag")
    if skip and by_name[skip]["different"] == 1 and str(by_name[skip]["values"][0][0]).lower() in ("true", "1", "yes"):
        del roles["skip_flag"]
    roles.setdefault("stage", "")


def _writing(roles: dict[str, str], by_name: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Date formats and signs of numbers of the columns that play a role; what is ambiguous stays open."""
    dated = [by_name[roles[role]] for role in DATES if roles.get(role)]
    formats: list[str] = []
    for column in dated:
        formats += [form for form in column["formats"] if form not in formats]
    if formats == [""]:
        formats = []
    # No formats at all mean ISO 8601; beside others it has to be written out.
    elif "" in formats:
        formats.remove("")
        formats += [form for form in ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f") if form not in formats]
    written: dict[str, Any] = {"date_formats": formats}
    amount = by_name.get(roles.get("amount", ""))
    if amount and amount["signs"]:
        written |= signs_written(signs_of(amount["signs"]))
    return written


def _joined(
    ground: Ground, deals: str, roles: dict[str, str], others: set[str]
) -> tuple[list[dict[str, str]], dict[str, str] | None]:
    """Other tables that deals name rows of, but for those that are something else (`others`); the one behind the
    account column is the table of accounts."""
    lookups, accounts, taken = [], None, set[str]()
    for join in ground.joins:
        if join["table"] in others or HISTORY.search(join["table"]):
            continue
        if join["column"] == roles.get("account"):
            accounts = _accounts(join["table"], join["key"], ground.columns[join["table"]])
            continue
        name = slug(join["table"].rsplit(".", 1)[0], taken)
        lookups.append({"name": name, "file": join["table"], "key": join["key"], "deal_column": join["column"]})
    if accounts is None and roles.get("account"):
        accounts = {"file": deals, "key": roles["account"], "name": roles["account"]}
    return lookups, accounts


def _roles_of_lookups(ground: Ground, content: Content) -> None:
    """Team and segment of a joined table, where the deals themselves have none."""
    for lookup in content["lookups"]:
        for role in ("team", "segment"):
            for column in ground.columns[lookup["file"]]:
                fits = column["name"] != lookup["key"] and re.search(GENERIC[role], bare(column["name"]))
                if fits and column["kind"] == "text" and role not in content["deal"]:
                    content["deal"][role] = f"{lookup['name']}.{column['name']}"


def _accounts(table: str, key: str, columns: list[dict[str, Any]]) -> dict[str, str]:
    named = {"industry": r"industr|sector|branche", "region": r"country|region|location|land$|office",
             "size": r"employees|^size|mitarbeiter"}  # fmt: skip
    names = {
        role: next((c["name"] for c in columns if re.search(pattern, bare(c["name"])) and c["filled"]), "")
        for role, pattern in named.items()
    }
    label = next((c["name"] for c in columns if bare(c["name"]) in ("name", "accountname", "companyname")), key)
    return {"file": table, "key": key, "name": label, **{role: name for role, name in names.items() if name}}


def stages_draft(
    content: Content, by_name: dict[str, dict[str, Any]], store: duckdb.DuckDBPyConnection | None = None
) -> None:
    """Stages and losses of the values of the stage column, in their usual order, each with its likely owner.

    With the tables at hand, flags of winning and dates decide; without them, words do.
    """
    deal, keys = content["deal"], [d["key"] for d in content["departments"] if d["kind"] == "internal"]
    stage = by_name.get(deal.get("stage", ""))
    values = [str(value) for value, *_ in stage["values"]] if stage else []
    deals = content["files"]["deals"]
    flags = _flags_of_values(store, deals, deal) if store else {}
    kinds = {value: flags.get(value) or stage_kind(value) for value in values}
    tells = any(deal.get(word) for word in ("status", "won_flag", "closed_flag", "won_date", "lost_date"))
    open_ones = [value for value in values if not kinds[value] and (tells or not sounds_ended(value))]
    open_ones.sort(key=stage_rank)
    taken: set[str] = set()
    seller = "sales" if "sales" in keys else next(iter(keys), "")
    stages = [
        {"key": slug(value, taken), "name": value, "owner": department_of(value, keys) or seller, "activities": [value]}
        for value in open_ones
    ]
    if not stages:
        stages = [{"key": slug("open", taken), "name": "Open", "owner": seller, "activities": []}]
    won = [value for value in values if kinds[value] == WON]
    name = won[0] if len(won) == 1 else "Won"
    stages.append({"key": slug("won", taken), "name": name, "owner": seller, "activities": won,
                   "earns": True, "final": True})  # fmt: skip
    content["stages"] = stages
    lost = [value for value in values if kinds[value] == LOST]
    content["losses"] = [{"activities": lost}] if lost else []
    deal["entry_stage"] = _entry_stage(store, deals, deal, stages[:-1]) if store else stages[0]["key"]
    if stage is None or stage["filled"] < max(column["filled"] for column in by_name.values()):
        deal["stage_default"] = stages[0]["key"]
    if not deal.get("stage"):
        deal["stage"] = _without_stage(deal, by_name)


def _stages_by_pipeline(
    store: duckdb.DuckDBPyConnection, deals: str, content: Content, by_name: dict[str, dict[str, Any]]
) -> None:
    """Beside the stage column, the stages of each pipeline with their deals, by the column that says which it is."""
    pipeline, stage = content["deal"].get("pipeline", ""), content["deal"].get("stage", "")
    if not pipeline or stage not in by_name:
        return
    rows = store.execute(
        f"SELECT {quoted(pipeline)}, {quoted(stage)}, count(*) FROM {quoted(deals)}"
        f" WHERE {quoted(pipeline)} <> '' AND {quoted(stage)} <> '' GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"
    ).fetchall()
    counted: dict[str, list[list[Any]]] = {}
    for value, name, count in rows:
        counted.setdefault(str(value), []).append([str(name), int(count)])
    by_name[stage]["by_pipeline"] = {pipeline: counted}


def _without_stage(deal: dict[str, Any], by_name: dict[str, dict[str, Any]]) -> str:
    """A list without any stage: its status, or else an empty column, of which every deal is in the default stage."""
    empty = next(
        (c["name"] for c in by_name.values() if c["kind"] == "empty" and re.search("stage", c["name"], re.I)), ""
    )
    return deal.get("status") or empty or str(deal.get("key", ""))


def _flags_of_values(store: duckdb.DuckDBPyConnection, deals: str, deal: dict[str, Any]) -> dict[str, str]:
    """By value of the stage, `won` or `lost` where all of its deals are that by their flags."""
    if not (deal.get("stage") and deal.get("won_flag")):
        return {}
    closed = deal.get("closed_flag") or deal["won_flag"]
    yes = "lower({}) IN ('true', '1', 'yes', 'ja')"
    rows = store.execute(
        f"SELECT {quoted(deal['stage'])}, avg(({yes.format(quoted(deal['won_flag']))})::int),"
        f" avg(({yes.format(quoted(closed))})::int) FROM {quoted(deals)} GROUP BY 1"
    ).fetchall()
    return {
        str(value): WON if won == 1 else LOST if closed_share == 1 and won == 0 else ""
        for value, won, closed_share in rows
        if value is not None and (won == 1 or (closed_share == 1 and won == 0))
    }


def _entry_stage(
    store: duckdb.DuckDBPyConnection, deals: str, deal: dict[str, Any], stages: list[dict[str, Any]]
) -> str:
    """What closed deals were in since they began: the first open stage whose deals have a date of that."""
    created = str(deal.get("created", ""))
    for stage in stages if created and deal.get("stage") else []:
        row = store.execute(
            f"SELECT count({quoted(created)}), count(*) FROM {quoted(deals)} WHERE {quoted(deal['stage'])} IN"
            f" (SELECT unnest(?))", [stage["activities"]],
        ).fetchone()  # fmt: skip
        if row and row[1] and row[0] * 2 >= row[1]:
            return str(stage["key"])
    return str(stages[0]["key"])


def _price(store: duckdb.DuckDBPyConnection, deals: str, ground: Ground, content: Content) -> None:
    """Where open deals have no amount: the price of a joined list stands for it, and values without a match are
    mended where a key is spelled like them. What a deal itself is called stays."""
    for lookup in content["lookups"]:
        for column in ground.columns[lookup["file"]]:
            price = column["kind"] == "number" and re.search(r"price|preis", bare(column["name"]))
            if price and "open_amount" not in content["deal"]:
                content["deal"]["open_amount"] = f"{lookup['name']}.{column['name']}"
        join = next(join for join in ground.joins if join["table"] == lookup["file"])
        mended = {value: like for value, _, like, _ in join["missing"] if like}
        if mended and lookup["deal_column"] != content["deal"].get("key"):
            content.setdefault("values", {})[lookup["deal_column"]] = mended


def owned_draft(content: Content, by_name: dict[str, dict[str, Any]], role: str) -> None:
    """The lost reasons or origins of their column, each with the department its words name, or else open."""
    keys = [d["key"] for d in content["departments"]]
    internal = [d["key"] for d in content["departments"] if d["kind"] == "internal"]
    market = next((d["key"] for d in content["departments"] if d["kind"] == "external"), "")
    column = by_name.get(content["deal"].get(role, ""))
    rows, replaced, taken = [], {}, set[str]()
    for value in [str(entry[0]) for entry in column["values"]] if column else []:
        owner = department_of(value, internal)
        if not owner and role == "reason" and is_market(value) and market in keys:
            owner = market
        key = slug(value, taken)
        rows.append({"key": key, "name": value, "department": owner})
        if key != value:
            replaced[value] = key
    content[OWNED[role]] = rows
    if replaced and column:
        content.setdefault("values", {})[column["name"]] = replaced
