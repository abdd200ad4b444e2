"""The events of one deal whose changes somebody wrote down, ending where the list says that it stands."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from departments.translation import gettext_noop
from pipeline.imports.conversion.source_times import Moment
from pipeline.imports.snapshot.differences import DealState, KnownDeal
from pipeline.imports.snapshot.history import AMOUNT, EXPECTED, PLACE, Change, Changes
from pipeline.imports.snapshot.outcome import LOST, WITHDRAWN

_GONE = (LOST, WITHDRAWN)


@dataclass(frozen=True, slots=True)
class DealEvent:
    """One event: when, where the deal stands from then on, and who did it."""

    at: Moment
    now: DealState
    actor: str


@dataclass(frozen=True, kw_only=True)
class Listed:
    """What the list says of a deal: where it stands, since when it exists, when it ended or last changed, and what a
    closed deal was in, and worth, before where nothing else says it."""

    key: str
    now: DealState
    ended: bool
    worth: str
    entry: str
    created: Moment | None
    closed: Moment | None
    changed: Moment | None
    actor: str


class Timelines:
    """Puts changes and list together. `latest`: the newest date of the export, for what has no date of its own."""

    def __init__(self, history: Changes, counted: Counter[str], latest: date | None, zone: ZoneInfo) -> None:
        self.history, self._counted, self._latest, self._zone = history, counted, latest, zone

    def of(self, listed: Listed) -> list[DealEvent]:
        """All events of a deal that is new."""
        changes = self._without_passed_withdrawals(self.history.changes[listed.key])
        self._after_close(changes, listed)
        begin = self._begin(listed, changes)
        events = [DealEvent(begin, _start(listed, changes), listed.actor)]
        for change in changes:
            if not change.at.bare and change.at.at <= begin.at:
                events = [DealEvent(begin, _after(events[0].now, change), change.actor or listed.actor)]
            else:
                events = self._added(events, change)
        return self._with_the_lists_end(events, listed)

    def since(self, known: KnownDeal, listed: Listed) -> list[DealEvent]:
        """The changes after what is known; what else the list says is not in them."""
        zone_day = known.last.astimezone(self._zone).date()
        newer = [
            change
            for change in self.history.changes[listed.key]
            if (change.at.day > zone_day if change.at.bare else change.at.at > known.last)
        ]
        last = Moment(known.last, zone_day, bare=False)
        events = [DealEvent(last, DealState(place=known.place, amount=known.amount, expected=known.expected), "")]
        newer = self._without_passed_withdrawals(newer)
        self._after_close(newer, listed)
        for change in newer:
            events = self._added(events, change)
        self._compare(events[-1].now, listed)
        return events[1:]

    def _without_passed_withdrawals(self, changes: list[Change]) -> list[Change]:
        stay = [c for c in changes[:-1] if c.new.get(PLACE) != WITHDRAWN] + changes[-1:]
        self._counted[gettext_noop("withdrawals in the history were taken back later and are left out")] += len(
            changes
        ) - len(stay)
        return stay

    def _begin(self, listed: Listed, changes: list[Change]) -> Moment:
        first, created = changes[0].at, listed.created
        if created is None:
            self._counted[gettext_noop("deals have no date of creation; they count from their first change")] += 1
            return first
        if first.at < created.at and first.day < created.at.astimezone(self._zone).date():
            self._counted[
                gettext_noop("deals have changes before they were created; they count from the first change")
            ] += 1
            return first
        return created

    def _added(self, events: list[DealEvent], change: Change) -> list[DealEvent]:
        last = events[-1]
        now = _after(last.now, change)
        if _same(now, last.now):
            return events
        at = change.at
        if at.at.astimezone(UTC) < last.at.at.astimezone(UTC):
            at = last.at  # a day without a time is some time of that day
        return [*events, DealEvent(at, now, change.actor)]

    def _with_the_lists_end(self, events: list[DealEvent], listed: Listed) -> list[DealEvent]:
        """Where the list says otherwise than the last change, it decides, as of the date that it gives."""
        last = events[-1]
        self._compare(last.now, listed)
        now = _merged(last.now, listed)
        if now.place == last.now.place and listed.ended:
            return [*events[:-1], replace(last, now=now)]
        if _same(now, last.now):
            return events
        return [*events, DealEvent(self._when(last.at, listed), now, listed.actor)]

    def _compare(self, last: DealState, listed: Listed) -> None:
        if last.place != listed.now.place:
            self.history.stands_elsewhere(listed.key, listed.now.place, last.place)
        elif listed.now.place not in _GONE and listed.now.amount and not _equal(last.amount, listed.now.amount):
            self.history.worth_otherwise(listed.key, listed.now.amount, last.amount or "nothing")

    def _after_close(self, changes: list[Change], listed: Listed) -> None:
        """What the changes say after the day on which the list closes the deal."""
        if listed.ended and listed.closed is not None:
            self.history.after_close(
                listed.key,
                self._day(listed.closed),
                [(self._day(change.at), change.new[PLACE]) for change in changes if PLACE in change.new],
            )

    def _day(self, moment: Moment) -> date:
        return moment.day if moment.bare else moment.at.astimezone(self._zone).date()

    def _when(self, last: Moment, listed: Listed) -> Moment:
        for moment in (listed.closed if listed.ended else None, listed.changed):
            if moment is None:
                continue
            if moment.at >= last.at:
                return moment
            if moment.bare and moment.day == last.at.astimezone(self._zone).date():
                return last
        if self._latest is not None:
            newest = datetime(self._latest.year, self._latest.month, self._latest.day, tzinfo=self._zone)
            if newest >= last.at:
                return Moment(newest, self._latest, bare=True)
        return last


def _start(listed: Listed, changes: list[Change]) -> DealState:
    """Where the deal stood before its first change of each kind."""

    def before(aspect: str, otherwise: str) -> str:
        for change in changes:
            if change.old.get(aspect) or change.new.get(aspect):
                return change.old.get(aspect) or change.new[aspect]
        return otherwise

    place = before(PLACE, listed.entry if listed.ended else listed.now.place)
    place = listed.entry if place in _GONE else place
    return DealState(place=place, amount=before(AMOUNT, listed.worth), expected=before(EXPECTED, listed.now.expected))


def _after(now: DealState, change: Change) -> DealState:
    return DealState(
        place=change.new.get(PLACE, now.place),
        amount=change.new.get(AMOUNT, now.amount),
        expected=change.new.get(EXPECTED, now.expected),
    )


def _merged(last: DealState, listed: Listed) -> DealState:
    """Where the list says nothing, and for what a lost deal was worth, the history stays."""
    gone = listed.now.place in _GONE
    return DealState(
        place=listed.now.place,
        amount=last.amount if gone else listed.now.amount or last.amount,
        expected=last.expected if listed.ended else listed.now.expected or last.expected,
    )


def _equal(one: str, other: str) -> bool:
    return Decimal(one or "0") == Decimal(other or "0")


def _same(one: DealState, other: DealState) -> bool:
    return one.place == other.place and one.expected == other.expected and _equal(one.amount, other.amount)
