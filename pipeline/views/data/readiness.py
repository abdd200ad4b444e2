"""The lines of readiness as pages show them: each that holds something back with the one link that mends it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from pipeline.selectors.data.readiness import ReadinessLine, readiness


@dataclass(frozen=True, kw_only=True)
class Mending:
    """Where a line is mended: what the link says, the page with its arguments, and whether it is for managers only."""

    says: str
    page: str
    arguments: tuple[str, ...] = ()
    managers: bool = True


PLACES = {
    "sources": Mending(says="Bring it in", page="pipeline:sources"),
    "stages": Mending(says="Name the owners", page="pipeline:set_up_owners"),
    "reasons": Mending(says="Bring the reasons in", page="pipeline:sources"),
    "plan": Mending(says="Enter a plan", page="pipeline:set_up_plan"),
    "handoffs": Mending(says="Bring hand-offs in", page="pipeline:sources"),
    "deals": Mending(says="Look at the deals", page="pipeline:opportunities", managers=False),
}


@dataclass(frozen=True, kw_only=True)
class ReadinessRow:
    """A line; `address` and `says` are its link, empty where it is ready or the reader may not mend it."""

    line: ReadinessLine
    address: str
    says: str


def readiness_rows(*, manages: bool) -> list[ReadinessRow]:
    """The lines in their order, for a reader who may or may not manage data."""
    rows = []
    for line in readiness():
        place = PLACES[line.place]
        links = not line.ok and (manages or not place.managers)
        address = reverse(place.page, args=place.arguments) if links else ""
        rows.append(ReadinessRow(line=line, address=address, says=place.says if links else ""))
    return rows
