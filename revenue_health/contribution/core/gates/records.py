"""The fifth gate: how wrong the records may be before a verdict falls.

For every kind of record a share rests on (causes of loss, hand-offs, amounts) the period's flows are changed as if a
part of them had been booked on the wrong department, and the share is calculated again. The smallest part at which the
verdict falls is its tipping point: the E-value (VanderWeele and Ding, Annals of Internal Medicine 167 (2017) 268) in
words a reader can argue about.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from departments.translation import gettext_noop
from revenue_health.contribution.core.flows import FlowArrays
from revenue_health.contribution.core.gates.gate import Gate
from revenue_health.contribution.core.gates.shares import Pipelines, point_shares, with_period

PARTS = (0.0, 0.2, 0.4, 0.6, 0.8)
"""Parts of the records at which a share is calculated; between them it is taken as linear."""


class Kind(StrEnum):
    """Kinds of record that may be wrong."""

    CAUSES = "causes"
    HANDOFFS = "handoffs"
    AMOUNTS = "amounts"


_FACTOR = {Kind.CAUSES: "losses", Kind.HANDOFFS: "waiting", Kind.AMOUNTS: "value"}
"""The part of a share that rests on each kind of record."""
FAIR_PART = 0.1


@dataclass(frozen=True, kw_only=True)
class Tipping:
    """The least part of one kind of record that overturns a verdict. of_own: of the party's records that would be
    another's (or that it would have had, for a verdict in its favour). of_others: of the other departments' records
    that would have been booked on it; None where that cannot be said. shares: the share at each of `PARTS`."""

    kind: Kind
    of_own: float
    of_others: float | None
    shares: tuple[float, ...]

    @property
    def least(self) -> float:
        """The smaller of the two."""
        return self.of_own if self.of_others is None else min(self.of_own, self.of_others)


def tipping_points(
    pipelines: Pipelines, *, party: str, share: float, factors: Mapping[str, float], least: float
) -> tuple[Tipping, ...]:
    """The kinds of record that could overturn a verdict, the easiest first.

    factors: parts of the share by factor: records on which no fair part of it rests cannot overturn it. least: size
    below which the share, in money, gives no verdict (half its interval and the margin).
    """
    tippings = []
    for kind, change in _CHANGES.items():
        if factors.get(_FACTOR[kind], 0.0) / share < FAIR_PART:
            continue
        # A verdict against a department falls if its records were another's, one in its favour if others' were its own.
        shares = tuple(
            share if part == 0 else _share_with(pipelines, party, change, part if share < 0 else -part)
            for part in PARTS
        )
        part = _crossing(shares, least, np.sign(share))
        if part is not None:
            others = _of_others(pipelines, party, part) if kind is Kind.CAUSES and share < 0 else None
            tippings.append(Tipping(kind=kind, of_own=part, of_others=others, shares=shares))
    return tuple(sorted(tippings, key=lambda tipping: tipping.least))


def _share_with(pipelines: Pipelines, party: str, change: "_Change", part: float) -> float:
    """The share had this part of its records been wrong. The change of the point estimate is what counts, so that both
    are of the same method."""
    return point_shares(with_period(pipelines, lambda flows: change(flows, party, part))).shares[party]


def _crossing(shares: Sequence[float], least: float, sign: float) -> float | None:
    """Where the share falls to `least`, between two of `PARTS`."""
    sizes = [sign * share - least for share in shares]
    for at in range(1, len(sizes)):
        if sizes[at] <= 0:
            fall = sizes[at - 1] - sizes[at]
            step = PARTS[at] - PARTS[at - 1]
            return float(PARTS[at - 1] + step * (sizes[at - 1] / fall if fall > 0 else 0.0))
    return None


def _of_others(pipelines: Pipelines, party: str, part: float) -> float | None:
    """The part of the losses of other departments, in the stages concerned, that the moved losses would be."""
    moved = others = 0.0
    for groups in pipelines.values():
        for group in groups.values():
            place = group.period.layout.players.index(party)
            lost = group.period.lost.sum(axis=(0, 1))
            here = lost[:, place] > 0
            moved += part * float(lost[:, place].sum())
            others += float(np.delete(lost, place, axis=1)[here].sum())
    return moved / (moved + others) if moved + others > 0 else None


# --- the period's flows with a part of the records booked on somebody else; below zero: what was booked on others
type _Change = Callable[[FlowArrays, str, float], FlowArrays]


def causes(flows: FlowArrays, party: str, part: float) -> FlowArrays:
    """A part of the losses booked on a party are another's (the last player's, the market); below zero: such a part
    more are its own, taken from all others in the same stages."""
    place, market = flows.layout.players.index(party), len(flows.layout.players) - 1
    lost, count = flows.lost.copy(), flows.lost_count.copy()
    for amounts in (lost, count):
        own = amounts[..., place].copy()
        if part >= 0:
            amounts[..., place] -= part * own
            amounts[..., market] += part * own
        else:
            others = amounts.sum(axis=-1) - own
            taken = np.minimum(-part * own, others)
            left = np.where(others > 0, 1 - taken / np.where(others > 0, others, 1.0), 1.0)
            amounts *= left[..., None]
            amounts[..., place] = own + taken
    return replace(flows, lost=lost, lost_count=count)


def handoffs(flows: FlowArrays, party: str, part: float) -> FlowArrays:
    """A part of the time deals are recorded with a party was another's; below zero: such a part more was its own."""
    own = flows.layout.player_of == flows.layout.players.index(party)
    held = np.where(own[None, None, :, None], flows.held * (1 - part), flows.held)
    return replace(flows, held=held)


def amounts(flows: FlowArrays, party: str, part: float) -> FlowArrays:
    """A part of the changes of amount booked on a party were another's; below zero: such a part more were its own."""
    factor = np.ones(len(flows.layout.players))
    factor[flows.layout.players.index(party)] = 1 - part
    return replace(flows, revalued=flows.revalued * factor)


_CHANGES: dict[Kind, _Change] = {Kind.CAUSES: causes, Kind.HANDOFFS: handoffs, Kind.AMOUNTS: amounts}
_HOLDS = {
    Kind.CAUSES: gettext_noop("holds unless more than {part} of the losses booked on it had been somebody else’s"),
    Kind.HANDOFFS: gettext_noop(
        "holds unless more than {part} of the time recorded as its own had been somebody else’s"
    ),
    Kind.AMOUNTS: gettext_noop(
        "holds unless more than {part} of the changes of amount booked on it had been somebody else’s"
    ),
}
_HOLDS_GOOD = {
    Kind.CAUSES: gettext_noop("holds unless more than {part} more losses had been its own than are booked on it"),
    Kind.HANDOFFS: gettext_noop("holds unless more than {part} more time had been its own than is recorded as such"),
    Kind.AMOUNTS: gettext_noop(
        "holds unless more than {part} more changes of amount had been its own than are booked on it"
    ),
}
FALLS = "it would fall if"
"""How each of the following begins, for sentences that say what "it" is."""
_FALLS = {
    Kind.CAUSES: gettext_noop("it would fall if {part} of the losses booked on it had been somebody else’s"),
    Kind.HANDOFFS: gettext_noop("it would fall if {part} of the time recorded as its own had been somebody else’s"),
    Kind.AMOUNTS: gettext_noop(
        "it would fall if {part} of the changes of amount booked on it had been somebody else’s"
    ),
}
_FALLS_GOOD = {
    Kind.CAUSES: gettext_noop("it would fall if {part} more losses had been its own than are booked on it"),
    Kind.HANDOFFS: gettext_noop("it would fall if {part} more time had been its own than is recorded as such"),
    Kind.AMOUNTS: gettext_noop("it would fall if {part} more changes of amount had been its own than are booked on it"),
}
_FALLS_BY_OTHERS = gettext_noop(
    "it would fall if {part} of others’ losses in its stages had been booked on it by mistake"
)
MUST_SURVIVE = gettext_noop("a verdict must survive {part}")


def records_gate(tippings: Sequence[Tipping], *, share: float, most_wrong: float) -> Gate:
    """Whether a verdict survives a fair part of the records being wrong. most_wrong: that part, 0 to 1."""
    if not tippings:
        part = f"{100 * PARTS[-1]:.0f} %"
        return Gate(
            passed=True,
            detail=gettext_noop("holds even if {part} of its records had been somebody else’s").format(part=part),
        )
    worst = tippings[0]
    if worst.of_others is not None and worst.of_others < min(worst.of_own, most_wrong):
        return Gate(passed=False, detail=falls(_FALLS_BY_OTHERS, worst.of_others, most_wrong))
    if worst.least > most_wrong:
        holds = (_HOLDS if share < 0 else _HOLDS_GOOD)[worst.kind]
        return Gate(passed=True, detail=holds.format(part=_percent(worst.of_own)))
    return Gate(
        passed=False, detail=falls((_FALLS if share < 0 else _FALLS_GOOD)[worst.kind], worst.of_own, most_wrong)
    )


def falls(sentence: str, part: float, survived: float) -> str:
    """What would overturn a verdict, and how much of it a verdict has to survive; both parts 0 to 1."""
    return f"{sentence.format(part=_percent(part))} ({MUST_SURVIVE.format(part=_percent(survived))})"


def _percent(part: float) -> str:
    return f"{max(100 * part, 1):.0f} %"
