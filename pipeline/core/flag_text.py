"""Parses yes and no as programs write them."""

from __future__ import annotations

import re

_YES = frozenset(
    ("true", "t", "yes", "y", "x", "on", "wahr", "ja", "j", "si", "sì", "sí", "oui", "vrai", "vero", "sim", "да", "так",
     "✓", "✔")
)  # fmt: skip
_NO = frozenset(("false", "f", "no", "n", "off", "falsch", "nein", "faux", "falso", "non", "não", "нет", "ні"))
_NUMBER = re.compile(r"([+-]?)([0-9]+)(?:[.,]0*)?")


def parse_flag(text: str) -> bool | None:
    """True or False, None for an empty cell. Raises ValueError for anything else: a flag is never taken for a no.

    1, 1.0 and -1 (as some databases write it) are yes, 0 and 0.0 no; other numbers are neither.
    """
    word = text.strip().casefold()
    if not word:
        return None
    if word in _YES or word in _NO:
        return word in _YES
    number = _NUMBER.fullmatch(word)
    if number and int(number[2]) in (0, 1):
        return number[2].endswith("1")
    raise ValueError(text)
