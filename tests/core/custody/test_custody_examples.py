"""Custody worked out by hand: day n is START + n days; pipeline 1: 11 (owner 1), 12 (2), 13 earns (2), 14 last (3)."""

from dataclasses import replace

import pytest

from tests.core.strategies import DAY, STAGES, START, US, Company, custody_of

AS_OF = START + 30 * DAY


def company(events, handoffs=(), pipeline=1, as_of=AS_OF):
    """events: (day, stage, amount[, cause]); handoffs: (department, requested day, completed day or None)."""
    opportunity = {
        "opportunity": 1,
        "pipeline": pipeline,
        "segment": "",
        "source": None,
        "source_department": 5,
        "bucket": 1,
        "team": None,
    }
    rows = [
        {
            "opportunity": 1,
            "at_us": int((START + day * DAY) * US),
            "sequence": n,
            "stage": stage,
            "amount": amount,
            "cause": cause[0] if cause else None,
        }
        for n, (day, stage, amount, *cause) in enumerate(events)
    ]
    asked = [
        {
            "opportunity": 1,
            "handoff": n,
            "department": department,
            "requested_us": int((START + begin * DAY) * US),
            "completed_us": None if end is None else int((START + end * DAY) * US),
        }
        for n, (department, begin, end) in enumerate(handoffs)
    ]
    return Company([opportunity], rows, asked, as_of)


def day(instant):
    return None if instant is None else (instant - START) / DAY


def holds(*args, **options):
    rows = custody_of(company(*args, **options)).holds.to_pylist()
    return [(r["stage"], r["department"], day(r["from_at"]), day(r["to_at"]), r["amount"], r["ended"]) for r in rows]


def moves(*args, **options):
    rows = custody_of(company(*args, **options)).moves.to_pylist()
    return [(day(r["at"]), r["kind"], r["from_stage"], r["to_stage"], r["department"], r["amount"]) for r in rows]


def visits(*args, **options):
    rows = custody_of(company(*args, **options)).visits.to_pylist()
    return [(r["stage"], day(r["entered_at"]), day(r["left_at"]), r["how"], r["first_entry"]) for r in rows]


def test_first_requested_is_first_charged_and_the_next_oldest_follows():
    # 4 asked on day 1, done on 3; 5 asked on day 2, done on 5: 4 has it 1-3, then 5 has it 3-5, else the owner 1
    assert holds([(0, 11, 100), (6, None, None)], [(4, 1, 3), (5, 2, 5)]) == [
        (11, 1, 0, 1, 100, "handed_on"),
        (11, 4, 1, 3, 100, "handed_on"),
        (11, 5, 3, 5, 100, "handed_on"),
        (11, 1, 5, 6, 100, "lost"),
    ]


def test_a_request_inside_an_older_one_never_holds():
    # 5 is asked and done (2-3) while 4 (1-4) still has the deal
    assert [h[1:4] for h in holds([(0, 11, 100)], [(4, 1, 4), (5, 2, 3)])] == [(1, 0, 1), (4, 1, 4), (1, 4, None)]


def test_an_open_hand_off_keeps_the_deal_across_a_stage_change():
    found = custody_of(company([(0, 11, 100), (2, 12, 100)], [(4, 1, None)])).holds.to_pylist()
    assert [(r["stage"], r["department"], day(r["hold_from"]), day(r["to_at"])) for r in found] == [
        (11, 1, 0, 1),
        (11, 4, 1, 2),
        (12, 4, 2, None),  # its age counts anew in the new stage
    ]
    assert [(r["to_stage"], r["to_department"]) for r in found] == [(11, 4), (12, 4), (None, None)]


def test_two_requests_to_one_department_are_one_hold():
    assert [h[1:4] for h in holds([(0, 11, 100)], [(4, 1, 2), (4, 2, 3)])] == [(1, 0, 1), (4, 1, 3), (1, 3, None)]


def test_a_request_before_the_first_event_counts_from_it():
    assert holds([(3, 11, 100)], [(4, 1, 5)])[0] == (11, 4, 3, 5, 100, "handed_on")


def test_a_request_completed_before_it_was_made_has_no_length():
    assert holds([(0, 11, 100)], [(4, 3, 2)]) == [(11, 1, 0, None, 100, "open")]


def test_a_visit_of_no_length_is_handed_on_by_who_has_it_at_that_instant():
    # 12 is entered and left on day 2, while department 4 has the deal
    found = holds([(0, 11, 100), (2, 12, 100), (2, 13, 100)], [(4, 1, 3)])
    assert (12, 4, 2, 2, 100, "handed_on") in found
    assert len([h for h in found if h[0] == 12]) == 1


def test_a_change_of_amount_cuts_a_hold_and_keeps_its_age():
    found = custody_of(company([(0, 11, 100), (2, 11, 80)])).holds.to_pylist()
    assert [(day(r["hold_from"]), day(r["from_at"]), r["hold"], r["amount"], r["ended"]) for r in found] == [
        (0, 0, 0, 100, "piece"),
        (0, 2, 0, 80, "open"),
    ]


def test_a_change_that_comes_with_a_move_is_booked_in_the_old_stage():
    # 100 -> 70 on entering 12: holder 1 shaved 30 in stage 11, 70 moved on
    assert moves([(0, 11, 100), (1, 12, 70)]) == [
        (0, "entered", None, 11, 5, 100),
        (1, "revalued", 11, None, 1, -30),
        (1, "advanced", 11, 12, 1, 70),
    ]


def test_won_then_delivered_then_money_is_lost_after_earning():
    # 13 earns, 14 is the last stage after it: finished on day 3; lost on day 9 by department 4
    assert moves([(0, 11, 100), (1, 13, None), (3, 14, None), (9, None, None, 4)]) == [
        (0, "entered", None, 11, 5, 100),
        (1, "won", 11, 13, 1, 100),
        (3, "advanced", 13, 14, 2, 100),
        (3, "finished", 14, None, 3, 100),
        (9, "reopened", 14, 14, None, 100),
        (9, "lost", 14, None, 4, 100),
    ]


def test_a_finished_deal_seen_again_unchanged_stays_finished():
    once = moves([(0, 21, 100), (1, 23, 100)], pipeline=2)
    assert moves([(0, 21, 100), (1, 23, 100), (2, 23, 100), (3, 23, None)], pipeline=2) == once
    assert [m[1] for m in once] == ["entered", "won", "finished"]


def test_a_finished_deal_revalued_comes_back_for_an_instant():
    assert moves([(0, 23, 100), (5, 23, 90)], pipeline=2)[2:] == [
        (5, "reopened", 23, 23, None, 100),
        (5, "revalued", 23, None, 3, -10),
        (5, "finished", 23, None, 3, 90),
    ]


def test_a_pipeline_that_never_earns_never_finishes():
    assert visits([(0, 31, 100), (1, 32, 100)], pipeline=3)[-1] == (32, 1, None, "open", True)


def test_lost_first_means_it_was_lost_in_the_first_stage():
    assert visits([(2, None, 100)]) == [(11, 2, 2, "lost", True)]
    assert [m[1] for m in moves([(2, None, 100)])] == ["entered", "lost"]


def test_a_lost_deal_cannot_be_lost_again_but_reopened():
    events = [(0, 11, 100), (1, None, 0), (2, None, 50), (3, 12, None), (4, 11, None)]
    assert visits(events) == [
        (11, 0, 1, "lost", True),
        (12, 3, 4, "returned", True),
        (11, 4, None, "open", False),
    ]
    assert (3, "reopened", None, 12, None, 100) in moves(events)


def test_a_loss_without_a_cause_is_charged_to_the_holder_and_says_so():
    rows = custody_of(company([(0, 11, 100), (3, None, None)], [(4, 1, None)])).moves.to_pylist()
    assert [(r["kind"], r["department"], r["assumed"]) for r in rows] == [("entered", 5, False), ("lost", 4, True)]


def test_events_of_one_instant_go_by_their_sequence():
    assert [v[0] for v in visits([(1, 12, 100), (1, 11, 100), (0, 13, 100)])] == [13, 12, 11]


def test_what_is_unknown_is_refused():
    with pytest.raises(ValueError, match="unknown stage"):
        custody_of(company([(0, 99, 100)]))
    stray = company([(0, 11, 100)])
    stray.events[0]["opportunity"] = 7
    with pytest.raises(ValueError, match="unknown opportunity"):
        custody_of(stray)


def owned(*owners):
    """Pipeline 1 with stage 11 of others from some day on: (day, department)."""
    later = [{"since": int(START + since * DAY), "owner": owner} for since, owner in owners]
    return [{**row, "later_owners": later} if row["stage"] == 11 else row for row in STAGES]


def test_a_stage_that_changes_hands_takes_its_deals_along_and_hands_none_on():
    found = custody_of(replace(company([(0, 11, 100), (5, 12, 100)]), stages=owned((2, 3), (4, 4)))).holds.to_pylist()
    assert [(r["department"], day(r["hold_from"]), day(r["to_at"]), r["hold"], r["ended"]) for r in found] == [
        (1, 0, 2, 0, "piece"),
        (3, 2, 4, 1, "piece"),
        (4, 4, 5, 2, "handed_on"),
        (2, 5, None, 0, "open"),
    ]
    assert [r["to_department"] for r in found] == [None, None, 2, None]


def test_who_was_asked_keeps_the_deal_and_hands_it_to_the_owner_of_then():
    story = company([(0, 11, 100)], [(5, 1, 3)])
    found = custody_of(replace(story, stages=owned((2, 3)))).holds.to_pylist()
    assert [(r["department"], day(r["from_at"]), r["ended"], r["to_department"]) for r in found] == [
        (1, 0, "handed_on", 5),
        (5, 1, "handed_on", 3),
        (3, 3, "open", None),
    ]


def test_an_owner_to_come_is_not_known_yet():
    story = replace(company([(0, 11, 100)], as_of=START + 2 * DAY), stages=owned((3, 4)))
    assert [r["department"] for r in custody_of(story).holds.to_pylist()] == [1]
