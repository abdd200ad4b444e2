"""What every kind of file is written from: the frozen slides, and the decisions taken on the pack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from departments.core.stored_texts import in_language
from departments.core.text import clean_text, clean_values
from departments.translation import gettext as _
from revenue_health.review.core.slide_codec import slide_from_json
from revenue_health.review.core.slides import Row, Slide, Table
from revenue_health.review.models import Pack
from revenue_health.review.selectors.packs.archive import with_decisions
from revenue_health.review.selectors.packs.cells import Names
from revenue_health.review.selectors.packs.frozen import FrozenReview, review_from_json
from revenue_health.review.selectors.packs.reader_language import slides_in_language

Progress = Callable[[float], None]


@dataclass(frozen=True, kw_only=True)
class ExportContent:
    """A pack for a file. In `slides` no name of a person is left when names are to be hidden."""

    pack: Pack
    review: FrozenReview
    slides: tuple[Slide, ...]

    @property
    def title(self) -> str:
        """The pack's title, as a file can hold it."""
        return clean_text(self.pack.title)

    @property
    def head(self) -> str:
        """Whose figures, and as known on which day."""
        return _("{company}, as it stood on {known}").format(
            company=self.review.company, known=in_language(self.review.known)
        )


def content_of(pack: Pack, *, hide_names: bool) -> ExportContent:
    """The frozen slides, and one of what was decided on the pack.

    Names of before control characters were refused have spaces for them: no slide and no sheet can hold them.
    """
    review = review_from_json(clean_values(pack.figures))
    frozen = slides_in_language(with_decisions(review.slides, pack=pack))
    slides = tuple(_readable(slide) for slide in frozen)
    if hide_names:
        names = Names(review.people, hidden=True)
        slides = tuple(_without_names(slide, names) for slide in slides)
    return ExportContent(pack=pack, review=review, slides=slides)


def _readable(slide: Slide) -> Slide:
    """A slide with a space for each control character."""
    return slide_from_json(clean_values(slide.to_json()))


def _without_names(slide: Slide, names: Names) -> Slide:
    return replace(
        slide,
        message=names.plain(slide.message),
        lines=tuple(names.plain(line) for line in slide.lines),
        notes=tuple(names.plain(note) for note in slide.notes),
        tables=tuple(_table_without_names(table, names) for table in slide.tables),
    )


def _table_without_names(table: Table, names: Names) -> Table:
    def row_without_names(row: Row) -> Row:
        return tuple(
            names.plain(value, person=column.is_person) if isinstance(value, str) else value
            for value, column in zip(row, table.columns, strict=True)
        )

    return replace(table, rows=tuple(row_without_names(row) for row in table.rows))
