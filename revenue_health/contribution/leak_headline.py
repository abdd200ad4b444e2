"""The sentence of the leak register for the page of leaks: what costs revenue against the baseline."""

from __future__ import annotations

from departments.formats import counted, money_in_words
from departments.periods import Period
from pipeline.models import RecomputeRun
from pipeline.page.leak_headline import writes_leak_headline
from revenue_health.contribution.models import Leak
from revenue_health.contribution.selectors.register.earlier import leaks_of_quarter
from revenue_health.contribution.selectors.register.rows import top_leaks

MOST = 50


@writes_leak_headline
def register_sentence(run: RecomputeRun, period: Period, currency: str) -> str:
    """How many leaks there are and the largest of a department whose share is clear; of the others none is held against
    anybody. Empty of a period that the register was not read for."""
    if "-Q" not in period.label:
        return ""
    over = period.end < run.as_of.date()
    rows = leaks_of_quarter(period, most=MOST) if over else top_leaks(most=MOST)
    if not rows:
        is_read = not over and Leak.objects.exists()
        return "No leak is open: nothing costs revenue against the baseline." if is_read else ""
    several = counted(len(rows), "leak")
    verb = "costs" if len(rows) == 1 else "cost"
    clear = [row for row in rows if not row.unclear]
    if not clear:
        size = money_in_words(rows[0].amount, currency)
        return (
            f"{several} {verb} revenue against the baseline, none with a department whose share is clear. The largest: "
            f"{rows[0].stage}, {rows[0].factor}, {size}."
        )
    size = money_in_words(clear[0].amount, currency)
    return f"{several} {verb} revenue against the baseline. The largest: {clear[0].where}, {size}."
