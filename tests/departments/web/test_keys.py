"""One rule of keys for files, forms and the admin, and an address for every key."""

from __future__ import annotations

from urllib.parse import unquote

import duckdb
import pytest
from django.core.exceptions import ValidationError
from django.urls import resolve, reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from departments.core.text import clean_text, key_problem, needs_cleaning
from departments.models import Department
from departments.web.key_address import KeyConverter
from pipeline.imports.folder import kinds

ODD = "\t\n\v\x00\x1f\x7f\x85\xa0\xad\u061c\u200b\u2028\u202e\u3000\ufe0f\ufeff\uffff/\\\\:?#%. ~-='&<aé法"
TEXTS = st.one_of(st.text(st.sampled_from(ODD), max_size=4), st.text(max_size=70))


@settings(deadline=None)
@given(text=TEXTS)
def test_files_and_forms_have_one_rule(text: str) -> None:
    with duckdb.connect() as connection:
        broken = [
            reason
            for when, reason in kinds.KEY.problems
            if connection.execute(f"SELECT {when.format(raw='$1')}", {"1": text}).fetchall()[0][0]
        ]
    if text:  # what is empty is refused as that
        assert (broken[0] if broken else "") == key_problem(text)


# PostgreSQL stores no NUL, so no key has one; its address is refused, see below.
KEYS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=40)


@given(key=KEYS)
def test_every_key_has_an_address_that_leads_back_to_it(key: str) -> None:
    converter = KeyConverter()
    assert converter.to_python(converter.to_url(key)) == key
    assert "/" not in converter.to_url(key)


def test_an_address_with_a_nul_leads_nowhere() -> None:
    with pytest.raises(ValueError, match="b"):
        KeyConverter().to_python("a\x00b")


@pytest.mark.parametrize("key", ["r/d", ".", "..", "a?b", "a#b", "50%", "~2F", "a b", "=1+1", "法務", "a\\b"])
@pytest.mark.parametrize("name", ["pipeline:department", "pipeline:opportunity", "departments:scorecard"])
def test_an_address_is_made_and_read_for_keys_from_before_the_rule(name: str, key: str) -> None:
    assert resolve(unquote(reverse(name, args=[key]))).kwargs == {"key": key}


@pytest.mark.parametrize("key", ["r/d", "..", "a b", "le\u200bgal", "a\vb"])
def test_the_admin_refuses_what_a_file_may_not_hold(key: str) -> None:
    with pytest.raises(ValidationError):
        Department(key=key, name="x").full_clean(validate_unique=False, validate_constraints=False)


def test_a_readable_text_has_spaces_for_what_cannot_be_seen() -> None:
    assert clean_text("a\vb\x00c\ud800d\te\nf") == "a b c d\te\nf"


def test_a_readable_text_is_read_in_one_direction() -> None:
    """A mark of an Arabic name stays; what turns the rest of the line does not."""
    assert clean_text("Ann\u202egnp.exe \u2066x\u2069 \u0645\u200f!") == "Anngnp.exe x \u0645\u200f!"
    assert needs_cleaning("Ann\u202e")
    assert not needs_cleaning("\u0645\u200f")


def test_a_text_of_which_nobody_sees_anything_is_empty() -> None:
    assert (clean_text("\u200b \u2060"), needs_cleaning("\u200b")) == ("", True)
    assert (clean_text(" "), needs_cleaning(" ")) == (" ", False)
    assert (clean_text("\u2764\ufe0f"), needs_cleaning("\u2764\ufe0f")) == ("\u2764\ufe0f", False)
