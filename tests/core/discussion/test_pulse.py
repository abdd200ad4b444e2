"""The pulse tells nothing from which a single answer could be taken: worked examples and properties."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from departments.discussion.core.pulse import FEWEST, Answer, Rating, ratings_of, total_of

answer = st.builds(
    Answer, by=st.integers(1, 3), about=st.integers(1, 3), score=st.integers(1, 5), sentence=st.text("ab ", max_size=3)
)
answers = st.lists(answer, max_size=60)


def cell(scores: list[int], by: int = 1, about: int = 2) -> list[Answer]:
    return [Answer(by=by, about=about, score=score, sentence=f"s{number}") for number, score in enumerate(scores)]


def told(given_answers: list[Answer]) -> object:
    """Everything that is ever shown of a month."""
    ratings = ratings_of(given_answers, salt="2026-10")
    received = {about: total_of(r for (_, a), r in ratings.items() if a == about) for about in (1, 2, 3)}
    return ratings, received


def test_five_answers_have_a_mean_and_four_have_none() -> None:
    assert ratings_of(cell([1, 2, 3, 4, 4]), salt="x")[1, 2] == Rating(
        count=5, mean=2.8, sentences=ratings_of(cell([1, 2, 3, 4, 4]), salt="x")[1, 2].sentences
    )
    assert ratings_of(cell([1, 2, 3, 4]), salt="x") == {}


def test_a_unanimous_cell_gives_nobody_away() -> None:
    one_differs, all_alike = ratings_of(cell([5, 5, 5, 5, 4]), salt="x"), ratings_of(cell([5] * 5), salt="x")
    assert one_differs[1, 2] == all_alike[1, 2]
    assert all_alike[1, 2].edge == "or more"
    assert ratings_of(cell([1] * 6), salt="x")[1, 2].edge == "or less"


def test_a_total_weighs_cells_by_their_answers() -> None:
    ratings = ratings_of(cell([2] * 5) + cell([4] * 15, by=3), salt="x")
    assert total_of(ratings.values()) == Rating(count=20, mean=3.5)
    assert total_of([]) is None


@given(answers)
def test_only_cells_with_enough_answers_are_told(given_answers: list[Answer]) -> None:
    for (by, about), rating in ratings_of(given_answers, salt="x").items():
        scores = [one.score for one in given_answers if (one.by, one.about) == (by, about)]
        assert rating.count == len(scores) >= FEWEST
        assert abs(rating.mean - min(4.8, max(1.2, sum(scores) / len(scores)))) <= 0.05 + 1e-9


@given(answers, st.data())
def test_an_answer_in_a_hidden_cell_changes_nothing_told(given_answers: list[Answer], data: st.DataObject) -> None:
    """Not the cells, not the totals, not the sentences: a differencing attack has nothing to subtract."""
    hidden = [
        number
        for number, one in enumerate(given_answers)
        if sum((other.by, other.about) == (one.by, one.about) for other in given_answers) < FEWEST
    ]
    changed = list(given_answers)
    for number in hidden:
        score = data.draw(st.integers(1, 5))
        changed[number] = replace(changed[number], score=score, sentence=data.draw(st.text("cd", max_size=3)))
    assert told(changed) == told(given_answers)
    assert told([one for number, one in enumerate(given_answers) if number not in hidden]) == told(given_answers)


@given(answers, st.randoms(use_true_random=False))
def test_the_order_of_answers_leaves_no_trace(given_answers: list[Answer], random: object) -> None:
    mixed = list(given_answers)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert told(mixed) == told(given_answers)


@given(st.lists(st.integers(1, 5), min_size=FEWEST, max_size=12))
def test_no_printed_mean_settles_anybody_s_answer(scores: list[int]) -> None:
    """Whatever a person said, another answer of theirs fits the same printed cell, given other answers of the rest."""
    shown = ratings_of(cell(scores), salt="x")[1, 2].mean
    fitting = {
        one
        for one in range(1, 6)
        for rest in range(len(scores) - 1, 5 * (len(scores) - 1) + 1)
        if min(4.8, max(1.2, round((one + rest) / len(scores), 1))) == shown
    }
    assert len(fitting) > 1
