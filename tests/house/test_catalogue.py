"""The German catalogue: it holds every text, nothing else, with the places for figures where the English has them."""

from __future__ import annotations

import re

from tests.house.catalogue import MO, PO, compiled, gathered, stored, taken_up, written

PLACE = re.compile(r"%\(\w+\)s|%%|\{\w*(?:[:!][^}]*)?\}|</?\w+")
"""What a translation must not lose: a figure's place, a sign of percent, a mark of HTML."""


def test_the_catalogue_is_that_of_the_texts_and_compiled() -> None:
    catalogue = taken_up(gathered(), stored())
    assert written(catalogue) == PO.read_bytes(), "run: python -m tests.house.catalogue"
    assert compiled(stored()) == MO.read_bytes(), "run: python -m tests.house.catalogue"


def test_every_translation_has_the_places_of_its_text() -> None:
    wrong = []
    for message in stored():
        if message.id and message.string:
            texts = [message.id] if isinstance(message.id, str) else list(message.id)
            strings = [message.string] if isinstance(message.string, str) else list(message.string)
            for text, string in zip(texts, strings, strict=True):
                if string and set(PLACE.findall(text)) != set(PLACE.findall(string)):
                    wrong.append((text, string))
    assert wrong == []


def test_no_translation_is_a_guess() -> None:
    assert [message.id for message in stored() if message.fuzzy and message.id] == []


def test_a_sentence_is_a_text_of_its_own() -> None:
    """Stored texts are cut into sentences before they are recognised: one with a blank before it never is."""
    texts = [message.id if isinstance(message.id, str) else message.id[0] for message in stored() if message.id]
    assert [text for text in texts if text.startswith(" ") and text.endswith(".")] == []
