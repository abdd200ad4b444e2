"""One deal of a CRM export after another, with its values understood."""

from __future__ import annotations

from dataclasses import dataclass

from departments.translation import gettext_noop
from pipeline.imports.conversion.source_times import Moment
from pipeline.imports.snapshot.history import StageDates
from pipeline.imports.snapshot.mapping import SnapshotMapping
from pipeline.imports.snapshot.outcome import OutcomeReader
from pipeline.imports.snapshot.place import PlaceReader
from pipeline.imports.snapshot.rows import ExportReader, RowReader, SourceRow


@dataclass(frozen=True, slots=True)
class ReadDeal:
    """One deal with its values understood."""

    row: SourceRow
    pipeline: str
    place: str
    ended: bool
    created: Moment | None
    changed: Moment | None
    closed: Moment | None
    expected: Moment | None
    amount: str
    open_amount: str
    currency: str


class DealReader(RowReader):
    """Understands the values of deals; what cannot be understood is a problem of its line."""

    def __init__(self, mapping: SnapshotMapping, export: ExportReader) -> None:
        super().__init__(mapping, export, file=mapping.files.deals, called="the export")
        self._columns = mapping.deal
        self._place = PlaceReader(mapping, export)
        self._outcome = OutcomeReader(mapping, export, self._moment)
        own = mapping.accounts if mapping.accounts and mapping.accounts.file == mapping.files.deals else None
        parts = (mapping.deal, own, mapping.tickets)  # tickets may name deals by another column than their key
        self._used = {str(value) for part in parts if part for value in vars(part).values()}
        self._used |= set(mapping.stage_dates)
        self._used.discard(mapping.deal.name)
        self.stage_dates = StageDates(mapping, export) if mapping.stage_dates else None
        self.skipped: dict[str, int] = {}
        """Lines of the rows that are left out for their flag, by their deal's key."""

    def read(self, row: SourceRow) -> ReadDeal | None:
        """A deal, or None for a row that is left out or refused."""
        columns = self._columns
        flags = self._outcome.read(row)
        if flags.skip:
            self._counted[
                gettext_noop("rows are left out for their {skip_flag}").format(skip_flag=columns.skip_flag)
            ] += 1
            self.skipped.setdefault(row.get(columns.key), row.line)
            return None
        if self._repeats(row, columns.key, "deal", self._used):
            return None
        pipeline = self._place.pipeline(row)
        if pipeline is None:
            return None
        created = self._moment(row, columns.created)
        dated = self.stage_dates.read(row, row.get(columns.key), pipeline, created) if self.stage_dates else None
        place = self._place.place(row, flags, pipeline, dated)
        if place is None:
            return None
        ended = self._place.ends(place)
        closed = self._moment(row, flags.closing)
        if closed and not ended and columns.closed != columns.expected_close:
            self._counted[
                gettext_noop("open deals have a {closed}, which is not used").format(closed=columns.closed)
            ] += 1
        return ReadDeal(
            row=row,
            pipeline=pipeline,
            place=place,
            ended=ended,
            created=created,
            changed=self._moment(row, columns.changed),
            closed=closed if ended else None,
            expected=self._expected(row, ended=ended),
            amount=self._amount(row, columns.amount),
            open_amount=self._amount(row, columns.open_amount),
            currency=self._currency(
                row, (columns.amount, columns.open_amount), row.get(columns.currency), columns.currency
            ),
        )

    def _expected(self, row: SourceRow, *, ended: bool) -> Moment | None:
        """What was expected. A column that holds the close of closed deals says nothing of what was expected before."""
        columns = self._columns
        if ended and columns.expected_close and columns.expected_close == columns.closed:
            what = gettext_noop(
                "closed deals have no expected close: their {closed} is the day they were closed"
            ).format(closed=columns.closed)
            self._counted[what] += 1
            return None
        return self._moment(row, columns.expected_close)
