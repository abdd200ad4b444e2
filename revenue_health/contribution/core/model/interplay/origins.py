"""Who sent it: losses of later stages by the department whose sources the deals came from.

A cause of loss that hits the deals of one origin and not those of the others is that origin's doing: leads that should
never have been passed on are lost later, with the reasons of whoever holds them then. What all origins have in common
is the cause's own. So the cause keeps the smallest movement among the origins (none, where they move in different
directions) and each origin that moved clearly more has the rest.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from revenue_health.contribution.core.flows import MARKET, Floats, FlowArrays, Layout
from revenue_health.contribution.core.intervals import replicated, standard_error
from revenue_health.contribution.core.model.hazards import ratio

CLEARLY = 3.0
"""Standard errors between two origins from which they differ."""
ALIKE = 2.0
"""Standard errors up to which origins moved alike."""
LOSSES = 15.0
"""Losses seen or expected that an origin needs to be compared."""
JACKKNIFE = 10
"""Buckets from which the jackknife tells the standard error; with fewer, counts do."""
DESIGN = 2.5
"""Mean square over squared mean of deals' amounts, where buckets are too few to tell."""


@dataclass(frozen=True, kw_only=True)
class Excess:
    """Losses of one cause (player) in one stage on the deals of one origin, compared with those of other origins.

    before, now: hazards per day. ratio: now / before. common: log of what all origins share; excess: log of what this
    one has beyond it. moves: whether the excess is the origin's and not the cause's. told_apart: whether there was
    another origin to compare with. against: hazard of this origin over that of all, before and now.
    """

    stage: int
    player: int
    origin: str
    before: float
    now: float
    common: float
    excess: float
    moves: bool
    told_apart: bool
    against: tuple[float, float]

    @property
    def ratio(self) -> float:
        """Now over before; 0 where nothing was lost before."""
        return self.now / self.before if self.before else 0.0


@dataclass(frozen=True, kw_only=True)
class OriginLosses:
    """Deals of one origin in one span: lost [B, S, P], held [B, S] amount-days, count [S, P] of losses."""

    lost: Floats
    held: Floats
    count: Floats

    def plus(self, other: "OriginLosses") -> "OriginLosses":
        """Of two disjoint sets of deals together."""
        return OriginLosses(lost=self.lost + other.lost, held=self.held + other.held, count=self.count + other.count)


type BySpan = tuple[OriginLosses, OriginLosses]
"""Baseline and period."""


def losses_of(flows: FlowArrays) -> OriginLosses:
    """What `excesses_of` needs of one span of one group."""
    layout = flows.layout
    in_stage = np.eye(len(layout.stages))[layout.stage_of]
    return OriginLosses(
        lost=flows.lost.sum(axis=1),
        held=flows.held.sum(axis=(1, 3)) @ in_stage,
        count=flows.lost_count.sum(axis=(0, 1)),
    )


def by_origin(groups: Iterable[tuple[str, FlowArrays, FlowArrays]]) -> dict[str, BySpan]:
    """Losses of every origin, of (origin, baseline, period) of each group."""
    found: dict[str, BySpan] = {}
    for origin, baseline, period in groups:
        here = losses_of(baseline), losses_of(period)
        there = found.get(origin)
        found[origin] = (there[0].plus(here[0]), there[1].plus(here[1])) if there else here
    return found


def excesses_of(layout: Layout, origins: dict[str, BySpan]) -> tuple[Excess, ...]:
    """What every origin's deals lose beyond the others', by stage and cause; only what was compared or could not be.

    Stages behind those in which the origin's department holds deals itself: what it loses there is its own already. An
    origin's own reasons need no split. Cells where no origin differs, or where nothing moved, are left out.
    """
    if not any(origins):
        return ()
    excesses: list[Excess] = []
    for stage in range(len(layout.stages)):
        for player in range(len(layout.players)):
            cells = [
                cell
                for origin, spans in sorted(origins.items())
                if (cell := _cell(layout, origin, spans, stage, player)) is not None
            ]
            excesses += _compared(layout, cells, _of_all(origins, stage, player), stage, player)
    return tuple(excesses)


@dataclass(frozen=True, kw_only=True)
class _Cell:
    """One origin in one (stage, cause): hazards before and now, their log ratio and its variance."""

    origin: str
    before: float
    now: float
    moved: float
    variance: float


def _cell(layout: Layout, origin: str, spans: BySpan, stage: int, player: int) -> _Cell | None:
    """None where too little was lost or to be expected."""
    count = [span.count[stage, player] for span in spans]
    held = [replicated(span.held[:, stage]) for span in spans]
    lost = [replicated(span.lost[:, stage, player]) for span in spans]
    if not (held[0][0] > 0 and held[1][0] > 0):
        return None
    expected = count[0] * held[1][0] / held[0][0]
    if count[0] < LOSSES or max(count[1], expected) < LOSSES:
        return None
    # Half a loss more in both spans, so that none at all has a logarithm.
    half = 0.5 * (lost[0][0] + lost[1][0]) / (count[0] + count[1])
    hazards = [ratio(amount + half, days) for amount, days in zip(lost, held, strict=True)]
    with np.errstate(divide="ignore"):
        moved = np.log(hazards[1]) - np.log(hazards[0])
    if moved.size > JACKKNIFE:
        variance = max(float(standard_error(moved)) ** 2, float(1 / (count[0] + 0.5) + 1 / (count[1] + 0.5)))
    else:
        variance = float(DESIGN * (1 / (count[0] + 0.5) + 1 / (count[1] + 0.5)))
    return _Cell(
        origin=origin,
        before=float(hazards[0][0]),
        now=float(hazards[1][0]),
        moved=float(moved[0]),
        variance=variance,
    )


def _of_all(origins: dict[str, BySpan], stage: int, player: int) -> tuple[float, float]:
    """Hazards of all origins together, before and now."""

    def hazard(side: int) -> float:
        lost = sum(float(spans[side].lost[:, stage, player].sum()) for spans in origins.values())
        return _over(lost, sum(float(spans[side].held[:, stage].sum()) for spans in origins.values()), 0.0)

    return hazard(0), hazard(1)


def _over(amount: float, days: float, fallback: float) -> float:
    return amount / days if days > 0 else fallback


def _compared(
    layout: Layout, cells: Sequence[_Cell], of_all: tuple[float, float], stage: int, player: int
) -> list[Excess]:
    if not cells:
        return []
    alone = len(cells) == 1
    reference, variance = (0.0, 0.0) if alone else _reference(cells)
    if alone and (not cells[0].origin or abs(cells[0].moved) <= CLEARLY * np.sqrt(cells[0].variance)):
        return []
    found = []
    for cell in cells:
        apart = abs(cell.moved - reference) > CLEARLY * np.sqrt(cell.variance + variance)
        moves = not alone and bool(apart) and _may_answer(layout, cell.origin, stage, player)
        common = reference if reference * cell.moved > 0 else 0.0
        found.append(
            Excess(
                stage=stage,
                player=player,
                origin=cell.origin,
                before=cell.before,
                now=cell.now,
                common=common,
                excess=cell.moved - common if moves else 0.0,
                moves=moves,
                told_apart=not alone,
                against=(_over(cell.before, of_all[0], 1.0), _over(cell.now, of_all[1], 1.0)),
            )
        )
    return found if alone or any(excess.moves for excess in found) else []


def _reference(cells: Sequence[_Cell]) -> tuple[float, float]:
    """What origins have in common: the mean movement, and its variance, of the one that moved least and of those that
    cannot be told from it. One origin alone would be the smallest of several by chance."""
    least = min(cells, key=lambda cell: abs(cell.moved))
    alike = [
        cell
        for cell in cells
        if abs(cell.moved - least.moved) <= ALIKE * np.sqrt(cell.variance + least.variance) or cell is least
    ]
    if len(alike) == len(cells):  # the one that stands out most is compared with the others, whatever it is
        alike.remove(max(alike, key=lambda cell: abs(cell.moved)))
    weight = sum(1 / cell.variance for cell in alike)
    return sum(cell.moved / cell.variance for cell in alike) / weight, 1 / weight


def _may_answer(layout: Layout, origin: str, stage: int, player: int) -> bool:
    """Whether an origin can have done it: not with its own reasons, and only behind where it holds deals itself."""
    sender = sender_of(layout, origin)
    own = [custody.stage for custody in layout.custodies if custody.department == origin and custody.turn == 0]
    return sender != player and (not own or stage > min(own))


def sender_of(layout: Layout, origin: str) -> int:
    """Player of an origin; the market where it is no department of the company, or not known."""
    return layout.players.index(origin) if origin in layout.players else layout.players.index(MARKET)
