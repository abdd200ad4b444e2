"""The weekly review: one figure everywhere, every number a link, and who may see it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape, strip_tags

from departments.core.line_breaks import non_breaking
from departments.models import Company, Department, Entry, Measurable, User
from departments.models.promises import Commitment
from departments.periods import Period, monday_of
from pipeline.models import Pipeline, PlanTarget, RecomputeRun
from pipeline.selectors.data.readiness import held_back
from pipeline.selectors.deals.changes import since_usual
from pipeline.selectors.leaks.leaks import DealFilter, calendar_of, leaks_of
from revenue_health.contribution.models import GroupScore, ScoreRun
from revenue_health.contribution.selectors.comparison.periods import comparison_periods
from revenue_health.review.core.weekly_review import PeriodWeek, WeeklyReview
from revenue_health.review.selectors.weekly.review import weekly_review
from revenue_health.review.selectors.weekly.weekly_json import weekly_review_json
from revenue_health.review.views.weekly import review as review_view

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
    return client


def read(run: RecomputeRun, company: Company) -> WeeklyReview:
    return weekly_review(run=run, company=company, now=timezone.now())


def text(response: Any) -> str:
    return str(response.content.decode())


# --- the figures --------------------------------------------------------------------------------------------------
def test_buckets_lead_from_the_open_pipeline_then_to_now(run: RecomputeRun, company: Company) -> None:
    changes = read(run, company).changes
    assert changes
    assert changes.now - changes.then == sum(total.difference for total in changes.buckets)
    whole = leaks_of(run=run, company=company, deal_filter=DealFilter()).totals.open
    assert (changes.now, changes.now_deals) == (whole.amount, whole.count)


def test_the_command_prints_what_the_selector_gives(
    run: RecomputeRun, company: Company, answer: Callable[..., dict[str, Any]]
) -> None:
    said, given = answer("review"), weekly_review_json(read(run, company))
    assert set(said) == set(given)
    for name in ("headline", "bridge", "changes", "leaks", "since", "forecast", "period"):
        assert said[name] == given[name]


def test_the_command_looks_back_to_the_day_it_is_given(
    answer: Callable[..., dict[str, Any]], run: RecomputeRun
) -> None:
    day = (run.as_of - timedelta(days=40)).date().isoformat()
    assert answer("review", "--since", day)["since"] == day
    call_command("review")
    with pytest.raises(CommandError, match="is not a day"):
        call_command("review", "--since", "yesterday")
    ahead = (run.as_of + timedelta(days=2)).date().isoformat()
    with pytest.raises(CommandError, match=f"{ahead} is after .*, the day the figures are of"):
        call_command("review", "--since", ahead)


def test_weeks_are_counted_from_the_start_of_the_period(run: RecomputeRun, company: Company) -> None:
    period = read(run, company).period
    whole = Period(start=timezone.now().date(), end=timezone.now().date() + timedelta(days=91), label="x")
    assert PeriodWeek.of(whole, whole.start) == PeriodWeek(number=1, count=13)
    assert PeriodWeek.of(whole, whole.start + timedelta(days=7)) == PeriodWeek(number=2, count=13)
    assert PeriodWeek.of(whole, whole.end + timedelta(days=1)) is None
    assert period.label


# --- the page -----------------------------------------------------------------------------------------------------
def test_the_page_shows_the_message_and_every_bucket_opens_its_deals(
    ceo: Client, run: RecomputeRun, company: Company
) -> None:
    shown = text(ceo.get("/"))
    review = read(run, company)
    assert escape(non_breaking(review.headline.message)) in shown
    assert review.changes
    for total in review.changes.buckets:
        if total.deals:
            address = f"/review/changes/?bucket={total.key}&amp;since={review.since}"
            assert address in shown
            assert f"{total.deals:,} deal" in text(ceo.get(address.replace("&amp;", "&")))


def test_parts_are_given_to_htmx_and_the_page_to_a_browser(ceo: Client) -> None:
    for address, panel in (("/", "review-page"), ("/review/changes/", "changes-page")):
        whole, part = ceo.get(address), ceo.get(address, headers=HTMX)
        assert "<!doctype html>" in text(whole)
        assert "<!doctype html>" not in text(part)
        assert f'id="{panel}"' in text(part)
        assert "HX-Request" in whole.headers["Vary"]


def test_a_wrong_question_is_answered_with_the_usual_one_and_says_so(ceo: Client, run: RecomputeRun) -> None:
    shown = text(ceo.get("/?period=soon&since=never&baseline=x"))
    assert shown.count('role="alert"') == 3
    assert "since the usual Monday" in shown
    later = (run.as_of + timedelta(days=9)).date().isoformat()
    assert "after the figures end" in text(ceo.get(f"/?since={later}"))
    assert "not a kind of change" in text(ceo.get("/review/changes/?bucket=sideways&page=0"))


def test_a_period_before_the_first_event_falls_back_to_the_running_quarter(ceo: Client) -> None:
    assert "Showing the running quarter" in text(ceo.get("/?period=1990"))


def test_an_unscored_period_offers_to_have_it_computed(ceo: Client, run: RecomputeRun) -> None:
    year = run.as_of.year - 1
    shown = text(ceo.get(f"/?period={year}"))
    assert f"{year} is not scored yet" in shown
    assert "Calculate it now" in shown


def test_a_period_that_is_being_scored_shows_how_far_it_is(ceo: Client, run: RecomputeRun, company: Company) -> None:
    """The panel asks for it and is read again by itself; when the scores are there, the page is."""
    year = run.as_of.year - 1
    shown, progress = text(ceo.get(f"/?period={year}")), f"{reverse('review:drivers_progress')}?period={year}"
    assert f'hx-get="{progress}"' in shown
    assert "not scored yet" in text(ceo.get(progress, headers=HTMX)), "nobody asked for it"
    periods = comparison_periods(run=run, company=company, period=calendar_of(company).parse(str(year)))
    scores = ScoreRun.objects.create(run=run, label="x", as_of=run.as_of, started_at=run.as_of, **periods.stored_as)
    pipeline = Pipeline.objects.first()
    assert pipeline is not None
    for group, figures in (("a", {}), ("b", None), ("c", None)):
        GroupScore.objects.create(score_run=scores, pipeline=pipeline, group=group, figures=figures)
    part = text(ceo.get(progress, headers=HTMX))
    assert "Calculating: 1 of 3 groups of deals done." in part
    assert '<progress class="progress" max="3" value="1"' in part
    assert 'hx-trigger="every 2s"' in part


def test_a_period_that_is_scored_by_now_is_read_again(ceo: Client, scored: None) -> None:
    page = "http://testserver/?period=2026-Q4&since=2026-11-09"
    progress = reverse("review:drivers_progress")
    part = text(ceo.get(progress, headers=HTMX | {"HX-Current-URL": page}))
    assert 'hx-get="/?period=2026-Q4&amp;since=2026-11-09" hx-trigger="load"' in part
    assert ceo.get(f"{progress}?period=2026-Q4")["Location"] == "/drivers/?period=2026-Q4"
    assert "drivers_progress" not in text(ceo.get("/"))


def test_links_keep_the_question(ceo: Client, run: RecomputeRun, company: Company) -> None:
    usual = since_usual(run=run, company=company)
    earlier = (usual - timedelta(days=7)).isoformat()
    shown = text(ceo.get("/?baseline=last-year"))
    assert f"?baseline=last-year&amp;since={earlier}" in shown
    assert "/drivers/?baseline=last-year" in shown
    assert 'href="/drivers/legal/?"' in text(ceo.get("/"))


def test_scorecards_of_the_last_week_are_in_or_missing(ceo: Client, company: Company) -> None:
    week = monday_of(timezone.now().astimezone(company.zone).date()) - timedelta(days=7)
    legal = Department.objects.get(key="legal")
    for measurable in Measurable.objects.filter(department=legal):
        Entry.objects.update_or_create(measurable=measurable, week=week, defaults={"value": 1})
    production = Measurable.objects.filter(department__key="production")
    Entry.objects.filter(measurable__in=production, week=week).delete()
    shown = text(ceo.get("/"))
    assert '● handed in</span> <a class="quiet" href="/drivers/legal/">Legal</a>' in shown
    assert '○ missing</span> <a class="quiet" href="/drivers/production/">Production</a>' in shown


def test_commitments_due_this_week_and_overdue_ones_are_listed(ceo: Client, company: Company) -> None:
    monday = monday_of(timezone.now().astimezone(company.zone).date())
    head, legal = User.objects.get(username="legal"), Department.objects.get(key="legal")
    for days, words in ((-3, "Two more lawyers"), (6, "A shorter contract"), (30, "Later")):
        due = monday + timedelta(days=days)
        Commitment.objects.create(
            text=words, department=legal, owner=head, due=due, first_due=due, created_at=timezone.now(), created_by=head
        )
    shown = text(ceo.get("/"))
    assert "1 due this week, 1 overdue" in shown
    assert "Two more lawyers" in shown
    assert "Later" not in shown
    overdue = Commitment.objects.get(text="Two more lawyers")
    assert f'<a class="quiet" href="/commitments/{overdue.pk}/">Two more lawyers</a>' in shown
    assert "Two more lawyers" in text(ceo.get(f"/commitments/{overdue.pk}/"))


# --- who may ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("address", ["/", "/review/changes/", "/style/"])
def test_a_stranger_is_sent_to_sign_in_and_nothing_is_posted(scored: None, ceo: Client, address: str) -> None:
    answer = Client().get(address)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")
    assert ceo.post(address).status_code in (404, 405)


def test_everybody_who_works_here_sees_the_review_and_the_board_does_not(scored: None) -> None:
    for who in ("ceo", "analyst", "legal"):
        assert signed_in(who).get("/").status_code == 200
    board = signed_in("board")
    assert "Weekly review" not in text(board.get("/"))
    assert board.get("/review/changes/").status_code == 404


def test_the_style_page_is_for_staff_only(ceo: Client) -> None:
    User.objects.filter(username="ceo").update(is_staff=False)
    assert ceo.get("/style/").status_code == 404
    User.objects.filter(username="ceo").update(is_staff=True)
    shown = text(ceo.get("/style/"))
    for component in ("Type scale", "Buttons", "Fields", "Notices", "Tables", "Scenarios", "Custody strip", "Dialog"):
        assert component in shown


# --- what holds back figures --------------------------------------------------------------------------------------
def held_back_line(client: Client) -> str:
    """The line of the head, its markup left out; empty where there is none."""
    page = text(client.get("/"))
    if 'id="review-held-back"' not in page:
        return ""
    return " ".join(strip_tags(page.split('id="review-held-back">')[1].split("</p>")[0]).split())


def test_the_head_says_what_holds_back_figures_until_all_is_there(ceo: Client) -> None:
    already = held_back()
    PlanTarget.objects.all().delete()
    count = len(already) + 1
    assert held_back_line(ceo).startswith(f"{count} thing{'' if count == 1 else 's'} hold{'s' if count == 1 else ''} ")
    assert "plan" in held_back_line(ceo)
    assert f'href="{reverse("pipeline:data")}#readiness"' in text(ceo.get("/"))
    # Heads read the review, and so this line; it leads to a page that they may read.
    assert held_back_line(signed_in("legal")) == held_back_line(ceo)
    assert signed_in("legal").get("/data/").status_code == 200


def test_the_head_says_nothing_where_everything_is_there(ceo: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review_view, "held_back", list)
    PlanTarget.objects.all().delete()  # a note, so that it is looked up again
    assert held_back_line(ceo) == ""
