"""The sentences of the leak map, made from its figures: where most was lost, and what is not known."""

from __future__ import annotations

from dataclasses import dataclass

from departments.formats import counted, money_in_words, percent
from pipeline.core.leaks.figures import CellLeaks, Figure, Leaks
from pipeline.selectors.overview import Structure
from pipeline.views.leaks.query import Question


@dataclass(frozen=True, kw_only=True)
class Message:
    """The largest text of the page, and the smaller ones under it."""

    head: str
    under: list[str]


@dataclass(frozen=True, kw_only=True)
class Teller:
    """Writes a figure by the question's measure, with its unit."""

    question: Question
    currency: str
    structure: Structure

    def size(self, figure: Figure) -> int:
        return figure.amount if self.question.measure == "money" else figure.count

    def tell(self, figure: Figure) -> str:
        if self.question.measure == "deals":
            return counted(figure.count, "deal")
        return money_in_words(figure.amount, self.currency)

    def verb(self, figure: Figure, one: str, many: str) -> str:
        """Money is one thing; deals are as many as they are."""
        return many if self.question.measure == "deals" and figure.count != 1 else one

    def where(self, cell: CellLeaks) -> tuple[str, str]:
        return self.structure.stages[cell.stage].name, self.structure.department_name(cell.department)


def message(leaks: Leaks, compared: Leaks | None, teller: Teller, *, compared_label: str, running: bool) -> Message:
    """What was lost and where most of it; then what is late, and what the figures do not say."""
    period = teller.question.period.label
    lost = leaks.totals.lost
    so_far = " so far" if running else ""
    if not any(_moved(leaks)):
        return Message(head=f"Nothing is recorded for {period}.", under=["Choose another period or fewer filters."])
    if not teller.size(lost):
        head = f"No loss is recorded for {period}{so_far}."
    else:
        worst = max(leaks.stages, key=lambda stage: teller.size(stage.lost))
        part = percent(teller.size(worst.lost) / teller.size(lost))
        stage = teller.structure.stages[worst.stage].name
        head = (
            f"{_upper(teller.tell(lost))} {teller.verb(lost, 'was', 'were')} lost in {period}{so_far}, "
            f"most of it in {stage}: {teller.tell(worst.lost)} ({part} %)."
        )
    under = [
        _change(leaks, compared, teller, compared_label),
        _late(leaks, teller),
        _unknown(leaks, teller),
        GROSS if teller.size(lost) else "",
    ]
    return Message(head=head, under=[sentence for sentence in under if sentence])


GROSS = (
    "Deals are lost in every company: what was lost is no verdict on a department. Who lost more or less than its "
    "baseline stands under Contribution and in the leak register."
)


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _moved(leaks: Leaks) -> list[int]:
    return [
        leaks.totals.created.count,
        leaks.totals.won.count,
        leaks.totals.lost.count,
        leaks.totals.open.count,
        *(stage.opening.count for stage in leaks.stages),
    ]


def _change(leaks: Leaks, compared: Leaks | None, teller: Teller, label: str) -> str:
    if compared is None:
        return ""
    now, then = teller.size(leaks.totals.lost), teller.size(compared.totals.lost)
    if not any(_moved(compared)):
        return f"There is nothing to compare with: nothing is recorded for {label}."
    if not then:
        return f"No loss is recorded for {label}."
    change = (now - then) / then
    word = "more" if change > 0 else "less"
    if abs(change) < 0.005:
        return f"As much as in {label}."
    return f"That is {percent(abs(change))} % {word} than in {label} ({teller.tell(compared.totals.lost)})."


def _late(leaks: Leaks, teller: Teller) -> str:
    over = sum((cell.over_limit for cell in leaks.cells), Figure())
    if not teller.size(over):
        return ""
    worst = max(leaks.cells, key=lambda cell: teller.size(cell.over_limit))
    stage, department = teller.where(worst)
    return (
        f"{_upper(teller.tell(over))} {teller.verb(over, 'is', 'are')} over the stage’s time limit, most of it "
        f"({teller.tell(worst.over_limit)}) in {stage} with {department}."
    )


def _unknown(leaks: Leaks, teller: Teller) -> str:
    lost = teller.size(leaks.totals.lost)
    assumed = sum(teller.size(cell.assumed) for cell in leaks.cells)
    if not lost or not assumed:
        return ""
    part = percent(assumed / lost) if assumed / lost >= 0.005 else "under 1"
    return f"No reason is recorded for {part} % of what was lost; no department is charged with that part."
