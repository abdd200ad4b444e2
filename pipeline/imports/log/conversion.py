"""An event log becomes a company folder, which is then loaded like any other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from departments.translation import gettext_noop
from pipeline.imports.conversion.provenance import FolderWriter, Provenance
from pipeline.imports.log.cases import NOWHERE, CaseReader, DealOfCase, LogReport
from pipeline.imports.log.event_log import Case, LogReading
from pipeline.imports.log.mapping import LogMapping
from pipeline.imports.log.structure import structure_write
from pipeline.imports.problems import ConversionRefused, ImportUnreadable

_OPPORTUNITY_COLUMNS = ("key", "name", "pipeline", "owner", "team", "source", "currency", "segment")
_EVENT_COLUMNS = ("opportunity", "occurred_at", "stage", "amount", "reason", "actor")
_PIPELINE = "pipeline"
_HANDOFF_COLUMNS = ("key", "opportunity", "department", "kind", "requested_at", "started_at", "completed_at",
                    "outcome", "assignee")  # fmt: skip
_NAMED_AT_MOST = 40


def folder_from_log(
    cases: Iterable[Case], mapping: LogMapping, folder: Path, reading: LogReading, begun: Mapping[str, str] = NOWHERE
) -> tuple[list[str], Provenance]:
    """Write the company folder of a log, one case at a time; gives the notes, and where each row comes from.

    `begun`: of a log of several pipelines, those in which deals that are in already began, by the deals' keys.

    Raises ConversionRefused with every problem of the log, and ImportUnreadable where nothing of it was read.
    """
    report = LogReport()
    reading.check_names = lambda: refuse_missing(mapping, reading)
    reader = CaseReader(mapping, reading, report, begun)
    with FolderWriter(folder) as writer:
        structure_write(writer, mapping, mapping.all_pipelines)
        _begin_tables(writer, mapping, reading.file)
        for case in cases:
            deal = reader.read(case)
            if deal is not None:
                _deal_write(writer, deal, several=bool(mapping.pipelines))
    _judge(reader, mapping, reading, report)
    return _reading_notes(reader, mapping, reading, report), writer.provenance


def _begin_tables(writer: FolderWriter, mapping: LogMapping, file: str) -> None:
    log, fields = mapping.log, mapping.opportunity
    of_deal = {"key": log.case, "name": fields.name, "owner": fields.owner, "team": fields.team,
               "source": fields.source, "currency": fields.currency_attribute, "segment": fields.segment}  # fmt: skip
    of_event = {"opportunity": log.case, "occurred_at": log.time, "stage": log.activity, "amount": fields.amount,
                "actor": log.resource}  # fmt: skip
    of_work = {
        "key": log.case,
        "opportunity": log.case,
        "kind": log.activity,
        "assignee": log.resource,
        "completed_at": log.end or log.time,
    } | dict.fromkeys(("requested_at", "started_at"), log.time)
    columns = (*_EVENT_COLUMNS, _PIPELINE) if mapping.pipelines else _EVENT_COLUMNS
    writer.begin("opportunities", _OPPORTUNITY_COLUMNS, source=file, columns=of_deal)
    writer.begin("events", columns, source=file, columns=of_event)
    writer.begin("handoffs", _HANDOFF_COLUMNS, source=file, columns=of_work)


def _deal_write(writer: FolderWriter, deal: DealOfCase, *, several: bool) -> None:
    writer.row("opportunities", [deal.key, *deal.fields], deal.line)
    for move in deal.moves:
        row = [deal.key, move.at.isoformat(), move.place, move.amount, move.reason, move.actor]
        writer.row("events", [*row, move.pipeline] if several else row, move.line)
    for number, done in enumerate(deal.work, 1):
        item = done.item
        times = [at.isoformat() if at else "" for at in (item.requested, item.started, item.completed)]
        row = [f"{deal.key}-{number}", deal.key, done.department, done.kind, *times, item.outcome, item.assignee]
        writer.row("handoffs", row, item.line)


def _judge(reader: CaseReader, mapping: LogMapping, reading: LogReading, report: LogReport) -> None:
    """Refuse a log with problems, and one of which nothing was read."""
    if report.cases == 0 and not reading.problems:
        raise ImportUnreadable(
            gettext_noop("{file} contains no cases; there is nothing to import.").format(file=reading.file)
        )
    missing = refuse_missing(mapping, reading)
    _refuse_two_readings(mapping, reading, report)
    for column, lines in ((mapping.log.time, reader.untimed), (mapping.log.case, reader.unnamed)):
        if column not in missing:
            for line in lines:
                reading.refuse(line, column, "", "is missing")
    used = {name for _, _, name in mapping.attributes()}
    for name, line in reading.doubled.items():
        if used & {name, f"case:{name}", f"event:{name}"}:
            reading.refuse(line, name, "", gettext_noop("appears twice with different values"))
        else:
            report.counted[
                gettext_noop("attributes appear twice with different values and are not used, such as {name}").format(
                    name=name
                )
            ] += 1
    if reading.problems:
        raise ConversionRefused(reading.problems)
    if report.deals == 0:
        raise ImportUnreadable(_nothing_read(mapping, reading, report))


def refuse_missing(mapping: LogMapping, reading: LogReading) -> set[str]:
    """Refuse every attribute that the mapping names and the log does not have; gives their names."""
    missing = set()
    for part, word, name in mapping.attributes():
        if not reading.has(name):
            reason = gettext_noop("is not an attribute of {file}, which has {names_listed}").format(
                file=reading.file, names_listed=reading.names_listed()
            )
            reading.problems.add(mapping.source.problem(part, word, name, reason))
            missing.add(name)
    return missing


def _refuse_two_readings(mapping: LogMapping, reading: LogReading, report: LogReport) -> None:
    """Refuse what the mapping names where the log has an activity of that name, and a transition of another that reads
    like it."""
    lists = [("stages", place, stage.activities) for place, stage in enumerate(mapping.stages, 1)]
    lists += [("losses", place, loss.activities) for place, loss in enumerate(mapping.losses, 1)]
    for part, place, activities in lists:
        for name in activities:
            if name in report.entries and name in report.activities:
                reason = gettext_noop("is an activity of the log, and the transition of another one")
                reading.problems.add(mapping.source.problem(part, "activities", name, reason, place))


def _nothing_read(mapping: LogMapping, reading: LogReading, report: LogReport) -> str:
    has = ", ".join(f"“{name}”" for name, _ in report.activities.most_common(_NAMED_AT_MOST)) or "none"
    names = _activities(mapping)
    return gettext_noop(
        "None of the {cases:,} cases of {file} enters a stage; there is nothing to import. Its "
        "activities are {has}; those of the mapping's stages are {listed}."
    ).format(cases=report.cases, file=reading.file, has=has, listed=", ".join(f"“{name}”" for name in names) or "none")


def _reading_notes(reader: CaseReader, mapping: LogMapping, reading: LogReading, report: LogReport) -> list[str]:
    notes = [
        gettext_noop("The log contains {cases:,} cases with {events:,} events.").format(
            cases=report.cases, events=report.events
        )
    ]
    notes += reading.problems.notes(reading.file)
    if report.unmapped:
        listed = [f"{name} ({count:,})" for name, count in report.unmapped.most_common(_NAMED_AT_MOST)]
        more = len(report.unmapped) - len(listed)
        notes.append(
            gettext_noop("Activities the mapping does not use: {listed}{value}.").format(
                listed=", ".join(listed), value=f" and {more:,} more" * (more > 0)
            )
        )
    names = _activities(mapping) + [part.activity for part in mapping.handoffs]
    if absent := [name for name in names if name not in report.activities and name not in report.entries]:
        notes.append(
            gettext_noop("Activities of the mapping that the log does not have: {listed}.").format(
                listed=", ".join(absent)
            )
        )
    notes += reader.work.notes()
    counted = report.counted + reading.counted
    return notes + [f"{count:,} {what}." for what, count in counted.items() if count] + reader.times.notes()


def _activities(mapping: LogMapping) -> list[str]:
    """The activities that enter a stage or lose a deal."""
    stages = [activity for stage in mapping.stages for activity in stage.activities]
    return stages + [activity for loss in mapping.losses for activity in loss.activities]
