"""All gates together: from a company's bridge and its flows to what is said of every department."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from revenue_health.contribution.core.flows import MARKET, OPENING
from revenue_health.contribution.core.gates.data import DataFacts, data_gate
from revenue_health.contribution.core.gates.doubts.selection import Selections, with_selection
from revenue_health.contribution.core.gates.gate import UNCHECKED, Gate, GateName, Judged, PastCheck, verdict_of
from revenue_health.contribution.core.gates.interval import Money, Simultaneous, interval_gate, plain, simultaneous
from revenue_health.contribution.core.gates.multiverse import Variant, multiverse_gate
from revenue_health.contribution.core.gates.placebo import PlaceboQuarter, false_alarms, most_named, placebo_gate, since
from revenue_health.contribution.core.gates.records import Tipping, records_gate
from revenue_health.contribution.core.gates.settings import DEFAULT, GateSettings
from revenue_health.contribution.core.gates.shares import Pipelines, gross_won
from revenue_health.contribution.core.model.bridge import Bridge, Party
from revenue_health.contribution.core.verdict import Verdict

NOBODYS = "nobody’s doing"
MOVED = "not judged: "


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What the slower gates look at. None: not computed yet. quarters: earlier ones, oldest first. halves: shares of
    random halves, in money. variants: other ways to calculate. tippings: by party, of those who passed the interval.
    selections: by party, how much weaker what it lost must have been. moved: by party, a sentence why it is not judged
    at all."""

    quarters: Sequence[PlaceboQuarter] | None = None
    halves: Sequence[Mapping[str, float]] | None = None
    variants: Sequence[Variant] | None = None
    tippings: Mapping[str, Sequence[Tipping]] | None = None
    selections: Selections = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Judgements:
    """parties: what is said of each. scale: gross revenue won that shares are compared with. margin: in money.
    false_alarm_rate: part of earlier (quarter, department) pairs the interval alone would have named. most_named: how
    many of them all gates would have named at most, None where unknown. quarters: how many earlier ones were read, None
    where they are not yet."""

    parties: dict[str, Judged]
    scale: float
    margin: float
    false_alarm_rate: float | None
    quarters: int | None = None
    most_named: int | None = None

    @property
    def past(self) -> PastCheck:
        """What was found in the earlier quarters, counted."""
        departments = sum(key not in (MARKET, OPENING) for key in self.parties)
        cases = (self.quarters or 0) * departments
        return PastCheck(
            margin=self.margin,
            quarters=self.quarters,
            cases=cases,
            named=round((self.false_alarm_rate or 0.0) * cases),
            most_named=self.most_named,
        )


@dataclass(frozen=True, kw_only=True)
class GateFigures:
    """Judgements of a comparison and the evidence behind them."""

    judgements: Judgements
    evidence: Evidence


def judged_parties(bridge: Bridge) -> tuple[Party, ...]:
    """The departments; nobody is to blame for the market or for the pipeline the period began with."""
    return tuple(party for party in bridge.parties if party.key not in (MARKET, OPENING))


def revenue_scale(pipelines: Pipelines) -> float:
    """Gross revenue won in the period, or in as many days of the baseline where that is more."""
    now = before = 0.0
    for groups in pipelines.values():
        for group in groups.values():
            now += gross_won(group.period)
            before += gross_won(group.baseline) * group.period.days / max(group.baseline.days, 1.0)
    return max(now, before)


def intervals_of(bridge: Bridge) -> Simultaneous:
    """Simultaneous intervals of the departments."""
    parties = judged_parties(bridge)
    return simultaneous(
        {party.key: party.replicates for party in parties},
        {party.key: party.sampling_error for party in parties},
    )


def candidates(bridge: Bridge, pipelines: Pipelines, settings: GateSettings = DEFAULT) -> list[str]:
    """Departments that pass the interval: the only ones for which the slower gates matter."""
    width, margin = intervals_of(bridge), settings.margin * revenue_scale(pipelines)
    return [party.key for party in judged_parties(bridge) if abs(party.share.value) - width.half[party.key] > margin]


def near_border(bridge: Bridge, pipelines: Pipelines, off: float, settings: GateSettings = DEFAULT) -> bool:
    """Whether some department would pass the interval if half its width were smaller by the factor `off`."""
    width, margin = intervals_of(bridge), settings.margin * revenue_scale(pipelines)
    return any(abs(party.share.value) > width.half[party.key] / off + margin for party in judged_parties(bridge))


def judge_company(
    *,
    bridge: Bridge,
    pipelines: Pipelines,
    facts: DataFacts,
    evidence: Evidence,
    settings: GateSettings = DEFAULT,
    money: Money = plain,
) -> Judgements:
    """What is said of every department of a company.

    bridge: of the company, in the unit of the flows. evidence: as far as it is computed; a gate without it is not
    passed. money: how sentences write an amount.
    """
    width, scale = intervals_of(bridge), revenue_scale(pipelines)
    margin = settings.margin * scale
    judged = {}
    for party in bridge.parties:
        if party.key in (MARKET, OPENING):
            judged[party.key] = _nobody(party)
            continue
        half, single = width.half[party.key], width.single[party.key]
        share = party.share.value
        gates = {
            GateName.DATA: data_gate(
                party.key, factors=party.factors, pipelines=pipelines, facts=facts, settings=settings
            ),
            GateName.INTERVAL: interval_gate(share=share, half=half, margin=margin, money=money),
        }
        gates |= _slow_gates(party, evidence, scale, single, settings) if gates[GateName.INTERVAL].passed else {}
        judged[party.key] = _judged(party, gates, half, evidence, scale, single)
    limits = {key: (width.half[key] + margin) / scale for key in width.half} if scale else {}
    rate = false_alarms(evidence.quarters, limits) if evidence.quarters is not None else None
    return Judgements(
        parties=judged,
        scale=scale,
        margin=margin,
        false_alarm_rate=rate,
        quarters=None if evidence.quarters is None else len(evidence.quarters),
        most_named=most_named(
            evidence.quarters or (),
            limits,
            single={key: width.single[key] / scale for key in limits},
            fewest=settings.fewest_quarters,
        ),
    )


def _nobody(party: Party) -> Judged:
    share = party.share
    return Judged(verdict=Verdict.NOT_JUDGED, reason=NOBODYS, low=share.low, high=share.high, gates={})


def _slow_gates(
    party: Party, evidence: Evidence, scale: float, single: float, settings: GateSettings
) -> dict[GateName, Gate]:
    share = party.share.value
    gates = dict.fromkeys((GateName.PLACEBO, GateName.MULTIVERSE, GateName.RECORDS), UNCHECKED)
    if evidence.quarters is not None and evidence.halves is not None:
        gates[GateName.PLACEBO] = placebo_gate(
            party.key,
            part=share / scale,
            clear=single / scale,
            quarters=evidence.quarters,
            halves=evidence.halves,
            scale=scale,
            fewest=settings.fewest_quarters,
        )
    if evidence.variants is not None:
        gates[GateName.MULTIVERSE] = multiverse_gate(
            party.key,
            share=share,
            single=single,
            variants=evidence.variants,
            replicates=party.replicates,
            clear_part=settings.clear_variants,
        )
    if evidence.tippings is not None and party.key in evidence.tippings:
        records = records_gate(evidence.tippings[party.key], share=share, most_wrong=settings.most_wrong_records)
        point = evidence.selections.get(party.key)
        gates[GateName.RECORDS] = with_selection(records, point, share=share, least=settings.most_selected)
    return gates


def _judged(
    party: Party, gates: dict[GateName, Gate], half: float, evidence: Evidence, scale: float, single: float
) -> Judged:
    share = party.share.value
    if party.key in evidence.moved:
        verdict, reason = Verdict.NOT_JUDGED, f"{MOVED}{evidence.moved[party.key]}"
    else:
        verdict, reason = verdict_of(share, gates)
    clear = gates[GateName.INTERVAL].passed and scale  # of a share that may be none there is no beginning
    begun = since(party.key, share / scale, single / scale, evidence.quarters or ()) if clear else []
    tippings = (evidence.tippings or {}).get(party.key, ())
    return Judged(
        verdict=verdict,
        reason=reason,
        low=share - half,
        high=share + half,
        gates=gates,
        tipping_point=tippings[0].least if tippings else None,
        since=begun[0].label if begun else None,
    )
