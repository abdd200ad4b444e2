"""The sentences of the leak map, made from its figures: where most was lost, and what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from departments.day_formats import day_text
from departments.formats import counted, money_in_words, percent
from pipeline.core.leaks.figures import Figure, Leaks
from pipeline.selectors.overview import Structure
from pipeline.views.leaks.filters import LeakMapFilters


@dataclass(frozen=True, kw_only=True)
class Message:
    """The largest text of the page, and the smaller ones under it; losses: whether there are any to speak of."""

    head: str
    under: list[str]
    losses: bool = False


def weeks_reach(weeks: Sequence[date], *, first: date, last: date) -> str:
    """Which days the whole weeks of a chart (their Mondays, in order) have, where they are not those of the period from
    its first to its last known day; else nothing."""
    begin, end = weeks[0], weeks[-1] + timedelta(days=6)
    if (begin, end) == (first, last):
        return ""
    sentence = _("The weeks are whole, from {begin} to {end}; the period is counted from {first} to {last}.")
    return sentence.format(begin=day_text(begin), end=day_text(end), first=day_text(first), last=day_text(last))


@dataclass(frozen=True, kw_only=True)
class SentenceBuilder:
    """Writes a figure by the filters' measure, with its unit."""

    filters: LeakMapFilters
    currency: str
    structure: Structure

    def size(self, figure: Figure) -> int:
        return figure.amount if self.filters.measure == "money" else figure.count

    def tell(self, figure: Figure) -> str:
        if self.filters.measure == "deals":
            return counted(figure.count, "deal")
        return money_in_words(figure.amount, self.currency)

    def form(self, figure: Figure, singular: str, plural: str) -> str:
        """Money is one thing; deals are as many as they are."""
        return plural if self.filters.measure == "deals" and figure.count != 1 else singular


def leak_map_message(
    leaks: Leaks, compared: Leaks | None, sentences: SentenceBuilder, *, head: str, compared_label: str, running: bool
) -> Message:
    """What costs revenue against the baseline (`head`); gross losses are no headline and stand under it, then what is
    late, and what the figures do not say."""
    period = sentences.filters.period.label
    lost = leaks.totals.lost
    so_far = _(" so far") if running else ""
    if not any(_moved_counts(leaks)):
        return Message(
            head=_("Nothing is recorded for {period}.").format(period=period),
            under=[_("Choose another period or fewer filters.")],
        )
    if not sentences.size(lost):
        gross = _("No loss is recorded for {period}{so_far}.").format(period=period, so_far=so_far)
    else:
        worst = max(leaks.stages, key=lambda stage: sentences.size(stage.lost))
        part = percent(sentences.size(worst.lost) / sentences.size(lost))
        stage = sentences.structure.stages[worst.stage].name
        gross = sentences.form(
            lost,
            _("{amount} was lost in {period}{so_far}, most of it in {stage}: {tell} ({part} %)."),
            _("{amount} were lost in {period}{so_far}, most of it in {stage}: {tell} ({part} %)."),
        ).format(
            amount=_upper_first(sentences.tell(lost)),
            period=period,
            so_far=so_far,
            stage=stage,
            tell=sentences.tell(worst.lost),
            part=part,
        )
    under = [
        gross,
        _change_sentence(leaks, compared, sentences, compared_label),
        _late_sentence(leaks, sentences),
        _unknown_sentence(leaks, sentences),
    ]
    start = head or _("Where deals stand in {period}{so_far}.").format(period=period, so_far=so_far)
    return Message(head=start, under=[sentence for sentence in under if sentence], losses=sentences.size(lost) > 0)


def _upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def _moved_counts(leaks: Leaks) -> list[int]:
    return [
        leaks.totals.created.count,
        leaks.totals.won.count,
        leaks.totals.lost.count,
        leaks.totals.open.count,
        *(stage.opening.count for stage in leaks.stages),
    ]


def _change_sentence(leaks: Leaks, compared: Leaks | None, sentences: SentenceBuilder, label: str) -> str:
    if compared is None:
        return ""
    now, then = sentences.size(leaks.totals.lost), sentences.size(compared.totals.lost)
    if not any(_moved_counts(compared)):
        return _("There is nothing to compare with: nothing is recorded for {label}.").format(label=label)
    if not then:
        return _("No loss is recorded for {label}.").format(label=label)
    change = (now - then) / then
    if abs(change) < 0.005:
        return _("As much as in {label}.").format(label=label)
    text = (
        _("That is {part} % more than in {label} ({tell}).")
        if change > 0
        else _("That is {part} % less than in {label} ({tell}).")
    )
    return text.format(part=percent(abs(change)), label=label, tell=sentences.tell(compared.totals.lost))


def _late_sentence(leaks: Leaks, sentences: SentenceBuilder) -> str:
    over = sum((stage.over_limit for stage in leaks.stages), Figure())
    if not sentences.size(over):
        return ""
    worst = max(leaks.stages, key=lambda stage: sentences.size(stage.over_limit))
    return sentences.form(
        over,
        _("{amount} is over the stage’s time limit, most of it in {name}: {tell}."),
        _("{amount} are over the stage’s time limit, most of it in {name}: {tell}."),
    ).format(
        amount=_upper_first(sentences.tell(over)),
        name=sentences.structure.stages[worst.stage].name,
        tell=sentences.tell(worst.over_limit),
    )


def _unknown_sentence(leaks: Leaks, sentences: SentenceBuilder) -> str:
    lost = sentences.size(leaks.totals.lost)
    assumed = sum(sentences.size(cell.assumed) for cell in leaks.cells)
    if not lost or not assumed:
        return ""
    part = percent(assumed / lost) if assumed / lost >= 0.005 else _("under 1")
    return _("No reason is recorded for {part} % of what was lost; no department is charged with that part.").format(
        part=part
    )
