"""The input of the contribution model: weekly flows of money as plain arrays.

Whoever has the weekly roll-up (rows out of a database, an Arrow table, a simulator) makes a `FlowArrays` of the period
and another one of the baseline; `long_tables` does it from columns. Nothing here knows where the rows come from.
"""

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]

AGE_EDGES: tuple[float, ...] = (0, 1, 2, 3, 4, 6, 8, 10, 13, 16, 20, 25, 30, 40, 50, 70, np.inf)
"""Edges, in days, of the bins of the age of a hold. The last bin is open."""
AGE_BINS = len(AGE_EDGES) - 1
MARKET = "market"
"""The player of everything external: external departments, and demand nobody recorded a source for."""
OPENING = "opening"
"""The player of the pipeline the period started with."""


class FlowError(ValueError):
    """Flows that contradict their own layout: wrong shapes, not a number, unknown names. The message says which."""


class Custody(NamedTuple):
    """Who holds money where: stage index, department key, and the department's turn within the visit.

    The turn (0 the first time a department holds the deal in a visit, 1 the next, ...) matters: an owner who asks
    another department gets the deal back and then hands it on somewhere else, after another time. Without turns, a
    slow department changes the mix of first and second holds, and the owner is blamed for it.
    """

    stage: int
    department: str
    turn: int = 0


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What the axes of the arrays mean. Period and baseline of one bridge share one layout.

    stages: keys in stage order. earns: whether entering the stage earns the amount. custodies: a stage that ends the
    books (the last one) needs one too, as a target of hand-ons, though money never stays in it. players: keys of those
    who can be at fault or of merit, the departments and `MARKET`. custody_player: index into players of each custody's
    department.
    """

    stages: tuple[str, ...]
    earns: tuple[bool, ...]
    custodies: tuple[Custody, ...]
    players: tuple[str, ...]
    custody_player: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.earns) != len(self.stages):
            raise FlowError("every stage needs to say whether it earns")
        if len(self.custody_player) != len(self.custodies):
            raise FlowError("every custody needs a player")
        if any(not 0 <= stage < len(self.stages) for stage, _, _ in self.custodies):
            raise FlowError("a custody names a stage that is not there")
        if any(not 0 <= player < len(self.players) for player in self.custody_player):
            raise FlowError("a custody names a player that is not there")
        if len(set(self.players)) != len(self.players) or OPENING in self.players:
            raise FlowError("players must be distinct and leave the name 'opening' free")

    @cached_property
    def stage_of(self) -> Ints:
        """Stage index of each custody: int[J]."""
        return np.array([stage for stage, _, _ in self.custodies], dtype=np.int64)

    @cached_property
    def player_of(self) -> Ints:
        """Player index of each custody: int[J]."""
        return np.array(self.custody_player, dtype=np.int64)

    @cached_property
    def after_earning(self) -> NDArray[np.bool_]:
        """Stages in which a deal stands earned, bool[S]: the first earning stage and all later ones."""
        earns = np.array(self.earns, dtype=bool)
        return np.logical_or.accumulate(earns)

    @cached_property
    def earning_move(self) -> Floats:
        """[J, J + 1]: what a unit handed on from custody j to custody k earns: 1 where it comes to stand earned, -1
        where it goes back to before earning, else 0."""
        earned = self.after_earning[self.stage_of].astype(np.float64)
        return np.concatenate([earned[None, :] - earned[:, None], np.zeros((len(self.custodies), 1))], axis=1)

    @cached_property
    def entry_earns(self) -> NDArray[np.bool_]:
        """bool[J]: a deal that enters the books here is won at once."""
        return self.after_earning[self.stage_of]


@dataclass(frozen=True, kw_only=True)
class FlowArrays:
    """Flows of one span of time. Axes: B buckets, W steps, J custodies, A age bins, S stages, P players.

    step_days [W]: length of each step, days (7, the last one what is left). Rates of a step are constant within it.
    held [B, W, J, A]: amount-days in custody by age of the hold. handed_on [B, W, J, A]: amount that left a custody
    for another one, by age of the hold, before what was revalued at that very instant. routed [B, W, J, J + 1]: the
    same after it, by next custody; the last column is leaving the books without earning. lost [B, W, S, P]: amount
    lost in a stage by the cause's player. revalued [B, W, J, P]: signed change of amount while held, by the player of
    who wrote it. entered [B, W, J, P]: amount entering the books by first custody and the source's player (deals
    reopened belong here too). taken_back [B, W, P]: earned amount of deals that had left the books and entered again,
    by the player it is charged to. opening [B, J, A]: amount in custody at the start by age of the hold; of a baseline,
    the mean over its quarters' openings. The *_count arrays count deals; arrived_count [B, W, J] those that came into a
    custody, by a hand-on or by entering the books. Amounts are in one currency and one unit throughout.
    """

    layout: Layout
    step_days: Floats
    held: Floats
    handed_on: Floats
    routed: Floats
    lost: Floats
    revalued: Floats
    entered: Floats
    taken_back: Floats
    opening: Floats
    handed_on_count: Floats
    lost_count: Floats
    entered_count: Floats
    arrived_count: Floats

    def __post_init__(self) -> None:
        shapes = self._shapes()
        for name, shape in shapes.items():
            values = getattr(self, name)
            if values.shape != shape:
                raise FlowError(f"{name} has shape {values.shape}, not {shape}")
            if not np.isfinite(values).all():
                raise FlowError(f"{name} holds something that is not a finite number")
        if (self.step_days <= 0).any():
            raise FlowError("every step needs a length above zero days")

    def _shapes(self) -> dict[str, tuple[int, ...]]:
        buckets, steps = self.held.shape[0], self.step_days.shape[0]
        custodies, stages, players = len(self.layout.custodies), len(self.layout.stages), len(self.layout.players)
        return {
            "held": (buckets, steps, custodies, AGE_BINS),
            "handed_on": (buckets, steps, custodies, AGE_BINS),
            "routed": (buckets, steps, custodies, custodies + 1),
            "lost": (buckets, steps, stages, players),
            "revalued": (buckets, steps, custodies, players),
            "entered": (buckets, steps, custodies, players),
            "taken_back": (buckets, steps, players),
            "opening": (buckets, custodies, AGE_BINS),
            "handed_on_count": (buckets, steps, custodies),
            "lost_count": (buckets, steps, stages, players),
            "entered_count": (buckets, steps, custodies, players),
            "arrived_count": (buckets, steps, custodies),
        }

    @property
    def buckets(self) -> int:
        """Number of buckets the deals were hashed into."""
        return int(self.held.shape[0])

    @property
    def days(self) -> float:
        """Length of the span, days."""
        return float(self.step_days.sum())

    def won_by_bucket(self) -> Floats:
        """Revenue as booked, [B] by bucket of deals, in the unit of the amounts.

        What came to stand earned (by a move or by entering), plus what grew and less what was lost while it stood
        earned, less what was taken back from deals that had left the books.
        """
        earned = self.layout.after_earning.astype(np.float64)
        moved = np.einsum("bwjk,jk->b", self.routed, self.layout.earning_move)
        entered = np.einsum("bwjp,j->b", self.entered, self.layout.entry_earns.astype(np.float64))
        revalued = np.einsum("bwjp,j->b", self.revalued, earned[self.layout.stage_of])
        lost = np.einsum("bwsp,s->b", self.lost, earned)
        return np.asarray(moved + entered + revalued - lost - self.taken_back.sum(axis=(1, 2)))

    def won(self) -> float:
        """Revenue as booked in the span, all buckets together, in the unit of the amounts."""
        return float(self.won_by_bucket().sum())

    def sum_of_steps(self) -> "FlowArrays":
        """The same span as one step (W = 1): all that constant baseline rates need, and cheap to keep. Amounts and
        counts are summed over steps, the opening stays as it is."""
        summed = {
            field.name: getattr(self, field.name).sum(axis=1, keepdims=True)
            for field in fields(self)
            if field.name not in ("layout", "step_days", "opening")
        }
        return replace(self, step_days=np.array([self.days]), **summed)

    def in_fewer_buckets(self, buckets: int) -> "FlowArrays":
        """The same deals in fewer, larger buckets (bucket number modulo the new count): faster, wider intervals.

        Raises FlowError for less than one bucket or more than there are.
        """
        if not 1 <= buckets <= self.buckets:
            raise FlowError(f"{self.buckets} buckets cannot become {buckets}")
        names = [field.name for field in fields(self) if field.name not in ("layout", "step_days")]
        place = np.arange(self.buckets) % buckets
        joined: dict[str, Any] = {}
        for name in names:
            values = getattr(self, name)
            # The same as below, and many times faster.
            if buckets == 1:
                joined[name] = values.sum(axis=0, keepdims=True)
                continue
            joined[name] = np.zeros((buckets, *values.shape[1:]))
            # Not +=, which would keep only the last of the buckets that go to one place.
            np.add.at(joined[name], place, values)
        return replace(self, **joined)

    def only_buckets(self, buckets: Ints) -> "FlowArrays":
        """The deals of some buckets alone, by bucket number. Raises IndexError for one that is not there."""
        names = [field.name for field in fields(self) if field.name not in ("layout", "step_days")]
        return replace(self, **{name: getattr(self, name)[buckets] for name in names})

    def plus(self, other: "FlowArrays") -> "FlowArrays":
        """Sum of two roll-ups over the same span and layout, of disjoint sets of deals.

        Raises FlowError where layouts or steps differ.
        """
        if other.layout != self.layout or not np.array_equal(other.step_days, self.step_days):
            raise FlowError("only flows of the same span and layout add up")
        names = [field.name for field in fields(self) if field.name not in ("layout", "step_days")]
        return replace(self, **{name: getattr(self, name) + getattr(other, name) for name in names})

    def scaled(self, factor: float) -> "FlowArrays":
        """All amounts and counts times a factor: pseudo-deals for shrinking a small group to its company."""
        names = [field.name for field in fields(self) if field.name not in ("layout", "step_days")]
        return replace(self, **{name: getattr(self, name) * factor for name in names})
