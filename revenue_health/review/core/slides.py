"""What a frozen review is made of: slides with one message, one chart or none, and tables with the numbers.

Money is in minor units. The page, the board and every file are drawn from these; `to_json` is what a pack stores, byte
for byte, so a key that is added or left out there is another FORMAT (see slide_codec).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from departments.formats import MoneyScale

type JsonValue = str | int | float | bool | list[JsonValue] | Mapping[str, JsonValue] | None
type JsonObject = dict[str, JsonValue]
type CellValue = str | int | float | None
"""Money in minor units, days as ISO dates; None is undefined and printed as a dash."""

NO_SCALE = MoneyScale(currency="", divisor=1, letter="")


class ColumnKind(StrEnum):
    """How the cells of a column are written: money comes in minor units, percent from 0 to 100."""

    TEXT = "text"
    PERSON = "person"
    DATE = "date"
    MONEY = "money"
    NUMBER = "number"
    PERCENT = "percent"
    DAYS = "days"


NUMERIC = (ColumnKind.MONEY, ColumnKind.NUMBER, ColumnKind.PERCENT, ColumnKind.DAYS)


@dataclass(frozen=True)
class Column:
    """The head of a column; `places` are the decimals of numbers."""

    name: str
    kind: ColumnKind = ColumnKind.TEXT
    unit: str = ""
    places: int = 0

    @property
    def is_numeric(self) -> bool:
        """Its values are numbers."""
        return self.kind in NUMERIC

    @property
    def is_money(self) -> bool:
        """Its values are amounts in minor units of the reporting currency."""
        return self.kind == ColumnKind.MONEY

    @property
    def is_person(self) -> bool:
        """Its values are names of people, which a pack may have to hide."""
        return self.kind == ColumnKind.PERSON

    def to_json(self) -> JsonObject:
        """As a pack freezes it."""
        return {"name": self.name, "kind": str(self.kind), "unit": self.unit, "places": self.places}


type Row = tuple[CellValue, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows in the order of the columns.

    summed: the total is the sum of the rows above. shaded: cells are shaded by size. shown: so many rows fit a slide;
    the page, Excel and CSV have all. scale: the unit of its money, None where it has none. darkest: of a part, the
    `largest` of the whole table, in minor units; it is never stored.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total: Row | None = None
    summed: bool = False
    shaded: bool = False
    shown: int | None = None
    scale: MoneyScale | None = None
    darkest: int | None = None

    @property
    def money(self) -> MoneyScale:
        """The unit its money is written in; plain numbers where it names none."""
        return self.scale or NO_SCALE

    @property
    def every_row(self) -> tuple[Row, ...]:
        """The rows with the total as the last."""
        return (*self.rows, self.total) if self.total else self.rows

    @property
    def largest(self) -> int:
        """The amount that is shaded darkest, in every part of a table the same; the last column sums the others."""
        if self.darkest is not None or not self.shaded:
            return self.darkest or 0
        return max((value for row in self.rows for value in row[1:-1] if isinstance(value, int)), default=0)

    def head_unit(self, column: Column) -> str:
        """What stands beside a column's name: its own unit, or that of all money of the table."""
        return self.money.unit if column.is_money and not column.unit else column.unit

    def to_json(self) -> JsonObject:
        """As a pack freezes it: a pack is known by the hash of its content, so keys and order stay."""
        return {
            "title": self.title,
            "columns": [column.to_json() for column in self.columns],
            "rows": [list(row) for row in self.rows],
            "total": None if self.total is None else list(self.total),
            "summed": self.summed,
            "shaded": self.shaded,
            "shown": self.shown,
            "scale": scale_json(self.scale) if self.scale else None,
        }


class ChartKind(StrEnum):
    """A waterfall adds up from total to total, intervals stand on one signed axis, bars begin at zero."""

    WATERFALL = "waterfall"
    INTERVALS = "intervals"
    BARS = "bars"


class Role(StrEnum):
    """What a bar is: a total of one of the three scenarios, or a step between two of them."""

    STEP = "step"
    PLAN = "plan"
    ACTUAL = "actual"
    FORECAST = "forecast"


class Tone(StrEnum):
    """The colour of a bar: by its impact, or of ink where it is a total."""

    GOOD = "good"
    BAD = "bad"
    SOFT = "soft"
    INK = "ink"


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar: amount and 90 % interval in minor units, and `text` as it is printed beside it.

    start: where it begins; None is zero. role: None is a step. What is None among start, role and verdict is not
    stored either.
    """

    name: str
    amount: int
    text: str
    impact: Tone = Tone.INK
    mark: str = ""
    low: int | None = None
    high: int | None = None
    start: int | None = None
    role: Role | None = None
    verdict: str | None = None

    @property
    def is_step(self) -> bool:
        """It stands for a change; the other roles are totals."""
        return self.role in (None, Role.STEP)

    @property
    def begin(self) -> int:
        """Where it begins on the axis, in minor units."""
        return self.start or 0

    @property
    def end(self) -> int:
        """Where it ends: of a step, where the next one begins."""
        return self.begin + self.amount

    @property
    def interval(self) -> tuple[int, int] | None:
        """The 90 % interval around its end, as places on the axis."""
        if self.low is None or self.high is None:
            return None
        return self.begin + self.low, self.begin + self.high

    def label(self, kind: ChartKind) -> str:
        """Its number, with a sign where it is a step, and its mark."""
        signed = kind != ChartKind.BARS and self.is_step and self.amount > 0
        return f"{'+' if signed else ''}{self.text} {self.mark}".rstrip()

    def to_json(self) -> JsonObject:
        """As a pack freezes it; what it has not is left out."""
        optional = {"start": self.start, "role": self.role and str(self.role), "verdict": self.verdict}
        return {
            "name": self.name,
            "amount": self.amount,
            "low": self.low,
            "high": self.high,
            "impact": str(self.impact),
            "mark": self.mark,
            "text": self.text,
            **{name: value for name, value in optional.items() if value is not None},
        }


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Bars on one axis that holds zero, in one unit."""

    kind: ChartKind
    scale: MoneyScale
    bars: tuple[Bar, ...]

    def to_json(self) -> JsonObject:
        """As a pack freezes it, bars from first to last."""
        return {
            "kind": str(self.kind),
            "scale": scale_json(self.scale),
            "bars": [bar.to_json() for bar in self.bars],
        }


@dataclass(frozen=True, kw_only=True)
class Slide:
    """One slide. unit: in what and when; lines stand under the message; notes only the presenter sees."""

    key: str
    title: str
    message: str
    unit: str = ""
    chart: Chart | None = None
    tables: tuple[Table, ...] = ()
    lines: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def drawing(self) -> Chart | None:
        """The chart, where there is anything to draw."""
        return self.chart if self.chart and self.chart.bars else None

    def to_json(self) -> JsonObject:
        """As a pack freezes it."""
        return {
            "key": self.key,
            "title": self.title,
            "message": self.message,
            "unit": self.unit,
            "chart": self.chart.to_json() if self.chart else None,
            "tables": [table.to_json() for table in self.tables],
            "lines": list(self.lines),
            "notes": list(self.notes),
        }


def scale_json(scale: MoneyScale) -> JsonObject:
    """The unit of money as a pack freezes it: amounts are divided by `divisor` and written with `letter`."""
    return {"currency": scale.currency, "divisor": scale.divisor, "letter": scale.letter, "digits": scale.digits}
