"""The leak register for the page of leaks: what costs revenue against the baseline, as a sentence and by place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from departments.formats import counted, money_in_words
from departments.periods import Period
from pipeline.models import RecomputeRun
from pipeline.page.leak_headline import LeakCost, PeriodLeaks, reads_period_leaks
from revenue_health.contribution.models import Leak

if TYPE_CHECKING:
    from revenue_health.contribution.selectors.register.rows import LeakRow


@reads_period_leaks
def register_leaks(run: RecomputeRun, period: Period, currency: str) -> PeriodLeaks:
    """Every leak of the period; nothing of one that the register was not read for."""
    # Every process registers this function, few pages call it: the register needs arrays and databases of files.
    from revenue_health.contribution.selectors.register.period_register import leaks_of_period, reads_leaks_of

    if not reads_leaks_of(period):
        return PeriodLeaks()
    over = period.end < run.as_of.date()
    rows = leaks_of_period(period, over=over)
    if not rows:
        if over or not Leak.objects.exists():
            return PeriodLeaks()
        return PeriodLeaks(sentence=_("No leak is open: nothing costs revenue against the baseline."), costs={})
    costs = {
        (row.stage_id, row.department_id, row.factor): LeakCost(amount=row.amount, is_named=not row.unclear)
        for row in rows
    }
    return PeriodLeaks(sentence=_sentence(rows, currency), costs=costs)


def _sentence(rows: list[LeakRow], currency: str) -> str:
    """How many leaks there are and the largest of a department that is named; the others are held against nobody."""
    several = counted(len(rows), "leak")
    clear = [row for row in rows if not row.unclear]
    if not clear:
        size = money_in_words(rows[0].amount, currency)
        return ngettext(
            "{leaks} costs revenue against the baseline; no department can be named for it: {stage}, {factor}, {size}.",
            "{leaks} cost revenue against the baseline; no department can be named for any. The largest: "
            "{stage}, {factor}, {size}.",
            len(rows),
        ).format(leaks=several, stage=rows[0].stage, factor=_(rows[0].factor), size=size)
    size = money_in_words(clear[0].amount, currency)
    if clear[0] is rows[0]:
        text = ngettext(
            "{leaks} costs revenue against the baseline: {where}, {size}.",
            "{leaks} cost revenue against the baseline. The largest: {where}, {size}.",
            len(rows),
        )
    else:
        text = _(
            "{leaks} cost revenue against the baseline. The largest of a department that is named: {where}, {size}."
        )
    return text.format(leaks=several, where=clear[0].where, size=size)
