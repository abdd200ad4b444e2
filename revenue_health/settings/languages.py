"""Which languages readers may choose."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ImproperlyConfigured

EVERYWHERE = [
    "departments.templatetags.forms",
    "departments.templatetags.reader_dates",
    "departments.templatetags.stored_texts",
    "django.templatetags.i18n",
]
"""Tags and filters of languages, days and refused forms, which every template has without loading them."""
TRANSLATED = {"en": "English", "de": "Deutsch"}


def offered_languages(codes: Sequence[str]) -> list[tuple[str, str]]:
    """The languages of LANGUAGES with their names; always with English, which the texts are written in."""
    unknown = [code for code in codes if code not in TRANSLATED]
    if unknown:
        raise ImproperlyConfigured(
            f"LANGUAGES names {', '.join(unknown)}; there are translations for: {', '.join(TRANSLATED)}."
        )
    return [(code, name) for code, name in TRANSLATED.items() if code in codes or code == "en"]
