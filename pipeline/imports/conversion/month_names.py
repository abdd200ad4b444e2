"""Names of months in the languages that exports are written in, as formats of times read them."""

from __future__ import annotations

import re

_NAMES = (
    "jan january januar jänner jän janvier janv enero ene gennaio gen januari janeiro",
    "feb february februar février févr fév febrero febbraio februari fevereiro fev",
    "mar march märz mär mrz mars marzo maart mrt março",
    "apr april avril avr abril abr aprile",
    "may mai mayo maggio mag mei maio",
    "jun june juni juin junio giugno giu junho",
    "jul july juli juillet juil julio luglio lug julho",
    "aug august août aout agosto ago augustus",
    "sep sept september septembre septiembre settembre setembro set",
    "oct october okt oktober octobre octubre ottobre ott outubro out",
    "nov november novembre noviembre novembro",
    "dec december dez dezember décembre déc diciembre dic dicembre dezembro",
)
_ENGLISH = {name: names.split()[0].capitalize() for names in _NAMES for name in names.split()}
_WORD = re.compile(r"[^\W\d_]{3,}\.?")


def months_in_english(text: str) -> str:
    """A text with `Jan`, `Feb` ... for the months it names, a point after them with them: `3. Mär. 2026` is `3. Mar
    2026`."""
    return _WORD.sub(lambda word: _ENGLISH.get(word[0].rstrip(".").casefold(), word[0]), text)
