"""Names of months in the languages that exports are written in, as formats of times read them."""

from __future__ import annotations

import re

_NAMES = (
    "jan january januar jänner jän janvier janv enero ene gennaio gen januari janeiro "
    "янв январь января січень січня січ",
    "feb february februar février févr fév febrero febbraio februari fevereiro fev "
    "фев февр февраль февраля лютий лютого лют",
    "mar march märz mär mrz mars marzo maart mrt março мар март марта березень березня бер",
    "apr april avril avr abril abr aprile апр апрель апреля квітень квітня квіт кві",
    "may mai mayo maggio mag mei maio май мая травень травня трав",
    "jun june juni juin junio giugno giu junho июн июнь июня червень червня черв чер",
    "jul july juli juillet juil julio luglio lug julho июл июль июля липень липня лип",
    "aug august août aout agosto ago augustus авг август августа серпень серпня серп",
    "sep sept september septembre septiembre settembre setembro set сен сент сентябрь сентября вересень вересня вер",
    "oct october okt oktober octobre octubre ottobre ott outubro out окт октябрь октября жовтень жовтня жовт",
    "nov november novembre noviembre novembro ноя нояб ноябрь ноября листопад листопада лист",
    "dec december dez dezember décembre déc diciembre dic dicembre dezembro дек декабрь декабря грудень грудня груд",
)
_ENGLISH = {name: names.split()[0].capitalize() for names in _NAMES for name in names.split()}
_WORD = re.compile(r"[^\W\d_]{3,}\.?")


def months_in_english(text: str) -> str:
    """A text with `Jan`, `Feb` ... for the months it names, a point after them with them: `3. Mär. 2026` is `3. Mar
    2026`."""
    return _WORD.sub(lambda word: _ENGLISH.get(word[0].rstrip(".").casefold(), word[0]), text)
