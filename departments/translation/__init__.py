"""Sentences of pure code in the reader's language, without knowing Django.

A core writes English and marks it: `gettext("No deals")`. Who runs the core installs where translations come from
(`DepartmentsConfig.ready`: Django's catalogues, which follow the language of the running thread). Without that, as in a
test of the core alone, texts stay English.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


def gettext_noop(message: str) -> str:
    """The text as it is: marks a name for the catalogue that is translated where it is shown."""
    return message


def _same(message: str) -> str:
    return message


def _english(singular: str, plural: str, count: float) -> str:
    return singular if count == 1 else plural


@dataclass
class Translations:
    """Where translations come from; one for the process, and as safe between threads as what it asks."""

    one: Callable[[str], str] = _same
    by_count: Callable[[str, str, float], str] = _english

    def gettext(self, message: str) -> str:
        """The text in the reader's language; a text without a translation stays English."""
        return self.one(message) if message else message

    def ngettext(self, singular: str, plural: str, count: float) -> str:
        """The form of a text that goes with a number, in the reader's language."""
        return self.by_count(singular, plural, count)


translations = Translations()
gettext, ngettext = translations.gettext, translations.ngettext
