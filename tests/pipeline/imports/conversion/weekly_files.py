"""Companies with a known history, their list as a file of every week, and an independent reader of what came in."""

from __future__ import annotations

import csv
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from unittest.mock import patch
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from pipeline.imports.conversion.mapping_source import MappingSource
from pipeline.imports.problems import ProblemList
from pipeline.imports.snapshot.conversion import folder_from_snapshot
from pipeline.imports.snapshot.differences import Earlier, KnownDeal
from pipeline.imports.snapshot.mapping import snapshot_mapping_parse, toml_parse

ZONE = ZoneInfo("Europe/Berlin")
STAGES = ("lead", "offer", "terms", "won")
LOST, GONE = "lost", "withdrawn"
FIRST = datetime(2026, 2, 27, 16, 0, tzinfo=UTC)
BEGIN = FIRST - timedelta(days=20)
WEEKS = 5
MAPPING = """
[company]
name = "C"
reporting_currency = "EUR"
time_zone = "Europe/Berlin"
[files]
deals = "deals.csv"
complete = true
[deal]
key = "key"
stage = "stage"
created = "created"
closed = "closed"
amount = "amount"
entry_stage = "lead"
{more}
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
activities = ["lead"]
[[stages]]
key = "offer"
name = "Offer"
owner = "sales"
activities = ["offer"]
[[stages]]
key = "terms"
name = "Terms"
owner = "sales"
activities = ["terms"]
[[stages]]
key = "won"
name = "Won"
owner = "sales"
activities = ["won"]
earns = true
[[losses]]
activities = ["lost"]
"""


@dataclass(frozen=True)
class Step:
    """From `at` on the deal stands at `place` with `amount`."""

    at: datetime
    place: str
    amount: int


type History = dict[str, list[Step]]


def at(history: list[Step], moment: datetime) -> Step | None:
    """The full history as it was at a moment."""
    return next((step for step in reversed(history) if step.at <= moment), None)


@dataclass(frozen=True)
class Files:
    """How the export writes its dates: as days or instants; whether it says when a stage, or anything, changed."""

    days: bool
    changed: str

    def moment(self, moment: datetime) -> str:
        local = moment.astimezone(ZONE)
        return local.date().isoformat() if self.days else local.isoformat()

    def rows(self, company: History, taken: datetime) -> list[list[str]]:
        rows = []
        for key, history in company.items():
            now = at(history, taken)
            if now is None or now.place == GONE:
                continue
            seen = [step for step in history if step.at <= taken]
            moved = [
                step
                for before, step in zip([None, *seen], seen, strict=False)
                if before is None or before.place != step.place
            ]
            closed = self.moment(moved[-1].at) if now.place in ("won", LOST) else ""
            changed = {"": "", "stage": self.moment(moved[-1].at), "anything": self.moment(seen[-1].at)}[self.changed]
            rows.append([key, now.place, self.moment(history[0].at), closed, str(now.amount), changed])
        return rows


@dataclass
class Log:
    """What the files made of it: rows of events.csv as they came, never changed."""

    events: dict[str, list[tuple[datetime, int, datetime, str, str]]] = field(default_factory=dict)
    count: int = 0

    def add(self, folder: Path, taken: datetime) -> None:
        with (folder / "events.csv").open(encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle):
                self.count += 1
                occurred = instant(row["occurred_at"])
                recorded = instant(row["recorded_at"]) if row["recorded_at"] else occurred
                assert recorded == taken or self.first(taken)
                known = self.events.setdefault(row["opportunity"], [])
                amount = row["amount"] or (sorted(known)[-1][4] if known else "0")
                known.append((occurred, self.count, recorded, row["stage"], amount))

    @staticmethod
    def first(taken: datetime) -> bool:
        return taken == FIRST

    def known(self) -> dict[str, KnownDeal]:
        return {
            key: KnownDeal(place=place, amount=amount, expected="", last=last)
            for key, events in self.events.items()
            for last, _, _, place, amount in [max(events)]
        }

    def at(self, key: str, moment: datetime, recorded: datetime) -> tuple[str, str] | None:
        """Where a deal stood at a moment, as it was recorded by another."""
        seen = [event for event in sorted(self.events.get(key, [])) if event[0] <= moment and event[2] <= recorded]
        return seen[-1][3:] if seen else None


def instant(text: str) -> datetime:
    """A day of the folder is its start in the company's zone."""
    if len(text) == 10:
        day = date.fromisoformat(text)
        return datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC)
    return datetime.fromisoformat(text).astimezone(UTC)


@st.composite
def histories(draw: st.DrawFn) -> list[Step]:
    """A deal that moves forward mostly, back sometimes, ends or not, comes back or is deleted; all within the weeks."""
    hours = st.integers(0, 24 * (20 + 7 * WEEKS))
    moments = sorted(draw(st.sets(hours, min_size=1, max_size=7)))
    steps: list[Step] = []
    for hour in moments:
        moment = BEGIN + timedelta(hours=hour, minutes=draw(st.sampled_from([0, 17, 59])))
        before = steps[-1] if steps else None
        if before is not None and before.place == GONE:
            break
        kinds = ["on", "on", "on", "amount", "back", LOST, GONE] if before else ["new"]
        kind = draw(st.sampled_from(kinds))
        amount = draw(st.integers(0, 900)) if kind in ("new", "amount") or not before else before.amount
        steps.append(Step(moment, _place(before.place if before else "", kind), amount))
    return steps


def _place(before: str, kind: str) -> str:
    if kind == "new":
        return "lead"
    if kind in (LOST, GONE):
        return kind
    if kind == "amount":
        return before
    if before == LOST:
        return "lead" if kind == "back" else "offer"
    place = STAGES.index(before) + (1 if kind == "on" else -1)
    return STAGES[max(0, min(place, len(STAGES) - 1))]


STAYS = [Step(BEGIN, "lead", 50)]
"""A deal of every file: one without a row is refused."""
COMPANIES = st.lists(histories(), min_size=1, max_size=12).map(
    lambda all_: {"D": STAYS} | {f"D{n}": one for n, one in enumerate(all_)}
)
FILES = st.builds(Files, days=st.booleans(), changed=st.sampled_from(["", "stage", "anything"]))


def taken_in(company: History, files: Files) -> tuple[Log, list[datetime]]:
    """Every week's file taken in, one after the other."""
    log, taken = Log(), [FIRST + timedelta(days=7 * week) for week in range(WEEKS)]
    source = MappingSource("m", MAPPING.format(more='changed = "changed"' if files.changed else ""))
    mapping = snapshot_mapping_parse(toml_parse(source), source)
    for week, moment in enumerate(taken):
        rows = files.rows(company, moment)
        with tempfile.TemporaryDirectory() as place:
            export, folder = Path(place) / "in", Path(place) / "out"
            export.mkdir()
            folder.mkdir()
            with (export / "deals.csv").open("w", encoding="utf-8", newline="") as handle:
                csv.writer(handle).writerows([["key", "stage", "created", "closed", "amount", "changed"], *rows])
            earlier = Earlier(deals=log.known(), taken_at=moment, before=taken[week - 1]) if week else None
            with patch("pipeline.imports.snapshot.conversion.values_check", lambda *_, **__: ProblemList()):
                folder_from_snapshot(export, mapping, folder, earlier)
            log.add(folder, moment)
    return log, taken


def same(seen: tuple[str, str] | None, true: Step | None) -> bool:
    """Whether the log has what the history has; what ended stays so where it was deleted later."""
    if true is None:
        return seen is None
    if true.place == GONE:
        return seen is None or seen[0] in (GONE, LOST, "won")
    return seen is not None and seen[0] == true.place and (true.place == LOST or float(seen[1]) == true.amount)
