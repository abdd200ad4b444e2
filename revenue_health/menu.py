"""The menu: tabs, the sections under each, and the pages that belong to a section by their URL names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext_noop

from departments import access
from departments.access import Visitor

Rule = Callable[[Visitor], bool]
SETTINGS_LIST = "pipeline:settings_list"


@dataclass(frozen=True, kw_only=True)
class Section:
    """A page in the menu, and the URL names (or their prefixes) of the pages that belong to it."""

    name: str
    url: str
    may_see: Rule
    pages: tuple[str, ...]
    letter: str = ""
    """What to type after `g` to go there."""


@dataclass(frozen=True, kw_only=True)
class Tab:
    """An entry in the header, which leads to the first of its sections that the visitor may see."""

    name: str
    sections: tuple[Section, ...]


def _staff(user: Visitor) -> bool:
    return user.is_staff


def _section(name: str, url: str, *pages: str, letter: str = "", may_see: Rule = access.may_see_company) -> Section:
    return Section(name=name, url=url, may_see=may_see, pages=pages or (url,), letter=letter)


def _setting(name: str, slug: str, *more: str) -> Section:
    """A list of settings: pages of one URL name, told apart by the list they are of."""
    pages = tuple(f"{SETTINGS_LIST}/{each}" for each in (slug, *more))
    return Section(name=name, url=f"{SETTINGS_LIST}/{slug}", may_see=access.may_manage_data, pages=pages)


SETTINGS = Tab(
    name=gettext_noop("Settings"),
    sections=(
        _section(gettext_noop("Company"), "pipeline:settings_company", may_see=access.may_manage_data),
        *(
            _setting(name, slug, *more)
            for name, slug, *more in (
                (gettext_noop("Departments"), "departments", "heads"),
                (gettext_noop("Stages"), "stages", "owners", "pipelines"),
                (gettext_noop("Reasons and sources"), "reasons", "sources"),
                (gettext_noop("Plan and rates"), "plan", "rates"),
            )
        ),
        _section(gettext_noop("People"), "departments:people", may_see=access.may_manage_people),
        _section(
            gettext_noop("Data"),
            "pipeline:data",
            "pipeline:data",
            "pipeline:import",
            "pipeline:source",
            "pipeline:set_up",
            letter="t",
            may_see=access.may_manage_data,
        ),
        _section(gettext_noop("Audit"), "departments:audit", may_see=access.may_read_audit),
        _section(gettext_noop("Style"), "review:style", may_see=_staff),
    ),
)
TABS: tuple[Tab, ...] = (
    Tab(
        name=gettext_noop("Review"),
        sections=(_section(gettext_noop("Review"), "review:index", "review:index", "review:changes", letter="r"),),
    ),
    Tab(
        name=gettext_noop("Pipeline"),
        sections=(
            _section(gettext_noop("Map"), "pipeline:leak_map", letter="p"),
            _section(
                gettext_noop("Leaks"), "contribution:register", "contribution:register", "contribution:leak", letter="l"
            ),
            # Cut short on purpose: the beginning of both `opportunities` and `opportunity`.
            _section(gettext_noop("Deals"), "pipeline:opportunities", "pipeline:opportunit", letter="o"),
        ),
    ),
    Tab(
        name=gettext_noop("Departments"),
        sections=(
            _section(gettext_noop("Overview"), "pipeline:departments", "pipeline:department", letter="d"),
            _section(gettext_noop("Drivers"), "review:drivers", "review:driver", "review:evidence", letter="a"),
            _section(gettext_noop("Scorecards"), "departments:scorecards", "departments:scorecard", letter="s"),
            _section(
                gettext_noop("Commitments"),
                "departments:commitments",
                "departments:commitment",
                "departments:issue",
                letter="c",
            ),
            _section(gettext_noop("Pulse"), "departments:pulse"),
        ),
    ),
    Tab(
        name=gettext_noop("Forecast"),
        sections=(
            _section(gettext_noop("Forecast"), "review:forecast", letter="f"),
            _section(gettext_noop("What-if"), "review:what_if", "review:what_if", "review:scenario", letter="w"),
            _section(gettext_noop("Track record"), "review:track_record"),
        ),
    ),
    Tab(
        name=gettext_noop("Packs"),
        sections=(
            _section(gettext_noop("Packs"), "review:packs", "review:pack", letter="k", may_see=access.may_see_packs),
            _section(gettext_noop("Decisions"), "review:decisions", "review:decision", may_see=access.may_see_packs),
        ),
    ),
    Tab(
        name=gettext_noop("My week"),
        sections=(
            _section(gettext_noop("My updates"), "departments:my", letter="m"),
            _section(gettext_noop("My queue"), "pipeline:my_queue", letter="q"),
            _section(
                gettext_noop("My threads"), "departments:comments_mine", "departments:comment_", "departments:comments"
            ),
        ),
    ),
    SETTINGS,
)
BOTTOM_HOME = (gettext_noop("My week"), gettext_noop("Review"), gettext_noop("Departments"))
"""Tabs that stand in the bar of a phone, for who works here; everything else is one touch further, in More."""
ACCOUNT = _section(gettext_noop("My account"), "departments:account", may_see=access.may_see_packs)


@lru_cache(maxsize=512)
def section_of(view: str) -> Section | None:
    """The section a URL name belongs to; None for pages outside of all of them."""
    matches = [
        (len(page), section)
        for tab in TABS
        for section in tab.sections
        for page in section.pages
        if view.startswith(page)
    ]
    return max(matches, key=lambda match: match[0])[1] if matches else None
