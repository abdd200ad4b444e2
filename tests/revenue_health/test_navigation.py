"""Where one can go, which section a page belongs to, and where one came from."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.urls import resolve
from django.utils import translation

from departments.models import Department, Membership, User
from revenue_health.navigation import TABS, Navigation, navigation_of, section_of

pytestmark = pytest.mark.django_db


def navigation(who: User, path: str = "/", came_from: str = "") -> Navigation:
    headers = {"Referer": came_from} if came_from else {}
    request = RequestFactory().get(path, headers=headers)
    request.user = who
    request.resolver_match = resolve(path)
    return navigation_of(request)


def person(role: str, department: Department | None = None) -> User:
    user = User.objects.create_user(f"one-{role}")
    Membership.objects.create(user=user, role=role, department=department)
    return user


@pytest.fixture
def ceo() -> User:
    return person("executive")


@pytest.fixture
def legal() -> Department:
    return Department.objects.create(key="legal", name="Legal")


def names(links: object) -> list[str]:
    return [link.name for link in links]  # type: ignore[attr-defined]


def test_a_page_belongs_to_the_longest_beginning_of_its_name() -> None:
    expected = {
        "review:index": "Review",
        "review:changes": "Review",
        "contribution:leak": "Leaks",
        "review:driver": "Drivers",
        "pipeline:opportunity": "Deals",
        "pipeline:department": "Overview",
        "departments:scorecard_measurables": "Scorecards",
        "departments:comment_edit": "My threads",
        "review:pack_links": "Packs",
        "review:decision_log": "Decisions",
        "pipeline:settings_list/sources": "Reasons and sources",
    }
    assert {view: getattr(section_of(view), "name", None) for view in expected} == expected
    assert section_of("account_login") is None


def test_letters_and_names_are_given_once() -> None:
    sections = [section for tab in TABS for section in tab.sections]
    letters = [section.letter for section in sections if section.letter]
    assert len(letters) == len(set(letters))
    assert len({section.name for section in sections}) == len(sections)


def test_who_works_here_sees_the_tabs_and_the_board_its_packs(ceo: User, legal: Department) -> None:
    everything = navigation(ceo)
    assert [tab.link.name for tab in everything.tabs] == [
        "Review", "Pipeline", "Departments", "Forecast", "Packs", "My week", "Settings",
    ]  # fmt: skip
    assert names(everything.bottom) == ["My week", "Review", "Departments"]
    head = navigation(person("head", legal))
    assert "Settings" not in [tab.link.name for tab in head.tabs]
    board = navigation(person("board"), "/packs/")
    assert [tab.link.name for tab in board.tabs] == ["Packs"]
    assert names(board.bottom) == ["Packs", "Decisions"]
    assert navigation(AnonymousUser()).tabs == ()  # type: ignore[arg-type]


def test_sections_stand_under_the_tab_one_is_in(ceo: User) -> None:
    assert names(navigation(ceo, "/pipeline/").sections) == ["Map", "Leaks", "Deals"]
    [here] = [link for link in navigation(ceo, "/contribution/register/").sections if link.here]
    assert (here.name, here.exact) == ("Leaks", True)
    assert navigation(ceo, "/").sections == ()
    settings = navigation(ceo, "/settings/sources/").sections
    assert [link.name for link in settings if link.here] == ["Reasons and sources"]


def test_one_sees_where_one_came_from(ceo: User) -> None:
    review = navigation(ceo, "/drivers/legal/", "http://testserver/?period=2026-Q3")
    assert [(link.name, link.address) for link in review.trail] == [("Review", "/?period=2026-Q3")]
    figure = "http://testserver/pipeline/opportunities/?kind=lost&period=2026-Q3"
    behind = navigation(ceo, "/pipeline/opportunities/D-1/", figure)
    assert [(link.name, link.address) for link in behind.trail] == [
        ("Pipeline: deals", "/pipeline/opportunities/"),
        ("Deals behind a figure", "/pipeline/opportunities/?kind=lost&period=2026-Q3"),
    ]


@pytest.mark.parametrize(
    "came_from",
    [
        "",
        "https://elsewhere.example/pipeline/",
        "http://testserver/contribution/register/",  # the section itself: its link says so
        "http://testserver/contribution/register/3/",  # the page itself
        "http://testserver/nothing/",
        "http://testserver/accounts/login/",
    ],
)
def test_nothing_is_said_of_where_one_came_from_where_it_is_not_known(ceo: User, came_from: str) -> None:
    assert navigation(ceo, "/contribution/register/3/", came_from).trail == ()


def test_nobody_is_led_back_to_what_he_may_not_see() -> None:
    board = person("board")
    assert navigation(board, "/packs/", "http://testserver/pipeline/").trail == ()


def test_links_are_those_of_the_language_and_of_the_reader(ceo: User, legal: Department) -> None:
    # In turn, since they are remembered for whoever sees the same.
    head, english = person("head", legal), [tab.link.name for tab in navigation(ceo).tabs]
    with translation.override("de"):
        german = [tab.link.name for tab in navigation(ceo).tabs]
        assert german == [translation.gettext(name) for name in english] != english
    assert [tab.link.name for tab in navigation(ceo).tabs] == english
    assert [tab.link.name for tab in navigation(head).tabs] == english[:-1]
    assert [tab.link.name for tab in navigation(ceo).tabs] == english


def test_the_link_of_a_page_is_exact_on_that_page_alone(ceo: User) -> None:
    for path, exact in (("/drivers/", True), ("/drivers/legal/", False), ("/drivers/", True)):
        assert [(link.name, link.exact) for link in navigation(ceo, path).sections if link.here] == [("Drivers", exact)]
