"""The evidence of the slower gates: earlier quarters, random halves, other ways to calculate, and wrong records.

Where flows come from is the caller's: a store of custody, or a simulated company. `S` is whatever names a comparison
there (its period, baseline and openings).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from departments.translation import gettext_noop
from revenue_health.contribution.core.gates.company import Evidence, candidates, intervals_of, revenue_scale
from revenue_health.contribution.core.gates.doubts.selection import selection_point
from revenue_health.contribution.core.gates.groupings import BY_AMOUNT, BY_ORIGIN, BY_SEGMENT, TOGETHER, regrouped
from revenue_health.contribution.core.gates.multiverse import Variant
from revenue_health.contribution.core.gates.placebo import PlaceboQuarter, random_halves
from revenue_health.contribution.core.gates.records import Tipping, tipping_points
from revenue_health.contribution.core.gates.settings import DEFAULT, GateSettings
from revenue_health.contribution.core.gates.shares import Pipelines, point_shares
from revenue_health.contribution.core.model.bridge import Bridge
from revenue_health.contribution.core.model.options import Fit, ModelOptions

_GROUPINGS = {
    BY_SEGMENT: gettext_noop("with deals grouped by segment alone"),
    BY_ORIGIN: gettext_noop("with deals grouped by origin alone"),
    TOGETHER: gettext_noop("with all deals in one group"),
}
_OPTIONS = {
    gettext_noop("with waits that do not depend on age"): ModelOptions(fit=Fit.MEMORYLESS),
    gettext_noop("with deals in progress at the new pace"): ModelOptions(fit=Fit.CLOCK),
    gettext_noop("with deals in progress at their new hazard"): ModelOptions(fit=Fit.HAZARD),
    gettext_noop("without queues"): ModelOptions(load=False),
}

type Source[S] = Callable[[S, str], Pipelines]
"""Flows of a comparison, with deals in its own groups ("") or by size (`BY_AMOUNT`); empty where there are none."""
OWN_GROUPS = ""


@dataclass(frozen=True, kw_only=True)
class EvidencePlan[S]:
    """What is to be looked at. comparison: the one that is judged. quarters: earlier ones by label, oldest first, each
    against its own baseline. others: against other baselines, or on other days, by what is done otherwise."""

    comparison: S
    quarters: Sequence[tuple[str, S]] = field(default_factory=tuple)
    others: Sequence[tuple[str, S]] = field(default_factory=tuple)

    @property
    def compared(self) -> list[S]:
        """Everything beside the comparison itself."""
        return [each for _, each in (*self.quarters, *self.others)]


def gather_evidence[S](
    *,
    source: Source[S],
    plan: EvidencePlan[S],
    bridge: Bridge,
    pipelines: Pipelines,
    moved: Mapping[str, str],
    quarters: Sequence[PlaceboQuarter],
    settings: GateSettings = DEFAULT,
) -> Evidence:
    """All the evidence on a company. bridge: of the comparison, and `pipelines` its flows. moved: see `Evidence`.
    quarters: the earlier ones of the plan, see `placebo_quarter`; they tell how often the method is wrong here.

    Halves, other ways to calculate and wrong records are only looked at where some department's interval is clear.
    """
    named = [key for key in candidates(bridge, pipelines, settings) if key not in moved]
    return Evidence(
        quarters=quarters,
        halves=random_halves(pipelines) if named else (),
        variants=variants(source, plan, pipelines) if named else (),
        tippings={key: tippings_of(key, bridge, pipelines, settings) for key in named},
        selections={key: selection_of(key, bridge, pipelines, settings) for key in named},
        moved=moved,
    )


def variants[S](source: Source[S], plan: EvidencePlan[S], pipelines: Pipelines) -> list[Variant]:
    """Every other way to calculate the comparison; one that would be the same by construction is left out."""
    ways: list[tuple[str, Pipelines]] = [(name, source(other, OWN_GROUPS)) for name, other in plan.others]
    ways.append((gettext_noop("with deals grouped by size"), source(plan.comparison, BY_AMOUNT)))
    for by, name in _GROUPINGS.items():
        flows = regrouped(pipelines, by)
        if _sizes(flows) != _sizes(pipelines):
            ways.append((name, flows))
    calculated = [Variant(name=name, shares=point_shares(flows).shares) for name, flows in ways if flows]
    for name, options in _OPTIONS.items():
        calculated.append(Variant(name=name, shares=point_shares(pipelines, options).shares))
    return calculated


def _sizes(pipelines: Pipelines) -> dict[int, int]:
    return {pipeline: len(groups) for pipeline, groups in pipelines.items()}


def tippings_of(key: str, bridge: Bridge, pipelines: Pipelines, settings: GateSettings) -> tuple[Tipping, ...]:
    """The tipping points of one department's verdict."""
    share, factors = _party(key, bridge)
    return tipping_points(
        pipelines, party=key, share=share, factors=factors, least=_least(key, bridge, pipelines, settings)
    )


def selection_of(key: str, bridge: Bridge, pipelines: Pipelines, settings: GateSettings) -> float | None:
    """How much weaker what a department lost must have been for its verdict to fall: see `selection_point`."""
    share, _ = _party(key, bridge)
    return selection_point(pipelines, party=key, share=share, least=_least(key, bridge, pipelines, settings))


def _party(key: str, bridge: Bridge) -> tuple[float, Mapping[str, float]]:
    party = next(party for party in bridge.parties if party.key == key)
    return party.share.value, party.factors


def _least(key: str, bridge: Bridge, pipelines: Pipelines, settings: GateSettings) -> float:
    """The size from which on a share is clear."""
    return intervals_of(bridge).half[key] + settings.margin * revenue_scale(pipelines)
