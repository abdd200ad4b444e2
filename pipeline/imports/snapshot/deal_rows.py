"""Understood deals as rows of a company folder: with the little history that two dates and a stage tell, or more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from departments.translation import gettext_noop
from pipeline.imports.conversion.source_times import Moment, TimeReader
from pipeline.imports.snapshot.deals import ReadDeal
from pipeline.imports.snapshot.differences import DealState, Earlier, KnownDeal
from pipeline.imports.snapshot.history import Changes
from pipeline.imports.snapshot.mapping import SnapshotMapping
from pipeline.imports.snapshot.outcome import LOST, WITHDRAWN
from pipeline.imports.snapshot.rows import ExportReader, SourceRow
from pipeline.imports.snapshot.timeline import DealEvent, Listed, Timelines

_GONE = (LOST, WITHDRAWN)
_STAGE = 3
"""The place of the stage in a row of events.csv."""


class DealRows:
    """Turns understood deals into rows of opportunities.csv and events.csv."""

    def __init__(
        self,
        mapping: SnapshotMapping,
        export: ExportReader,
        accounts: set[str],
        latest: date | None,
        earlier: Earlier | None = None,
        history: Changes | None = None,
    ) -> None:
        self._mapping, self._columns, self._earlier = mapping, mapping.deal, earlier
        self._problems, self._counted = export.problems, export.counted
        self._accounts, self._latest = accounts, latest
        self._sources = {source.key for source in mapping.sources}
        self._reasons = {reason.key for reason in mapping.loss_reasons}
        self._loss_of = {value: loss for loss in mapping.losses for value in loss.activities}
        self._teams = {team.name: team.department for team in mapping.teams}
        self._timelines = Timelines(history, self._counted, latest, mapping.zone) if history else None
        self._pipeline_of = {stage.key: stage.pipeline or mapping.pipeline.key for stage in mapping.stages}
        went = earlier is not None and any(deal.went for deal in earlier.deals.values())
        self.name_pipelines = bool(mapping.pipelines) or went
        """Whether events have to say in which pipeline they happened: there are several, or some deal went to another
        one."""

    def opportunity(self, deal: ReadDeal, events: list[list[str]]) -> list[str]:
        """A row of opportunities.csv; `events` are those of events.csv."""
        columns, row = self._columns, deal.row
        known = self._earlier.deals.get(row.get(columns.key)) if self._earlier else None
        began_in = deal.pipeline
        if known is None:
            began_in = self._pipeline_of.get(events[0][_STAGE], began_in)
        elif known.went or known.began_in in self._pipeline_of.values():
            began_in = known.began_in  # else another source's deal has the same key, which the import refuses
        if known and known.currency not in ("", deal.currency):
            reason = gettext_noop(
                "is in {currency} now, and its amounts so far are in {known}; a deal keeps its currency: give its "
                "amount in {known}, or leave the row out"
            ).format(currency=deal.currency, known=known.currency)
            column = columns.currency or columns.amount
            self._problems.refuse_row(self._mapping.files.deals, row.line, column, row.get(column), reason)
        account = row.get(columns.account)
        if columns.account and not account:
            self._counted[gettext_noop("deals have no account")] += 1
        elif account and account not in self._accounts:
            self._counted[gettext_noop("deals name an account that is not in the export; they are loaded without")] += 1
            account = ""
        self._check_reference(row, columns.source, self._sources, "source", "sources")
        if deal.currency != self._mapping.company.reporting_currency:
            self._counted[
                gettext_noop("deals are in {currency}; it needs rates, in Settings or in a rates.csv").format(
                    currency=deal.currency
                )
            ] += 1
        return [
            row.get(columns.key), row.get(columns.name), began_in, account, row.get(columns.owner),
            self._team(row), row.get(columns.source),
            deal.currency, row.get(columns.segment),
        ]  # fmt: skip

    def _team(self, row: SourceRow) -> str:
        """The department that the deal's team (or owner) is of, else its team."""
        columns = self._columns
        name = row.get(columns.team or columns.owner)
        department = self._teams.get(name, columns.team_department) if name else ""
        if department:
            self._counted[gettext_noop("deals have the department of their owner or team as their team")] += 1
        return department or row.get(columns.team)

    def _check_reference(self, row: SourceRow, column: str, keys: set[str], what: str, part: str) -> None:
        value = row.get(column)
        if value and value not in keys:
            listed = ", ".join(sorted(keys)) or gettext_noop("it has none")
            reason = gettext_noop("is not a known {what}: the mapping's [[{part}]] do not have it ({listed})").format(
                what=what, part=part, listed=listed
            )
            self._problems.refuse_row(self._mapping.files.deals, row.line, column, value, reason)

    def events(self, deal: ReadDeal) -> list[list[str]]:
        columns, row = self._columns, deal.row
        key, actor = row.get(columns.key), row.get(columns.owner)
        if self._earlier and (known := self._earlier.deals.get(key)):
            return self._changes(deal, known)
        if self._timelines and key in self._timelines.history.changes:
            return [self._event_row(event, deal) for event in self._timelines.of(self._listed(deal))]
        if self._timelines:
            self._counted[
                gettext_noop("deals have no history; two dates and a stage are all that is known of them")
            ] += 1
        created, closed = self._dates(deal)
        expected = deal.expected.day.isoformat() if deal.expected else ""
        first = self._mapping.entry_stage(deal.pipeline) if deal.ended else deal.place
        recorded = self._earlier.taken_at.isoformat() if self._earlier else ""
        in_first = self._named_pipeline(first)
        rows = [[key, created, recorded, first, self._open_amount(deal), expected, "", actor, in_first]]
        if deal.ended:
            reason = self._reason(row) if deal.place == LOST else ""
            amount = "" if deal.place in _GONE else deal.amount or columns.missing_amount
            rows.append(
                [key, closed, recorded, deal.place, amount, expected, reason, actor, self._named_pipeline(deal.place)]
            )
        return rows

    def _named_pipeline(self, place: str) -> str:
        """What an event in a stage says of its pipeline: nothing where all deals are in the only one."""
        return self._pipeline_of.get(place, "") if self.name_pipelines else ""

    def _changes(self, deal: ReadDeal, known: KnownDeal) -> list[list[str]]:
        """What became of a deal since the export before: one event, or none."""
        assert self._earlier is not None
        if known.went and known.went not in self._pipeline_of.values():
            self._counted[gettext_noop("deals went to another pipeline; what the file says of them is not used")] += 1
            return []
        if known.place == WITHDRAWN:
            self._counted[gettext_noop("deals were withdrawn and are in the file again; they stay withdrawn")] += 1
            return []
        events: list[DealEvent] = []
        if self._timelines and deal.row.get(self._columns.key) in self._timelines.history.changes:
            events = self._timelines.since(known, self._listed(deal))
            if events:
                last = events[-1]
                went = self._pipeline_of.get(last.now.place, known.went) if self.name_pipelines else known.went
                known = replace(known, last=last.at.at, place=last.now.place, amount=last.now.amount,
                                expected=last.now.expected, went=went)  # fmt: skip
        rows = [self._event_row(event, deal) for event in events]
        now = self._state_in_list(deal)
        amount = known.amount if deal.place in _GONE else now.amount
        now = replace(now, amount=amount or known.amount, expected=now.expected or known.expected)
        if known.pipeline and known.pipeline != deal.pipeline:
            known = self._moved(known, now)
        # The day of the close dates only the close: what changes in a deal afterwards happened on another one.
        closes = deal.ended and known.place != deal.place
        changed = deal.closed if closes else deal.changed
        at = self._earlier.moment_of(known, now, changed, self._counted, written=closes)
        if at is None:
            return rows
        reason = self._reason(deal.row) if deal.place == LOST else ""
        key, actor = deal.row.get(self._columns.key), deal.row.get(self._columns.owner)
        recorded = self._earlier.taken_at.isoformat()
        pipeline = self._named_pipeline(now.place)
        return [*rows, [key, at.isoformat(), recorded, now.place, now.amount, now.expected, reason, actor, pipeline]]

    def _moved(self, known: KnownDeal, now: DealState) -> KnownDeal:
        """A deal that is in another pipeline than before: a stage of the same name is another one there."""
        if now.place in _GONE:
            what = gettext_noop(
                "deals were moved to another pipeline and ended since the last file; that counts where they were"
            )
            self._counted[what] += 1
            return known
        self._counted[gettext_noop("deals went to another pipeline since the last file")] += 1
        return replace(known, place="")

    def _state_in_list(self, deal: ReadDeal) -> DealState:
        """What the list says of a deal; empty where it says nothing."""
        amount = "" if deal.place in _GONE else deal.amount if deal.ended else self._open_amount(deal)
        return DealState(
            place=deal.place, amount=amount, expected=deal.expected.day.isoformat() if deal.expected else ""
        )

    def _listed(self, deal: ReadDeal) -> Listed:
        key, actor = deal.row.get(self._columns.key), deal.row.get(self._columns.owner)
        return Listed(
            key=key, now=self._state_in_list(deal), ended=deal.ended, worth=self._open_amount(deal),
            entry=self._mapping.entry_stage(deal.pipeline), created=deal.created, closed=deal.closed,
            changed=deal.changed, actor=actor,
        )  # fmt: skip

    def _event_row(self, event: DealEvent, deal: ReadDeal) -> list[str]:
        recorded = self._earlier.taken_at.isoformat() if self._earlier else ""
        now, key = event.now, deal.row.get(self._columns.key)
        reason = self._reason(deal.row) if now.place == deal.place == LOST else ""
        actor = event.actor
        if not self._columns.team and actor != deal.row.get(self._columns.owner):
            actor = self._teams.get(actor) or actor  # what another owner wrote is that one's department's
        return [key, _moment_text(event.at), recorded, now.place, now.amount, now.expected, reason, actor,
                self._named_pipeline(now.place)]  # fmt: skip

    def _reason(self, row: SourceRow) -> str:
        value = row.get(self._columns.stage)
        self._check_reference(row, self._columns.reason, self._reasons, "loss reason", "loss_reasons")
        return row.get(self._columns.reason) or (self._loss_of[value].reason if value in self._loss_of else "")

    def _dates(self, deal: ReadDeal) -> tuple[str, str]:
        """When the deal was created and closed, in this order; what had to be assumed for it is counted."""
        created, closed = deal.created, deal.closed
        if deal.ended and closed is None:
            self._counted[gettext_noop("closed deals have no close date; they count as closed when created")] += 1
        if created is None:
            created = self._without_creation(deal)
        elif closed is not None and closed.at < created.at:
            if closed.bare and closed.day == created.day:
                self._counted[
                    gettext_noop(
                        "deals were closed on the day they were created, at an hour that nobody wrote; the close "
                        "counts at the moment of the creation"
                    )
                ] += 1
                closed = replace(created)
            else:
                what = gettext_noop("deals were closed before they began; they count from the date they were closed")
                self._counted[what] += 1
                created = closed
        begin = self._after_files(created)
        return begin, self._after_files(closed) if closed else begin

    def _after_files(self, moment: Moment | None) -> str:
        """As the folder writes it; what happened on the day of the files before, which had it not, after them."""
        if moment is None or self._earlier is None:
            return _moment_text(moment)
        later = self._earlier.after_files(moment)
        return _moment_text(later if later.at == moment.at else replace(later, bare=False))

    def _without_creation(self, deal: ReadDeal) -> Moment | None:
        columns = self._columns
        if deal.closed is not None:
            self._counted[
                gettext_noop("deals have no {created}; they count from the date they were closed").format(
                    created=columns.created
                )
            ] += 1
            return deal.closed
        if deal.row.get(columns.created):
            return None  # It is refused already: there is a date, and it cannot be read.
        if self._latest is None:
            reason = gettext_noop("is empty, and no deal has a date to count from; set missing_created")
            self._problems.refuse_row(self._mapping.files.deals, deal.row.line, columns.created, "", reason)
            return None
        what = gettext_noop("the newest date of the export, {latest}").format(latest=self._latest)
        if columns.missing_created != "latest":
            what = gettext_noop("the date the mapping names, {latest}").format(latest=self._latest)
        self._counted[
            gettext_noop("deals have no {created}; they count from {what}").format(created=columns.created, what=what)
        ] += 1
        return TimeReader(self._mapping.zone).parse(self._latest.isoformat())

    def _open_amount(self, deal: ReadDeal) -> str:
        """What a deal was worth before its close: its own amount while open, else the expected one."""
        columns = self._columns
        own = "" if deal.ended and columns.open_amount else deal.amount
        if own:
            return own
        if deal.open_amount and not deal.ended:
            self._counted[
                gettext_noop("open deals have no {amount}; they count with {open_amount}").format(
                    amount=columns.amount, open_amount=columns.open_amount
                )
            ] += 1
        if not deal.open_amount and columns.missing_amount:
            self._counted[
                gettext_noop("deals have no amount; they count with {missing_amount}").format(
                    missing_amount=columns.missing_amount
                )
            ] += 1
        return deal.open_amount or columns.missing_amount


def _moment_text(moment: Moment | None) -> str:
    """As the company folder writes it: a day stays one."""
    if moment is None:
        return ""
    return moment.day.isoformat() if moment.bare else moment.at.isoformat()
