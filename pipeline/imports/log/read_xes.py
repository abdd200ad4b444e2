"""XES logs (also gzipped) as a stream of cases, pulled element by element."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

from departments.translation import gettext_noop
from pipeline.imports.files.wrong_kinds import HEAD, as_text
from pipeline.imports.log.event_log import Case, LogEvent, LogReading, TypedNumber
from pipeline.imports.problems import ImportUnreadable

_BLOCK = 256 * 1024
_SILENT_MOST = 16 * 1024**2
_DEEPEST = 64
_PACKED_RATIO = 200
_PACKED_FROM = 256 * 1024**2
_ATTRIBUTES = {"string", "date", "int", "float", "boolean", "id"}
_NUMBERS = {"int", "float"}
_CONTAINERS = {"trace": "log", "event": "trace"}
_FOREIGN = "?"
_ELSEWHERE = "!"
"""Stands for a trace or an event where none can be, such as in a list."""


class _XesParser:
    """Collects cases from a stream of tags. Entities, which a bomb needs, are refused.

    An attribute belongs to the element it stands in: what stands in a list, a container or another attribute is no
    attribute of the event or the trace. Elements of other namespaces, and all that stands in them, are left alone.
    """

    def __init__(self, reading: LogReading) -> None:
        self.cases: list[Case] = []
        self.tags = 0
        self._reading = reading
        self._case: Case | None = None
        self._event: LogEvent | None = None
        self._open: list[str] = []
        self._prefixes = {""}
        self._namespace = ""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.EntityDeclHandler = self._refuse
        parser.ExternalEntityRefHandler = self._refuse
        self._parser = parser

    def feed(self, data: bytes, final: bool) -> None:
        try:
            self._parser.Parse(data, final)
        except expat.ExpatError as error:
            raise ImportUnreadable(
                gettext_noop(
                    "The log is not well-formed XML: {error}. It was perhaps cut off; export it again."
                ).format(error=error)
            ) from error

    def _refuse(self, *_: Any) -> int:
        raise ImportUnreadable(gettext_noop("The log declares XML entities; those are not read. Export it without."))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.tags += 1
        if len(self._open) >= _DEEPEST:
            raise ImportUnreadable(
                gettext_noop("The log nests tags more than {deepest} deep.").format(deepest=_DEEPEST)
            )
        parent = self._open[-1] if self._open else ""
        plain = parent not in ("", _FOREIGN) and ":" not in name and "xmlns" not in attributes
        tag = name if plain else self._tag(name, attributes)
        if parent != _CONTAINERS.get(tag, parent):
            self._reading.counted[gettext_noop("events are outside any case and are left out")] += (tag, parent) == (
                "event",
                "log",
            )
            tag = _ELSEWHERE
        self._open.append(tag)
        if tag == _FOREIGN:
            self._reading.counted[gettext_noop("elements of other XML namespaces are left out")] += parent != _FOREIGN
        elif tag == "trace":
            self._case = Case(line=self._parser.CurrentLineNumber)
        elif tag == "event":
            self._event = LogEvent(line=self._parser.CurrentLineNumber)
        elif tag in _ATTRIBUTES and parent in ("trace", "event") and self._case is not None:
            self._attribute(tag, parent, attributes)

    def _tag(self, name: str, attributes: dict[str, str]) -> str:
        """The bare name of an element of XES; another sign for what belongs to another namespace."""
        prefix, _, bare = name.rpartition(":")
        if not self._open:
            if bare != "log":
                raise ImportUnreadable(
                    gettext_noop(
                        "The file is not an XES log: its outermost element is <{name}>, not <log>. Export the log as "
                        "XES or CSV."
                    ).format(name=name[:60])
                )
            self._namespace = attributes.get(f"xmlns:{prefix}" if prefix else "xmlns", "")
            self._prefixes |= {prefix} | {
                key.partition(":")[2]
                for key, value in attributes.items()
                if key.startswith("xmlns:") and value == self._namespace
            }
            return bare
        foreign = self._open[-1] == _FOREIGN or prefix not in self._prefixes
        redeclared = attributes.get("xmlns", self._namespace)
        return _FOREIGN if foreign or (not prefix and redeclared not in (self._namespace, "")) else bare

    def _attribute(self, tag: str, parent: str, attributes: dict[str, str]) -> None:
        key, value = attributes.get("key"), attributes.get("value", "")
        if key is None or self._case is None:
            return
        if tag in _NUMBERS:
            value = TypedNumber(value.strip())
        in_event = parent == "event" and self._event is not None
        target = self._event.attributes if in_event and self._event else self._case.attributes
        if target.setdefault(key, value) != value:
            self._reading.doubled.setdefault(key, self._parser.CurrentLineNumber)
        (self._reading.event_names if in_event else self._reading.case_names).add(key)

    def _end(self, name: str) -> None:
        tag = self._open.pop()
        if tag == "trace" and self._case is not None:
            self.cases.append(self._case)
            self._case = None
        elif tag == "event" and self._event is not None and self._case is not None:
            self._case.events.append(self._event)
            self._event = None


def xes_cases(path: Path, reading: LogReading) -> Iterator[Case]:
    """The cases of an XES file, one block of it in memory at a time."""
    parser, silent, tags, read = _XesParser(reading), 0, 0, 0
    packed = path.stat().st_size
    with _opened(path) as stream:
        while True:
            try:
                block = stream.read(_BLOCK)
            except (OSError, EOFError, gzip.zlib.error) as error:  # type: ignore[attr-defined]
                raise ImportUnreadable(
                    gettext_noop("{path} is damaged or only half there; upload it again ({error}).").format(
                        path=path.name, error=error
                    )
                ) from error
            if block and not read and not as_text(block[:HEAD]).lstrip().startswith("<"):
                raise ImportUnreadable(
                    gettext_noop("{path} holds no XES log. Unpack it if it is packed.").format(path=path.name)
                )
            read += len(block)
            if read > _PACKED_FROM and read > _PACKED_RATIO * packed:
                raise ImportUnreadable(
                    gettext_noop("{path} unpacks to more than {packed_ratio} times its size. Export it again.").format(
                        path=path.name, packed_ratio=_PACKED_RATIO
                    )
                )
            parser.feed(block, not block)
            silent = silent + len(block) if parser.tags == tags else 0
            tags = parser.tags
            if silent > _SILENT_MOST:
                raise ImportUnreadable(
                    gettext_noop(
                        "{path} has no tag for {silent_most:,} bytes; it is not an XES log. Export the log again."
                    ).format(path=path.name, silent_most=_SILENT_MOST)
                )
            yield from parser.cases
            parser.cases.clear()
            if not block:
                return


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as plain:
        if plain.peek(2)[:2] == b"\x1f\x8b":
            with gzip.open(plain) as unpacked:
                yield unpacked  # type: ignore[misc]
        else:
            yield plain
