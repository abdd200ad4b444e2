"""Yes and no as programs write them; a word that is neither is never a no."""

from __future__ import annotations

import pytest

from pipeline.core.flag_text import parse_flag


@pytest.mark.parametrize(
    "text", ["1", "1.0", "1,0", "-1", "true", "TRUE", " Yes ", "y", "X", "on", "wahr", "ja", "oui"]
)
def test_a_yes(text: str) -> None:
    assert parse_flag(text) is True


@pytest.mark.parametrize("text", ["0", "0.0", "-0", "false", "No", "n", "off", "falsch", "nein", "non"])
def test_a_no(text: str) -> None:
    assert parse_flag(text) is False


@pytest.mark.parametrize("text", ["", "  "])
def test_nothing_is_neither(text: str) -> None:
    assert parse_flag(text) is None


@pytest.mark.parametrize("text", ["none", "null", "2", "0.5", "10", "maybe", "?", "-", "n/a", "closed", "1.0.0"])
def test_another_word_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_flag(text)
