"""The links of the header and of the person's menu: what this floor and the higher ones have, to whom it is open.

A page that is not built yet has no address and so no link.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from departments import access
from departments.access import Visitor

Rule = Callable[[Visitor], bool]


@dataclass(frozen=True, kw_only=True)
class Link:
    """One link; `here` when the page shown belongs to it."""

    name: str
    address: str
    here: bool
    letter: str = ""
    """What to type after `g` to go there."""


def _staff(user: Visitor) -> bool:
    return user.is_staff


# Name, the URL's name, who sees it, and the URL names (or their beginnings) that belong to it.
HEADER: tuple[tuple[str, str, Rule, tuple[str, ...]], ...] = (
    ("Review", "review:index", access.may_see_company, ("review:index", "review:changes")),
    ("Pipeline", "pipeline:leak_map", access.may_see_company, ("pipeline:leak_map", "pipeline:opportunit")),
    (
        "Departments",
        "pipeline:departments",
        access.may_see_company,
        ("pipeline:department", "departments:scorecard", "departments:pulse", "departments:commitment"),
    ),
    ("Accountability", "review:accountability", access.may_see_company, ("review:accountability", "contribution")),
    ("What-if", "review:what_if", access.may_see_company, ("review:what_if", "review:scenario")),
    ("Forecast", "review:forecast", access.may_see_company, ("review:forecast",)),
    ("Packs", "review:packs", access.may_see_packs, ("review:pack", "review:decision")),
    ("My week", "departments:my", access.may_see_company, ("departments:my", "pipeline:my_queue")),
)
MENU: tuple[tuple[str, str, Rule, tuple[str, ...]], ...] = (
    ("Opportunities", "pipeline:opportunities", access.may_see_company, ("pipeline:opportunit",)),
    ("Bridge", "contribution:bridge", access.may_see_company, ("contribution:bridge",)),
    ("Leak register", "contribution:register", access.may_see_company, ("contribution:register",)),
    ("Commitments", "departments:commitments", access.may_see_company, ("departments:commitment", "departments:issue")),
    ("Pulse", "departments:pulse", access.may_see_company, ("departments:pulse",)),
    (
        "My threads",
        "departments:comments_mine",
        access.may_see_company,
        ("departments:comment_", "departments:comments"),
    ),
    ("Data and runs", "pipeline:data", access.may_see_company, ("pipeline:data", "pipeline:import")),
    ("People", "departments:people", access.may_manage_people, ("departments:people",)),
    ("Audit", "departments:audit", access.may_read_audit, ("departments:audit",)),
    ("My account", "departments:account", access.may_see_packs, ("departments:account",)),
    ("Settings", "admin:index", _staff, ("admin",)),
    ("Style", "review:style", _staff, ("review:style",)),
)


LETTERS = {
    "review:index": "r",
    "pipeline:leak_map": "p",
    "pipeline:departments": "d",
    "review:accountability": "a",
    "review:what_if": "w",
    "review:forecast": "f",
    "review:packs": "k",
    "departments:my": "m",
    "pipeline:opportunities": "o",
    "contribution:bridge": "b",
    "contribution:register": "l",
    "pipeline:data": "t",
}


def links(request: HttpRequest, table: tuple[tuple[str, str, Rule, tuple[str, ...]], ...]) -> list[Link]:
    """The links of a table that the visitor may follow."""
    here = (request.resolver_match.view_name if request.resolver_match else "") or ""
    found = []
    for name, url, rule, section in table:
        if not rule(request.user):
            continue
        try:
            address = reverse(url)
        except NoReverseMatch:
            continue
        found.append(Link(name=name, address=address, here=here.startswith(section), letter=LETTERS.get(url, "")))
    return found
