"""What can be shown of a month of pulse answers without revealing who gave which answer.

Guards, each against a way to work out single answers from sums:

- A cell (who rates, who is rated) is shown only with five answers or more. Fewer answers look the same as none.
- Nothing shown depends on answers in a hidden cell: totals are made from the shown cells alone, and from the figures
  as printed. Subtracting the cells from a total therefore leaves nothing.
- The mean is printed to one decimal and never beyond 1.2 or 4.8, so that a unanimous cell does not reveal everybody.
- The order of sentences follows from their words, not from people or times.
- A month is shown only when it is over and can no longer change (departments/discussion/selectors/pulse.py), so
  nobody sees a mean before and after a single answer.

What remains: anyone who learns all other answers of a cell, by asking, knows the last one. No threshold prevents that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from departments.translation import gettext as _

FEWEST = 5
LOWEST, HIGHEST = 1.2, 4.8


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer: departments by id, score from 1 to 5."""

    by: int
    about: int
    score: int
    sentence: str = ""


@dataclass(frozen=True, kw_only=True)
class Rating:
    """What is shown of a cell or of several combined: answers, mean from 1.2 to 4.8, sentences in nobody's order."""

    count: int
    mean: float
    sentences: tuple[str, ...] = ()

    @property
    def edge(self) -> str:
        """`or more` or `or less` beside a mean that stands for everything beyond the end of the scale; else empty."""
        return _("or more") if self.mean >= HIGHEST else _("or less") if self.mean <= LOWEST else ""


def ratings_of(answers: Iterable[Answer], *, salt: str) -> dict[tuple[int, int], Rating]:
    """The cells that may be shown, by (rating department, rated department). `salt`, such as the month, mixes the
    sentences anew."""
    cells: dict[tuple[int, int], list[Answer]] = defaultdict(list)
    for answer in answers:
        cells[answer.by, answer.about].append(answer)
    return {
        place: Rating(
            count=len(group),
            mean=_printed(sum(answer.score for answer in group) / len(group)),
            sentences=_mixed(group, salt),
        )
        for place, group in sorted(cells.items())
        if len(group) >= FEWEST
    }


def total_of(ratings: Iterable[Rating]) -> Rating | None:
    """Shown cells combined, weighted by their numbers of answers, from the printed means; None without any cell."""
    counted = list(ratings)
    count = sum(rating.count for rating in counted)
    if not count:
        return None
    return Rating(count=count, mean=_printed(sum(rating.mean * rating.count for rating in counted) / count))


def _printed(mean: float) -> float:
    return min(HIGHEST, max(LOWEST, round(mean, 1)))


def _mixed(answers: list[Answer], salt: str) -> tuple[str, ...]:
    sentences = [answer.sentence.strip() for answer in answers if answer.sentence.strip()]
    return tuple(sorted(sentences, key=lambda sentence: sha256(f"{salt} {sentence}".encode()).digest()))
