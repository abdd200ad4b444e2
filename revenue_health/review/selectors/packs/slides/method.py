"""The last slide: what is assumed, and what the figures rest on."""

from __future__ import annotations

from datetime import datetime

from departments.json_types import Json
from departments.translation import gettext_noop
from revenue_health.review.core.slides import Column, Slide, Table
from revenue_health.review.selectors.packs.cells import instant_text
from revenue_health.review.selectors.packs.slides.parts import day

ASSUMPTIONS = (
    gettext_noop("Rates are taken as constant within a week."),
    gettext_noop(
        "A department is named only where the data carry it, its share is clear, its own past shows "
        "nothing like it, every other way to calculate agrees, and a fifth of the records could be wrong."
    ),
    gettext_noop("Losses accrue with the time a deal spends in a stage."),
    gettext_noop(
        "Causes are as recorded; a loss without a reason is charged to no department and counts with the market."
    ),
)

TRUST = gettext_noop("Order of trust: flows and custody (accounting), shares (model), causes (what people recorded).")


def method(content: Json) -> Slide:
    """Assumptions, baseline, method and run."""
    figures = content["contributions"]
    baseline = figures["baseline"]
    compared = f"{day(baseline['start'])} to {day(baseline['end'])}" if baseline else gettext_noop("none")
    as_of = instant_text(datetime.fromisoformat(content["as_of"]), content["time_zone"])
    rows = (
        ("Period", f"{day(content['period']['start'])} to {day(content['period']['end'])}"),
        ("Baseline", compared),
        (gettext_noop("Known up to"), f"{as_of} ({content['time_zone']})"),
        (
            "Method",
            gettext_noop("version {method}, {players} parties, {replicates} replicates").format(
                method=content["method"], players=figures["players"], replicates=figures["replicates"]
            ),
        ),
        (
            gettext_noop("Recompute"),
            gettext_noop("number {run}, its flows balance to {balance_error:.2f}").format(
                run=content["run"], balance_error=content["leaks"]["balance_error"]
            ),
        ),
    )
    return Slide(
        key="method",
        title=gettext_noop("What this rests on"),
        message=gettext_noop(
            "A share is an estimate with an interval, not an accusation. A verdict has passed five checks."
        ),
        unit=f"{content['company']}, {content['currency']}, {content['time_zone']}",
        lines=(*ASSUMPTIONS, *(f"{reason[:1].upper()}{reason[1:]}." for reason in figures["reasons"])),
        tables=(Table(title=gettext_noop("Basis"), columns=(Column("What"), Column("Value")), rows=rows),),
        notes=(TRUST,),
    )
