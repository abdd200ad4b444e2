"""What is known of how deals came to where they stand: a file of changes beside the list, or a day a stage in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date

from departments.translation import gettext_noop
from pipeline.imports.conversion.source_times import Moment
from pipeline.imports.snapshot.mapping import SnapshotMapping
from pipeline.imports.snapshot.place import PlaceReader
from pipeline.imports.snapshot.rows import ExportReader, RowReader, SourceRow

PLACE, AMOUNT, EXPECTED = "place", "amount", "expected"
_LISTED = 5


_ELSEWHERE = gettext_noop(
    "deals stand elsewhere by the list than by the last change of the history ({deals}). The list decides, as of the "
    "date it gives."
)
_AMOUNTS = gettext_noop(
    "deals are worth something else by the list than by the last change of the history ({deals}). The list decides."
)
_REOPENED = gettext_noop(
    "deals are open again in {file} after the close date that the list gives ({deals}). What happened after it counts "
    "as {file} has it, on its days; the list's close date is not used where a later change ends the deal."
)
_CLOSED_LATER = gettext_noop(
    "deals are closed in {file} on a later day than the list says ({deals}). The day in {file} counts."
)
_BROKEN = gettext_noop(
    "deals have a change in {file} that does not begin where the one before ended ({deals}). Something is missing "
    "there; what each change ends in counts."
)
_STRANGERS = gettext_noop("deals have changes in {file} and are not in the list ({deals}). They are left out.")


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the history. `new` and `old` hold what it says of place, amount and expected close, by these names."""

    at: Moment
    new: dict[str, str]
    old: dict[str, str]
    actor: str
    line: int


class Changes(RowReader):
    """The changes of each deal in their order, by its key; where the list contradicts them is counted and named."""

    def __init__(self, mapping: SnapshotMapping, export: ExportReader, *, file: str, called: str) -> None:
        super().__init__(mapping, export, file=file, called=called)
        self._place = PlaceReader(mapping, export)
        self.changes: dict[str, list[Change]] = {}
        self._elsewhere: dict[str, str] = {}
        self._amounts: dict[str, str] = {}
        self._reopened: dict[str, str] = {}
        self._closed_later: dict[str, str] = {}

    def stands_elsewhere(self, key: str, listed: str, last: str) -> None:
        """The list says another stage than the last change."""
        self._elsewhere[key] = f"{key}: {listed}, not {last}"

    def worth_otherwise(self, key: str, listed: str, last: str) -> None:
        """The list says another amount than the last change."""
        self._amounts[key] = f"{key}: {listed}, not {last}"

    def after_close(self, key: str, closed: date, changes: Sequence[tuple[date, str]]) -> None:
        """Stages (or `lost`, `withdrawn`) that a deal came to, each with its day, after the day the list closes it."""
        later = [(day, place) for day, place in changes if day > closed]
        opened = [(day, place) for day, place in later if not self._place.ends(place)]
        if opened:
            self._reopened[key] = f"{key}: closed on {closed}, {opened[0][1]} on {opened[0][0]}"
        elif later:
            self._closed_later[key] = f"{key}: closed on {closed}, {later[-1][1]} on {later[-1][0]}"

    def notes(self) -> list[str]:
        """How much of a history there is."""
        count = sum(map(len, self.changes.values()))
        return [self._how_much(count, len(self.changes)), *self.times.notes()]

    def _how_much(self, count: int, deals: int) -> str:
        return gettext_noop("{count:,} changes of {count2:,} deals come from {file}.").format(
            count=count, count2=deals, file=self._file
        )

    def checks(self) -> list[str]:
        """Where the list and the history contradict each other, or the history itself, with some of the deals."""
        return [
            f"{len(deals):,} {sentence.format(file=self._file, deals=_some(deals))}"
            for deals, sentence in self._contradictions()
            if deals
        ]

    def _contradictions(self) -> list[tuple[list[str], str]]:
        return [
            (list(self._elsewhere.values()), _ELSEWHERE),
            (list(self._amounts.values()), _AMOUNTS),
            (list(self._reopened.values()), _REOPENED),
            (list(self._closed_later.values()), _CLOSED_LATER),
        ]


class StageDates(Changes):
    """Days on which deals came into stages, a column of the list each: `stage_dates` of the mapping."""

    def __init__(self, mapping: SnapshotMapping, export: ExportReader) -> None:
        super().__init__(mapping, export, file=mapping.files.deals, called="the export")
        self._dates, self._entry_stage = mapping.stage_dates, mapping.entry_stage
        self._order = {stage.key: place for place, stage in enumerate(mapping.stages)}

    def read(self, row: SourceRow, key: str, pipeline: str, created: Moment | None) -> str | None:
        """Take the days of a row of the list; returns the stage that was entered last, `lost`, or None for no day.

        A deal that is older than its first day was in the entry stage before, where that comes first.
        """
        moments = [(column, self._moment(row, column)) for column in self._dates]
        days = [
            (moment, self._place.of_value(self._dates[column], pipeline) or self._place.of_any(self._dates[column]))
            for column, moment in moments
            if moment is not None
        ]
        changes = [Change(moment, {PLACE: place}, {}, "", row.line) for moment, place in days if place]
        if not changes:
            return None
        last = len(self._order)
        changes.sort(key=lambda change: (change.at.at.astimezone(UTC), self._order.get(change.new[PLACE], last)))
        first, entry = changes[0], self._entry_stage(pipeline)
        later = created is not None and first.at.day > created.day
        if later and self._order.get(entry, last) < self._order.get(first.new[PLACE], last):
            changes[0] = replace(first, old={PLACE: entry})
        self.changes[key] = changes
        return changes[-1].new[PLACE]

    def _how_much(self, count: int, deals: int) -> str:
        return gettext_noop(
            "{count:,} days on which {count2:,} deals came into a stage are in {file}: one a stage, so that nobody "
            "knows of a deal that was there twice."
        ).format(count=count, count2=deals, file=self._file)


class History(Changes):
    """A file of changes; what cannot be used of it is counted and named."""

    def __init__(self, mapping: SnapshotMapping, export: ExportReader) -> None:
        assert mapping.history is not None
        super().__init__(mapping, export, file=mapping.history.file, called="the history")
        self._columns, self._export = mapping.history, export
        self._currencies: Mapping[str, str] = {}
        self._strangers: dict[str, None] = {}
        self._broken: dict[str, None] = {}
        fields = mapping.history
        self._aspects = {
            name.casefold(): aspect
            for aspect, names in ((PLACE, fields.stage_fields), (AMOUNT, fields.amount_fields),
                                  (EXPECTED, fields.expected_close_fields))
            for name in names
        }  # fmt: skip

    def read(self, currencies: Mapping[str, str]) -> None:
        """Read the file; `currencies` are those of the deals there are, by their keys."""
        self._currencies = currencies
        for row in self._export.rows(self._columns.file, "history."):
            key = row.get(self._columns.deal_column)
            if not key:
                self._refuse(row, self._columns.deal_column, gettext_noop("is empty; every change is of a deal"))
            elif key not in currencies:
                self._strangers[key] = None
            elif (change := self._change(row)) is not None:
                self.changes.setdefault(key, []).append(change)
        for key, changes in self.changes.items():
            self.changes[key] = self._ordered(key, changes)

    def _change(self, row: SourceRow) -> Change | None:
        columns = self._columns
        if not row.get(columns.at):
            self._refuse(row, columns.at, gettext_noop("is empty; nobody knows when it changed"))
        moment = self._moment(row, columns.at)
        if columns.field_column:
            aspect = self._aspects.get(row.get(columns.field_column).casefold(), "")
            if not aspect:
                self._counted[
                    gettext_noop("rows of {file} change other fields and are not used").format(file=columns.file)
                ] += 1
                return None
            new, old = self._value(row, columns.new, aspect), self._value(row, columns.old, aspect)
            values = ({aspect: new} if new else {}), ({aspect: old} if old else {})
        else:
            after = {PLACE: columns.new, AMOUNT: columns.amount, EXPECTED: columns.expected_close}
            read = {aspect: self._value(row, column, aspect) for aspect, column in after.items()}
            before = self._value(row, columns.old, PLACE)
            values = {aspect: value for aspect, value in read.items() if value}, ({PLACE: before} if before else {})
        if moment is None or not values[0]:
            return None
        return Change(moment, *values, row.get(columns.actor), row.line)

    def _value(self, row: SourceRow, column: str, aspect: str) -> str:
        """A value as the folder writes it, or an empty text."""
        text = row.get(column)
        if not text:
            return ""
        if aspect == PLACE:
            place = self._place.of_any(text)
            if place is None:
                self._refuse(
                    row, column, gettext_noop("is not a known stage: the mapping does not say what stage it is")
                )
            return place or ""
        if aspect == AMOUNT:
            currency = self._currencies.get(row.get(self._columns.deal_column), "")
            self._currency(row, (column,), currency, gettext_noop("deal’s currency"))
            return self._amount(row, column)
        moment = self._moment(row, column)
        return moment.day.isoformat() if moment else ""

    def _ordered(self, key: str, changes: list[Change]) -> list[Change]:
        """By time; where that is equal, along the chain from old to new values, else as the file has them, from its end
        where it has the newest first."""
        if self.times.newest_first([change.at for change in changes]):
            changes = changes[::-1]
        times = self.times.in_order([change.at for change in changes])
        changes = [replace(change, at=at) for change, at in zip(changes, times, strict=True)]
        left = sorted(changes, key=lambda change: change.at.at.astimezone(UTC))
        ordered: list[Change] = []
        now: dict[str, str] = {}
        while left:
            same = [change for change in left if change.at.at == left[0].at.at]
            follows = _next_in_chain(same, now)
            if any(aspect in now and now[aspect] != value for aspect, value in follows.old.items()):
                self._broken[key] = None
            ordered.append(follows)
            left.remove(follows)
            now |= follows.new
        return ordered

    def _contradictions(self) -> list[tuple[list[str], str]]:
        return [*super()._contradictions(), (list(self._broken), _BROKEN), (list(self._strangers), _STRANGERS)]


def _next_in_chain(same: list[Change], now: dict[str, str]) -> Change:
    """Of changes at one instant the one that begins where the deal stands, or else where no other one ends."""
    fitting = [c for c in same if c.old and all(now.get(aspect, old) == old for aspect, old in c.old.items())]
    for change in fitting:
        others = [other for other in same if other is not change]
        if all(aspect in now or all(o.new.get(aspect) != old for o in others) for aspect, old in change.old.items()):
            return change
    return (fitting or same)[0]


def _some(deals: list[str]) -> str:
    return ", ".join(deals[:_LISTED]) + (" and others" if len(deals) > _LISTED else "")
