"""The table of hard companies as Markdown."""

from collections.abc import Iterator

from revenue_health.contribution.validation.hard.acceptance import Line
from revenue_health.contribution.validation.hard.table import KindRow, PartyRow

HEAD = (
    "| kind | party | true (M) | mean ± sd (M) | error | in interval | contaminates / contributes |",
    "|---|---|---|---|---|---|---|",
)
SMALL = 0.02
"""Innocents without a verdict are only printed if their mean share is above this part of net revenue."""


def lines_of(row: KindRow) -> Iterator[str]:
    """A kind's rows: those with a share, those judged, those far from zero; and a line below them."""
    first = True
    for party in row.parties:
        if party.true or party.judged or abs(party.mean) > SMALL * row.expected:
            yield _party(row, party, row.kind if first else "")
            first = False
    name = row.kind if first else ""
    count = row.companies
    yield (
        f"| {name} | *{row.says}* | | unexplained {row.unexplained_mean:+.1%} ± {row.unexplained_sd:.1%} | "
        f"| {row.covered:.0%}, all at once {row.all_covered}/{count} | "
        f"innocent judged {row.innocent_judged}/{count}, anybody {row.any_judged}/{count} |"
    )


def _party(row: KindRow, party: PartyRow, name: str) -> str:
    true = "" if party.true is None else f"{party.true / 1e6:+.2f}"
    error = "" if party.error is None else f"{abs(party.error):.0%}"
    covered = "" if party.true is None else f"{party.covered}/{row.companies}"
    return (
        f"| {name} | {party.party} | {true} | {party.mean / 1e6:+.2f} ± {party.sd / 1e6:.2f} | {error} | {covered} "
        f"| {party.contaminates} / {party.contributes} |"
    )


def acceptance_lines(lines: tuple[Line, ...]) -> Iterator[str]:
    """What was promised, line by line, and whether it holds."""
    yield ""
    for line in lines:
        yield f"{'holds' if line.holds else 'FAILS'}: {line.says}: {line.measured}"
