"""Bridges to what a JSON column can keep, and back, without losing a bit."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from departments.json_types import Json
from revenue_health.contribution.core.intervals import Interval
from revenue_health.contribution.core.model.bridge import Bridge, Party
from revenue_health.contribution.core.model.interplay.inflation import Inflation
from revenue_health.contribution.core.model.interplay.load import Load
from revenue_health.contribution.core.model.interplay.origins import Excess
from revenue_health.contribution.core.verdict import Judgement, Verdict

_PLAIN = ("target", "actual", "baseline_revenue", "modelled_actual", "replicates")


def bridge_to_json(bridge: Bridge) -> Json:
    """Everything a bridge holds, replicates included: Python writes floats so that they read back equal."""
    return {name: getattr(bridge, name) for name in _PLAIN} | {
        "strategy": asdict(bridge.strategy) if bridge.strategy else None,
        "unexplained": asdict(bridge.unexplained),
        "baseline_replicates": bridge.baseline_replicates.tolist(),
        "unexplained_replicates": bridge.unexplained_replicates.tolist(),
        "parties": [_party_record(party) for party in bridge.parties],
        "players": list(bridge.players),
        "coalitions": bridge.coalitions.tolist(),
        "coalition_values": np.asarray(bridge.coalition_values).tolist(),
        "reasons": list(bridge.reasons),
        "loads": [_load_record(load) for load in bridge.loads],
        "origins": [asdict(excess) for excess in bridge.origins],
        "inflations": [_inflation_record(inflation) for inflation in bridge.inflations],
    }


def bridge_from_json(record: Json) -> Bridge:
    """The bridge a record was made of."""
    return Bridge(
        **{name: record[name] for name in _PLAIN},
        strategy=Interval(**record["strategy"]) if record["strategy"] else None,
        unexplained=Interval(**record["unexplained"]),
        baseline_replicates=np.array(record["baseline_replicates"], dtype=np.float64),
        unexplained_replicates=np.array(record["unexplained_replicates"], dtype=np.float64),
        parties=tuple(_party_of(party) for party in record["parties"]),
        players=tuple(record["players"]),
        coalitions=np.array(record["coalitions"], dtype=np.int64).reshape(
            len(record["coalitions"]), len(record["players"])
        ),
        coalition_values=np.array(record["coalition_values"], dtype=np.float64),
        reasons=tuple(record["reasons"]),
        loads=tuple(_load_of(load) for load in record["loads"]),
        origins=tuple(Excess(**excess | {"against": tuple(excess["against"])}) for excess in record["origins"]),
        inflations=tuple(_inflation_of(inflation) for inflation in record["inflations"]),
    )


def _inflation_record(inflation: Inflation) -> Json:
    return asdict(inflation) | {"sources": inflation.sources.tolist(), "opening": inflation.opening.tolist()}


def _inflation_of(record: Json) -> Inflation:
    arrays = {name: np.array(record[name], dtype=np.float64) for name in ("sources", "opening")}
    return Inflation(writer=record["writer"], entered=record["entered"], before=record["before"], **arrays)


def _load_record(load: Load) -> Json:
    return asdict(load) | {"relief": None if load.relief is None else load.relief.tolist()}


def _load_of(record: Json) -> Load:
    pairs = ("custodies", "arrivals", "hand_ons", "queue", "brought")
    relief = record["relief"]
    return Load(
        stage=record["stage"],
        player=record["player"],
        relief=None if relief is None else np.array(relief, dtype=np.float64),
        **{name: tuple(record[name]) for name in pairs},
    )


def _party_record(party: Party) -> Json:
    return {
        "key": party.key,
        "share": asdict(party.share),
        "replicates": party.replicates.tolist(),
        "switch_replicates": party.switch_replicates.tolist(),
        "factors": party.factors,
        "deals": party.deals,
        "known": bool(party.in_baseline),
        "verdict": str(party.judgement.verdict),
        "reason": party.judgement.reason,
        "sampling_error": party.sampling_error,
        "load": party.load,
        "brought": party.brought,
    }


def _party_of(record: Json) -> Party:
    return Party(
        key=record["key"],
        share=Interval(**record["share"]),
        replicates=np.array(record["replicates"], dtype=np.float64),
        switch_replicates=np.array(record["switch_replicates"], dtype=np.float64),
        factors=dict(record["factors"]),
        deals=record["deals"],
        in_baseline=record["known"],
        judgement=Judgement(verdict=Verdict(record["verdict"]), reason=record["reason"]),
        sampling_error=record["sampling_error"],
        load=record["load"],
        brought=record["brought"],
    )
