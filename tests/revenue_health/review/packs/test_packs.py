"""Packs: frozen whole, proved by their hash, never changed, and still the same when the data are not."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pgtrigger
import pytest
from django.core.management import CommandError, call_command
from django.db import Error, transaction
from django.test import Client
from django.utils import timezone

from departments.models import Company, Department, User
from pipeline.models import Opportunity, RecomputeRun
from pipeline.services.recompute import recompute
from revenue_health.review.core.canonical_json import canonical_json
from revenue_health.review.models import Decision, Pack
from revenue_health.review.selectors.packs.archive import verify_pack
from revenue_health.review.selectors.packs.cells import Names
from revenue_health.review.selectors.packs.frozen import frozen_review
from revenue_health.review.selectors.packs.identical import identical_packs, pack_readers
from revenue_health.review.selectors.packs.printing import PrintedSlide, print_slides
from revenue_health.review.services.packs import PackProblem, decision_log, pack_freeze

pytestmark = pytest.mark.django_db


def test_the_hash_is_of_the_canonical_bytes(pack: Pack) -> None:
    assert hashlib.sha256(pack.content.encode()).hexdigest() == pack.sha256
    assert canonical_json(json.loads(pack.content)) == pack.content
    assert verify_pack(pack).intact


def test_the_bridge_of_a_pack_adds_up_to_the_cent(pack: Pack) -> None:
    table = next(one for one in pack.figures["slides"] if one["key"] == "bridge")["tables"][0]
    assert sum(row[1] for row in table["rows"]) == table["total"][1]


def test_rows_and_columns_of_the_leak_map_add_up(pack: Pack) -> None:
    table = next(one for one in pack.figures["slides"] if one["key"] == "leak-map")["tables"][0]
    for row in table["rows"]:
        assert sum(amount or 0 for amount in row[1:-1]) == row[-1]
    for number in range(1, len(table["columns"])):
        assert sum(row[number] or 0 for row in table["rows"]) == table["total"][number]


def test_pressed_twice_it_is_one_pack(run: RecomputeRun, company: Company) -> None:
    user, now = User.objects.get(username="ceo"), timezone.now()
    first = pack_freeze(run=run, company=company, user=user, now=now)
    again = pack_freeze(run=run, company=company, user=user, now=now + timedelta(seconds=5))
    later = pack_freeze(run=run, company=company, user=user, now=now + timedelta(minutes=5))
    assert again.pk == first.pk != later.pk


def test_figures_of_an_earlier_release_are_not_frozen(run: RecomputeRun, company: Company, ceo: Client) -> None:
    packs = Pack.objects.count()
    RecomputeRun.objects.filter(pk=run.pk).update(method="custody-1")
    with pytest.raises(CommandError, match=r"earlier release. Recompute, then freeze the review. Nothing was frozen."):
        call_command("pack", "--freeze")
    answer = ceo.post("/packs/freeze/", follow=True)
    assert "Recompute, then freeze the review. Nothing was frozen." in answer.content.decode()
    assert Pack.objects.count() == packs


def test_a_pack_can_be_neither_changed_nor_removed(pack: Pack) -> None:
    for forbidden in (lambda: Pack.objects.update(title="x"), lambda: Pack.objects.all().delete()):
        with pytest.raises(Error), transaction.atomic():
            forbidden()


def test_whoever_gets_around_the_trigger_is_found_out(pack: Pack, ceo: Client) -> None:
    with pgtrigger.ignore("review.Pack:append_only"):
        Pack.objects.filter(pk=pack.pk).update(content=pack.content.replace('"currency":"EUR"', '"currency":"USD"'))
    page = ceo.get(f"/packs/{pack.pk}/").content.decode()
    assert "This pack is not what was frozen" in page
    assert "verified, sha256" not in page


def test_a_changed_title_is_found_out_too(pack: Pack) -> None:
    with pgtrigger.ignore("review.Pack:append_only"):
        Pack.objects.filter(pk=pack.pk).update(title="Another review")
    assert not verify_pack(Pack.objects.get(pk=pack.pk)).intact


def slides_of(pack: Pack) -> list[PrintedSlide]:
    review = frozen_review(pack)
    return print_slides(review.slides, Names(review.people))


def printed(client: Client, pack: Pack) -> str:
    """The figures of the page: all its slides, without what a request adds."""
    page = client.get(f"/packs/{pack.pk}/").content.decode()
    return page[page.index('<section class="panel pack-slide"') : page.index('id="decisions"')]


def test_after_the_data_changed_the_pack_shows_the_old_figures_bit_by_bit(pack: Pack, ceo: Client) -> None:
    before, slides = printed(ceo, pack), slides_of(pack)
    # The truth changes: a department gets another name, deals another segment, everything is computed anew.
    Department.objects.filter(key="legal").update(name="Law")
    Company.objects.update(name="Another name")
    Opportunity.objects.filter(pk__lt=200).update(segment="elsewhere")
    recompute(full=True)
    assert printed(ceo, pack) == before
    now = Pack.objects.get(pk=pack.pk)
    assert slides_of(now) == slides
    assert verify_pack(now).intact
    assert "verified, sha256" in ceo.get(f"/packs/{pack.pk}/").content.decode()


def test_decisions_are_added_and_corrected_by_another_row(pack: Pack, ceo: Client) -> None:
    address = f"/packs/{pack.pk}/decisions/"
    ceo.post(address, {"text": "Legal gets a second reviewer.", "decided_by": "the board"})
    first = Decision.objects.get()
    ceo.post(address, {"text": "Legal gets two reviewers.", "decided_by": "the board", "corrects": first.pk})
    page = ceo.get(f"/packs/{pack.pk}/").content.decode()
    assert "<s>Legal gets a second reviewer.</s>" in page
    log = ceo.get("/packs/decisions/").content.decode()
    assert "Legal gets two reviewers." in log
    assert "second reviewer" not in log
    with pytest.raises(Error), transaction.atomic():
        Decision.objects.update(text="x")


def test_a_wording_is_corrected_once(pack: Pack) -> None:
    user, now = User.objects.get(username="ceo"), timezone.now()
    said: dict[str, Any] = {"pack": pack, "decided_by": "the board", "user": user, "now": now}
    first = decision_log(text="A", **said)
    decision_log(text="B", corrects=first, **said)
    with pytest.raises(PackProblem, match="corrected before"):
        decision_log(text="C", corrects=first, **said)


def test_an_empty_decision_is_refused_with_the_form(pack: Pack, ceo: Client) -> None:
    answer = ceo.post(f"/packs/{pack.pk}/decisions/", {"text": " ", "decided_by": "the board"})
    assert answer.status_code == 422
    assert not Decision.objects.exists()


def test_the_next_pack_begins_with_what_was_decided(pack: Pack, run: RecomputeRun, company: Company) -> None:
    user, now = User.objects.get(username="ceo"), timezone.now()
    decision_log(pack=pack, text="Legal answers in 4 days.", decided_by="the board", user=user, now=now)
    run.as_of += timedelta(days=7)
    following = pack_freeze(run=run, company=company, user=user, now=now + timedelta(days=7))
    slide = next(one for one in following.figures["slides"] if one["key"] == "decisions")
    assert slide["tables"][0]["rows"][0][0] == "Legal answers in 4 days."


@pytest.mark.parametrize(
    ("who", "reads", "freezes"), [("ceo", 200, 302), ("analyst", 200, 302), ("board", 200, 404), ("legal", 200, 404)]
)
def test_who_may_what(pack: Pack, reads_as: Callable[[str], Client], who: str, reads: int, freezes: int) -> None:
    client = reads_as(who)
    for address in ("/packs/", "/packs/decisions/", f"/packs/{pack.pk}/", f"/board/{pack.pk}/"):
        assert client.get(address).status_code == reads, address
    assert client.post("/packs/freeze/").status_code == freezes
    decided = client.post(f"/packs/{pack.pk}/decisions/", {"text": "A", "decided_by": "B"})
    assert decided.status_code == freezes
    assert client.get("/packs/freeze/").status_code == (200 if freezes == 302 else 404)


def test_strangers_are_asked_to_sign_in_and_no_pack_is_404(pack: Pack, ceo: Client) -> None:
    assert Client().get(f"/packs/{pack.pk}/").status_code == 302
    assert Client().get(f"/board/{pack.pk}/").status_code == 302
    assert ceo.get("/packs/999/").status_code == 404
    assert ceo.get("/board/999/").status_code == 404


def test_htmx_gets_the_part(pack: Pack, ceo: Client) -> None:
    page = ceo.get(f"/packs/{pack.pk}/", headers={"HX-Request": "true"})
    assert "<html" not in page.content.decode()


def test_a_period_that_is_none_freezes_nothing(ceo: Client) -> None:
    count = Pack.objects.count()
    for period in ("nonsense", "2044-Q1"):
        page = ceo.post("/packs/freeze/", {"period": period}, follow=True).content.decode()
        assert "Nothing was frozen" in page
    assert Pack.objects.count() == count


def test_before_freezing_a_page_says_what_becomes_of_it(pack: Pack, ceo: Client) -> None:
    count = Pack.objects.count()
    page = ceo.get("/packs/freeze/").content.decode()
    assert Pack.objects.count() == count, "looking freezes nothing"
    assert "A pack cannot be changed or removed afterwards." in page
    assert "Where we stand" in page, "a look at its slides"
    assert f"{pack_readers()} people" in page
    assert f'href="/packs/{pack.pk}/"' in page, "these figures were frozen before"
    other = ceo.get("/packs/freeze/", {"since": "2026-01-05", "title": "Mine"}).content.decode()
    assert "frozen before" not in other
    assert 'value="Mine"' in other


def test_decisions_are_written_down_with_the_pack(pack: Pack, ceo: Client) -> None:
    form = {"title": "Q", "decisions": "Legal answers in 4 days.\n\n  Sales asks earlier. ", "decided_by": "the board"}
    assert ceo.post("/packs/freeze/", form).status_code == 302
    newest = Pack.objects.first()
    assert newest
    rows = Decision.objects.filter(pack=newest).order_by("pk").values_list("text", "decided_by")
    assert list(rows) == [("Legal answers in 4 days.", "the board"), ("Sales asks earlier.", "the board")]


def test_the_archive_names_the_pack_with_the_same_figures(pack: Pack, run: RecomputeRun, company: Company) -> None:
    user, now = User.objects.get(username="ceo"), timezone.now() + timedelta(hours=1)
    again = pack_freeze(run=run, company=company, user=user, now=now, title="Again")
    other = pack_freeze(run=run, company=company, user=user, now=now, since=date(2026, 1, 5), title="Since January")
    assert identical_packs(list(Pack.objects.all())) == {again.pk: pack}
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/packs/").content.decode()
    assert page.count(f"identical figures to pack {pack.pk}") == 1
    assert other.title in page


def test_the_commands_freeze_and_write(pack: Pack, tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("pack", "--freeze", "--json", "--title", "By command")
    told = json.loads(capsys.readouterr().out)
    assert told["title"] == "By command"
    assert told["sha256"] == Pack.objects.get(pk=told["pack"]).sha256
    call_command("pack", "--export", "xlsx", str(pack.pk), str(tmp_path / "a.xlsx"), "--json")
    assert json.loads(capsys.readouterr().out)["pack"] == pack.pk
    assert (tmp_path / "a.xlsx").read_bytes()[:2] == b"PK"


@pytest.mark.parametrize(
    ("address", "most"), [("/packs/", 12), ("/packs/decisions/", 12), ("/packs/{}/", 18), ("/board/{}/", 8)]
)
def test_pages_ask_little(
    pack: Pack, ceo: Client, address: str, most: int, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    with django_assert_max_num_queries(most):
        assert ceo.get(address.format(pack.pk)).status_code == 200


def test_a_board_member_reads_for_whom_a_page_is_where_that_is_no_secret(
    pack: Pack, reads_as: Callable[[str], Client]
) -> None:
    board = reads_as("board")
    for address in ("/drivers/", "/forecast/", "/pipeline/", "/contribution/register/", "/packs/freeze/"):
        answer = board.get(address)
        assert answer.status_code == 404, address
        assert "This page is for executives; you see packs" in answer.content.decode(), address
    for secret in (
        "/departments/legal/",
        "/drivers/legal/",
        "/pipeline/opportunities/1/",
        "/nothing/",
        "/packs/999/",
    ):
        assert "for executives" not in board.get(secret).content.decode(), secret
    assert "for executives" not in reads_as("legal").get("/packs/freeze/").content.decode()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"period": "nonsense"}, "Nothing was frozen"),
        ({"since": "2026-02-30"}, "Write a day such as 2026-11-23."),
        ({"title": "x" * 201}, "at most 200 characters"),
        ({"decisions": "Legal answers in 4 days.\n" + "x" * 2001}, "is longer than 2000 characters"),
    ],
)
def test_a_refused_pack_keeps_what_was_typed(ceo: Client, wrong: dict[str, str], sentence: str) -> None:
    packs, decisions = Pack.objects.count(), Decision.objects.count()
    form = {"title": "Q", "decisions": "Legal answers in 4 days.", "decided_by": "the board"} | wrong
    answer = ceo.post("/packs/freeze/", form)
    page = answer.content.decode()
    assert (answer.status_code, sentence in page) == (422, True)
    assert "Legal answers in 4 days." in page
    assert 'value="the board"' in page
    assert (Pack.objects.count(), Decision.objects.count()) == (packs, decisions)
