"""Warnings about the company folder that a mapping wrote: what would make figures meaningless or misleading."""

# ruff: noqa: S608 - statements are put together from our own numbers only.

from __future__ import annotations

from datetime import datetime

import duckdb

from departments.translation import gettext_noop

_STANDING_STILL_DAYS = 400
_AT_ONCE_SHARE = 0.2
"""Where more of the deals ended at once, probably nothing says when they ended."""


def folder_checks(
    store: duckdb.DuckDBPyConnection, outcomes: dict[str, list[float]], last: datetime, *, stopped: bool, now: datetime,
    later: bool = False,
) -> list[str]:  # fmt: skip
    """A sentence for everything that would make figures meaningless or misleading.

    `store` has the tables `history` and `ends` of folder_preview. `later`: the folder has only what changed since
    earlier files, so that what it lacks says nothing.
    """
    total = sum(int(numbers[0]) for numbers in outcomes.values())
    sentences = [ahead] if (ahead := _ahead(store, now)) else []
    sentences += [] if later else _missing(outcomes, last, stopped=stopped)
    sentences += _without_reason(store) + ([] if later else _one_owner(store))
    return sentences + _without_time(store) + _ageing(store, last, total) + _after_winning(store)


def _missing(outcomes: dict[str, list[float]], last: datetime, *, stopped: bool) -> list[str]:
    """What a whole list lacks."""
    count = {name: int(numbers[0]) for name, numbers in outcomes.items()}
    sentences = []
    if stopped:
        sentences.append(
            gettext_noop(
                "The newest event is of {last:%-d %B %Y}. Read the figures as of that day, or everything looks overdue."
            ).format(last=last)
        )
    if not count.get("lost"):
        sentences.append(
            gettext_noop("No deal is lost. Losses have no causes then; check which values mean that a deal is lost.")
        )
    if not count.get("won"):
        sentences.append(
            gettext_noop("No deal is won, so there is no revenue. Check which values mean that a deal is won.")
        )
    if not any(numbers[1] for numbers in outcomes.values()):
        sentences.append(
            gettext_noop("No deal has an amount: money is 0 everywhere. Name a column of amounts, or a usual amount.")
        )
    return sentences


def _without_reason(store: duckdb.DuckDBPyConnection) -> list[str]:
    reasons = store.execute(
        "SELECT count(*) FILTER (reason <> ''), count(*) FROM ends WHERE outcome = 'lost'"
    ).fetchone()
    if not reasons or reasons[0] >= reasons[1]:
        return []
    share = 100 - 100 * reasons[0] / reasons[1]
    return [
        gettext_noop("{share:.0f} % of the lost deals have no reason; their losses are charged to nobody.").format(
            share=share
        )
    ]


def _one_owner(store: duckdb.DuckDBPyConnection) -> list[str]:
    owners = store.execute("SELECT count(DISTINCT owner_department) FROM stages WHERE earns = '0'").fetchone()
    if not owners or owners[0] != 1:
        return []
    return [gettext_noop("One department owns every open stage. Others appear only with hand-offs or lost reasons.")]


def _without_time(store: duckdb.DuckDBPyConnection) -> list[str]:
    """Deals that ended the moment they began: where no column says when they closed, that is all that is known."""
    row = store.execute(
        "SELECT count(*) FILTER (lasted = 0), count(*) FROM (SELECT epoch(max(since) - min(since)) AS lasted"
        " FROM history WHERE deal IN (SELECT deal FROM ends WHERE outcome IN ('won', 'lost')) GROUP BY deal"
        " HAVING count(*) > 1)"
    ).fetchone()
    if not row or row[0] <= _AT_ONCE_SHARE * row[1]:
        return []
    return [
        gettext_noop(
            "{count:,} of {total:,} deals that ended did so the moment they began, and count in the period of that "
            "moment: check which column says when they closed."
        ).format(count=row[0], total=row[1])
    ]


def _ahead(store: duckdb.DuckDBPyConnection, now: datetime) -> str:
    """Events of days to come are typing mistakes nearly always: a century, or a day written as a month."""
    row = store.execute(
        "SELECT count(*), max(since), arg_max(deal, since) FROM history WHERE since > ?::TIMESTAMP + INTERVAL 1 DAY",
        [now.replace(tzinfo=None)],
    ).fetchone()
    if not row or not row[0]:
        return ""
    return gettext_noop(
        "{count:,} events lie in the future, the last one of {deal} on {day:%-d %B %Y}: mend their dates."
    ).format(count=row[0], deal=row[2], day=row[1])


def _ageing(store: duckdb.DuckDBPyConnection, last: datetime, total: int) -> list[str]:
    row = store.execute(
        "SELECT count(*), sum(amount) FROM ends WHERE outcome = 'open'"
        f" AND since < ?::TIMESTAMP - INTERVAL {_STANDING_STILL_DAYS} DAY",
        [last],
    ).fetchone()  # fmt: skip
    if not row or not row[0]:
        return []
    return [
        gettext_noop(
            "{count:,} of {total:,} deals are open and have not moved for more than {standing_still_days} days "
            "({money:,.0f} in money). They count as open pipeline until somebody closes them."
        ).format(count=row[0], total=total, standing_still_days=_STANDING_STILL_DAYS, money=row[1] or 0)
    ]


def _after_winning(store: duckdb.DuckDBPyConnection) -> list[str]:
    row = store.execute(
        "SELECT count(DISTINCT h.deal) FROM history h"
        " JOIN (SELECT deal, min(since) AS won FROM history WHERE earns GROUP BY 1) w"
        " ON w.deal = h.deal AND h.since > w.won WHERE NOT h.earns"
    ).fetchone()
    if not row or not row[0]:
        return []
    return [
        gettext_noop(
            "{count:,} deals go on to another stage, or are lost, after they were won; money is then taken back."
        ).format(count=row[0])
    ]
