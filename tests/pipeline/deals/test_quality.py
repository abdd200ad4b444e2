"""What deals lack, worked by hand: counted by kind and owner, and listed behind every count."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from departments.models import User
from pipeline.models import Account, DataSource, ImportBatch, RecomputeRun, SourcePull, Stage
from pipeline.selectors.deals.look_alikes import look_alike_accounts
from pipeline.selectors.deals.quality import LACKS, quality
from pipeline.services.recompute import recompute
from tests.pipeline.companies import BEGIN, SmallCompany, company_make, event_add, opportunity_make

pytestmark = pytest.mark.django_db(transaction=True)
AS_OF = BEGIN + timedelta(days=60)
TODAY = date(2026, 5, 1)


@pytest.fixture
def company(settings: Any, tmp_path: Path, transactional_db: None) -> SmallCompany:
    settings.CUSTODY_STORE = tmp_path / "custody"
    cache.clear()
    call_command("flush", verbosity=0, interactive=False)
    return company_make()


@pytest.fixture
def run(company: SmallCompany) -> RecomputeRun:
    """Each deal lacks what its key says, and nothing else."""
    account = Account.objects.create(key="a", name="Acme")

    def deal(key: str, owner: str, *events: tuple[float, str, int, dict[str, Any]], **attributes: Any) -> None:
        opportunity = opportunity_make(company, key, **({"owner": owner, "account": account} | attributes))
        for days, stage, amount, more in events:
            event_add(company, opportunity, days, stage, amount, **more)

    late, yesterday = {"expected_close": TODAY}, {"expected_close": TODAY - timedelta(days=1)}
    because = {"reason": "price"}
    deal("amount", "Ann", (1, "lead", 0, {}))
    deal("close", "Ann", (1, "lead", 1000, late), (5, "offer", 2000, yesterday))
    deal("close today", "Ann", (1, "lead", 9, late))
    deal("close moved on", "Bob", (1, "lead", 9, yesterday), (5, "offer", 9, late))
    deal("close won", "Bob", (1, "lead", 9, yesterday), (5, "won", 9, yesterday))
    deal("reason", "Bob", (1, "lead", 500, {}), (9, "lost", 500, {}))
    deal("reason told", "Bob", (1, "lead", 9, {}), (9, "lost", 9, because))
    deal(
        "reason told later",
        "Bob",
        (1, "lead", 9, {}),
        (9, "lost", 9, {}),
        (12, "lead", 9, {}),
        (15, "lost", 9, because),
    )
    deal("reason of old", "Bob", (1, "lead", 9, {}), (9, "lost", 9, {}), (12, "lead", 9, {}))
    deal("owner", "", (1, "lead", 300, {}), (2, "won", 300, {}))
    deal("account", "Ann", (1, "lead", 70, {}), account=None)
    deal("origin", "Ann", (1, "lead", 80, {}), source=None)
    deal("account, origin, owner", "", (1, "lead", 40, {}), account=None, source=None)
    return recompute(as_of=AS_OF)


@pytest.fixture
def reader(company: SmallCompany) -> Client:
    client = Client()
    user = User.objects.create_superuser("reader", "r@example.com", "x")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_each_thing_is_counted_with_the_money_behind_it(run: RecomputeRun) -> None:
    total = quality(run=run, today=TODAY).total.lacks
    assert {lack.key: (count.deals, count.amount / 100) for lack, count in zip(LACKS, total, strict=True)} == {
        "amount": (1, 0),
        "close": (1, 2000),
        "reason": (1, 500),
        "owner": (2, 340),
        "account": (2, 110),
        "origin": (2, 120),
    }


def test_owners_with_most_to_complete_come_first(run: RecomputeRun) -> None:
    owners = quality(run=run, today=TODAY).owners
    # Nobody's two deals lack an owner each, and one of them an account and an origin as well.
    assert [(one.owner, one.deals) for one in owners] == [("", 4), ("Ann", 4), ("Bob", 1)]
    assert [count.deals for count in owners[1].lacks] == [1, 1, 0, 0, 1, 1]


def test_the_money_behind_an_owner_counts_each_deal_once(run: RecomputeRun) -> None:
    owners = {one.owner: one.amount for one in quality(run=run, today=TODAY).owners}
    # Nobody's: 300.00 and 40.00, which lacks three things; Ann's: 0, 2,000, 70 and 80; Bob's: 500.
    assert owners == {"": 34_000, "Ann": 215_000, "Bob": 50_000}
    assert quality(run=run, today=TODAY).total.amount == 34_000 + 215_000 + 50_000


def test_what_imports_left_out_or_refused_is_in_the_list(run: RecomputeRun, reader: Client) -> None:
    assert "Left out at import" not in reader.get("/data/complete/").content.decode()
    now = AS_OF
    desk = DataSource.objects.create(name="Legal desk", kind="tickets", created_at=now)
    batch = ImportBatch.objects.create(kind="folder", name="desk", status="done", started_at=now)
    unlinked = "3 of 40 tickets name no deal and are left out: T-1, T-2, T-3."
    SourcePull.objects.create(
        source=desk, token="first", name="tickets.csv", state="done", taken_at=now, created_at=now, batch=batch,
        look={"accepted": True, "checks": [unlinked]},
    )  # fmt: skip
    SourcePull.objects.create(
        source=desk, token="second", name="tickets-2.csv", state="looked", taken_at=now, created_at=now,
        look={"accepted": False, "problem_count": 7, "problems": ["tickets-2.csv, line 4: no day"]},
    )  # fmt: skip
    page = reader.get("/data/complete/").content.decode()
    panel = page[page.index('id="quality-aside"') :].partition("</section>")[0]
    assert unlinked in panel
    assert "tickets-2.csv, line 4: no day" in panel
    assert "6 more" in panel
    assert panel.count("▼ refused") == 1
    assert 'href="/data/sources/files/first/"' in panel
    refused = ImportBatch.objects.create(
        kind="folder", name="week 12", status="refused", started_at=now, error="events.csv, line 3: no stage"
    )
    page = reader.get("/data/complete/").content.decode()
    assert f'href="/data/imports/{refused.pk}/"' in page
    assert "events.csv, line 3: no stage" in page


def test_a_close_passes_with_the_day(run: RecomputeRun) -> None:
    tomorrow = quality(run=run, today=TODAY + timedelta(days=1)).total.lacks[1]
    assert (tomorrow.deals, tomorrow.amount) == (3, (2000 + 9 + 9) * 100)


def test_every_count_lists_exactly_its_deals(run: RecomputeRun, reader: Client) -> None:
    page = reader.get("/data/complete/").content.decode()
    assert "9 things to complete" in page
    links = [(unescape(link), int(count)) for link, count in re.findall(r'href="([^"]+lacks=[^"]+)">(\d+)', page)]
    assert len(links) == 6 + 1 + 4 + 1  # kinds, then nobody's, Ann's and Bob's
    for address, count in links:
        listed = reader.get(address).content.decode()
        keys = re.findall(r'href="/pipeline/opportunities/([^/"]+)/"', listed)
        assert len(keys) == count, address
        lack = re.search(r"lacks=(\w+)", address)
        assert lack
        assert all(lack[1] in key for key in keys), address
        assert f'value="{lack[1]}" selected' in listed


def test_a_stage_outside_the_company_is_named_with_the_way_to_mend_it(
    run: RecomputeRun, company: SmallCompany, reader: Client
) -> None:
    assert "Stages no department owns" not in reader.get("/data/complete/").content.decode()
    Stage.objects.filter(key="lead").update(owner_department=company.departments["market"])
    page = reader.get("/data/complete/").content.decode()
    assert "Stages no department owns" in page
    assert "belongs to Market" in page
    assert 'href="/set-up/owners/"' in page


def test_a_complete_company_has_nothing_left(company: SmallCompany, reader: Client) -> None:
    deal = opportunity_make(company, "whole", owner="Ann", account=Account.objects.create(key="a", name="Acme"))
    event_add(company, deal, 1, "lead", 10, expected_close=TODAY)
    recompute(as_of=AS_OF)
    page = reader.get("/data/complete/").content.decode()
    assert "Nothing is left to complete" in page
    assert page.count("● none") == len(LACKS)


def test_a_lack_that_is_none_is_answered_with_everything(run: RecomputeRun, reader: Client) -> None:
    page = reader.get("/pipeline/opportunities/?state=all&lacks=sense").content.decode()
    assert "13 opportunities" in page


def test_accounts_that_look_the_same_are_work(company: SmallCompany, reader: Client) -> None:
    names = {"m1": "Müller GmbH", "m2": "MUELLER GmbH", "m3": "Muller GmbH", "z": "Zoe"}
    accounts = {key: Account.objects.create(key=key, name=name) for key, name in names.items()}
    for place, (key, account) in enumerate(accounts.items()):
        opportunity = opportunity_make(company, f"d-{key}", owner="Ann", account=account)
        event_add(company, opportunity, 1, "lead", 100 * (place + 1))
    alike = look_alike_accounts(run=recompute(as_of=AS_OF))
    assert [[(one.name, one.deals, one.amount / 100) for one in group] for group in alike.groups] == [
        [("Müller GmbH", 1, 100), ("MUELLER GmbH", 1, 200)]
    ]
    page = reader.get("/data/complete/").content.decode()
    assert "Accounts that look the same" in page
    assert "MUELLER GmbH" in page
    # Once they are merged nothing is left to do.
    Account.objects.filter(key="m2").update(merged_into="m1")
    cache.clear()
    assert look_alike_accounts(run=recompute(as_of=AS_OF)).total == 0
