"""An export that comes again: what is known of its deals, and what of them changed since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from departments.translation import gettext_noop
from pipeline.imports.conversion.source_times import Moment


@dataclass(frozen=True, kw_only=True, slots=True)
class DealState:
    """Where a deal stands: its stage's key, `lost` or `withdrawn`, its amount, its expected close (ISO or empty)."""

    place: str
    amount: str
    expected: str


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownDeal(DealState):
    """A deal as its newest event left it; `last` is the instant of that event, `own`: this source brought it.
    `began_in`: the key of its own pipeline. `went`: that of the one it is in, of a deal that ever went to another.
    `currency`: that of all its amounts, empty where nobody knows."""

    last: datetime
    own: bool = True
    went: str = ""
    began_in: str = ""
    currency: str = ""

    @property
    def pipeline(self) -> str:
        """The key of the pipeline it is in."""
        return self.went or self.began_in


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownHandOff:
    """A hand-off as earlier files left it. Times are instants, `started` and `completed` None while they have not
    come."""

    opportunity: str
    department: str
    kind: str
    requested: datetime
    started: datetime | None
    completed: datetime | None
    due: datetime | None
    outcome: str
    assignee: str


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """The deals that are known already, by key, and the instant whose state the new files show; `before`: that of the
    files before them.

    Everything a second export tells is recorded as of that instant: what was known before stays what it was.
    """

    deals: Mapping[str, KnownDeal]
    taken_at: datetime
    before: datetime | None = None
    handoffs: Mapping[str, KnownHandOff] = field(default_factory=dict)

    def moment_of(
        self, known: KnownDeal, now: DealState, changed: Moment | None, counted: Counter[str], *, written: bool
    ) -> datetime | None:
        """When the difference happened; None where there is none.

        The date the export gives counts if it lies after the newest known event and not after the export; otherwise
        nobody wrote it down, and the instant of the export stands for it. `written`: a person wrote the date, so that
        it may be of a day on which the export before did not say so yet; a system's own date has to lie after that.
        """
        same_amount = Decimal(known.amount or "0") == Decimal(now.amount or "0")
        if known.place == now.place and same_amount and known.expected == now.expected:
            return None
        if changed is not None:
            since = known.last if written or self.before is None else max(known.last, self.before)
            changed = self.after_files(changed, known.last)
            if (since <= changed.at if changed.bare else since < changed.at) and changed.at <= self.taken_at:
                counted[gettext_noop("deals changed since the last file, on a date the file gives")] += 1
                return changed.at
        counted[
            gettext_noop(
                "deals changed since the last file at an unknown time; the change counts at the time of this file"
            )
        ] += 1
        return self.taken_at

    def after_files(self, moment: Moment, *instants: datetime) -> Moment:
        """A day without a time is some time of that day: one after what is known of it, and after the files before."""
        if not moment.bare:
            return moment
        shown = [self.before + timedelta(seconds=1)] if self.before else []
        same_day = [at for at in (*instants, *shown) if at.astimezone(moment.at.tzinfo).date() == moment.day]
        return replace(moment, at=max([moment.at, *same_day]))

    def gone(self, keys: set[str]) -> list[str]:
        """Deals that earlier files of the source had, that were not withdrawn and are not among these keys."""
        return sorted(
            key for key, deal in self.deals.items() if deal.own and deal.place != "withdrawn" and key not in keys
        )

    def withdrawn_row(self, key: str) -> list[str]:
        """The row of events.csv that withdraws a deal at the time of the file: nobody wrote down when it went."""
        at = max(self.taken_at, self.deals[key].last).isoformat()
        return [key, at, at, "withdrawn", "", "", "", "", ""]
