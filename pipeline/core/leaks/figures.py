"""The figures of the leak map, exact to the minor unit."""

from dataclasses import dataclass

DAY = 86_400


@dataclass(frozen=True, kw_only=True)
class Figure:
    """Money in minor units and the number of deals (or, for revalued, of changes)."""

    amount: int = 0
    count: int = 0

    def __add__(self, other: "Figure") -> "Figure":
        return Figure(amount=self.amount + other.amount, count=self.count + other.count)


@dataclass(frozen=True, kw_only=True)
class Held:
    """Time in custody: money x seconds (minor units) and deals x seconds, exact."""

    amount_seconds: int = 0
    deal_seconds: int = 0

    @property
    def amount_days(self) -> float:
        """Minor units x days of 86,400 seconds."""
        return self.amount_seconds / DAY

    @property
    def deal_days(self) -> float:
        """Deals x days of 86,400 seconds."""
        return self.deal_seconds / DAY


@dataclass(frozen=True, kw_only=True)
class StageLeaks:
    """One stage in the period.

    opening + entered + moved_in + pipeline_in + revalued - advanced - returned - won - lost - withdrawn - pipeline_out
    - finished = closing, exactly (in deals without revalued). moved_in holds what came from other stages of the
    pipeline and what was reopened; pipeline_in and pipeline_out what came from and went to other pipelines. reached
    counts opportunities that were never in the stage before. over_limit: in the stage at the end for longer than its
    limit. reversed: what was taken back of money that had been earned, by the stage it was taken back from.
    conversion_previous / conversion_first: of the deals that in the period came past this stage or the one before it /
    the pipeline's first, the share that came past this one, 0 to 1; None where there is none or none came past that
    one. A deal comes past a stage once, when it reaches it or a later one; one that was withdrawn, or had gone to
    another pipeline and not come back, by the end is in no conversion of this one. median_days and p90_days: length of
    the visits that ended in the period, None without any.
    """

    pipeline: int
    stage: int
    position: int
    opening: Figure
    entered: Figure
    moved_in: Figure
    pipeline_in: Figure
    reached: Figure
    advanced: Figure
    returned: Figure
    won: Figure
    lost: Figure
    withdrawn: Figure
    pipeline_out: Figure
    finished: Figure
    revalued: Figure
    reversed: Figure
    closing: Figure
    over_limit: Figure
    conversion_previous: float | None
    conversion_first: float | None
    median_days: float | None
    p90_days: float | None

    @property
    def imbalance(self) -> Figure:
        """The error of the flow identity: anything but zero means that custody is wrong."""
        into = self.opening + self.entered + self.moved_in + self.pipeline_in
        out = self.advanced + self.returned + self.won + self.lost + self.withdrawn + self.finished
        out += self.pipeline_out + self.closing
        return Figure(amount=into.amount + self.revalued.amount - out.amount, count=into.count - out.count)


@dataclass(frozen=True, kw_only=True)
class CellLeaks:
    """One stage and department: lost by its cause (`assumed`: the part without a recorded reason, charged to the
    holder), held in its custody during the period, over the stage's limit in its custody at the end."""

    stage: int
    department: int
    lost: Figure
    assumed: Figure
    held: Held
    over_limit: Figure

    @property
    def caused(self) -> Figure:
        """What was lost for a recorded reason: the only part that may be called the department's."""
        return Figure(amount=self.lost.amount - self.assumed.amount, count=self.lost.count - self.assumed.count)


@dataclass(frozen=True, kw_only=True)
class Totals:
    """The period as a whole.

    created: new deals. won: deals that came to stand earned, and what was added to their amounts after that (which
    counts no deal). reversed: all that was taken back after it was earned: lost, moved back, shrunk. lost: all losses,
    those after earning too. open: neither lost nor in or after an earning stage at the end.
    See pipeline.core.leaks.earned.
    """

    created: Figure
    won: Figure
    reversed: Figure
    lost: Figure
    open: Figure

    @property
    def revenue(self) -> int:
        """Revenue of the period, minor units: what was earned and still stands at its end, less what it took back."""
        return self.won.amount - self.reversed.amount


@dataclass(frozen=True, kw_only=True)
class Leaks:
    """The leak map of [start, end), epoch seconds; start None = from the beginning, end None = up to `as_of`."""

    start: int | None
    end: int | None
    stages: tuple[StageLeaks, ...]
    cells: tuple[CellLeaks, ...]
    totals: Totals
    balance_error: int
