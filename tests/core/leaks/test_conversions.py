"""Conversions go by deals that came past: stages may be skipped, and nothing converts at more than 100 %."""

from hypothesis import given

from pipeline.core.leaks.leaks import leaks_compute
from tests.core.leaks.test_leaks_properties import bounds
from tests.core.strategies import DAY, START, US, Company, brief, companies, connection_of, custody_of

LEAD, OFFER, WON, DELIVERY = 11, 12, 13, 14
GONE = -2


def stages(company, start=None, end=None):
    connection = connection_of(custody_of(company), company)
    leaks = leaks_compute(connection, start=start, end=end, as_of=company.as_of)
    return {row.stage: row for row in leaks.stages}


@brief
@given(companies(most=8), bounds, bounds)
def test_no_stage_converts_more_than_all(company, start, end):
    for row in stages(company, start, end).values():
        for conversion in (row.conversion_previous, row.conversion_first):
            assert conversion is None or 0 <= conversion <= 1


def company_of(*histories):
    """Deals of pipeline 1; a history is a list of (day, stage, None for lost or GONE for withdrawn)."""
    deals = [
        {"opportunity": key, "pipeline": 1, "segment": "", "source": None, "source_department": None, "bucket": 1,
         "team": ""}
        for key in range(1, len(histories) + 1)
    ]  # fmt: skip
    events = [
        {"opportunity": key, "at_us": (START + day * DAY) * US, "sequence": number, "amount": 100, "cause": None,
         "stage": None if stage == GONE else stage, "withdrawn": stage == GONE}
        for key, history in enumerate(histories, 1)
        for number, (day, stage) in enumerate(history)
    ]  # fmt: skip
    return Company(opportunities=deals, events=events, handoffs=[], as_of=START + 60 * DAY)


def test_an_optional_stage_counts_those_who_skip_it():
    """One of four deals takes the offer; three are won, of which two skipped it, and one is lost at once."""
    found = stages(
        company_of(
            [(0, LEAD), (1, OFFER), (2, WON)], [(0, LEAD), (3, WON)], [(0, LEAD), (4, WON)], [(0, LEAD), (5, None)]
        )
    )
    assert found[OFFER].reached.count == 1
    assert (found[OFFER].conversion_previous, found[WON].conversion_previous) == (0.75, 1.0)
    assert (found[WON].conversion_first, found[DELIVERY].conversion_previous) == (0.75, 0.0)


def test_of_a_period_those_count_that_came_past_in_it():
    """From day 10 on: one new lead, one won that was a lead before, one lead that goes back and forth. 1 of 2."""
    company = company_of(
        [(12, LEAD)], [(0, LEAD), (15, WON)], [(0, LEAD), (1, OFFER), (11, LEAD), (12, OFFER)]
    )  # fmt: skip
    found = stages(company, START + 10 * DAY, START + 20 * DAY)
    assert found[OFFER].conversion_previous == found[WON].conversion_first == 0.5
    assert (found[WON].conversion_previous, found[LEAD].conversion_first) == (1.0, 1.0)


def test_what_was_withdrawn_is_in_no_conversion_and_is_not_lost():
    """Two leads, one of them won and one withdrawn on day 3: until then it is one of two, then it never counted."""
    company = company_of([(0, LEAD), (1, WON)], [(0, LEAD), (3, GONE)])
    found, before = stages(company), stages(company, START, START + 3 * DAY)
    assert (before[OFFER].conversion_previous, found[OFFER].conversion_previous) == (0.5, 1.0)
    assert (found[LEAD].withdrawn.count, found[LEAD].lost.count, before[LEAD].withdrawn.count) == (1, 0, 0)


def test_where_nobody_came_past_the_stage_before_nothing_can_be_said():
    found = stages(company_of([(0, LEAD), (15, WON)]), START + 10 * DAY, START + 20 * DAY)
    assert found[WON].conversion_first is None
