"""Exchange rates that meet nothing, that look like a slip, or that make amounts worth nothing."""

# ruff: noqa: S608 - statements are put together from names of our own tables and columns only.

from __future__ import annotations

from departments.translation import gettext_noop
from pipeline.imports.folder.checks import query, query_large
from pipeline.imports.folder.staging import Staging

_FAR = 5
"""Times by which a rate differs from the one before it that is taken for a slip."""
_HALF_CENT = "0.005"
_NAMED = 20

_LEAST = (
    "SELECT r.currency, min(r.rate) AS rate FROM pipeline_exchangerate r"
    " JOIN departments_company c ON c.reporting_currency <> r.currency GROUP BY r.currency"
)
_SOME_VANISH = (
    "SELECT DISTINCT o.currency FROM pipeline_event e JOIN pipeline_opportunity o ON o.id = e.opportunity_id"
    f" JOIN ({_LEAST}) r ON r.currency = o.currency WHERE e.amount > 0 AND e.amount * r.rate < {_HALF_CENT}"
)
_VANISHING = f"""
WITH firsts AS (
    SELECT o.id, o.key, o.currency, min(e.occurred_at AT TIME ZONE c.time_zone)::date AS day
    FROM departments_company c JOIN pipeline_opportunity o ON o.currency = %s
        JOIN pipeline_event e ON e.opportunity_id = o.id GROUP BY o.id, o.key, o.currency
),
days AS (
    SELECT f.id, f.key, max(r.date) AS since FROM firsts f
        JOIN pipeline_exchangerate r ON r.currency = f.currency AND r.date <= f.day GROUP BY f.id, f.key
)
SELECT r.date, r.rate, count(*), count(*) FILTER (WHERE e.amount * r.rate < {_HALF_CENT}),
    min(CASE WHEN e.amount * r.rate < {_HALF_CENT} THEN d.key END)
FROM days d JOIN pipeline_exchangerate r ON r.currency = %s AND r.date = d.since
    JOIN pipeline_event e ON e.opportunity_id = d.id
WHERE e.amount > 0 GROUP BY r.date, r.rate HAVING count(*) FILTER (WHERE e.amount * r.rate < {_HALF_CENT}) > 0
ORDER BY r.date"""


def rates_notes(staging: Staging) -> list[str]:
    """Sentences about the rates there would be, whichever of rates, deals and events this import brings."""
    notes = []
    if "rates.csv" in staging.files:
        notes += _odd_rates()
    if {"rates.csv", "opportunities.csv", "events.csv"} & set(staging.files):
        notes += _vanishing_amounts(staging)
    return notes


def _odd_rates() -> list[str]:
    """Rates that are not used, and those that look as if a decimal point had slipped."""
    notes = []
    ((own, money),) = query(
        "SELECT count(*), min(c.reporting_currency) FROM in_rates r"
        " JOIN departments_company c ON c.reporting_currency = r.currency"
    )
    if own:
        notes.append(
            gettext_noop(
                "rates.csv: {own:,} rows are of {money}, the company's own currency, and are not used."
            ).format(own=own, money=money)
        )
    far = query(
        "SELECT currency, date, r.rate, r.before FROM (SELECT currency, date, rate, lag(rate) OVER (PARTITION BY"
        " currency ORDER BY date) AS before FROM pipeline_exchangerate) r JOIN in_rates i USING (currency, date)"
        f" WHERE greatest(r.rate / r.before, r.before / r.rate) >= {_FAR} ORDER BY 1, 2"
    )
    if far:
        listed = [f"{name} {rate.normalize():f} on {day} after {old.normalize():f}" for name, day, rate, old in far]
        more = f" and {len(listed) - _NAMED:,} more" if len(listed) > _NAMED else ""
        notes.append(
            gettext_noop("rates.csv: rates are far from the ones before; check their decimal points: {listed}.").format(
                listed=", ".join(listed[:_NAMED]) + more
            )
        )
    return notes


def _vanishing_amounts(staging: Staging) -> list[str]:
    """A sentence for each rate at which amounts above zero come to less than half a cent, which is 0.00."""
    ((money,),) = query("SELECT reporting_currency FROM departments_company")
    note = gettext_noop(
        "rates.csv: at {rate} {money} for 1 {currency} (since {day}) {vanishing:,} of {amounts:,} amounts above 0 come "
        "to 0.00 {money}, the first of deal “{deal}”; they count as nothing. Check the decimal point of the rate."
    )
    return [
        note.format(
            rate=_digits(rate), money=money, currency=currency, day=day, vanishing=small, amounts=all_, deal=deal
        )
        for (currency,) in sorted(query_large(staging, _SOME_VANISH))
        for day, rate, all_, small, deal in query_large(staging, _VANISHING, [currency, currency])
    ]


def _digits(rate: object) -> str:
    return f"{float(str(rate)):.10f}".rstrip("0").rstrip(".")
