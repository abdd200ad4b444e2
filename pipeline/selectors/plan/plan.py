"""The plan of a span, looked up for each pipeline and segment separately before anything is summed.

The rows that make up a span, and the sentences for a reader where they do not fit it to the day; plan_targets makes
figures of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from departments.formats import grouped
from departments.periods import FiscalCalendar, Period
from pipeline.models import PlanTarget

NEARLY_DAYS = 10
"""Days by which a plan may miss an end of the span and still be meant for it: 4-4-5 quarters and 52-week years do."""


@dataclass(frozen=True, kw_only=True)
class PlanRow:
    """One row of the plan."""

    pipeline: int
    key: str
    name: str
    segment: str
    start: date
    end: date
    target: Decimal


def plan_rows(*, period: Period) -> list[PlanRow]:
    """Every row that touches the span, of every pipeline."""
    records = (
        PlanTarget.objects.filter(period_start__lte=period.end, period_end__gte=period.start)
        .order_by("pipeline_id", "segment", "period_start", "period_end")
        .values_list(
            "pipeline_id", "pipeline__key", "pipeline__name", "segment", "period_start", "period_end", "target"
        )
    )
    return [
        PlanRow(pipeline=pipeline, key=key, name=name, segment=segment, start=start, end=end, target=target)
        for pipeline, key, name, segment, start, end, target in records
    ]


def rows_of_span(rows: Iterable[PlanRow], period: Period) -> list[PlanRow]:
    """The rows of one pipeline and segment that make up the span, without overlap: the row that is exactly the span,
    else those inside it that cover it, else the finest ones first, else the shortest that has all of it."""
    rows = list(rows)
    exact = [row for row in rows if (row.start, row.end) == (period.start, period.end)]
    if exact:
        return exact[:1]
    inside = _disjoint(row for row in rows if row.start >= period.start and row.end <= period.end)
    if uncovered_days(inside, period) == 0:
        return inside
    choices = [_disjoint(rows), *([row] for row in _around(rows, period))]
    # What plans the most of its days; of a year beside one month of a quarter the year, which plans all of them.
    return min(choices, key=lambda chosen: uncovered_days(chosen, period))


def _around(rows: Iterable[PlanRow], period: Period) -> list[PlanRow]:
    """The rows that plan all of the span and more, the shortest first."""
    around = [row for row in rows if row.start <= period.start and row.end >= period.end]
    return sorted(around, key=lambda row: ((row.end - row.start).days, row.start))


def uncovered_days(rows: Iterable[PlanRow], period: Period) -> int:
    """Days of the span in none of these rows, which do not overlap."""
    return period.days - sum((min(row.end, period.end) - max(row.start, period.start)).days + 1 for row in rows)


def _disjoint(rows: Iterable[PlanRow]) -> list[PlanRow]:
    chosen: list[PlanRow] = []
    for row in sorted(rows, key=lambda row: ((row.end - row.start).days, row.start)):
        if all(row.end < other.start or row.start > other.end for other in chosen):
            chosen.append(row)
    return sorted(chosen, key=lambda row: row.start)


def plan_remarks(rows: Sequence[PlanRow], period: Period) -> tuple[str, ...]:
    """A sentence for each pipeline and segment whose plan is not exactly the span's: it nearly is, only a part of it
    falls into the span, or days of the span have none; and for rows that plan the same days twice, otherwise."""
    sentences = []
    for place in dict.fromkeys((row.pipeline, row.segment) for row in rows):
        of_place = [row for row in rows if (row.pipeline, row.segment) == place]
        name = of_place[0].name + (
            _(", segment {segment}").format(segment=of_place[0].segment) if of_place[0].segment else ""
        )
        chosen = rows_of_span(of_place, period)
        sentences += _contradictions(of_place, chosen, name)
        sentences += _unused(of_place, chosen, period, name)
        left, near = uncovered_days(chosen, period), _nearest(of_place, period)
        if not left and all(row.start >= period.start and row.end <= period.end for row in chosen):
            continue
        if near is not None:
            first, last = near
            sentences.append(
                _(
                    "the plan of {name} runs from {first} to {last}, not from {start} to {end}; the period "
                    "{first}..{last} is compared with it to the day"
                ).format(name=name, first=first, last=last, start=period.start, end=period.end)
            )
        elif left:
            sentences.append(
                _("the plan of {name} leaves {left} of the {days} days without a target").format(
                    name=name, left=left, days=period.days
                )
            )
        else:
            first, last = chosen[0].start, chosen[-1].end
            sentences.append(
                _("the plan of {name} from {first} to {last} is prorated to {start}..{end}").format(
                    name=name, first=first, last=last, start=period.start, end=period.end
                )
            )
    return tuple(sentences)


def _unused(rows: Sequence[PlanRow], chosen: Sequence[PlanRow], period: Period, name: str) -> list[str]:
    """A sentence for each row of a part of the span that does not count, because a longer one has all of it."""
    longer = [row for row in _around(rows, period) if (row.start, row.end) != (period.start, period.end)]
    if not any(row in longer for row in chosen):
        return []
    inside = [row for row in rows if row not in chosen and row.start >= period.start and row.end <= period.end]
    text = _(
        "the plan of {name} from {first} to {last} is {target} and does not count: it is a part of the period alone"
    )
    return [text.format(name=name, first=row.start, last=row.end, target=grouped(row.target, 2)) for row in inside]


def _contradictions(rows: Sequence[PlanRow], chosen: Sequence[PlanRow], name: str) -> list[str]:
    """A sentence for each row whose days others plan as well, in parts that add up to another amount."""
    sentences = []
    for row in rows:
        parts = _disjoint(one for one in rows if one is not row and one.start >= row.start and one.end <= row.end)
        days = sum((part.end - part.start).days + 1 for part in parts)
        total = sum((part.target for part in parts), Decimal(0))
        if days != (row.end - row.start).days + 1 or total == row.target:
            continue
        text = (
            _(
                "the plan of {name} from {first} to {last} is {target}, and its parts add up to {total}: the "
                "whole counts"
            )
            if row in chosen
            else _("the plan of {name} from {first} to {last} is {target}, and its parts add up to {total}: they count")
        )
        sentences.append(
            text.format(
                name=name, first=row.start, last=row.end, target=grouped(row.target, 2), total=grouped(total, 2)
            )
        )
    return sentences


def _nearest(rows: Sequence[PlanRow], period: Period) -> tuple[date, date] | None:
    """The ends of adjoining rows that begin and end near the span's; None where no rows do."""
    for begin in rows:
        if abs((begin.start - period.start).days) > NEARLY_DAYS:
            continue
        chain = [row for row in _disjoint(rows) if row.start >= begin.start]
        end = begin.end
        for row in chain:
            if (row.start - end).days == 1 and (row.end - period.end).days <= NEARLY_DAYS:
                end = row.end
        if abs((end - period.end).days) <= NEARLY_DAYS:
            return begin.start, end
    return None


def spans_beside(calendar: FiscalCalendar) -> int:
    """How many planned spans are no month, quarter or year of a calendar; each is a plan for exactly its days."""
    spans = PlanTarget.objects.order_by().values_list("period_start", "period_end").distinct()
    return sum(not calendar.names(start, end) for start, end in spans)
