"""Navigation: tabs, the sections under a tab, the bottom bar on phones, and the trail back.

A page belongs to the section with the longest beginning of its URL name. The person's menu holds nothing but the
account.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
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

# What a page is called from which one went on, where it is not a section itself.
DETAILS = {
    "pipeline:opportunity": gettext_noop("Deal"),
    "pipeline:department": gettext_noop("Department"),
    "pipeline:import": gettext_noop("Import"),
    "contribution:leak": gettext_noop("Leak"),
    "review:driver": gettext_noop("Driver"),
    "review:changes": gettext_noop("What changed"),
    "review:pack": gettext_noop("Pack"),
    "departments:scorecard": gettext_noop("Scorecard"),
    "departments:commitment": gettext_noop("Commitment"),
    "departments:people_person": gettext_noop("Person"),
}
BEHIND = gettext_noop("Deals behind a figure")


@dataclass(frozen=True, kw_only=True)
class Link:
    """One link; `here` when the page shown belongs to it, `exact` when it is that page itself."""

    name: str
    address: str
    here: bool = False
    exact: bool = False
    letter: str = ""


@dataclass(frozen=True, kw_only=True)
class TabLink:
    """A tab with the sections of it that the visitor may see."""

    name: str
    """As TABS has it, in English."""
    link: Link
    sections: tuple[Link, ...]


@dataclass(frozen=True, kw_only=True)
class Navigation:
    """The links one visitor may follow."""

    tabs: tuple[TabLink, ...]
    account: Link | None
    trail: tuple[Link, ...]
    """Where the visitor came from, when that is not where the sections already say."""

    @property
    def sections(self) -> tuple[Link, ...]:
        """The sections of the current tab; empty if there is nothing to choose between."""
        here = next((tab.sections for tab in self.tabs if tab.link.here), ())
        return here if len(here) > 1 else ()

    @property
    def bottom(self) -> tuple[Link, ...]:
        """The first three entries of a phone's bar; the fourth is More."""
        links = {tab.name: tab.link for tab in self.tabs}
        chosen = [links[name] for name in BOTTOM_HOME if name in links]
        return tuple(chosen or [link for tab in self.tabs for link in tab.sections][:3])

    @property
    def letters(self) -> list[Link]:
        """The pages that a key opens."""
        return [link for tab in self.tabs for link in tab.sections if link.letter]


def navigation_of(request: HttpRequest) -> Navigation:
    """The links for the visitor, with the current page marked."""
    view = _view_of(request.resolver_match)
    here = section_of(view)
    tabs = []
    for tab in TABS:
        sections = tuple(_link(section, view, here) for section in tab.sections if section.may_see(request.user))
        if sections:
            link = Link(
                name=_(tab.name), address=sections[0].address, here=here in tab.sections, exact=sections[0].exact
            )
            tabs.append(TabLink(name=tab.name, link=link, sections=sections))
    account = _link(ACCOUNT, view, here) if ACCOUNT.may_see(request.user) else None
    return Navigation(tabs=tuple(tabs), account=account, trail=_trail(request, here))


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


def _view_of(match: ResolverMatch | None) -> str:
    """The URL's name; of pages of settings that of the list they belong to."""
    if match is None:
        return ""
    return f"{SETTINGS_LIST}/{match.kwargs['kind']}" if "kind" in match.kwargs else match.view_name or ""


def _address_of(section: Section) -> str:
    name, _, slug = section.url.partition("/")
    return reverse(name, args=[slug] if slug else None)


def _link(section: Section, view: str, here: Section | None) -> Link:
    return Link(
        name=_(section.name),
        address=_address_of(section),
        here=section is here,
        exact=view == section.url,
        letter=section.letter,
    )


def _trail(request: HttpRequest, here: Section | None) -> tuple[Link, ...]:
    """The page whose link or figure was followed to this one: its section, and itself where it is a page of it."""
    referrer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referrer, {request.get_host()}, require_https=request.is_secure()):
        return ()
    came = urlsplit(referrer)
    try:
        match = resolve(came.path)
    except Resolver404:
        return ()
    section = section_of(_view_of(match))
    if section is None or came.path == request.path or not section.may_see(request.user):
        return ()
    address = f"{came.path}?{came.query}" if came.query else came.path
    name = _detail(match.view_name, came.query)
    if not name:
        # The section itself, as it was filtered; inside the same section its own link says so already.
        return () if section is here and not came.query else (Link(name=_full_name(section), address=address),)
    return (Link(name=_full_name(section), address=_address_of(section)), Link(name=name, address=address))


def _detail(view: str, query: str) -> str:
    if view == "pipeline:opportunities" and "kind=" in query:
        return _(BEHIND)
    return _(DETAILS[view]) if view in DETAILS else ""


def _full_name(section: Section) -> str:
    """The section with its tab before it, where the tab has another name and the section's alone says too little."""
    tab = next(tab for tab in TABS if section in tab.sections)
    name = _(section.name)
    if section.name == tab.name or section.name.startswith("My ") or tab is SETTINGS:
        return name
    # In English a second word is small; where nouns have capitals it is not.
    return f"{_(tab.name)}: {name.lower() if name == section.name else name}"
