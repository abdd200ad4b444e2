"""The links of the header and of the person's menu: the pages of every app, and to whom each is open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

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
    ("Forecast", "review:forecast", access.may_see_company, ("review:forecast", "review:track_record")),
    ("Packs", "review:packs", access.may_see_packs, ("review:pack", "review:decision")),
    ("My week", "departments:my", access.may_see_company, ("departments:my", "pipeline:my_queue")),
)
MENU: tuple[tuple[str, str, Rule, tuple[str, ...]], ...] = (
    ("Opportunities", "pipeline:opportunities", access.may_see_company, ("pipeline:opportunit",)),
    ("Bridge", "contribution:bridge", access.may_see_company, ("contribution:bridge",)),
    ("Track record", "review:track_record", access.may_see_company, ("review:track_record",)),
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


@dataclass(frozen=True, kw_only=True)
class Navigation:
    """The links one visitor may follow: those of the header, those of the person's menu."""

    header: list[Link]
    menu: list[Link]

    @property
    def letters(self) -> list[Link]:
        """The pages that a key opens."""
        return [link for link in (*self.header, *self.menu) if link.letter]


def navigation_of(request: HttpRequest) -> Navigation:
    """The links for whoever asks, with the page they are on marked."""
    return Navigation(header=_links(request, HEADER), menu=_links(request, MENU))


def _links(request: HttpRequest, table: tuple[tuple[str, str, Rule, tuple[str, ...]], ...]) -> list[Link]:
    view = (request.resolver_match.view_name if request.resolver_match else "") or ""
    return [
        Link(name=name, address=reverse(url), here=view.startswith(section), letter=LETTERS.get(url, ""))
        for name, url, may_see, section in table
        if may_see(request.user)
    ]
