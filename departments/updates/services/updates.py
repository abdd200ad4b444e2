"""Entering a week's values by form: row by row on My updates, all at once by the link in a mail."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from departments.models import Entry, EntryChange, Measurable, UpdateLink, User
from departments.scorecards.core.closing import WEEK
from departments.scorecards.core.entry_rules import entry_text
from departments.scorecards.core.number_text import NotANumber
from departments.scorecards.services.entries import EntryConflict, EntryRefused, EntryUnusual, entry_save
from departments.updates.services.update_links import update_link_open, update_link_used

How = EntryChange.How
NOTHING = gettext_noop("Nothing to report")


@dataclass(frozen=True, kw_only=True)
class SubmittedRow:
    """One row of the form as it was sent."""

    measurable: int
    text: str = ""
    note: str | None = None
    version: int = 0
    nothing: bool = False
    """There is no number this week: that is not zero, and not missing either."""
    copy: bool = False
    """Take the value of the week before."""
    sure: bool = False
    """The sender was asked about this text and sends it again."""

    @property
    def empty(self) -> bool:
        """Nothing was there and nothing was filled in."""
        return not (self.version or self.text.strip() or (self.note or "").strip() or self.nothing or self.copy)


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Why a row was not saved; `conflict` if somebody else changed it meanwhile."""

    submitted: SubmittedRow
    message: str
    conflict: EntryConflict | None = None
    unusual: bool = False
    """It may be right: sent again, it is written."""


class UpdatesRefused(Exception):
    """Some rows sent through a link are invalid, so none was saved, and the link stays valid."""

    def __init__(self, problems: Mapping[int, Problem], submitted: Sequence[SubmittedRow]) -> None:
        self.problems = problems
        self.submitted = {row.measurable: row for row in submitted}
        super().__init__(_("Nothing was saved yet: correct what is marked and send it again."))


class NothingSent(UpdatesRefused):
    """Nothing of the link's own rows was filled in, so it is not used up."""

    def __init__(self, submitted: Sequence[SubmittedRow]) -> None:
        super().__init__({}, submitted)


@dataclass(frozen=True, kw_only=True)
class _Writer:
    """Who writes, when and how. `own_wins`: what the same person wrote since is not a conflict."""

    week: date
    user: User
    now: datetime
    how: str
    own_wins: bool


def updates_save(
    *, rows: Sequence[SubmittedRow], week: date, user: User, now: datetime, how: str = How.FORM, own_wins: bool = False
) -> dict[int, Problem]:
    """Save each row that can be saved; what is wrong with the others, by measurable.

    `own_wins` is for a row sent when its fields change: two fields changed at once send one after the other, and the
    second is no conflict with anybody. A whole form may be an old one, so there it is.
    """
    problems = {}
    rows = [row for row in rows if not row.empty]
    writer = _Writer(week=week, user=user, now=now, how=how, own_wins=own_wins)
    measurables = Measurable.objects.in_bulk([row.measurable for row in rows])
    for row in rows:
        try:
            _save(row, measurables[row.measurable], writer)
        except EntryConflict as conflict:
            problems[row.measurable] = Problem(submitted=row, message=str(conflict), conflict=conflict)
        except EntryUnusual as problem:
            problems[row.measurable] = Problem(submitted=row, message=str(problem), unusual=True)
        except (EntryRefused, NotANumber) as problem:
            problems[row.measurable] = Problem(submitted=row, message=str(problem))
    return problems


@transaction.atomic
def update_link_submit(
    *, token: str, rows: Callable[[UpdateLink], Sequence[SubmittedRow]], now: datetime
) -> UpdateLink:
    """Save all rows sent by a link and use it up; UpdatesRefused saves nothing and keeps it, LinkClosed says why not.

    `rows` picks from what was sent the rows of the link's own week and department.
    """
    link = update_link_open(token=token, now=now, lock=True)
    submitted = rows(link)
    if all(row.empty for row in submitted):
        raise NothingSent(submitted)
    problems = updates_save(rows=submitted, week=link.week, user=link.user, now=now, how=How.MAIL)
    if problems:
        raise UpdatesRefused(problems, submitted)
    update_link_used(link=link, now=now)
    return link


def _refuse_other_number(row: SubmittedRow, value: Decimal | None, measurable: Measurable, week: date) -> None:
    """A number that was typed beside “nothing to report” is not dropped; one that stands there already may go."""
    if value is not None and not Entry.objects.filter(measurable=measurable, week=week, value=value).exists():
        text = _("You wrote {number} and ticked “Nothing to report”. Untick it, or clear the number.")
        raise EntryRefused(text.format(number=row.text.strip()))


def _save(row: SubmittedRow, measurable: Measurable, writer: _Writer) -> Entry:
    number = entry_text(row.text, name=measurable.name, unit=measurable.unit)
    value, ask = number.value, None if row.sure or row.copy else number
    note, how = None if row.note is None else row.note.strip(), writer.how
    if row.copy:
        last = Entry.objects.filter(measurable=measurable, week=writer.week - WEEK, value__isnull=False).first()
        if last is None:
            raise EntryRefused(_("The previous week has no value to copy."))
        value, how = last.value, How.COPY
    elif row.nothing:
        _refuse_other_number(row, value, measurable, writer.week)
        value, note = None, note or NOTHING
    elif note == NOTHING:
        note = ""

    def write(version: int) -> Entry:
        return entry_save(
            measurable=measurable,
            week=writer.week,
            value=value,
            note=note,
            version=version,
            user=writer.user,
            now=writer.now,
            how=how,
            ask=ask,
        )

    try:
        return write(row.version)
    except EntryConflict as conflict:
        if not writer.own_wins or conflict.by != writer.user:
            raise
        return write(conflict.version)
