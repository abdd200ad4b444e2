"""What is sent to a scorecard, cell by cell, and why it may not be written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from departments.models import Entry, User
from departments.scorecards.core.number_text import bare_text


class ScorecardError(Exception):
    """A value was not saved; the message is for the person who sent it. Nothing was changed."""


class EntryRefused(ScorecardError):
    """The submitted value can never be saved: a computed measurable, a future week, or no number."""


class EntryUnusual(ScorecardError):
    """The value is far from the earlier ones but may be right: it is saved if the sender confirms it."""


class EntryConflict(ScorecardError):
    """Somebody else changed the entry since the sender saw it, or took it out with the import that brought it."""

    def __init__(self, entry: Entry) -> None:
        self.value, self.note, self.version = entry.value, entry.note, entry.version
        last = entry.changes.select_related("by").order_by("-version").first() if entry.pk else None
        self.at: datetime | None = last.at if last else None
        self.by: User | None = last.by if last else None
        author = self.by.display_name if self.by else _("a file")
        super().__init__(
            _("Changed by {author} in the meantime.").format(author=author)
            if entry.pk
            else _("What stood here was taken out in the meantime.")
        )

    @property
    def value_text(self) -> str:
        """What stands there now."""
        return _("nothing") if self.value is None else bare_text(self.value)


class PasteRefused(ScorecardError):
    """Some cells of a block cannot be taken, so none was."""

    def __init__(
        self,
        errors: dict[tuple[str, date], str],
        conflicts: dict[tuple[str, date], EntryConflict],
        unusual: dict[tuple[str, date], str] | None = None,
    ) -> None:
        self.errors, self.conflicts, self.unusual = errors, conflicts, unusual or {}
        count = len(errors) + len(conflicts)
        if count:
            super().__init__(
                ngettext(
                    "{count} cell cannot be saved; nothing was changed.",
                    "{count} cells cannot be saved; nothing was changed.",
                    count,
                ).format(count=count)
            )
        else:
            count = len(self.unusual)
            super().__init__(
                ngettext(
                    "{count} value is far off; nothing was changed yet.",
                    "{count} values are far off; nothing was changed yet.",
                    count,
                ).format(count=count)
            )


@dataclass(frozen=True, kw_only=True)
class CellVersion:
    """A cell as the sender saw it."""

    measurable: str
    week: date
    version: int


@dataclass(frozen=True, kw_only=True)
class CellText(CellVersion):
    """One cell of a block as it was sent: the text, and the version of the entry that the sender saw (0: none)."""

    text: str
    note: str | None = None
    """None leaves the note as it is."""
    sure: bool = False
    """The sender was asked about this text and sends it again."""
