"""Whose a value is: proposals by its words, with the kind and the place of a stage, and departments of teams."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.sources.meaning.slugs import slug

type Content = dict[str, Any]
_DEPARTMENTS_AT_MOST = 40

WON, LOST = "won", "lost"
_WON = re.compile(
    r"\bwon\b|gewonnen|beauftragt|closed.?won|signed|^sold$|abschluss|auftrag erteilt|ganad|gagn|\bsignée?\b"
    r"|ganh[oa]|\bvint[oa]\b|^受注(済み?|完了)?$|^成約|^契約(締結|済)"
    r"|выигран|вигран|успешн|успішн|подписан|підписан|победа|перемога",
    re.I,
)
_LOST = re.compile(
    r"\blost\b|verloren|closed.?lost|dead|reject|declin|cancel|absage|abgelehnt|storniert|disqualif|abandon|withdraw|perd|\bpers[oa]\b"
    r"|no.?decision|keine entscheidung|sans suite|refusée?|annulée?|失注|敗注|見送り|辞退|不成立|取消|キャンセル"
    r"|проигр|програ(н|ш)|потерян|втрачен|провал|отказ|відмов|отмен|скасован|\bне ?(реализ|реаліз|успе|успі)",
    re.I,
)
_ENDED = re.compile(
    r"\bclosed\b|geschlossen|abgeschlossen|beendet|erledigt|\bclôtur|\bfermée?\b|^done$|^resolved$|^completed?$"
    r"|^完了|クローズ|^終了|закрыт|закрит|заверш",
    re.I,
)
_ORDER = (
    r"prospect|suspect|lead|new|neu|anfrage|eingang|open|inbox|backlog|to do|target|piste|リード|引合"
    r"|^нов|лид|лід|входящ|вхідн|заявк",
    r"qualif|engag|discovery|contact|kontakt|erstgespr|intro|bedarf|needs|analy|meeting|appointment|ヒアリング|アポ|初回|квалиф|кваліф|контакт|встреч|зустріч",
    r"develop|demo|present|solution|value|decision.?maker|evaluat|workshop|technical|proof|poc|pilot|in progress"
    r"|démo|demostr|dimostr|提案|デモ|демо|презентац|в работе|в роботі",
    r"propos|quote|angebot|offer|perception|pricing|preis|devis|propuest|presupuest|offert|preventiv|見積|предложен|пропозиц|смет|кп$",
    r"negotiat|verhandl|review|legal|contract|redline|vertrag|procure|security|pruf|prüf|freigabe|approval"
    r"|négoci|negocia|contrat|交渉|契約|稟議|переговор|договор|договір|согласован|погоджен",
    r"commit|verbal|zusage|closing|pending|signature|unterschrift|内示|最終|оплат|счет|рахунок",
)
_DEPARTMENTS = (
    ("marketing", r"lead|prospect|mql|marketing|campaign|inbound|kampagne|messe|event|website|web|webinar|content"),
    (
        "legal",
        r"legal|contract|redline|vertrag|recht|compliance|nda|dpa|privacy|datenschutz|terms|agb"
        r"|договор|договір|юрид|юрист",
    ),
    (
        "finance",
        r"financ|credit|payment|invoice|billing|bonit|zahlung|rechnung|discount approval|budgetfreigabe"
        r"|оплат|финанс|фінанс",
    ),
    ("production", r"deliver|production|lieferzeit|kapazit|fertigung|stock|capacity|lead time"),
    ("service", r"onboard|service|support|success|implementation"),
    ("product", r"feature|product|functional|technical|missing|technisch|funktion"),
)
_MARKET = re.compile(
    r"compet|wettbewerb|budget|no decision|timing|project cancel|market|insolv|bankrupt|merger|keine entsch|konkurr"
    r"|конкур|бюджет",
    re.I,
)


def stage_kind(value: str) -> str:
    """`won`, `lost`, or empty for a stage that is open."""
    if _LOST.search(value):
        return LOST
    return WON if _WON.search(value) else ""


def sounds_ended(value: str) -> bool:
    """Whether a stage says that a deal has ended and not how: a person has to say whether it was won or lost."""
    return not stage_kind(value) and _ENDED.search(value) is not None


def stage_rank(value: str) -> int:
    """Where a stage usually stands, from 0; one that no word tells stands in the middle."""
    lowered = value.lower()
    number = re.match(r"\s*(\d{1,2})\b", lowered)
    if number:
        return int(number[1])
    return next((place for place, words in enumerate(_ORDER) if re.search(words, lowered)), 2)


def department_of(value: str, departments: list[str]) -> str:
    """The department whose words a value holds, if there is that department; else an empty text."""
    lowered = value.lower()
    for key, words in _DEPARTMENTS:
        if key in departments and re.search(words, lowered):
            return key
    return next((key for key in departments if key.lower() in lowered), "")


def is_market(value: str) -> bool:
    """Whether a lost reason names what no department of the company answers for."""
    return _MARKET.search(value) is not None


@dataclass(frozen=True, kw_only=True)
class TeamRow:
    """One team or owner: its deals (nothing where that was not counted), their money, and the department it is of:
    `-` for none, empty for that of all others."""

    value: str
    count: int | None
    money: float | None
    department: str


def team_column(content: Content) -> str:
    """The column whose values departments are chosen for: that of the team, or without one that of the owner."""
    deal = content.get("deal", {})
    return str(deal.get("team") or deal.get("owner") or "")


def team_rows(content: Content, tables: Mapping[str, list[dict[str, Any]]], most: int) -> list[TeamRow]:
    """The teams or owners, those with most money first."""
    chosen = {team["name"]: team["department"] for team in content.get("teams", [])}
    entries = {str(entry[0]): entry for entry in _team_values(content, tables)}
    rows = []
    for name in dict.fromkeys([*entries, *chosen]):
        _, count, *money = entries.get(name, [name, 0])
        rows.append(TeamRow(value=name, count=count, money=money[0] if money else None,
                            department=chosen.get(name, "")))  # fmt: skip
    return sorted(rows, key=lambda row: (-(row.money or 0), -(row.count or 0)))[:most]


def _team_values(content: Content, tables: Mapping[str, list[dict[str, Any]]]) -> list[list[Any]]:
    """Value, deals and perhaps money; of a joined table whose deals nobody counted the values alone."""
    name, deals = team_column(content), content["files"]["deals"]
    own = next((column for column in tables.get(deals, []) if column["name"] == name), None)
    if own:
        return list(own["values"])
    for lookup in content.get("lookups", []):
        for column in tables.get(lookup["file"], []):
            if f"{lookup['name']}.{column['name']}" == name:
                counted = column.get("of_deals", {}).get(lookup["name"])
                return counted or [[value, None] for value, *_ in column["values"]]
    return []


def teams_posted(posted: Mapping[str, str], content: Content, column_before: str, most: int) -> None:
    """What the form says of teams; of another column than before, nothing is said yet."""
    if team_column(content) != column_before:
        content.pop("teams", None)
        content["deal"].pop("team_department", None)
        return
    if "team_department" in posted:
        content["deal"]["team_department"] = posted["team_department"]
    said = {team["name"]: team["department"] for team in content.get("teams", [])}
    for place in range(most):
        if (value := posted.get(f"team-{place}-value")) is None:
            break
        said[value] = posted.get(f"team-{place}-department", "")
    content["teams"] = [{"name": name, "department": department} for name, department in said.items() if department]


def departments_posted(posted: Mapping[str, str], content: Content) -> None:
    """The departments of a form; a new one has a key of its own."""
    rows: list[dict[str, str]] = []
    taken = {posted.get(f"department-{place}-key", "") for place in range(_DEPARTMENTS_AT_MOST)}
    for place in range(_DEPARTMENTS_AT_MOST):
        name = posted.get(f"department-{place}-name", "").strip()
        if not name:
            continue
        key = posted.get(f"department-{place}-key", "") or slug(name, taken)
        external = posted.get(f"department-{place}-kind") == "external"
        rows.append({"key": key, "name": name, "kind": "external" if external else "internal"})
    if rows:
        content["departments"] = rows
