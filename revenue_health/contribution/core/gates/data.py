"""The first gate: whether the data can carry a verdict on a department at all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from departments.translation import gettext_noop
from revenue_health.contribution.core.flows import FlowArrays
from revenue_health.contribution.core.gates.doubts.causes import cause_doubts
from revenue_health.contribution.core.gates.doubts.handoffs import handoff_doubts, handoffs_of
from revenue_health.contribution.core.gates.gate import Gate
from revenue_health.contribution.core.gates.settings import GateSettings
from revenue_health.contribution.core.gates.shares import Pipelines
from revenue_health.contribution.core.long_tables import DepartmentRow, StageRow, Table
from revenue_health.contribution.core.model.bridge import Bridge

CAUSE, ENTRY = "losses", "demand"


@dataclass(frozen=True, kw_only=True)
class DataFacts:
    """What is known of the records of a period. effective_deals: Kish's number of the deals a party handled, by party.
    unrecorded: part of the losses without a reason. without_source: part of what entered without a source. unexplained:
    part of all parts of the gap. doubts: sentences, by party, of records that changed with the period (hand-offs no
    longer logged, work that moved, amounts entered too large)."""

    effective_deals: Mapping[str, float]
    unrecorded: float = 0.0
    without_source: float = 0.0
    unexplained: float = 0.0
    doubts: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class HandedOn:
    """The hand-ons of one pipeline before and in the period, row by row (`handed_on` of the long tables), and whose."""

    before: Table
    now: Table
    stages: Sequence[StageRow]
    departments: Sequence[DepartmentRow]


def record_doubts(
    pipelines: Pipelines, handed_on: Iterable[HandedOn], names: Mapping[str, str]
) -> dict[str, list[str]]:
    """What changed in the records with the period, as sentences by department key: reasons that are booked otherwise,
    hand-offs that stopped or are missing. names: what sentences call stages and departments, by key."""
    doubts = cause_doubts(pipelines, names)
    for pipeline in handed_on:
        by_department = handoff_doubts(
            before=handoffs_of(pipeline.before),
            now=handoffs_of(pipeline.now),
            stages=pipeline.stages,
            departments=pipeline.departments,
            names=names,
        )
        for department, sentences in by_department.items():
            doubts.setdefault(department, []).extend(sentences)
    return doubts


def kish(amount: float, squares: float) -> float:
    """The effective number of deals, (sum a)^2 / sum a^2: as many deals of one size would say as much (Kish 1965)."""
    return amount**2 / squares if squares > 0 else 0.0


def unexplained_part(bridge: Bridge) -> float:
    """Unexplained as a part of all parts of the gap, 0 to 1: the parties' shares, the strategy and itself."""
    parts = sum(abs(party.share.value) for party in bridge.parties)
    parts += abs(bridge.strategy.value) if bridge.strategy else 0.0
    left = abs(bridge.unexplained.value)
    return left / (parts + left) if parts + left else 0.0


def data_gate(
    party: str, *, factors: Mapping[str, float], pipelines: Pipelines, facts: DataFacts, settings: GateSettings
) -> Gate:
    """Whether enough is recorded of a party, in the period and in its baseline.

    factors: parts of its share, in money; what rests on causes or on sources is only judged where those are recorded.
    """
    failed = _failures(party, factors, pipelines, facts, settings)
    if failed:
        return Gate(passed=False, detail=failed[0])
    return Gate(
        passed=True,
        detail=gettext_noop("{deals:,.0f} deals’ worth of evidence, and a baseline").format(
            deals=facts.effective_deals.get(party, 0.0)
        ),
    )


def _failures(
    party: str, factors: Mapping[str, float], pipelines: Pipelines, facts: DataFacts, settings: GateSettings
) -> list[str]:
    failed = list(facts.doubts.get(party, ()))
    deals = facts.effective_deals.get(party, 0.0)
    if deals < settings.fewest_deals:
        failed.append(
            gettext_noop(
                "the amounts it handled say no more than {deals:,.0f} deals would; {fewest_deals:.0f} are needed"
            ).format(deals=deals, fewest_deals=settings.fewest_deals)
        )
    alone = without_baseline(pipelines, party)
    if alone is None:
        failed.append(gettext_noop("the baseline has nothing of this department to compare with"))
    elif alone > settings.most_without_baseline:
        failed.append(
            gettext_noop("{percent:.0f} % of its work is where it did not work in the baseline").format(
                percent=100 * alone
            )
        )
    total = sum(abs(amount) for amount in factors.values()) or 1.0
    if facts.unrecorded > settings.most_unrecorded and abs(factors.get(CAUSE, 0.0)) > total / 4:
        failed.append(
            gettext_noop("{percent:.0f} % of the losses name no reason").format(percent=100 * facts.unrecorded)
        )
    if facts.without_source > settings.most_unrecorded and abs(factors.get(ENTRY, 0.0)) > total / 4:
        failed.append(
            gettext_noop("{percent:.0f} % of what entered names no source").format(percent=100 * facts.without_source)
        )
    if facts.unexplained > settings.most_unexplained:
        failed.append(
            gettext_noop("{percent:.0f} % of all that moved revenue is unexplained, too much to name anybody").format(
                percent=100 * facts.unexplained
            )
        )
    return failed


def without_baseline(pipelines: Pipelines, party: str) -> float | None:
    """The part of a party's money-days of the period in custodies that held nothing in the baseline; None where the
    baseline knows nothing of the party at all (no custody, no loss, no entry)."""
    now = alone = 0.0
    in_baseline = False
    for groups in pipelines.values():
        held = np.sum([group.period.held.sum(axis=(0, 1, 3)) for group in groups.values()], axis=0)
        before = np.sum([group.baseline.held.sum(axis=(0, 1, 3)) for group in groups.values()], axis=0)
        flows = next(iter(groups.values())).period
        place = flows.layout.players.index(party)
        own = flows.layout.player_of == place
        now += float(held[own].sum())
        alone += float(held[own & (before <= 0)].sum())
        acted = any(_acted(group.baseline, place) for group in groups.values())
        in_baseline = in_baseline or acted or bool(before[own].any())
    if not in_baseline:
        return None
    return alone / now if now else 0.0


def _acted(flows: FlowArrays, place: int) -> bool:
    return bool(flows.lost[..., place].any() or flows.entered[..., place].any())
