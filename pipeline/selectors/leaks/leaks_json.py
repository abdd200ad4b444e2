"""Figures by name, for machines: what `leaks --json` and `flows --json` print. Money in whole reporting units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Sum

from departments.json_types import Json
from pipeline.core.leaks.leaks import Figure, Held, Leaks
from pipeline.models import Flow
from pipeline.selectors.overview import Structure

_STAGE_FIGURES = ("opening", "entered", "moved_in", "advanced", "returned", "won", "lost", "revalued", "closing")
_BESIDE = ("reached", "finished", "withdrawn", "reversed", "over_limit")
_BETWEEN = ("pipeline_in", "pipeline_out")
_OUT = ("advanced", "returned", "won")


def leaks_json(leaks: Leaks, structure: Structure, *, start: date | None, end: date | None) -> Json:
    """The figures of one leak map with keys in the place of ids; `reached`, `finished`, `withdrawn`,
    `reversed`, `assumed` are extra; `pipeline_in` and `pipeline_out` are there where a deal came or went."""
    stages = [
        {
            "pipeline": structure.stages[row.stage].pipeline_key,
            "stage": structure.stages[row.stage].key,
            "position": row.position,
            **{name: figure_json(getattr(row, name)) for name in (*_STAGE_FIGURES, *_BESIDE)},
            **{name: figure_json(getattr(row, name)) for name in _BETWEEN if getattr(row, name).count},
            "conversion_previous": row.conversion_previous,
            "conversion_first": row.conversion_first,
            "median_days": row.median_days,
            "p90_days": row.p90_days,
        }
        for row in leaks.stages
    ]
    cells = [
        {
            "pipeline": structure.stages[cell.stage].pipeline_key,
            "stage": structure.stages[cell.stage].key,
            "department": structure.departments[cell.department].key,
            "lost": figure_json(cell.lost),
            "assumed": figure_json(cell.assumed),
            "held": held_json(cell.held),
            "over_limit": figure_json(cell.over_limit),
        }
        for cell in leaks.cells
    ]
    totals = {name: figure_json(getattr(leaks.totals, name)) for name in ("created", "won", "reversed", "lost", "open")}
    return {
        "period": {"start": start.isoformat() if start else None, "end": end.isoformat() if end else None},
        "stages": stages,
        "cells": cells,
        "totals": totals,
        "balance_error": float(leaks.balance_error),
    }


def figure_json(figure: Figure) -> Json:
    return {"amount": figure.amount / 100, "count": figure.count}


def held_json(held: Held) -> Json:
    return {"amount_days": held.amount_days / 100, "deal_days": held.deal_days}


def weekly_flows(
    *, first: date | None, last: date | None, pipelines: list[int], segments: list[str]
) -> tuple[list[Json], int]:
    """The stored roll-up week by week, from the week of `first` to the week of `last`, and how many weeks are left out.

    Per week and stage the parts of the balance, `balance_error` in whole units; cells with lost and held. Without
    `first` and `last` weeks in which nothing moved are left out: a deal that has been open since 2009 fills hundreds.
    """
    rows = _roll_up(first, last, pipelines, segments)
    weeks = sorted({row["week"] for row in rows if row["kind"] != "opening"})
    moved = {row["week"] for row in rows if row["kind"] not in ("opening", "held")}
    listed = [week for week in weeks if week in moved] if first is None and last is None else weeks
    by_week: dict[date, list[Json]] = defaultdict(list)
    for row in rows:
        by_week[row["week"]].append(row)
    flows = [_week(week, by_week[week], by_week[week + timedelta(days=7)]) for week in listed]
    return flows, len(weeks) - len(listed)


def _roll_up(first: date | None, last: date | None, pipelines: list[int], segments: list[str]) -> list[Json]:
    flows = Flow.objects.exclude(kind="handed_on")
    if first:
        # The week that contains the day began at most six days before it.
        flows = flows.filter(week__gt=first - timedelta(days=7))
    if last:
        flows = flows.filter(week__lte=last + timedelta(days=7))
    if pipelines:
        flows = flows.filter(pipeline__in=pipelines)
    if segments:
        flows = flows.filter(segment__in=segments)
    grouped = flows.values("week", "kind", "stage_id", "department_id", "to_stage_id").order_by("week")
    summed = grouped.annotate(
        money=Sum("amount"), deals=Sum("count"), money_seconds=Sum("amount_seconds"), seconds=Sum("deal_seconds")
    )
    return [dict(row) for row in summed if last is None or row["week"] <= last or row["kind"] == "opening"]


def _week(week: date, rows: list[Json], following: list[Json]) -> Json:
    stages: dict[int, dict[str, Figure]] = defaultdict(lambda: defaultdict(Figure))
    cells: dict[tuple[int, int], Json] = defaultdict(lambda: {"lost": Figure(), "held": Held()})
    for row in rows:
        kind, figure = row["kind"], Figure(amount=int(row["money"]), count=int(row["deals"]))
        cell = cells[row["stage_id"], row["department_id"]] if kind in ("lost", "held") else None
        if kind == "held" and cell:
            before = cell["held"]
            cell["held"] = Held(
                amount_seconds=before.amount_seconds + int(row["money_seconds"]),
                deal_seconds=before.deal_seconds + int(row["seconds"]),
            )
            continue
        stages[row["stage_id"]]["moved_in" if kind == "reopened" else kind] += figure
        if kind in _OUT:
            stages[row["to_stage_id"]]["moved_in"] += figure
        if cell:
            cell["lost"] += figure
    for row in following:
        if row["kind"] == "opening":
            stages[row["stage_id"]]["closing"] += Figure(amount=int(row["money"]), count=int(row["deals"]))
    return {"week": week, "stages": stages, "cells": cells, "balance_error": _imbalance(stages.values())}


def _imbalance(stages: Iterable[dict[str, Figure]]) -> float:
    worst = 0
    for stage in stages:
        stays = sum(stage[name].amount for name in ("opening", "entered", "moved_in", "pipeline_in", "revalued"))
        gone = ("lost", "withdrawn", "pipeline_out", "finished", "closing")
        goes = sum(stage[name].amount for name in (*_OUT, *gone))
        worst = max(worst, abs(stays - goes))
    return worst / 100


def weekly_json(week: Json, leaks: Leaks, structure: Structure) -> Json:
    """One week in the shape of `leaks_json`: money from the stored roll-up, days and limits from custody."""
    day = week["week"]
    figures = leaks_json(leaks, structure, start=day, end=day + timedelta(days=6))
    for stage, row in zip(leaks.stages, figures["stages"], strict=True):
        stored = week["stages"].get(stage.stage, {})
        between = (name for name in _BETWEEN if stored.get(name, Figure()).count)
        names = (*_STAGE_FIGURES, "reached", "finished", "withdrawn", *between)
        row |= {name: figure_json(stored.get(name, Figure())) for name in names}
    for cell, row in zip(leaks.cells, figures["cells"], strict=True):
        stored = week["cells"].get((cell.stage, cell.department))
        if stored:
            row |= {"lost": figure_json(stored["lost"]), "held": held_json(stored["held"])}
    return {"week": day.isoformat(), **figures, "balance_error": week["balance_error"]}
