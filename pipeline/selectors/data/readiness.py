"""What the company's data is good enough for, line by line: a figure, what it holds back, and where to fix it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass

from django.core.cache import cache
from django.db import connection
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from departments.models import Department
from pipeline.models import EVENT_AMOUNT_SQL, PlanTarget, Stage
from pipeline.run_cache import release

LEAST_CAUSES, LEAST_ORIGINS, LEAST_QUARTERS = 0.8, 0.8, 5
_DAY_SECONDS = 24 * 3600
_QUARTER_DAYS = 91.3
_FIGURES = f"""
SELECT deals.*, events.*, (SELECT count(DISTINCT department_id) FROM pipeline_handoff) AS asked
FROM (
  SELECT count(*) AS deals,
    count(*) FILTER (WHERE source_id IS NULL) AS without_origin,
    count(*) FILTER (WHERE owner = '') AS without_owner,
    count(*) FILTER (WHERE account_id IS NULL) AS without_account
  FROM pipeline_opportunity
) AS deals, (
  SELECT count(*) AS events,
    coalesce(sum({EVENT_AMOUNT_SQL}) FILTER (WHERE stage_id IS NULL AND NOT withdrawn), 0) AS lost,
    coalesce(sum({EVENT_AMOUNT_SQL}) FILTER (WHERE stage_id IS NULL AND reason_id IS NOT NULL), 0) AS caused,
    count(*) FILTER (WHERE amount = 0 AND stage_id IS NOT NULL) AS worthless,
    coalesce(extract(epoch FROM max(occurred_at) - min(occurred_at)) / 86400, 0) AS days
  FROM pipeline_event e
) AS events
"""  # noqa: S608 - put together from our own columns
_STATE = """
SELECT batch.*, stages.*, plan.*, departments.* FROM
  (SELECT max(id), max(finished_at), max(undone_at) FROM pipeline_importbatch) AS batch,
  (SELECT max(pgh_id) FROM pipeline_stageevent) AS stages,
  (SELECT max(pgh_id) FROM pipeline_plantargetevent) AS plan,
  (SELECT max(pgh_id) FROM departments_departmentevent) AS departments
"""
"""What the lines depend on: what came in and went out, and the newest note of each setting they count."""


@dataclass(frozen=True, kw_only=True)
class ReadinessLine:
    """One line. `withholds` says what is not shown or not judged while it is not ok; `place` names the page to mend it.

    `place` is one of sources, stages, plan, handoffs, deals, or what deals lack: reason, origin, owner, account.
    """

    name: str
    ok: bool
    figure: str
    withholds: str
    place: str

    def to_dict(self) -> dict[str, object]:
        return asdict(self)


def readiness() -> list[ReadinessLine]:
    """The lines for what is loaded now: one query, until an import, an undo or a setting changes what they say."""
    with connection.cursor() as cursor:
        cursor.execute(_STATE)
        state = cursor.fetchone()
    key = f"readiness:{hashlib.sha256(repr((release(), get_language(), state)).encode()).hexdigest()[:32]}"
    lines: list[ReadinessLine] | None = cache.get(key)
    if lines is None:
        lines = _lines()
        cache.set(key, lines, _DAY_SECONDS)
    return lines


def held_back() -> list[str]:
    """The names of the lines that hold back figures; empty where all is ready."""
    return [line.name for line in readiness() if not line.ok]


def _lines() -> list[ReadinessLine]:
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES)
        names = [column[0] for column in cursor.description]
        figures = {name: float(value) for name, value in zip(names, cursor.fetchone(), strict=True)}
    deals = int(figures["deals"])
    if not deals:
        return [
            ReadinessLine(
                name=_("Deals"), ok=False, figure=_("none"), withholds=_("Everything waits for them."), place="sources"
            )
        ]
    return [
        ReadinessLine(
            name=_("Deals"),
            ok=True,
            figure=_("{deals:,} with {events:,.0f} events").format(deals=deals, events=figures["events"]),
            withholds="",
            place="deals",
        ),
        *(line for lines_of in _AFTER_DEALS for line in lines_of(figures)),
    ]


def _of_history(figures: dict[str, float]) -> list[ReadinessLine]:
    events, quarters = figures["events"] / figures["deals"], figures["days"] / _QUARTER_DAYS
    return [
        ReadinessLine(
            name=_("Hold times"),
            ok=events > 2,
            figure=_("{events:.1f} events a deal").format(events=events),
            withholds=_("Two events a deal tell when it began and ended, not where it waited."),
            place="sources",
        ),
        ReadinessLine(
            name=_("Baseline"),
            ok=quarters >= LEAST_QUARTERS,
            figure=_("{quarters:.1f} quarters of history").format(quarters=quarters),
            withholds=_("Shares compare a quarter with the one a year earlier: that takes {quarters} quarters.").format(
                quarters=LEAST_QUARTERS
            ),
            place="sources",
        ),
    ]


def _of_causes(figures: dict[str, float]) -> list[ReadinessLine]:
    caused = figures["caused"] / figures["lost"] if figures["lost"] else 1.0
    origins = 1 - figures["without_origin"] / figures["deals"]
    return [
        ReadinessLine(
            name=_("Causes"),
            ok=caused >= LEAST_CAUSES,
            figure=_("{caused:.0%} of lost money has a reason").format(caused=caused)
            if figures["lost"]
            else _("nothing was lost"),
            withholds=_("What is lost without a reason is charged to nobody; verdicts on losses are withheld."),
            place="reason",
        ),
        ReadinessLine(
            name=_("Origins"),
            ok=origins >= LEAST_ORIGINS,
            figure=_("{origins:.0%} of deals say where they came from").format(origins=origins),
            withholds=_("What a department brings in is not counted for deals without an origin."),
            place="origin",
        ),
    ]


def _of_structure(figures: dict[str, float]) -> list[ReadinessLine]:
    internal = Department.objects.filter(kind=Department.Kind.INTERNAL).count()
    owners = Stage.objects.filter(earns=False).values("owner_department").distinct().count()
    plan, asked = PlanTarget.objects.count(), int(figures["asked"])
    return [
        ReadinessLine(
            name=_("Owners of stages"),
            ok=owners > 1,
            figure=_("{owners} of {internal} departments own an open stage").format(owners=owners, internal=internal),
            withholds=_("With one owner, nobody else's holding can be seen."),
            place="stages",
        ),
        ReadinessLine(
            name=_("Hand-offs"),
            ok=asked > 0,
            figure=_("{asked} of {internal} departments are asked for work").format(asked=asked, internal=internal),
            withholds=_("Departments without stages and without hand-offs have no figures of their own."),
            place="handoffs",
        ),
        ReadinessLine(
            name=_("Plan"),
            ok=plan > 0,
            figure=_("{plan:,} targets").format(plan=plan) if plan else _("none"),
            withholds=_("Without a plan there is no gap to explain, only the change against a year earlier."),
            place="plan",
        ),
    ]


def _of_rows(figures: dict[str, float]) -> list[ReadinessLine]:
    lines = [
        (_("Deals without owner"), "without_owner", _("They are in nobody's list and in no cut by owner."), "owner"),
        (_("Deals without customer"), "without_account", _("They stand outside every look at customers."), "account"),
        (_("Events without amount"), "worthless", _("They count as deals and not as money."), "deals"),
    ]
    return [
        ReadinessLine(name=name, ok=not figures[key], figure=f"{figures[key]:,.0f}", withholds=withholds, place=place)
        for name, key, withholds, place in lines
        if figures[key] > 0.05 * figures["deals"]
    ]


_AFTER_DEALS: tuple[Callable[[dict[str, float]], list[ReadinessLine]], ...] = (
    _of_history,
    _of_causes,
    _of_structure,
    _of_rows,
)
"""The lines of a company that has deals, in their order."""
