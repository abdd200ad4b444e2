"""Which column of a table plays which role of a deal: by the headers of a known system first, then by their look."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from departments.translation import gettext_noop
from pipeline.sources.columns.header_words import CONVERTED, GENERIC, LESS, STATUS
from pipeline.sources.meaning.history import ENTERED
from pipeline.sources.meaning.owners import LOST, WON
from pipeline.sources.meaning.statuses import status_kind
from pipeline.sources.meaning.systems import KINDS, System, bare, names_of, recognised

type Content = dict[str, Any]
_MORE_DATES = ("closed", "expected_close", "won_date", "lost_date", "changed")
_UNIT = re.compile(
    r"[\s(\[（/_–-](?P<unit>(?i:k[€$£]|[€$£]k|[tk](?:eur|usd|gbp|chf)|t€|tsd\.?(?: €| eur)?|thousands?|in k|'?000s?"
    r"|m[€$£]|[€$£]m|m(?:eur|usd)|mio\.?(?: €| eur)?|millions?|mn"
    r"|(?:milliers|miles|migliaia)(?: (?:de|di) euros?| d.euros| €| eur)?"
    r"|tys\.?(?: zł| pln)?|mln\.?(?: zł| pln| eur| €)?"
    r"|(?:тыс|тис|млн)\.?(?: ?(?:руб|грн)\.?| ?[₽₴])?)|千円|百万円|万円|億円)\s*[)\]）]?\s*$"
)
_FEW = ("reason", "source")
_SERIAL = re.compile(r"[2-7][0-9]{4}([.,][0-9]+)?")
"""Days as spreadsheets count them, of the years 1954 to 2118."""
_EPOCH = re.compile(r"1[0-9]{9}(?:[0-9]{3})?(?:[.,]0+)?")
_SHEET_DAY = re.compile(r"\d{4}-\d\d-(?:0\d|1[012])(?:[ T].*)?")
"""A day of a spreadsheet that would be one, too, with day and month taken for each other."""
_SLASHED = re.compile(r"\d{1,2}/\d{1,2}/\d{4}(?: .*)?")
_DAY = re.compile(r"\d{1,4}([-./])\d{1,2}\1\d{1,4}")
_FLAG_NUMBERS = {"0", "1", "-1", "0.0", "1.0"}


def columns_by_role(columns: list[dict[str, Any]], rows: int) -> tuple[System | None, dict[str, str]]:
    """The system a table comes from, and the column of every role that one is there for. A column plays one role,
    except that the close date may also be the expected one."""
    headers = [column["name"] for column in columns]
    system, names = recognised(headers), names_of(headers)
    chosen: dict[str, str] = {}
    for role, own in (system.columns if system else {}).items():
        for name in own:
            column = next((c for c in columns if name in names[c["name"]]), None)
            # Without an actual amount the estimated one is the amount already, of open deals too.
            doubled = column is not None and role == "open_amount" and column["name"] == chosen.get("amount")
            if column is not None and not doubled and _fits(role, column, rows):
                chosen[role] = column["name"]
                break
    for role, pattern in GENERIC.items():
        if role in chosen:
            continue
        taken = set(chosen.values())
        fitting = [c["name"] for c in columns if _named(pattern, names[c["name"]]) and _fits(role, c, rows)]
        free = [name for name in fitting if name not in taken]
        if role in LESS:
            free = [
                name for worse in (False, True) for name in free if bool(re.search(LESS[role], bare(name))) == worse
            ]
        if free:
            chosen[role] = free[0]
    _close_that_was_expected(chosen)
    _status(columns, chosen)
    _currency_of_the_amount(columns, chosen)
    if "amount" not in chosen:
        _amount_with_negatives(columns, chosen)
    if "key" not in chosen:
        _key_with_doubles(columns, rows, chosen, system)
    _key_by_uniqueness(columns, rows, chosen)
    return system, chosen


def _named(pattern: str, names: list[str]) -> bool:
    return any(re.search(pattern, name) for name in names)


def _close_that_was_expected(chosen: dict[str, str]) -> None:
    """A close date that says it is expected is that of open deals too, and of ended ones only where nothing better
    says when they ended."""
    closed = chosen.get("closed", "")
    if re.search(LESS["closed"], bare(closed)) and "expected_close" not in chosen:
        chosen["expected_close"] = closed
        if chosen.get("won_date") or chosen.get("lost_date"):
            del chosen["closed"]


def _status(columns: list[dict[str, Any]], chosen: dict[str, str]) -> None:
    """Beside the stage, a column each value of which says that a deal is open, won or lost."""
    for column in columns:
        free = "status" not in chosen and column["name"] not in chosen.values()
        if free and STATUS.search(bare(column["name"])) and column["different"] == len(column["values"]):
            kinds = [status_kind(str(value)) for value, *_ in column["values"]]
            if all(kinds) and set(kinds) & {WON, LOST}:
                chosen["status"] = column["name"]


def _currency_of_the_amount(columns: list[dict[str, Any]], chosen: dict[str, str]) -> None:
    """An amount that was converted is not in the currency of the deal: in that of its own column, or the company's."""
    amount = bare(chosen.get("amount", ""))
    if CONVERTED.search(amount):
        chosen.pop("currency", None)
        if own := next((c["name"] for c in columns if bare(c["name"]) == f"{amount}currency"), ""):
            chosen["currency"] = own


def _key_with_doubles(columns: list[dict[str, Any]], rows: int, chosen: dict[str, str], system: System | None) -> None:
    """A column that is the key by its header stays it where a few rows have none or one of another row: the import
    refuses those by line. Of a list that has a day of creation and one of closing these may be more than of a log."""
    names = system.columns.get("key", ()) if system else ()
    least = rows / 2 if chosen.get("created") and chosen.get("closed") not in (None, chosen["created"]) else rows / 1.2
    for column in columns:
        named = bare(column["name"]) in names or re.search(GENERIC["key"], bare(column["name"]))
        blank = rows - column["filled"]
        needed = min(least, column["filled"]) if blank else least
        if named and blank <= max(1, rows * 0.2) and column["different"] >= max(needed, 2):
            chosen["key"] = column["name"]
            return


def _amount_with_negatives(columns: list[dict[str, Any]], chosen: dict[str, str]) -> None:
    """Where no other column is the amount, one with negative numbers: the import refuses those by line."""
    taken = set(chosen.values())
    for column in columns:
        named = re.search(GENERIC["amount"], bare(column["name"])) and column["name"] not in taken
        if named and column["kind"] == "number" and column["negative"]:
            chosen["amount"] = column["name"]
            return


def _fits(role: str, column: dict[str, Any], rows: int) -> bool:
    """Whether what a column holds allows the role."""
    if role in KINDS and column["kind"] not in KINDS[role]:
        # A list of open deals alone has no closing days yet.
        return role == "closed" and column["kind"] == "empty"
    if role in ("won_flag", "closed_flag", "skip_flag") and column["kind"] == "number":
        return all(str(value) in _FLAG_NUMBERS for value, *_ in column["values"])
    if role in ("account", "owner", "name", "currency") and _is_of_another_kind(role, column):
        return False
    if role == "key":
        return bool(column["filled"] == column["different"] == rows)
    if role in ("amount", "won_flag", "closed_flag") and column["negative"]:
        return False
    if role in ("segment", "team", "source", "reason", "stage", "currency"):
        few = int(column["different"]) <= max(60, rows // 20)
        return column["kind"] not in ("date",) and few and (bool(column["filled"]) or role in ("stage",))
    return bool(column["filled"])


def _is_of_another_kind(role: str, column: dict[str, Any]) -> bool:
    """Dates and amounts name nobody, and what is called a currency is no customer."""
    name = bare(column["name"])
    if column["kind"] in ("date", "flag"):
        return True
    measured = column["kind"] == "number" and (role == "currency" or re.search(GENERIC["amount"], name) is not None)
    return measured or (role != "currency" and re.search(GENERIC["currency"], name) is not None)


def _key_by_uniqueness(columns: list[dict[str, Any]], rows: int, chosen: dict[str, str]) -> None:
    """Without a header that says so, the first column of texts or whole numbers that stand once each is the key."""
    if "key" in chosen:
        return
    certain = {chosen.get(role) for role in ("amount", "stage", "created", "closed")}
    for column in columns:
        if column["name"] in certain:
            continue
        if column["kind"] in ("text", "number") and column["filled"] == column["different"] == rows:
            chosen["key"] = column["name"]
            for role in [role for role, name in chosen.items() if name == column["name"] and role != "key"]:
                if role not in ("name",):
                    del chosen[role]
            return


def deals_table(tables: dict[str, list[dict[str, Any]]], rows: dict[str, int]) -> str:
    """The table that seems to hold the deals: the one in which most roles of a deal have a column."""

    def score(name: str) -> tuple[float, int]:
        system, chosen = columns_by_role(tables[name], rows[name])
        weights = {"key": 3.0, "stage": 3.0, "amount": 2.0, "created": 2.0, "closed": 1.5, "owner": 1.0}
        points = sum(weights.get(role, 0.5) for role in chosen) + (2.0 if system else 0.0)
        # These have keys, stages and days as well.
        if re.search(r"history|changelog|line.?item|verlauf", name, re.IGNORECASE):
            points -= 4
        if re.search(r"ticket|dispute|incident|cases?\b", name, re.IGNORECASE):
            points -= 4
        return points, rows[name]

    return max(tables, key=score)


def why_no_dates(column: dict[str, Any]) -> str:
    """What a column holds that should hold dates, and what to do."""
    name, values = column["name"], [str(value) for value, *_ in column["values"]]
    if column["kind"] == "number" and all(map(_SERIAL.fullmatch, values)):
        return gettext_noop(
            "“{name}” holds numbers such as {some}, which may be days as a spreadsheet counts them: format the column "
            "as dates there, then upload it again."
        ).format(name=name, some=values[0])
    if column["kind"] == "number" and all(map(_EPOCH.fullmatch, values)):
        return gettext_noop(
            "“{name}” holds numbers such as {some}, which may be seconds or milliseconds since 1970: export it as "
            "dates."
        ).format(name=name, some=values[0])
    days = [value for value in values if _SHEET_DAY.fullmatch(value)]
    typed = [value for value in values if not _SHEET_DAY.fullmatch(value)]
    if days and typed and all(map(_SLASHED.fullmatch, typed)):
        return gettext_noop(
            "“{name}” holds days of a spreadsheet (“{day}”) beside days that stayed text (“{typed}”): the program has "
            "probably taken day and month of the first for each other. Export the list again as CSV and upload that, "
            "or open it with this column as text."
        ).format(name=name, day=days[0], typed=typed[0])
    some = ", ".join(f"“{value}”" for value in values[:3])
    return gettext_noop(
        "“{name}” does not hold dates written in one way ({some}): mend the file, then upload it again."
    ).format(name=name, some=some)


def columns_overlooked(content: Content, columns: list[dict[str, Any]]) -> list[str]:
    """A sentence for each column that by its name says when deals ended or are expected to, and holds no dates, or says
    why they were lost or where they come from, in too many words."""
    deal = content.get("deal", {})
    used = [*deal.values(), *content.get("stage_dates", {})]
    free = [column for column in columns if column["name"] not in used]
    sentences = []
    for role in (*_MORE_DATES, *_FEW):
        named = (c for c in free if role not in deal and re.search(GENERIC[role], bare(c["name"])))
        why = (_why_no_few(c) if role in _FEW else _why_no_dates(c) for c in named)
        sentences += [sentence for sentence in why if sentence][:1]
    of_stages = [column for column in free if ENTERED.search(bare(column["name"]))]
    sentences += [why_no_dates(column) for column in of_stages if _has_days(column) and column["kind"] != "date"]
    entered = [column["name"] for column in of_stages if column["kind"] == "date"]
    if entered:
        sentence = gettext_noop(
            "{count:,} columns say when deals came into a stage, such as “{name}”. Say below of which stage they are."
        )
        sentences.append(sentence.format(count=len(entered), name=entered[0]))
    notes = [gettext_noop("Not used: {why}").format(why=why) for why in dict.fromkeys(sentences)]
    amount = deal.get("amount", "")
    if re.search(LESS["amount"], bare(amount)):
        notes.append(
            gettext_noop("“{name}” is read as the amount, and by its name it may be another figure: check it.").format(
                name=amount
            )
        )
    return notes


def _has_days(column: dict[str, Any]) -> bool:
    """Whether most rows hold what looks like a day, though not all can be read as such."""
    counts = [(_DAY.search(str(value)) is not None, int(count)) for value, count, *_ in column["values"]]
    return 2 * sum(count for is_day, count in counts if is_day) > sum(count for _, count in counts)


def _why_no_dates(column: dict[str, Any]) -> str:
    values = [str(value) for value, *_ in column["values"]]
    serial = column["kind"] == "number" and any(all(map(form.fullmatch, values)) for form in (_SERIAL, _EPOCH))
    written = column["kind"] == "text" and re.search(r"\d", values[0])
    return why_no_dates(column) if serial or written else ""


def _why_no_few(column: dict[str, Any]) -> str:
    if column["kind"] != "text":
        return ""
    return gettext_noop(
        "“{name}” has {different:,} different values, too many to give each to a department. Choose the column if they "
        "matter, or upload a file with categories of them."
    ).format(name=column["name"], different=column["different"])


def nothing_draft(content: dict[str, Any], tables: Mapping[str, list[dict[str, Any]]]) -> None:
    """Read values that stand for nothing as empty, in the columns that the mapping uses."""
    parts = (
        ("", content["files"].get("deals", ""), content["deal"]),
        *((f"{part}.", content[part]["file"], content[part]) for part in ("tickets", "history") if content.get(part)),
    )
    for scope, file, used in parts:
        for column in tables.get(file, []):
            if column.get("nothing") and column["name"] in used.values():
                values = content.setdefault("values", {}).setdefault(f"{scope}{column['name']}", {})
                values |= dict.fromkeys(column["nothing"], "")


def unit_in_name(name: str) -> str:
    """The thousands or millions in which amounts are by the name of their column, such as `k€`; else an empty text."""
    match = _UNIT.search(name)
    return match["unit"] if match else ""
