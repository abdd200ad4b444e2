"""Figures by their texts: what they are called, where they are, and who may see them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from departments.models import Company, User
from departments.subjects import SubjectUnknown, people_who_see, subject_of, subject_visible

pytestmark = pytest.mark.django_db
VISIBLE = {
    "share:legal:2026-Q4": {"ceo", "analyst", "legal", "amelie", "sales", "jonas", "production"},
    "measurable:leg_wait": {"ceo", "analyst", "legal", "amelie"},
    "leak:12": {"ceo", "analyst", "legal", "amelie", "sales", "jonas", "production"},
}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("share:legal:2026-Q4", "Legal, share of 2026-Q4"),
        ("share:strategy:2026", "The plan, share of 2026"),
        ("share:market:2026-10", "Market, share of 2026-10"),
        ("measurable:leg_wait", "Median days in review (Legal)"),
        ("leak:12", "Leak 12"),
        ("cell:new:contract_review:legal", "Contract review, Legal"),
        ("opportunity:O-17", "Opportunity O-17"),
        ("forecast:2026-Q4", "Forecast of 2026-Q4"),
    ],
)
def test_a_figure_is_called_by_the_company_s_words(cast: dict[str, User], text: str, label: str) -> None:
    assert subject_of(text).label == label


@pytest.mark.parametrize(
    "text",
    [
        "", "share", "share:legal", "share:nobody:2026-Q4", "share:legal:2026-Q5", "share:legal:2026-q4", "leak:x",
        "leak:0", "leak:٣", "measurable:none", "cell:a:b", "cell:a::legal", "commitment:9", "word:1",
        "opportunity:a\x00", "opportunity:" + "9" * 200,
    ],
)  # fmt: skip
def test_what_names_no_figure_is_refused(cast: dict[str, User], text: str) -> None:
    with pytest.raises(SubjectUnknown):
        subject_of(text)


@settings(max_examples=60, deadline=None)
@given(
    text=st.text(max_size=40)
    | st.from_regex(r"(share|leak|cell|measurable|forecast|opportunity):.{0,20}", fullmatch=True)
)
def test_any_text_is_a_figure_or_none(text: str) -> None:
    with suppress(SubjectUnknown):
        assert subject_of(text).text == text


@pytest.mark.parametrize("opened", [False, True])
@pytest.mark.parametrize("text", list(VISIBLE))
def test_who_sees_a_figure_can_be_mentioned_and_nobody_else(cast: dict[str, User], text: str, opened: bool) -> None:
    Company.objects.update(departments_open=opened)
    subject = subject_of(text)
    may = {name for name, user in cast.items() if subject_visible(user, subject)}
    assert may == (VISIBLE["leak:12"] if opened else VISIBLE[text])
    assert {user.username for user in people_who_see(subject=subject)} == may


@pytest.mark.parametrize("who", ["board", "stranger"])
@pytest.mark.parametrize("path", ["comments/", "comments/people/", "replies/"])
def test_whoever_may_not_see_a_figure_finds_nothing(reads_as: Callable[[str], Client], who: str, path: str) -> None:
    client = reads_as(who)
    assert client.get(f"/{path}?subject=share:legal:2026-Q4").status_code == 404
    if path != "comments/people/":
        assert client.post(f"/{path}", {"subject": "share:legal:2026-Q4", "text": "x"}).status_code == 404
