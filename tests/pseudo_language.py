"""A language that puts every marked text in brackets, so that what stands outside of them on a page is not marked.

Only the letters of a text are bracketed, never what is put into its places: an English reason inside a translated
sentence stands outside of the brackets.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from unittest import mock

from django.apps import apps
from django.core.cache import cache
from django.template import engines
from django.utils.translation import trans_real

from departments.core import stored_texts as stored
from departments.models import Department
from revenue_health import navigation

OPEN, CLOSE = "⟦", "⟧"
_PLACE = re.compile(r"(%\(\w+\)[a-z]|%%|\{\w*(?:[:!][^}]*)?\}|%[sd]|</?\w[^>]*>|&\w+;)")
_MARKED = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")
_WORD = r"[^\W\d_]+(?:[’'-][^\W\d_]+)*"
_RUN = re.compile(rf"(?<![\w/@.]){_WORD}(?:[ ,;:]+{_WORD}){{2,}}")


def bracketed(text: str) -> str:
    """A text with its letters in brackets and its places outside of them."""
    parts = _PLACE.split(text)
    return "".join(
        part if index % 2 or not part.strip() else f"{OPEN}{part}{CLOSE}" for index, part in enumerate(parts)
    )


class PseudoLanguage(trans_real.DjangoTranslation):
    """German, of which every text is its English in brackets."""

    def __init__(self) -> None:
        # Django's own asks for the files of a language; this one has none.
        self._DjangoTranslation__language = "de"
        self._DjangoTranslation__to_language = "de"

    def to_language(self) -> str:
        return "de"

    def gettext(self, message: str) -> str:
        return bracketed(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return bracketed(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return bracketed(message)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        return bracketed(msgid1 if n == 1 else msgid2)


@contextmanager
def pseudo_language() -> Iterator[None]:
    """German is the bracketed English within the block."""
    _forget_texts()
    with mock.patch.dict(trans_real._translations, {"de": PseudoLanguage()}):
        yield
    _forget_texts()


def _forget_texts() -> None:
    """What is remembered in a language: panels for every process; here the menu, sentences that were stored, and
    fragments that templates rendered."""
    cache.clear()
    navigation._tabs.cache_clear()
    stored.clear_caches()
    for engine in engines.all():
        for loader in getattr(engine, "engine").template_loaders:  # noqa: B009 - only Django's own engine has it
            loader.reset()


ATTRIBUTES = ("title", "aria-label", "alt", "placeholder")
_INLINE = re.compile(r"</?(?:b|i|em|strong|span|a|code|abbr|small)\b[^>]*>")
_UNSEEN = re.compile(r"<!--.*?-->|<(script|style|template)\b.*?</\1>|<select[^>]*time_zone.*?</select>", re.DOTALL)


def unmarked(page: str, names: Collection[str] = ()) -> list[str]:
    """Texts of a page, and of its attributes that people read, with several words in a row that stand neither in
    brackets nor in a name of the company's own."""
    page = _UNSEEN.sub(" ", page)
    said = re.findall(rf"\b(?:{'|'.join(ATTRIBUTES)})=\"([^\"]*)\"", page)
    page = _INLINE.sub("", page)
    own = re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True)))) if names else None
    left = []
    for text in (*re.split(r"<[^>]+>", page), *said):
        text = re.sub(r"\s+", " ", html.unescape(text))
        text = own.sub("·", text) if own else text
        while _MARKED.search(text):
            text = _MARKED.sub("·", text)
        left += [run.group() for run in _RUN.finditer(text)]
    return left


def own_names() -> set[str]:
    """What the company itself wrote or named: every text of several words in its tables."""
    names: set[str] = set()
    for model in apps.get_models():
        if model._meta.app_label in ("departments", "pipeline"):
            for field in model._meta.concrete_fields:
                if field.get_internal_type() in ("CharField", "TextField") and field.name not in STORED_SENTENCES:
                    names |= set(model._default_manager.values_list(field.name, flat=True))
    # A single word is seldom a name alone, but departments are listed one after another.
    return {name for name in names if name and " " in name} | set(Department.objects.values_list("name", flat=True))


STORED_SENTENCES = ("error", "problem", "origin", "detail", "reason", "declined_reason")
"""Fields in which our own sentences are stored: what is in them has to be recognised and translated."""
