"""Navigation: tabs, the sections under a tab, the bottom bar on phones, and the trail back.

A page belongs to the section with the longest beginning of its URL name. The person's menu holds nothing but the
account.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import Resolver404, ResolverMatch, get_script_prefix, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from revenue_health.menu import ACCOUNT, BOTTOM_HOME, SETTINGS, SETTINGS_LIST, TABS, Section, section_of

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
    visible = frozenset(section.url for tab in TABS for section in tab.sections if section.may_see(request.user))
    exact = view if here is not None and view == here.url else ""
    return Navigation(
        tabs=_tabs(visible, here, exact, get_language(), get_script_prefix()),
        account=_link(ACCOUNT, view, here) if ACCOUNT.may_see(request.user) else None,
        trail=_trail(request, here),
    )


@lru_cache(maxsize=512)
def _tabs(
    visible: frozenset[str], here: Section | None, view: str, _language: str | None, _prefix: str
) -> tuple[TabLink, ...]:
    """The tabs for all who may see the same sections; names are in the language, addresses begin with the prefix."""
    tabs = []
    for tab in TABS:
        sections = tuple(_link(section, view, here) for section in tab.sections if section.url in visible)
        if sections:
            link = Link(
                name=_(tab.name), address=sections[0].address, here=here in tab.sections, exact=sections[0].exact
            )
            tabs.append(TabLink(name=tab.name, link=link, sections=sections))
    return tuple(tabs)


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
    # A link from another site must not end up in our trail.
    if not url_has_allowed_host_and_scheme(referrer, {request.get_host()}, require_https=request.is_secure()):
        return ()
    came = urlsplit(referrer)
    try:
        match = resolve(came.path)
    except Resolver404:
        return ()
    section = section_of(_view_of(match))
    # Also asked for the page before: roles may have changed since, and a refused page is no way back.
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
