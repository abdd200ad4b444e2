"""What a log consists of, whatever it was read from: cases with their events, each with its line in the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from pipeline.imports.problems import Problem, ProblemList


class TypedNumber(str):
    """A value that its log declares to be a number (int or float of XES); signs of a mapping do not apply to it."""

    __slots__ = ()


@dataclass(slots=True)
class LogEvent:
    """One event: its attributes and the line it starts on."""

    attributes: dict[str, str] = field(default_factory=dict)
    line: int = 0

    def get(self, name: str) -> str:
        """The value of an attribute; empty where the event has none."""
        return self.attributes.get(name, "")


@dataclass(slots=True)
class Case:
    """One case: its attributes, and its events in the order of the file."""

    attributes: dict[str, str] = field(default_factory=dict)
    events: list[LogEvent] = field(default_factory=list)
    line: int = 0


@dataclass
class LogReading:
    """What is learned of a log as a whole while its cases stream by.

    `doubled` holds attributes that one event (or case) has twice with different values, and the line of the first.
    `check_names` refuses names that a mapping uses and the log has not, where all names are known before the cases.
    """

    file: str
    problems: ProblemList = field(default_factory=ProblemList)
    case_names: set[str] = field(default_factory=set)
    event_names: set[str] = field(default_factory=set)
    doubled: dict[str, int] = field(default_factory=dict)
    counted: Counter[str] = field(default_factory=Counter)
    check_names: Callable[[], object] = lambda: None

    def refuse(self, line: int, column: str, value: str, reason: str) -> None:
        """A problem at a line of the log."""
        self.problems.add(Problem(file=self.file, line=line, column=column, value=value, reason=reason))

    def has(self, name: str) -> bool:
        """Whether any case or event has an attribute, by the name a mapping gives it (`case:x`, `event:x`, `x`)."""
        if name in self.case_names or name in self.event_names:
            return True
        scope, _, bare = name.partition(":")
        return bare in {"case": self.case_names, "event": self.event_names}.get(scope, set())

    def names_listed(self) -> str:
        """The attributes of the log, for sentences."""
        listed = [f"cases: {', '.join(sorted(self.case_names))}"] if self.case_names else []
        listed += [f"events: {', '.join(sorted(self.event_names))}"] if self.event_names else []
        return "; ".join(listed) or "nothing"
