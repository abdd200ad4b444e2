"""The steps of stored figures, new or years old: the JSON of a comparison in, typed steps out."""

from __future__ import annotations

from departments.json_types import Json
from revenue_health.contribution.core.steps import BridgeSteps, Share, build_steps
from revenue_health.contribution.core.verdict import Verdict
from revenue_health.contribution.selectors.comparison.sentences import minor


def bridge_steps(figures: Json) -> BridgeSteps:
    """The steps of one comparison as `contributions_json` writes it; parties without a share have no step."""
    planned = figures["target"] is not None
    return build_steps(
        planned=planned,
        start=minor(figures["target"] if planned else figures["baseline_revenue"]) or 0,
        actual=minor(figures["actual"]) or 0,
        shares=[
            Share(
                key=party["key"],
                name=party["name"],
                verdict=Verdict(party["verdict"]),
                amount=amount,
                low=minor(party["low"]),
                high=minor(party["high"]),
            )
            for party in figures["parties"]
            if (amount := minor(party["amount"])) is not None
        ],
    )
