"""Proposals by the words of a value: what kind of stage it is, where it stands in the order, whose it is."""

from __future__ import annotations

import re

WON, LOST = "won", "lost"
_WON = re.compile(r"\bwon\b|gewonnen|beauftragt|closed.?won|signed|^sold$|abschluss|auftrag erteilt|ganad|gagn", re.I)
_LOST = re.compile(
    r"\blost\b|verloren|closed.?lost|dead|reject|declin|cancel|absage|abgelehnt|storniert|disqualif|abandon|withdraw|perd",
    re.I,
)
_ORDER = (
    r"prospect|suspect|lead|new|neu|anfrage|eingang|open|inbox|backlog|to do|target",
    r"qualif|engag|discovery|contact|kontakt|erstgespr|intro|bedarf|needs|analy|meeting|appointment",
    r"develop|demo|present|solution|value|decision.?maker|evaluat|workshop|technical|proof|poc|pilot|in progress",
    r"propos|quote|angebot|offer|perception|pricing|preis",
    r"negotiat|verhandl|review|legal|contract|redline|vertrag|procure|security|pruf|prüf|freigabe|approval",
    r"commit|verbal|zusage|closing|pending|signature|unterschrift",
)
_DEPARTMENTS = (
    ("marketing", r"lead|prospect|mql|marketing|campaign|inbound|kampagne|messe|event|website|web|webinar|content"),
    ("legal", r"legal|contract|redline|vertrag|recht|compliance|nda|dpa|privacy|datenschutz|terms|agb"),
    ("finance", r"financ|credit|payment|invoice|billing|bonit|zahlung|rechnung|discount approval|budgetfreigabe"),
    ("production", r"deliver|production|lieferzeit|kapazit|fertigung|stock|capacity|lead time"),
    ("service", r"onboard|service|support|success|implementation"),
    ("product", r"feature|product|functional|technical|missing|technisch|funktion"),
)
_MARKET = re.compile(
    r"compet|wettbewerb|budget|no decision|timing|project cancel|market|insolv|bankrupt|merger|keine entsch|konkurr",
    re.I,
)


def stage_kind(value: str) -> str:
    """`won`, `lost`, or empty for a stage that is open."""
    if _LOST.search(value):
        return LOST
    return WON if _WON.search(value) else ""


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
