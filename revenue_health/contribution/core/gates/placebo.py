"""The third gate: what the same method says where nothing can have happened, or what it said before.

Placebo in time: every earlier quarter against its own baseline (Abadie, Diamond and Hainmueller, American Journal of
Political Science 59 (2015) 495). Placebo in space: two random halves of the same deals in the same days, one taken as
the period and the other as its baseline, so that whatever is found is chance.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from departments.translation import gettext_noop
from revenue_health.contribution.core.flows import FlowArrays, Ints
from revenue_health.contribution.core.gates.gate import Gate
from revenue_health.contribution.core.gates.shares import Pipelines, PointShares, point_shares
from revenue_health.contribution.core.model.groups import Group

HALVES = 8
SEED = 2015


@dataclass(frozen=True, kw_only=True)
class PlaceboQuarter:
    """An earlier quarter as it would have been judged: its label and every party's share, per unit of revenue won."""

    label: str
    parts: dict[str, float]


def placebo_quarter(label: str, point: PointShares) -> PlaceboQuarter:
    """One earlier quarter from its shares: relative, so that a company that grew compares with itself."""
    scale = point.scale or 1.0
    return PlaceboQuarter(label=label, parts={key: share / scale for key, share in point.shares.items()})


def random_halves(pipelines: Pipelines) -> list[dict[str, float]]:
    """Shares found between random halves of the period's own deals, `HALVES` times, at the size the comparison has.

    Each half is doubled, so a difference of halves spreads by sqrt(2) more than one of two whole quarters; the shares
    are divided by that.
    """
    rng = np.random.default_rng(SEED)
    halves = []
    for _ in range(HALVES):
        shares = point_shares(
            {
                pipeline: {key: _halves(group, rng) for key, group in groups.items()}
                for pipeline, groups in pipelines.items()
            }
        ).shares
        halves.append({key: share / np.sqrt(2) for key, share in shares.items()})
    return halves


def _halves(group: Group, rng: np.random.Generator) -> Group:
    order = rng.permutation(group.period.buckets)
    middle = order.size // 2
    return replace(
        group,
        baseline=_doubled(group.period, order[:middle]).sum_of_steps(),
        period=_doubled(group.period, order[middle:]),
        entries=None,  # deals of the same days were all entered alike
    )


def _doubled(flows: FlowArrays, buckets: Ints) -> FlowArrays:
    return flows.only_buckets(buckets).scaled(flows.buckets / max(buckets.size, 1))


def since(party: str, part: float, clear: float, quarters: Sequence[PlaceboQuarter]) -> list[PlaceboQuarter]:
    """The quarters before the period, without a gap, in which the party's share was already there: same sign, and
    clear by itself. quarters: oldest first. part, clear: the share and half its interval per unit of revenue won."""
    run: list[PlaceboQuarter] = []
    for quarter in reversed(quarters):
        before = quarter.parts.get(party, 0.0)
        if before * part <= 0 or abs(before) <= clear:
            break
        run.insert(0, quarter)
    return run


def placebo_gate(
    party: str,
    *,
    part: float,
    clear: float,
    quarters: Sequence[PlaceboQuarter],
    halves: Sequence[Mapping[str, float]],
    scale: float,
    fewest: int,
) -> Gate:
    """Whether a share is beyond what the method finds of the party where it should find nothing.

    part, clear: the share and half its single interval per unit of revenue won (`scale`). quarters: earlier ones,
    oldest first; those since which the share has been there do not count against it. halves: shares, in money.
    """
    begun = since(party, part, clear, quarters)
    rest = [quarter for quarter in quarters if quarter not in begun]
    if len(rest) < fewest:
        return Gate(passed=False, detail=_TOO_FEW.format(quarters=_count(len(rest)), fewest=fewest))
    largest = max(rest, key=lambda quarter: abs(quarter.parts.get(party, 0.0)))
    if abs(largest.parts.get(party, 0.0)) >= abs(part):
        return Gate(
            passed=False,
            detail=gettext_noop("the same method finds as much in {label}, so it may be chance or habit").format(
                label=largest.label
            ),
        )
    chance = max((abs(half.get(party, 0.0)) for half in halves), default=0.0)
    if scale and chance / scale >= abs(part):
        return Gate(passed=False, detail=gettext_noop("random halves of the same deals differ by as much"))
    times = abs(part) / max(abs(largest.parts.get(party, 0.0)), chance / scale if scale else 0.0, 1e-9)
    detail = (_TIMES if times < 100 else _FAR_MORE).format(times=times, quarters=_count(len(rest)))
    return Gate(passed=True, detail=detail)


_TOO_FEW = gettext_noop("{quarters} to compare with; at least {fewest} are needed")
_TIMES = gettext_noop("{times:.1f} times the most the method finds in {quarters} or in random halves")
_FAR_MORE = gettext_noop("far more than the most the method finds in {quarters} or in random halves")


def _count(quarters: int) -> str:
    if not quarters:
        return gettext_noop("no earlier quarters")
    return f"{quarters} {gettext_noop('earlier quarter') if quarters == 1 else gettext_noop('earlier quarters')}"


def false_alarms(quarters: Sequence[PlaceboQuarter], clear: Mapping[str, float]) -> float | None:
    """The part of earlier (quarter, department) pairs in which the interval alone would have named a department; None
    without earlier quarters. clear: by department, half its simultaneous interval and the margin, per unit won."""
    named = [abs(quarter.parts.get(key, 0.0)) > limit for quarter in quarters for key, limit in clear.items()]
    return sum(named) / len(named) if named else None


def most_named(
    quarters: Sequence[PlaceboQuarter],
    clear: Mapping[str, float],
    *,
    single: Mapping[str, float],
    fewest: int,
) -> int | None:
    """Of the earlier (quarter, department) pairs in which the interval alone would have named a department, those in
    which the quarters before them, too, would have let it pass; None where no quarter has enough of them before it. The
    other gates can only stop more, so all five would have named at most so many.

    quarters: oldest first. clear: as for `false_alarms`. single: by department, half its single interval per unit won.
    """
    if len(quarters) <= fewest or not clear:
        return None
    named = 0
    for place, quarter in enumerate(quarters):
        for key, limit in clear.items():
            part = quarter.parts.get(key, 0.0)
            if abs(part) > limit:
                named += bool(
                    placebo_gate(
                        key, part=part, clear=single[key], quarters=quarters[:place], halves=(), scale=1.0,
                        fewest=fewest,
                    ).passed
                )  # fmt: skip
    return named
