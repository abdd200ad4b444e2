"""Sentences that were stored in English, in the language of who reads them.

What a job, an import or a freeze writes down is English, whoever asked for it: it is hashed, exported and read by
programs. Each such sentence came from a text of the catalogue with values in its places (`gettext_noop("{n} of {all}
deals")`), so where it is shown the text is recognised again, translated, and given its values. A sentence no text of
the catalogue fits stays as it is stored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

from departments.day_formats import day_text, style_of_days
from departments.formats import ENGLISH, language_of_numbers, number_signs
from departments.translation import gettext, ngettext
from departments.translation.compiled import texts_of

_PLACE = re.compile(r"\{(\w*)(?:![rsa])?(?::[^}]*)?\}")
_NUMBER = re.compile(r"(?<![\w.,])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w.,]\d)|(?<![\w.,])\d+\.\d+(?![\w.,]\d)")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY = re.compile(rf"\b(\d{{1,2}}) ({'|'.join(_MONTHS)})([a-z]*) (\d{{4}})\b")
_COUNT = re.compile(r"([\d,.]+) (\D+)")
_UNIT = re.compile(r"(?:(?<=\d)|(?<=[A-Z]{3})) (k|M|bn)\b")
_SENTENCES = re.compile(r"(?<=[.!?]) (?=[^a-z\W])")
_PARTS = re.compile(r"(; |: | \(|\)|, (?=over |with |against |[A-Z]{3} |(?:waiting|losses|demand|value|routing)$))")
_SUBJECT = re.compile(r"((?:[\w.,+/-]+ )(?:“[^”]*” )?)([^“].*)", re.DOTALL)
"""What a part may begin with before its text: a number, or a column of a file with its value."""
_ROWS = re.compile(r"(.*) \(([\d,]+) rows\)", re.DOTALL)
_MONEY = re.compile(r"([A-Z]{3} [−+]?[\d.,]+(?: (?:k|M|bn))?) (\D+?)(\.?)")
_SPAN = re.compile(rf"({_DAY.pattern}) to ({_DAY.pattern})")
_ADDITION = r"(?:(?:[,;(]| \(| to date).*?)?"
"""A place right after another one: nothing, or what is added to a sentence."""
_LINE = re.compile(r"(\S+) line ([\d,]+)")
LEAST_FIRST, LEAST_LETTERS = 3, 6
"""A text with places and fewer letters of its own, before its first place or in all, fits too much to be recognised."""
OWN_NAMES = {"Market", "Strategy"}
"""Names that are ours and no company's: what a place holds is translated only if it is a sentence or one of these."""
CACHE_SIZE = 4096


@dataclass(frozen=True, kw_only=True)
class _Text:
    """A text of the catalogue with places, and how it is recognised."""

    message: str
    pattern: re.Pattern[str]
    letters: int
    longest: str
    """Its longest part between places: looked for first, since that is fast."""


@dataclass
class _Texts:
    whole: set[str] = field(default_factory=set)
    placed: dict[str, list[_Text]] = field(default_factory=dict)
    """By the three signs they begin with; under none where a place is within them."""
    plurals: dict[str, str] = field(default_factory=dict)
    """Singulars by their plurals, and by themselves."""


@dataclass
class Catalogue:
    """Which texts there are, and whether translations are wanted now; one for the process."""

    path: Path | None = None
    language: Callable[[], str] = lambda: ENGLISH


catalogue = Catalogue()


def in_language(text: str) -> str:
    """A stored sentence, or several, in the reader's language, with figures and days as the reader writes them."""
    language = catalogue.language()
    if not text or language == ENGLISH or catalogue.path is None:
        return text
    return _cached(text, language, language_of_numbers(), repr(style_of_days()))


@lru_cache(maxsize=CACHE_SIZE)
def _cached(text: str, language: str, numbers: str, days: str) -> str:
    return _line(text)


def _pieces(text: str) -> str:
    """The text cut into its lines, those into sentences, and those into parts, each translated for itself."""
    lines = text.split("\n")
    if len(lines) > 1:
        return "\n".join(f"{line[: len(line) - len(line.lstrip())]}{_line(line.lstrip())}" for line in lines)
    sentences = _SENTENCES.split(text)
    if len(sentences) > 1:
        return " ".join(_line(sentence) for sentence in sentences)
    return _parts(_PARTS.split(text))


def clear_caches() -> None:
    """Drop everything remembered: for tests that replace the real catalogue."""
    _cached.cache_clear()


def _line(text: str) -> str:
    if not text or text in _texts().whole:
        return gettext(text) if text else ""
    sentences = _SENTENCES.split(text)
    # A placeholder of one sentence must not swallow the next sentence.
    if len(sentences) > 1 and all(translated := [_sentence(sentence) for sentence in sentences]):
        return " ".join(translated)
    return _sentence(text) or _pieces(text)


def _parts(parts: list[str]) -> str:
    """Parts with the signs between them, put together again as far as a text fits."""
    written, at = "", 0
    while at < len(parts):
        end = len(parts)
        while end > at + 1 and not (translated := _sentence("".join(parts[at:end])) or _about("".join(parts[at:end]))):
            # Texts and the signs between them alternate: re.split keeps what its group matched.
            end -= 2
        if end == at + 1:
            translated = parts[at] and (_sentence(parts[at]) or _part(parts[at]))
            # Of several parts one that stays is a list of names.
            if translated == parts[at] and len(parts) > 1:
                translated = translated.replace(" and ", f" {gettext('and')} ")
        written += translated + (parts[end] if end < len(parts) else "")
        at = end + 1
    return written


def _about(text: str) -> str:
    """A text after what it is about, perhaps with the number of rows it is true of; empty where it is none."""
    if (rows := _ROWS.fullmatch(text)) and (counted := _about(rows[1])):
        return gettext("{text} ({count} rows)").format(text=counted, count=_figures(rows[2]))
    about = _SUBJECT.fullmatch(text)
    translated = about and _sentence(about[2])
    return f"{_figures(about[1])}{translated}" if about and translated else ""


def _part(text: str) -> str:
    """What no text fits as a whole: the place of a problem, or a text after what it is about."""
    if place := _LINE.fullmatch(text):
        return gettext("{file}, line {line}").format(file=place[1], line=_figures(place[2]))
    if span := _SPAN.fullmatch(text):
        return gettext("{first_day} to {last_day}").format(first_day=_figures(span[1]), last_day=_figures(span[6]))
    if (money := _MONEY.fullmatch(text)) and money[2] in _texts().whole:
        return f"{_figures(money[1])} {gettext(money[2])}{money[3]}"
    return _about(text) or _figures(text)


def _sentence(text: str) -> str:
    """One text of the catalogue with its values; empty where there is none that fits."""
    if not text or (translated := _exactly(text)):
        return translated if text else ""
    # Reasons stand in sentences and by themselves: with a capital and a full stop.
    lower = text[0].lower() + text[1:]
    for variant, capital, stop in ((text[:-1], False, True), (lower, True, False), (lower[:-1], True, True)):
        if variant != text and (not stop or text.endswith(".")) and (translated := _exactly(variant)):
            return (translated[0].upper() + translated[1:] if capital else translated) + ("." if stop else "")
    return ""


def _exactly(text: str) -> str:
    texts = _texts()
    if text in texts.whole:
        return gettext(text)
    if (count := _COUNT.fullmatch(text)) and count[2] in texts.plurals:
        return _counted(count[1], texts.plurals[count[2]], count[2])
    fitting = [
        (one, match)
        for key in (text[:3], "")
        for one in texts.placed.get(key, ())
        if one.longest in text and (match := one.pattern.fullmatch(text))
    ]
    if not fitting:
        return ""
    # The most letters of its own make the most specific text; the others only fit because their places are wide.
    best, match = max(fitting, key=lambda pair: pair[0].letters)
    return _filled(best, match)


def _filled(text: _Text, match: re.Match[str]) -> str:
    translated = gettext(text.message)
    values = {name: _value(value) for name, value in match.groupdict().items()}
    return _PLACE.sub(lambda place: values.get(_group(place[1]), place[0]), translated).replace("{{", "{")


def _value(text: str) -> str:
    """A value of a place: a sentence or a counted word again, or a figure or a name."""
    if " " not in text and not text[:1].islower():
        return gettext(text) if text in OWN_NAMES else _figures(text)
    translated = _sentence(text) or _pieces(text)
    return translated.replace(" and ", f" {gettext('and')} ") if translated == text else translated


def _counted(number: str, singular: str, word: str) -> str:
    plural = word if word != singular else f"{singular}s"
    return f"{_figures(number)} {ngettext(singular, plural, 1 if number == '1' else 2)}"


def _figures(text: str) -> str:
    """Signs in figures, names of months and units of money as the reader writes them."""
    if signs := number_signs(language_of_numbers()):
        text = _NUMBER.sub(lambda number: number[0].translate(signs), text)
    text = _UNIT.sub(lambda unit: f" {gettext(unit[1])}", text)
    return _DAY.sub(_day, text)


def _day(day: re.Match[str]) -> str:
    value = date(int(day[4]), _MONTHS.index(day[2]) + 1, int(day[1]))
    return day_text(value, "%-d %B %Y" if day[3] else "%-d %b %Y")


@cache
def _texts() -> _Texts:
    texts = _Texts()
    for message in texts_of(catalogue.path) if catalogue.path else ():
        if isinstance(message, tuple):
            texts.plurals |= {message[1]: message[0], message[0]: message[0]}
        for one in (message,) if isinstance(message, str) else ():
            if _PLACE.search(one):
                if placed := _placed(one):
                    key = one[:3] if "{" not in one[:3] else ""
                    texts.placed.setdefault(key, []).append(placed)
            elif "%(" not in one:
                texts.whole.add(one)
    return texts


def _placed(message: str) -> _Text | None:
    """How a text with places is recognised; None for one that has hardly any letters."""
    own = list(_own(message))
    letters = sum(sum(map(str.isalpha, part)) for part in own)
    if letters < LEAST_LETTERS and sum(map(str.isalpha, own[0])) < LEAST_FIRST:
        return None
    seen: set[str] = set()
    pattern, before = re.escape(own[0]), own[0]
    for name, part in zip(_PLACE.findall(message), own[1:], strict=True):
        group = _group(name)
        value = _ADDITION if seen and not before else ".+?"
        pattern += f"(?P={group})" if group in seen else f"(?P<{group}>{value})"
        pattern += re.escape(part)
        before = part
        seen.add(group)
    return _Text(message=message, pattern=re.compile(pattern, re.DOTALL), letters=letters, longest=max(own, key=len))


def _own(message: str) -> Iterator[str]:
    """The parts of a text between its places."""
    end = 0
    for place in _PLACE.finditer(message):
        yield message[end : place.start()].replace("{{", "{").replace("}}", "}")
        end = place.end()
    yield message[end:].replace("{{", "{").replace("}}", "}")


def _group(name: str) -> str:
    return f"place_{name}"
