"""What mappings of logs and of exports must agree on with themselves: every mistake is named, not only the first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

from departments.core.time_zones import CLOCK_REASON, CLOCKS, NO_ZONE_REASON, TIME_ZONES
from departments.translation import gettext_noop
from pipeline.core.decimal_text import NotDecimal, NumberSigns, parse_decimal
from pipeline.imports.conversion.mapping_source import MappingSource
from pipeline.imports.problems import ConversionRefused, ProblemList

_WEEKS, _WEEKDAYS = set("UWV"), set("aAuw")


class Structured(Protocol):
    """The parts that both kinds of mapping have."""

    @property
    def source(self) -> MappingSource: ...
    @property
    def company(self) -> Any: ...
    @property
    def departments(self) -> Sequence[Any]: ...
    @property
    def stages(self) -> Sequence[Any]: ...
    @property
    def losses(self) -> Sequence[Any]: ...
    @property
    def loss_reasons(self) -> Sequence[Any]: ...
    @property
    def sources(self) -> Sequence[Any]: ...


class MappingMistakes:
    """Collects the mistakes of one mapping."""

    def __init__(self, source: MappingSource) -> None:
        self._source = source
        self.problems = ProblemList()

    def add(self, part: str, word: str, value: str, reason: str, place: int = 1) -> None:
        self.problems.add(self._source.problem(part, word, value, reason, place))

    def refuse(self) -> None:
        """Raise what was collected."""
        if self.problems:
            raise ConversionRefused(self.problems)

    def one_of(self, part: str, word: str, value: str, allowed: Iterable[str]) -> None:
        names = list(allowed)
        if value not in names:
            self.add(
                part,
                word,
                value,
                gettext_noop("is not one of {listed}").format(
                    listed=", ".join(names) or gettext_noop("nothing: the mapping has none")
                ),
            )

    def delimiter(self, part: str, value: str) -> None:
        if len(value) != 1 or not value.isascii() or value in '"\r\n\0' or value.isalnum():
            self.add(
                part,
                "delimiter",
                value,
                gettext_noop('is not a delimiter: write one character such as ",", ";" or "\\t"'),
            )

    def signs(self, part: str, signs: NumberSigns) -> None:
        if mistake := signs.mistake():
            word = mistake.partition(" ")[0]
            self.add(part, word, signs.decimal if word == "decimal_sign" else signs.thousands, f"is wrong: {mistake}")

    def number(self, part: str, word: str, value: str) -> None:
        try:
            if value and parse_decimal(value, NumberSigns()) < 0:
                self.add(part, word, value, "is negative")
        except NotDecimal:
            self.add(part, word, value, gettext_noop("is not a plain number, such as 1234.50"))

    def time_formats(self, part: str, word: str, formats: Iterable[str]) -> None:
        for form in formats:
            directives = set(re.findall(r"%([A-Za-z])", form.replace("%%", "")))
            by_week = bool(directives & _WEEKS and directives & _WEEKDAYS)
            parts = (("year", "YyGcx", False), ("month", "mbBjcx", by_week), ("day", "djcx", by_week))
            absent = [name for name, letters, other in parts if not (directives & set(letters) or other)]
            if bad := _bad_directive(form):
                self.add(part, word, form, gettext_noop("is not a format: {bad}").format(bad=bad))
            elif mistake := _half_a_day(directives):
                self.add(part, word, form, mistake)
            elif absent:
                self.add(
                    part,
                    word,
                    form,
                    gettext_noop("names no {listed}, which would be made up").format(listed=" and no ".join(absent)),
                )

    def zone(self, part: str, name: str) -> None:
        """A zone the company can be in."""
        if name not in TIME_ZONES:
            self.add(part, "time_zone", name, CLOCK_REASON if name in CLOCKS else NO_ZONE_REASON)

    def clock(self, part: str, name: str) -> None:
        """A zone times are read in: the database never sees it."""
        if name not in TIME_ZONES | CLOCKS:
            self.add(part, "time_zone", name, NO_ZONE_REASON)


def _half_a_day(directives: set[str]) -> str:
    """What is wrong with the half of the day: nine in the evening would be read as nine in the morning."""
    if "I" in directives and "p" not in directives:
        return gettext_noop(
            "has %I, an hour of twelve, without %p: morning or afternoon would be made up; write %H or %p"
        )
    if "p" in directives and "I" not in directives:
        return gettext_noop("has %p without %I: morning and afternoon would be read alike; write %I for the hour")
    return ""


def _bad_directive(form: str) -> str:
    try:
        datetime.strptime("", form)  # noqa: DTZ007
    except ValueError as error:
        text = str(error)
        return text if "directive" in text or "stray" in text else ""
    except re.error as error:
        return str(error)
    return ""


def check_structure(mapping: Structured, mistakes: MappingMistakes, *, owned_elsewhere: bool) -> None:
    """Departments, reasons and stages that are named exist, keys stand once, one activity means one thing.

    `owned_elsewhere`: without any [[loss_reasons]] the mapping may use those that are loaded already.
    """
    mistakes.zone("company", mapping.company.time_zone)
    if not mapping.stages:
        mistakes.add("stages", "", "", gettext_noop("is missing; the mapping has no stage"))
    departments = [department.key for department in mapping.departments]
    for part, word, rows in (
        ("stages", "owner", mapping.stages),
        ("loss_reasons", "department", mapping.loss_reasons),
        ("sources", "department", mapping.sources),
    ):
        check_names(mistakes, part, word, rows, departments, "department")
    if mapping.loss_reasons or not owned_elsewhere:
        reasons = [reason.key for reason in mapping.loss_reasons]
        check_names(mistakes, "losses", "reason", mapping.losses, reasons, "loss reason")
    for place, loss in enumerate(mapping.losses, 1):
        if loss.withdrawn and loss.reason:
            mistakes.add(
                "losses",
                "reason",
                loss.reason,
                gettext_noop("is given for what is withdrawn, which is not lost"),
                place,
            )
    for part in ("departments", "stages", "loss_reasons", "sources"):
        check_once(mistakes, part, "key", [row.key for row in getattr(mapping, part)])
    _check_activities(mapping, mistakes)


def check_names(
    mistakes: MappingMistakes, part: str, word: str, rows: Iterable[Any], names: Sequence[str], what: str
) -> None:
    """Every row names one of the names, or nothing."""
    for place, row in enumerate(rows, 1):
        value = getattr(row, word)
        if value and value not in names:
            mistakes.add(
                part,
                word,
                value,
                gettext_noop("is not a {what} of the mapping ({listed})").format(
                    what=what, listed=", ".join(names) or gettext_noop("it has none")
                ),
                place,
            )


def check_once(mistakes: MappingMistakes, part: str, word: str, values: Sequence[str]) -> None:
    """No value stands twice."""
    for place, value in enumerate(values, 1):
        if value in values[: place - 1]:
            mistakes.add(part, word, value, gettext_noop("appears twice in [[{part}]]").format(part=part), place)


def check_stage_pipelines(pipelines: Sequence[Any], stages: Sequence[Any], mistakes: MappingMistakes) -> None:
    """Pipelines stand once and have stages; stages name one that there is, or none, which is the first."""
    check_once(mistakes, "pipelines", "key", [pipeline.key for pipeline in pipelines])
    keys = {pipeline.key for pipeline in pipelines}
    for place, stage in enumerate(stages, 1):
        if stage.pipeline and stage.pipeline not in keys:
            reason = gettext_noop("is not a pipeline of the mapping ({listed})").format(listed=", ".join(sorted(keys)))
            mistakes.add("stages", "pipeline", stage.pipeline, reason, place)
    used = {stage.pipeline or pipelines[0].key for stage in stages}
    for place, pipeline in enumerate(pipelines if len(pipelines) > 1 else []):
        if pipeline.key not in used:
            part = ("pipelines", place) if place else ("pipeline", 1)
            mistakes.add(part[0], "key", pipeline.key, gettext_noop("has no stage"), part[1])


def _check_activities(mapping: Structured, mistakes: MappingMistakes) -> None:
    """One activity means one thing; in several pipelines it may mean a stage of each."""
    seen: dict[str, dict[str, str]] = {}
    named: list[tuple[str, Callable[[Any], str], Sequence[Any]]] = [
        ("stages", lambda stage: f"stage {stage.key}", mapping.stages),
        ("losses", lambda _: "a loss", mapping.losses),
    ]
    for part, title, rows in named:
        for place, row in enumerate(rows, 1):
            pipeline = getattr(row, "pipeline", "")
            for activity in row.activities:
                meanings = seen.setdefault(activity, {})
                other = meanings.get(pipeline) if part == "stages" else next(iter(meanings.values()), None)
                if other is not None:
                    mistakes.add(
                        part,
                        "activities",
                        activity,
                        gettext_noop("means both {other} and {row}").format(other=other, row=title(row)),
                        place,
                    )
                meanings.setdefault(pipeline, title(row))
