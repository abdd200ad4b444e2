"""A file of tickets beside a list of deals: each ticket in a department's queue is a hand-off of the deal it names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from departments.translation import gettext_noop
from pipeline.imports.conversion.provenance import FolderWriter
from pipeline.imports.conversion.source_times import Moment
from pipeline.imports.snapshot.differences import Earlier, KnownHandOff
from pipeline.imports.snapshot.mapping import FilesMapping
from pipeline.imports.snapshot.rows import ExportReader, RowReader, SourceRow

COLUMNS = ("key", "opportunity", "department", "kind", "requested_at", "started_at", "completed_at", "due_at",
           "outcome", "assignee")  # fmt: skip
OUTCOMES = ("approved", "returned", "rejected", "cancelled")
_TIMES = ("opened", "started", "closed", "due")
_LISTED = 5


@dataclass(frozen=True, slots=True)
class _Ticket:
    """One ticket with its values understood; `times` by the mapping's word."""

    key: str
    deal: str
    department: str
    kind: str
    times: dict[str, Moment | None]
    outcome: str
    assignee: str


class Tickets(RowReader):
    """Reads tickets and writes hand-offs. What names no deal is left out, counted and named."""

    def __init__(
        self,
        mapping: FilesMapping,
        export: ExportReader,
        earlier: Earlier | None = None,
    ) -> None:
        assert mapping.tickets is not None
        super().__init__(mapping, export, file=mapping.tickets.file, called="the tickets")
        self._columns, self._export = mapping.tickets, export
        self._used = set(vars(mapping.tickets).values())
        self._known: Mapping[str, KnownHandOff] = earlier.handoffs if earlier else {}
        self._taken_at = earlier.taken_at if earlier else None
        self._departments = {queue.name: queue.department for queue in mapping.queues}
        self._left_out: dict[str, list[str]] = {}
        self.by_department: Counter[str] = Counter()
        self.read = 0

    def write(self, writer: FolderWriter, deals: Mapping[str, list[str]]) -> None:
        """The rows of handoffs.csv; `deals` are the keys of the deals by what tickets may call them."""
        columns = self._columns
        names = {"key": columns.key, "opportunity": columns.deal_column, "department": columns.queue,
                 "kind": columns.kind or columns.queue, "requested_at": columns.opened, "started_at": columns.started,
                 "completed_at": columns.closed, "due_at": columns.due, "outcome": columns.outcome,
                 "assignee": columns.assignee}  # fmt: skip
        writer.begin("handoffs", COLUMNS, source=columns.file, columns=names)
        for row in self._export.rows(columns.file, "tickets."):
            self.read += 1
            ticket = self._ticket(row, deals)
            if ticket is None:
                continue
            self.by_department[ticket.department] += 1
            for values in self._hand_offs(ticket):
                writer.row("handoffs", values, row.line)

    def _ticket(self, row: SourceRow, deals: Mapping[str, list[str]]) -> _Ticket | None:
        columns, key = self._columns, row.get(self._columns.key)
        if self._repeats(row, columns.key, "ticket", self._used):
            return None
        department = self._department(row, key)
        deal = self._deal(row, key, deals)
        times = {word: self._moment(row, getattr(columns, word)) for word in _TIMES}
        if department is None or deal is None:
            return None
        if not row.get(columns.opened):
            self._refuse(
                row, columns.opened, gettext_noop("is empty; every ticket needs the day on which it was opened")
            )
        if times["opened"] is None:
            return None
        one_after_another = [word for word in ("opened", "started", "closed") if times[word]]
        moments = self.times.in_order([at for at in map(times.get, one_after_another) if at])
        times |= zip(one_after_another, moments, strict=True)
        return _Ticket(
            key=key, deal=deal, department=department,
            kind=row.get(columns.kind) or row.get(columns.queue), times=times,
            outcome=self._outcome(row) if times["closed"] else "", assignee=row.get(columns.assignee),
        )  # fmt: skip

    def _department(self, row: SourceRow, key: str) -> str | None:
        """The department of the queue; None where nobody's, or where the mapping does not say."""
        columns, queue = self._columns, row.get(self._columns.queue)
        if not queue:
            if not columns.department:
                self._leave(gettext_noop("are in no queue"), key)
            return columns.department or None
        if queue not in self._departments:
            reason = gettext_noop("is not a known queue: the mapping's [[queues]] do not have it")
            self._problems.refuse_row(columns.file, row.line, columns.queue, queue, reason)
            return None
        if not self._departments[queue]:
            self._leave(gettext_noop("are in “{queue}”, a queue of no department").format(queue=queue), key)
        return self._departments[queue] or None

    def _deal(self, row: SourceRow, key: str, deals: Mapping[str, list[str]]) -> str | None:
        name = row.get(self._columns.deal_column)
        if not name:
            self._leave(gettext_noop("name no deal"), key)
            return None
        keys = deals.get(name, [])
        if len(keys) > 1:
            self._leave(
                gettext_noop("name a deal by its {deal_key}, which several deals have,").format(
                    deal_key=self._columns.deal_key
                ),
                f"{key}: {name}",
            )
        elif not keys:
            self._leave(gettext_noop("name a deal that is not there"), f"{key}: {name}")
        return keys[0] if len(keys) == 1 else None

    def _leave(self, why: str, ticket: str) -> None:
        self._left_out.setdefault(why, []).append(ticket)

    def _outcome(self, row: SourceRow) -> str:
        text = row.get(self._columns.outcome)
        if not text or text.lower() in OUTCOMES:
            return text.lower()
        what = gettext_noop("tickets have the {outcome} “{text}”, which is none of {listed}; no outcome").format(
            outcome=self._columns.outcome, text=text, listed=", ".join(OUTCOMES)
        )
        self._counted[what] += 1
        return ""

    def _hand_offs(self, ticket: _Ticket) -> list[list[str]]:
        """The stays that this file tells of: of a ticket that earlier files had, its newest one, or another begun."""
        opened, closed = ticket.times["opened"], ticket.times["closed"]
        assert opened is not None
        newest, following = self._newest(ticket.key)
        if newest is None:
            return [self._row(following, ticket, opened)]
        known = self._known[newest]
        assert self._taken_at is not None
        if known.completed is not None and closed is None:
            self._counted[
                gettext_noop("tickets were closed and are open again: a hand-off of their own, from this file on")
            ] += 1
            return [self._row(following, ticket, _instant(max(self._taken_at, known.completed)))]
        if known.department == ticket.department:
            return [self._row(newest, ticket, opened if newest == ticket.key else _instant(known.requested))]
        self._counted[
            gettext_noop("tickets are in another department's queue than in the file before: a hand-off each")
        ] += 1
        at = min(self._taken_at, closed.at if closed else self._taken_at)
        at = max(at, known.requested, known.started or at, known.completed or at)
        before = [] if known.completed else [_known_row(newest, known, at)]
        return [*before, self._row(following, ticket, _instant(at))]

    def _newest(self, key: str) -> tuple[str | None, str]:
        """The key of the newest hand-off of a ticket, if there is one, and the key of the next."""
        newest, following, number = None, key, 1
        while following in self._known:
            newest, number = following, number + 1
            following = f"{key} ({number})"
        return newest, following

    def _row(self, key: str, ticket: _Ticket, requested: Moment) -> list[str]:
        started, closed = ticket.times["started"], ticket.times["closed"]
        if key != ticket.key:
            # What happened before this stay was another department's, or the stay's before.
            started = started if started and started.at >= requested.at else None
            closed = requested if closed and closed.at < requested.at else closed
        started = self._after(started, requested)
        closed = self._after(closed, started or requested)
        return [key, ticket.deal, ticket.department, ticket.kind, _text(requested), _text(started), _text(closed),
                _text(ticket.times["due"]), ticket.outcome, ticket.assignee]  # fmt: skip

    def _after(self, moment: Moment | None, before: Moment) -> Moment | None:
        """A day without a time is some time of that day, so not before what it follows."""
        same_day = moment is not None and moment.day == before.at.astimezone(self._mapping.zone).date()
        if moment is not None and moment.bare and moment.at < before.at and same_day:
            self._counted[
                gettext_noop("times of tickets have a day without a time; they count at the moment they follow")
            ] += 1
            return before
        return moment

    def notes(self) -> list[str]:
        """What became of the tickets, by department."""
        names = {department.key: department.name for department in self._mapping.departments}
        counts = ", ".join(f"{names.get(key, key)} {count:,}" for key, count in self.by_department.most_common())
        became = f" ({counts})" if counts else ""
        count = sum(self.by_department.values())
        return [
            gettext_noop("{count:,} of {read:,} tickets became hand-offs{became}.").format(
                count=count, read=self.read, became=became
            ),
            *self.times.notes(),
        ]

    def checks(self) -> list[str]:
        """A sentence for each reason for which tickets are left out, with some of them."""
        sentences = self.repeated_check()
        for why, tickets in self._left_out.items():
            listed = ", ".join(tickets[:_LISTED]) + (" and others" if len(tickets) > _LISTED else "")
            sentences.append(
                gettext_noop("{count:,} of {read:,} tickets {why} and are left out: {listed}.").format(
                    count=len(tickets), read=self.read, why=why, listed=listed
                )
            )
        return sentences


def _known_row(key: str, known: KnownHandOff, ended: datetime) -> list[str]:
    """A hand-off that another department took over: it ended then."""
    times = [moment.isoformat() if moment else "" for moment in (known.requested, known.started, ended, known.due)]
    return [key, known.opportunity, known.department, known.kind, *times, "", known.assignee]


def _instant(at: datetime) -> Moment:
    return Moment(at, at.date(), bare=False)


def _text(moment: Moment | None) -> str:
    if moment is None:
        return ""
    return moment.day.isoformat() if moment.bare else moment.at.isoformat()
