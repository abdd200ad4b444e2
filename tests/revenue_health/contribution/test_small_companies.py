"""Nothing, one deal, everything lost, deals shaved to nothing: sentences and finite figures, never a NaN."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client

from departments.models import User
from pipeline.services.recompute import recompute
from revenue_health.contribution.services.nightly_run import run_nightly_steps
from tests.pipeline.companies import BEGIN, SmallCompany, company_make, event_add, opportunity_make

pytestmark = pytest.mark.django_db(transaction=True)
Ask = Callable[..., dict[str, Any]]
QUARTER = ("--period", "2026-Q4")


@pytest.fixture(autouse=True)
def _own_store(settings: Any, tmp_path: Any) -> None:
    settings.CUSTODY_STORE = tmp_path / "custody"
    cache.clear()


@pytest.fixture
def small(transactional_db: None) -> SmallCompany:
    """The structure alone. Tests with real commits come last, when the scored company is not needed any more."""
    call_command("flush", verbosity=0, interactive=False)
    return company_make()


def computed(days: int) -> None:
    run_nightly_steps(run=recompute(as_of=BEGIN + timedelta(days=days)))


def adds_up(figures: dict[str, Any]) -> None:
    start = figures["baseline_revenue"] if figures["target"] is None else figures["target"]
    parts = sum(party["amount"] or 0.0 for party in figures["parties"])
    assert figures["actual"] - start - parts - figures["unexplained"] == pytest.approx(0.0, abs=1e-6)


def test_a_company_without_deals_has_nothing_to_score(small: SmallCompany) -> None:
    computed(10)
    with pytest.raises(CommandError, match="No deal has any history"):
        call_command("contributions")


def test_one_deal(small: SmallCompany, answer: Ask) -> None:
    deal = opportunity_make(small, "only")
    for days, stage in ((1, "lead"), (30, "offer"), (60, "contract"), (250, "won")):
        event_add(small, deal, days, stage)
    computed(260)
    figures = answer("contributions", *QUARTER)
    adds_up(figures)
    assert figures["actual"] == 1000.0
    without = answer("contributions", "--period", "2026-Q1", "--baseline", "four-quarters")
    assert (without["baseline"], without["reasons"][0][:12]) == (None, "no baseline:")
    assert {party["verdict"] for party in figures["parties"]} <= {"cannot tell", "not judged"}


def test_all_deals_lost(small: SmallCompany, answer: Ask) -> None:
    for number in range(12):
        deal = opportunity_make(small, f"deal-{number}")
        event_add(small, deal, 20 * number + 1, "lead")
        event_add(small, deal, 20 * number + 15, "lost", reason="price")
    computed(260)
    figures = answer("contributions", *QUARTER)
    adds_up(figures)
    assert figures["actual"] == 0.0
    assert answer("forecast")["median"] == pytest.approx(0.0, abs=1e-6)


def test_a_deal_shaved_to_nothing(small: SmallCompany, answer: Ask) -> None:
    for number in range(6):
        deal = opportunity_make(small, f"deal-{number}")
        event_add(small, deal, 40 * number + 1, "lead", 5000)
        event_add(small, deal, 40 * number + 11, "offer", 0)
        event_add(small, deal, 40 * number + 21, "won", 0)
    lost = opportunity_make(small, "lost")
    event_add(small, lost, 1, "lead", 100)
    event_add(small, lost, 30, "lost", 100, reason="price")
    computed(260)
    adds_up(answer("contributions", *QUARTER))
    assert answer("forecast")["median"] == pytest.approx(0.0, abs=1e-6)
    assert answer("whatif", "--set", "offer:sales:wait_days=3")["change"] == pytest.approx(0.0, abs=1e-6)


def test_a_pipeline_that_went_quiet(small: SmallCompany, answer: Ask) -> None:
    deal = opportunity_make(small, "old")
    event_add(small, deal, 1, "lead")
    event_add(small, deal, 2, "lost", reason="late")
    computed(300)
    figures = answer("contributions")
    adds_up(figures)
    assert any("nothing was in the pipeline" in reason for reason in figures["reasons"])


def test_without_a_recorded_loss_nothing_can_be_promised(small: SmallCompany, answer: Ask) -> None:
    for number in range(8):
        deal = opportunity_make(small, f"deal-{number}")
        for days, stage in ((20 * number + 1, "lead"), (20 * number + 9, "offer")):
            event_add(small, deal, days, stage)
        if number < 4:
            event_add(small, deal, 20 * number + 30, "won")
    computed(260)
    with pytest.raises(CommandError, match="No loss is recorded"):
        call_command("whatif", "--set", "offer:sales:wait_days=3")
    assert any("counts every open deal as won" in reason for reason in answer("forecast")["reasons"])
    client = Client()
    user = User.objects.create_superuser("reader", "r@example.com", "x")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert "No loss is recorded" in client.get("/what-if/").content.decode()


def test_losses_without_a_reason_make_no_verdict_and_no_leak(small: SmallCompany, answer: Ask) -> None:
    """The same losses, in the last quarter twice as many: with a reason sales is charged, without one nobody is."""
    for number in range(60):
        deal = opportunity_make(small, f"deal-{number}")
        event_add(small, deal, 4 * number + 1, "lead")
        event_add(small, deal, 4 * number + 5, "offer")
        if number % (2 if number > 40 else 4) == 0:
            event_add(small, deal, 4 * number + 9, "lost")
        else:
            event_add(small, deal, 4 * number + 12, "won")
    computed(260)
    figures = answer("contributions", *QUARTER)
    adds_up(figures)
    charged = {party["key"]: party["factors"]["losses"] for party in figures["parties"] if party["kind"] == "internal"}
    assert set(charged.values()) == {0.0}
    assert any(reason.startswith("reason not recorded: ") for reason in figures["reasons"])
    assert not [leak for leak in answer("register")["leaks"] if leak["factor"] == "losses"]
