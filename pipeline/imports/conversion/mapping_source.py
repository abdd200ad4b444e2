"""The text of a mapping file, so that a mistake in it is named with its line."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from departments.translation import gettext_noop
from pipeline.imports.problems import ImportUnreadable, Problem


@dataclass(frozen=True)
class MappingSource:
    """Name and text of a mapping file."""

    name: str = "the mapping"
    text: str = ""

    def line(self, part: str, place: int = 1, word: str = "") -> int:
        """The line of a word in the so-many-th table of a name; of the table where the word is not in it; or 0."""
        lines = self.text.splitlines()
        heads = [number for number, text in enumerate(lines, 1) if _table_name(text) == part]
        if len(heads) < place:
            return 0
        head = heads[place - 1]
        for number, text in enumerate(lines[head:], head + 1):
            if re.match(r"\s*\[", text):
                break
            if word and re.match(rf"""\s*["']?{re.escape(word)}["']?\s*=""", text):
                return number
        return head

    def problem(self, part: str, word: str, value: str, reason: str, place: int = 1) -> Problem:
        """A mistake of one word in one table."""
        column = f"[{part}] {word}".strip()
        return Problem(file=self.name, line=self.line(part, place, word), column=column, value=value, reason=reason)


NO_SOURCE = MappingSource()
"""For mappings that were not read from a file."""


def _table_name(line: str) -> str:
    match = re.match(r"\s*\[\[?([^\]]+)\]\]?\s*(#.*)?$", line)
    return match[1].strip() if match else ""


def mapping_source(path: Path) -> MappingSource:
    """Read the text of a mapping."""
    try:
        return MappingSource(path.name, path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ImportUnreadable(
            gettext_noop("The mapping {path} cannot be read: {strerror}.").format(path=path, strerror=error.strerror)
        ) from error
    except UnicodeDecodeError as error:
        raise ImportUnreadable(
            gettext_noop("The mapping {path} is not valid TOML: {error}").format(path=path.name, error=error)
        ) from error


def toml_parse(source: MappingSource) -> dict[str, Any]:
    """The mapping as plain values."""
    try:
        return tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        raise ImportUnreadable(
            gettext_noop("The mapping {source} is not valid TOML: {error}").format(source=source.name, error=error)
        ) from error
