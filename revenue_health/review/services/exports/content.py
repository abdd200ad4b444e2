"""What every kind of file is written from: the frozen slides, and the decisions taken on the pack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from departments.core.text import readable, readable_values
from revenue_health.review.models import Pack
from revenue_health.review.selectors.packs.cells import Names, as_known_on, names_of
from revenue_health.review.selectors.packs.pages import slides_and_decisions

type Json = dict[str, Any]
Progress = Callable[[float], None]


@dataclass(frozen=True, kw_only=True)
class ExportContent:
    """A pack for a file. In `slides` no name of a person is left when names are to be hidden."""

    pack: Pack
    figures: Json
    slides: list[Json]
    names: Names
    known: str

    @property
    def title(self) -> str:
        """The pack's title, as a file can hold it."""
        return readable(self.pack.title)

    @property
    def head(self) -> str:
        """Whose figures, and as known on which day."""
        return f"{self.figures['company']}, as known on {self.known}"


def content_of(pack: Pack, *, hide_names: bool) -> ExportContent:
    """The frozen slides, and one of what was decided on the pack.

    Names of before control characters were refused have spaces for them: no slide and no sheet can hold them.
    """
    figures = readable_values(pack.figures)
    names = names_of(figures, hidden=hide_names)
    slides = readable_values(slides_and_decisions(pack))
    return ExportContent(
        pack=pack,
        figures=figures,
        slides=[_named(one, names) for one in slides] if hide_names else slides,
        names=names,
        known=as_known_on(figures),
    )


def _named(one: Json, names: Names) -> Json:
    """A slide without names."""
    return one | {
        "message": names.plain(one["message"]),
        "lines": [names.plain(line) for line in one["lines"]],
        "notes": [names.plain(note) for note in one["notes"]],
        "tables": [_table_named(each, names) for each in one["tables"]],
    }


def _table_named(each: Json, names: Names) -> Json:
    rows = [
        [
            names.plain(value, person=column["kind"] == "person") if isinstance(value, str) else value
            for value, column in zip(row, each["columns"], strict=True)
        ]
        for row in each["rows"]
    ]
    return each | {"rows": rows}
