"""Money of many currencies in the one the company reports in.

A deal is converted at one rate for its whole life: the rate in force on the day of its first event. So a deal's
amount changes only when somebody changed it, never because a currency moved, and the flow balances.
"""

from __future__ import annotations

import pyarrow as pa

from departments.core.engine import engine


class RateMissing(Exception):
    """A currency has no rate on or before the day a deal began."""


def amounts_in_reporting_currency(
    events: pa.Table, opportunities: pa.Table, rates: pa.Table, *, reporting_currency: str
) -> pa.Table:
    """Events with `amount` in minor units of the reporting currency.

    events: opportunity int64, at_us int64, day date32 (in the company's time zone), amount int64 (minor units of the
    deal's currency). opportunities: opportunity int64, currency string. rates: currency string, date date32,
    rate double (reporting units per unit). Rounds half away from zero to a minor unit, once per event.
    Raises RateMissing, naming the currency and the day.
    """
    # Most companies sell in one currency and need no join.
    if not (opportunities["currency"].to_numpy(zero_copy_only=False) != reporting_currency).any():
        return events.drop_columns(["day"])
    with engine() as connection:
        for name, table in (("events", events), ("opportunities", opportunities), ("rates", rates)):
            connection.register(name, table)
        connection.execute(_FIRST_DAYS, [reporting_currency])
        connection.execute(_RATED)
        gap = connection.execute("SELECT currency, day FROM rated WHERE rate IS NULL ORDER BY day LIMIT 1").fetchone()
        if gap:
            raise RateMissing(f"There is no rate for {gap[0]} on or before {gap[1]}: add one to rates.csv.")
        return connection.sql(_CONVERTED).to_arrow_table()


_FIRST_DAYS = """
CREATE TEMP TABLE firsts AS
SELECT e.opportunity, o.currency, min(e.day) AS day FROM events e JOIN opportunities o USING (opportunity)
WHERE o.currency <> ? GROUP BY ALL
"""
# ASOF: the newest rate on or before the day.
_RATED = """
CREATE TEMP TABLE rated AS
SELECT f.opportunity, f.currency, f.day, r.rate FROM firsts f
ASOF LEFT JOIN rates r ON f.currency = r.currency AND f.day >= r.date
"""
# A deal without a row in `rated` is in the reporting currency: a rate that is missing has been refused by then.
_CONVERTED = """
SELECT e.* EXCLUDE (amount, day),
       CASE WHEN r.rate IS NULL THEN e.amount ELSE round(e.amount * r.rate)::BIGINT END AS amount
FROM events e LEFT JOIN rated r USING (opportunity)
"""
