"""The lines of readiness as pages show them: each that holds something back with the one link that mends it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from pipeline.selectors.data.readiness import ReadinessLine, readiness
from pipeline.views.deals.quality import lack_address


@dataclass(frozen=True, kw_only=True)
class Mending:
    """Where a line is mended: what the link says, the page, and whether it is for managers only."""

    says: str
    page: str
    managers: bool = True


PLACES = {
    "sources": Mending(says=gettext_noop("Bring it in"), page="pipeline:sources"),
    "stages": Mending(says=gettext_noop("Name the owners"), page="pipeline:set_up_owners"),
    "plan": Mending(says=gettext_noop("Enter a plan"), page="pipeline:set_up_plan"),
    "handoffs": Mending(says=gettext_noop("Bring hand-offs in"), page="pipeline:sources"),
    "deals": Mending(says=gettext_noop("Deals to complete"), page="pipeline:data_quality", managers=False),
}


@dataclass(frozen=True, kw_only=True)
class ReadinessRow:
    """A line; `address` and `says` are its link, empty where it is ready or the reader may not mend it."""

    line: ReadinessLine
    address: str
    says: str


@dataclass(frozen=True, kw_only=True)
class ReadinessTable:
    """The lines in their order, and whether any of them holds something back."""

    rows: list[ReadinessRow]
    holds_back: bool


def readiness_table(*, manages: bool) -> ReadinessTable:
    """The lines for a reader who may or may not manage data."""
    rows = _rows(manages=manages)
    return ReadinessTable(rows=rows, holds_back=any(not row.line.ok for row in rows))


def _rows(*, manages: bool) -> list[ReadinessRow]:
    rows = []
    for line in readiness():
        place = PLACES.get(line.place)
        if line.ok or (place is not None and place.managers and not manages):
            rows.append(ReadinessRow(line=line, address="", says=""))
        elif place is None:
            rows.append(ReadinessRow(line=line, address=lack_address(line.place), says=_("Deals to complete")))
        else:
            rows.append(ReadinessRow(line=line, address=reverse(place.page), says=_(place.says)))
    return rows
