"""Small static drawings of a department's evidence: a specification curve, and earlier quarters as bars.

Places across are in percent of the width, places down in pixels, so that dots stay round at any width.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

HEIGHT = 132
ROOM, ROOM_FOR_AMOUNTS = 10, 18
"""Pixels above the highest and below the lowest mark."""
MOST_TICKS = 6
"""Round values beside the curve: more would stand on each other."""


@dataclass(frozen=True, kw_only=True)
class Dot:
    """One way to calculate; `against`: with the other sign."""

    x: str
    y: str
    against: bool


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A round value of the axis, in cents, and its place down."""

    amount: int
    y: str


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A specification curve: every way to calculate from the lowest share up, the verdict's interval as a band, and
    round values of the axis from the lowest up, zero among them."""

    dots: tuple[Dot, ...]
    zero: str
    share: str
    band_top: str
    band_height: str
    ticks: tuple[Tick, ...] = ()
    height: int = HEIGHT

    @property
    def has_other_sign(self) -> bool:
        return any(dot.against for dot in self.dots)


@dataclass(frozen=True, kw_only=True)
class QuarterBar:
    """One quarter: a bar from zero. label: its lines; kind: `earlier`, `begun` or `now`; its amount, in cents, stands
    above the bar, or above zero where the bar goes down."""

    label: tuple[str, ...]
    amount: int
    kind: str
    middle: str
    x: str
    width: str
    y: str
    height: str
    amount_y: str


@dataclass(frozen=True, kw_only=True)
class QuarterBars:
    """Earlier quarters and the judged one, the oldest first."""

    bars: tuple[QuarterBar, ...]
    zero: str
    height: int = HEIGHT

    @property
    def has_begun(self) -> bool:
        """Whether the effect was there in an earlier quarter."""
        return any(bar.kind == "begun" for bar in self.bars)


class _Down:
    """From amounts to pixels, the largest on top; zero is always there."""

    def __init__(self, values: Iterable[float], *, room: int = ROOM) -> None:
        self.room, every = room, [0.0, *values]
        self.most, self.least = max(every), min(every)

    def __call__(self, value: float) -> float:
        span = (self.most - self.least) or 1.0
        return self.room + (self.most - value) / span * (HEIGHT - 2 * self.room)

    def ticks(self) -> tuple[Tick, ...]:
        """Multiples of 1, 2 or 5 times a power of ten between the ends of the axis."""
        rough = (self.most - self.least) / MOST_TICKS
        if rough <= 0:
            return ()
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
        places = range(math.ceil(self.least / step), math.floor(self.most / step) + 1)
        return tuple(Tick(amount=round(place * step), y=f"{self(place * step):.1f}") for place in places)


def curve(ways: Sequence[tuple[int, bool]], *, share: int, low: int, high: int) -> Curve | None:
    """ways: of each its share and whether it has the other sign, the lowest first. All amounts in cents."""
    if not ways:
        return None
    down = _Down([share, low, high, *(amount for amount, _ in ways)])
    dots = tuple(
        Dot(x=_percent((place + 0.5) / len(ways)), y=f"{down(amount):.1f}", against=against)
        for place, (amount, against) in enumerate(ways)
    )
    top, bottom = down(high), down(low)
    return Curve(
        dots=dots,
        zero=f"{down(0):.1f}",
        share=f"{down(share):.1f}",
        band_top=f"{top:.1f}",
        band_height=f"{bottom - top:.1f}",
        ticks=down.ticks(),
    )


def quarter_bars(quarters: Sequence[tuple[str, int, bool]], *, now: tuple[str, int]) -> QuarterBars | None:
    """quarters: label, amount in cents and whether the share has been there since; the oldest first. now: the judged
    one."""
    if not quarters:
        return None
    rows = [(label, amount, "begun" if begun else "earlier") for label, amount, begun in quarters]
    rows.append((*now, "now"))
    down = _Down((amount for _, amount, _ in rows), room=ROOM_FOR_AMOUNTS)
    zero, room = down(0), 1 / len(rows)
    bars = []
    for place, (label, amount, kind) in enumerate(rows):
        top = min(down(amount), zero)
        bars.append(
            QuarterBar(
                label=tuple(label.split("-", 1)),
                amount=amount,
                amount_y=f"{top - 4:.1f}",
                kind=kind,
                middle=_percent((place + 0.5) * room),
                x=_percent((place + 0.2) * room),
                width=_percent(0.6 * room),
                y=f"{top:.1f}",
                height=f"{max(abs(down(amount) - zero), 1.0):.1f}",
            )
        )
    return QuarterBars(bars=tuple(bars), zero=f"{zero:.1f}")


def _percent(part: float) -> str:
    return f"{100 * part:.2f}%"
