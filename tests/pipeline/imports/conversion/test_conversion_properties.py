"""Whatever stands in the cells of a log or an export: it is refused at its line, or becomes rows that load."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.imports.folder.check import values_check
from pipeline.imports.problems import ConversionRefused, ImportUnreadable
from tests.pipeline.imports.conversion import exports, logs
from tests.pipeline.imports.conversion.exports import table

ODD = [
    "",
    " ",
    "1,5",
    "1.200",
    "1E3",
    "NaN",
    "-1",
    "none",
    "x",
    "ja",
    "2",
    "=1",
    "\u00a0",
    "a\nb",
    '"',
    "9" * 20,
    "lost",
    "2026-02-30",
    "03/04/2026",
    "0001-01-01",
    "9999-12-31",
    "2026-03-29 02:30",
    "A" * 300,
    "\u200b",
    "été",
]
DAYS = [
    "2026-10-05",
    "2026-10-05T10:15:00+02:00",
    "2026-10-05T08:14:00Z",
    "2026-10-04T23:30:00-04:00",
    "2026-10-25 02:30",
    "2026-10-06",
    "2026-10-05 00:00:00",
    "",
]
QUIET = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def cells(*usual: str) -> st.SearchStrategy[str]:
    """Mostly a usual value, now and then an odd one."""
    return st.one_of(*[st.sampled_from(usual)] * 5, st.sampled_from(ODD))


DEAL = st.tuples(
    cells(*(f"K{n}" for n in range(40))),
    cells("Open", "Won", "Lost"),
    cells(*DAYS),
    cells(*DAYS),
    cells("10", "1200.5", "0", "12.50"),
    cells("1", "0", ""),
    cells(*DAYS),
)
HEAD = ("id", "stage", "created", "closed", "amount", "won", "expected")
CRM = exports.mapping(deal='won_flag = "won"\nexpected_close = "expected"')


def written(*rows: tuple[str, ...]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def instant(text: str) -> datetime:
    """An instant of events.csv; a day alone is its start in Berlin."""
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo("Europe/Berlin"))).astimezone(UTC)


def lines_of(content: str) -> set[int]:
    """The lines at which records begin, the header's too."""
    reader, lines, begin = csv.reader(io.StringIO(content)), set(), 1
    for _ in reader:
        lines.add(begin)
        begin = reader.line_num + 1
    return lines


def refusal_of(conversion: Callable[[], object]) -> ImportUnreadable | None:
    try:
        conversion()
    except ImportUnreadable as refusal:
        return refusal
    return None


def all_at_lines(refusal: ImportUnreadable, file: str, content: str) -> bool:
    """Whether every problem names the file and a line at which one of its records begins."""
    if not isinstance(refusal, ConversionRefused):
        return False
    lines = lines_of(content)
    return all(one.file == file and one.line in lines for one in refusal.problems.listed)


@QUIET
@given(st.lists(DEAL, min_size=1, max_size=6))
def test_an_export_is_refused_at_its_lines_or_loads(deals: list[tuple[str, ...]]) -> None:
    content = written(HEAD, *deals)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        if refusal := refusal_of(lambda: exports.convert(path, content, CRM)):
            assert "contains no deals" in str(refusal) or all_at_lines(refusal, "deals.csv", content)
            assert not (path / "out").exists()
            return
        assert not values_check(path / "out", zone="Europe/Berlin").listed
        events = table(path / "out", "events")
        for key in {event["opportunity"] for event in events}:
            own = [event for event in events if event["opportunity"] == key]
            times = [instant(event["occurred_at"]) for event in own]
            assert own[0]["stage"] == "open"
            assert times == sorted(times)
            assert len(own) == 1 or own[1]["stage"] in ("won", "lost")


STEP = st.tuples(
    cells(*(f"C{n}" for n in range(4))),
    cells("Lead", "Won", "Lost", "Lunch"),
    cells(*DAYS[:-1]),
    cells("Ann"),
    cells("10", "7.5"),
)


@QUIET
@given(st.lists(STEP, min_size=1, max_size=8))
def test_a_log_is_refused_at_its_lines_or_loads(steps: list[tuple[str, ...]]) -> None:
    content = written(("deal", "step", "time", "who", "value"), *steps)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        text = logs.mapping(fields='amount = "value"')
        if refusal := refusal_of(lambda: logs.convert_log(path, content, text)):
            assert "nothing to import" in str(refusal) or all_at_lines(refusal, "log.csv", content)
            return
        for key in {row["key"] for row in table(path / "out", "opportunities")}:
            times = [instant(row["occurred_at"]) for row in table(path / "out", "events") if row["opportunity"] == key]
            assert times
            assert times == sorted(times)
