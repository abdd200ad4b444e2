"""Small event logs for tests: what a log and a mapping give, without a database."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.imports.log.conversion import folder_from_log
from pipeline.imports.log.event_log import LogReading
from pipeline.imports.log.mapping import mapping_read
from pipeline.imports.problems import ConversionRefused
from pipeline.services.imports_log import log_cases
from tests.pipeline.imports.conversion.exports import table

MAPPING = """
[company]
name = "C"
reporting_currency = "EUR"
time_zone = "Europe/Berlin"
[log]
case = "deal"
activity = "step"
time = "time"
resource = "who"
[opportunity]
[pipeline]
key = "p"
name = "P"
[[departments]]
key = "sales"
name = "Sales"
[[stages]]
key = "lead"
name = "Lead"
owner = "sales"
activities = ["Lead"]
[[stages]]
key = "won"
name = "Won"
owner = "sales"
activities = ["Won"]
earns = true
final = true
[[losses]]
activities = ["Lost"]
"""
XES_MAPPING = re.sub(r'(case|activity|time|resource) = "\w+"\n', "", MAPPING)
HEAD = "deal,step,time,who\n"
CSV = HEAD + "C1,Lead,2026-07-01 10:00,Ann\nC1,Won,2026-07-02 10:00,Ann\n"


def mapping(*, log: str = "", fields: str = "", more: str = "", base: str = MAPPING) -> str:
    """The mapping with more words in [log] and [opportunity] (they replace its own), and more parts."""
    text = base
    for word in re.findall(r"^(\w+) =", log, re.MULTILINE):
        text = re.sub(rf"(\[log\]\n(?:\w+ = .*\n)*?){word} = .*\n", r"\1", text)
    return text.replace("[log]\n", f"[log]\n{log}\n").replace("[opportunity]\n", f"[opportunity]\n{fields}\n") + more


def event(name: str, day: int, more: str = "") -> str:
    """An event of an XES log."""
    return (
        f'<event><string key="concept:name" value="{name}"/>'
        f'<date key="time:timestamp" value="2026-09-{day:02}T09:00:00+02:00"/>{more}</event>'
    )


def trace(key: str, *parts: str) -> str:
    """A case of an XES log."""
    return f'<trace><string key="concept:name" value="{key}"/>{"".join(parts)}</trace>'


def xes(*parts: str, root: str = '<log xes.version="2.0" xmlns="http://www.xes-standard.org/">') -> str:
    """An XES log of traces, one part a line: the first trace is in line 3."""
    close = "</" + root[1:].split()[0].rstrip(">") + ">"
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', root, *parts, close])


def convert_log(tmp_path: Path, content: str, text: str = MAPPING) -> list[str]:
    """Convert a log into tmp_path/out; gives the notes."""
    log, out = tmp_path / ("log.xes" if content.lstrip().startswith("<") else "log.csv"), tmp_path / "out"
    out.mkdir(exist_ok=True)
    log.write_text(content, encoding="utf-8")
    (tmp_path / "m.toml").write_text(text)
    read, reading = mapping_read(tmp_path / "m.toml"), LogReading(log.name)
    return folder_from_log(log_cases(log, read.log, reading), read, out, reading)[0]


def problems(tmp_path: Path, content: str, text: str = MAPPING) -> list[str]:
    """Why a log is refused, finding by finding."""
    with pytest.raises(ConversionRefused) as refused:
        convert_log(tmp_path, content, text)
    return [str(one) for one in refused.value.problems.listed]


def moves(tmp_path: Path) -> dict[str, list[tuple[str, str, str]]]:
    """The events of each deal as (stage, time, amount)."""
    deals: dict[str, list[tuple[str, str, str]]] = {}
    for row in table(tmp_path / "out", "events"):
        deals.setdefault(row["opportunity"], []).append((row["stage"], row["occurred_at"], row["amount"]))
    return deals
