"""Events as the custody store keeps them: what each deal was after each change, when, and since when it is known."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.core.columns import NONE, Flags, Ints, SmallInts, has_value, integers, nullable, shifted
from pipeline.core.custody.inputs import MICROSECONDS, CustodyInput, order_of, withdrawn_of

NOTHING = int(np.iinfo(np.int64).min)
WITHDRAWN = -2
"""The stage of a deal that was withdrawn."""


def known_events(data: CustodyInput) -> pa.Table:
    """The events up to `data.as_of`, in order of (opportunity, time).

    opportunity int64; number int32, 0.. in the order in which things happened to the deal; at, recorded_at epoch
    seconds; stage int32? (null = lost, WITHDRAWN; what follows a loss or a withdrawal is as before it);
    amount int64? in minor units of the reporting currency, null where it stays
    as it was (a loss or withdrawal without an amount, one of a deal that had left already);
    expected_close date32? (null = not said).
    """
    opportunity, at_us = integers(data.events, "opportunity"), integers(data.events, "at_us")
    order = order_of(opportunity, at_us, integers(data.events, "sequence"))
    if order is None:
        order = np.arange(len(opportunity))
    order = order[at_us[order] // MICROSECONDS <= data.as_of]
    events = data.events.take(pa.array(order))
    key = opportunity[order]
    rows = np.arange(len(key), dtype=np.int64)
    first = np.append(True, key[1:] != key[:-1])[: len(key)]
    number = rows - np.maximum.accumulate(np.where(first, rows, 0)) if len(key) else rows
    amount = integers(events, "amount", null=NOTHING)
    lost = ~has_value(events, "stage")
    again = lost & shifted(lost) & ~first
    unchanged = lost & ((amount == 0) | again)
    return pa.table(
        {
            "opportunity": key,
            "number": number.astype(np.int32),
            "at": at_us[order] // MICROSECONDS,
            "recorded_at": integers(events, "recorded_us") // MICROSECONDS,
            "stage": nullable(_stages(events, again, rows)),
            "amount": nullable(np.where(unchanged, NOTHING, amount), null=NOTHING),
            "expected_close": pc.cast(events["expected_close"], pa.date32()),
        }
    )


def _stages(events: pa.Table, again: Flags, rows: Ints) -> SmallInts:
    """Stages, with what was withdrawn; a deal that has left can neither be lost nor withdrawn again."""
    stage = np.asarray(integers(events, "stage", null=NONE, dtype=np.int32))
    withdrawn = withdrawn_of(events)
    if withdrawn.any():
        # A row that says "gone" again takes the stage of the first one that said so.
        stage = np.where(withdrawn, WITHDRAWN, stage)[np.maximum.accumulate(np.where(again, 0, rows))]
    return stage.astype(np.int32)
