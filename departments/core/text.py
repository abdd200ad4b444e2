"""What names and keys may contain: one rule for files, forms, the admin and addresses.

The classes of characters are lists of ranges, so that Python and the database engine that checks files read the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from departments.translation import gettext as _
from departments.translation import gettext_noop

type Ranges = tuple[tuple[int, int], ...]

LONGEST_KEY = 64
CONTROLS: Ranges = ((0x00, 0x08), (0x0B, 0x0C), (0x0E, 0x1F), (0x7F, 0x9F), (0xFFFE, 0xFFFF))
"""Control characters apart from tabs and line ends: nobody sees them, and no slide or sheet can hold them."""
BREAKS: Ranges = ((0x09, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029))
INVISIBLE: Ranges = (
    (0xAD, 0xAD), (0x61C, 0x61C), (0x180B, 0x180E), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F),
    (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFF9, 0xFFFB), (0xE0000, 0xE0FFF),
)  # fmt: skip
"""Marks without width: with one of them a second key looks exactly like the first."""
DIRECTIONS: Ranges = ((0x202A, 0x202E), (0x2066, 0x2069))
"""Signs that turn the direction of what follows: with one of them a name is read as another, and so is its row."""
SPACES: Ranges = (
    (0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x202F, 0x202F), (0x205F, 0x205F),
    (0x3000, 0x3000),
)  # fmt: skip
RESERVED = r":/\?#%"
"""Signs of addresses, and of what stands between two keys."""

CONTROL_REASON = gettext_noop("contains a control character; replace it with a space or remove it")
INVISIBLE_REASON = gettext_noop("contains an invisible character; type it again")
KEY_REASON = (
    f"is not a valid key: 1 to {LONGEST_KEY} characters, without spaces, colons, slashes, backslashes or ? # %, and not"
    " . or .."
)
DOTS = (".", "..")


def ranges_class(ranges: Iterable[tuple[int, int]]) -> str:
    """The inside of a character class as Python's `re` reads it."""
    return "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in ranges)


def ranges_class_re2(ranges: Iterable[tuple[int, int]]) -> str:
    """The same as DuckDB reads it, with braces doubled for `str.format`."""
    return "".join(f"\\x{{{{{low:x}}}}}-\\x{{{{{high:x}}}}}" for low, high in ranges)


# Lone surrogates exist in Python's strings only, so they are not in the lists that DuckDB reads too.
_CONTROL = re.compile(f"[{ranges_class(CONTROLS)}\ud800-\udfff]")
_DIRECTION = re.compile(f"[{ranges_class(DIRECTIONS)}]")
_UNSEEN = re.compile(f"[{ranges_class((*CONTROLS, *BREAKS))}\ud800-\udfff]")
_INVISIBLE = re.compile(f"[{ranges_class(INVISIBLE)}]")
_LINE_ENDS = re.compile("[\r\n]+")
_BLANK = re.compile(f"[{ranges_class((*INVISIBLE, *SPACES, *BREAKS))}]*")
_NO_KEY = re.compile(f"[{ranges_class(SPACES)}{re.escape(RESERVED)}]")


def key_problem(text: str) -> str:
    """Why a text is no key of a department, pipeline, stage, reason, source or measurable; empty where it is one."""
    if _UNSEEN.search(text):
        return _(CONTROL_REASON)
    if _INVISIBLE.search(text):
        return _(INVISIBLE_REASON)
    if not 1 <= len(text) <= LONGEST_KEY or text in DOTS or _NO_KEY.search(text):
        return KEY_REASON
    return ""


def composed(text: str) -> str:
    """A text in composed form (NFC), so that texts that look equal are equal in files and forms."""
    return unicodedata.normalize("NFC", text)


def clean_text(text: str) -> str:
    """A text with control characters and lone surrogates replaced by spaces, and without marks that change the reading
    direction: what a person can have meant. Empty if the text is invisible."""
    return "" if _nothing_seen(text) else _DIRECTION.sub("", _CONTROL.sub(" ", text))


def _nothing_seen(text: str) -> bool:
    """Whether a text has zero-width characters and nothing visible beside them."""
    return _INVISIBLE.search(text) is not None and _BLANK.fullmatch(text) is not None


def restore_line_breaks(sent: str, stored: str) -> str:
    """What a single-line field sent, or the stored text if the field was left alone: browsers drop the line breaks of a
    value in such a field and send it back without them."""
    # Compared without its line breaks and blank ends, which is what a browser makes of the stored text.
    return stored if sent.strip() == _LINE_ENDS.sub("", stored).strip() else sent


def clean_values(value: Any) -> Any:
    """`clean_text` for every text inside lists and dictionaries, such as JSON, whose escapes can contain anything."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {clean_values(name): clean_values(inner) for name, inner in value.items()}
    return [clean_values(inner) for inner in value] if isinstance(value, list | tuple) else value


def needs_cleaning(text: str) -> bool:
    """Whether a text holds what `clean_text` would replace."""
    return _CONTROL.search(text) is not None or _DIRECTION.search(text) is not None or _nothing_seen(text)


# Letters of other alphabets that look like Latin ones in every typeface.
_LIKE_LATIN = str.maketrans(
    "аеорсухіјѕһԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧαορνАВЕКМНОРСТХІЈЅ",
    "aeopcyxijshdqwABEZHIKMNOPTYXaopvABEKMHOPCTXIJS",
)


def confusable_form(text: str) -> str:
    """A form that is equal for keys that look alike at a glance and are easily confused."""
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).translate(_LIKE_LATIN).casefold()


_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "æ": "ae", "œ": "oe", "å": "aa"})


def look_alike_form(name: str) -> str:
    """A form that is equal for names of customers that a reader takes for one: it leaves out case, accents, spaces and
    signs, and reads umlauts as they are written without them (`Müller GmbH`, `MUELLER  Gmbh.`)."""
    text = name.casefold() if name.isascii() else confusable_form(name)
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_UMLAUTS))
    # A name of signs alone stays what it is.
    return "".join(letter for letter in text if letter.isalnum()) or text.strip()
