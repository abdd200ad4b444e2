"""How strict the gates are. A company may be stricter; the reasons for each value stand beside it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class GateSettings:
    """margin: part of gross won revenue that a whole interval must lie beyond zero. fewest_deals: Kish's effective
    number of deals. most_unrecorded: part of losses without a reason, or of entries without a source, above which
    nothing that rests on them is judged. most_without_baseline: part of a department's money-days in custodies which
    the baseline never saw. most_unexplained: part of all parts of the gap. fewest_quarters: earlier quarters a placebo
    needs. most_wrong_records: a verdict must survive this part of the records being wrong. most_selected: and what was
    lost beyond the rate before being less likely to be won by this part (0.4 in simulated companies whose deals differ
    as a gamma of shape 0.8). clear_variants: part of the ways to calculate in which a share must be clear.
    """

    margin: float = 0.02
    fewest_deals: float = 30.0
    most_unrecorded: float = 0.3
    most_without_baseline: float = 0.3
    most_unexplained: float = 0.1
    fewest_quarters: int = 2
    most_wrong_records: float = 0.2
    most_selected: float = 0.5
    clear_variants: float = 0.8


DEFAULT = GateSettings()
