"""A reader who chose German reads German: pages, their frame and the sentences of the review, and nobody else does."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from departments.core.text import KEY_REASON
from departments.day_formats import BRITISH, DayStyle, day_text, template_format, using_day_style
from departments.formats import counted, duration, money_in_words, using_number_language
from departments.models import Membership, User, current_company
from departments.people.views.forms import AccountForm
from departments.services.mail import in_language_of
from pipeline.selectors.data.runs import latest_run
from revenue_health.review.selectors.packs.archive import verify_pack
from revenue_health.review.services.packs import pack_freeze
from revenue_health.settings.languages import offered_languages
from tests.house.catalogue import gathered
from tests.pipeline.sources.uploads import upload
from tests.pseudo_language import bracketed, own_names, pseudo_language, unmarked
from tests.shown_company import company_shown

BOTH = [("en", "English"), ("de", "Deutsch")]
PAGES = (
    "/", "/review/changes/", "/pipeline/", "/departments/", "/drivers/", "/forecast/", "/what-if/",
    "/packs/", "/scorecards/", "/commitments/", "/pulse/", "/my/", "/data/", "/people/", "/account/",
)  # fmt: skip
EVERY_PAGE = (
    ("/", "/review/changes/", "/search/?q=legal"),
    ("/pipeline/", "/pipeline/opportunities/", "/pipeline/opportunities/O0000101/", "/my/queue/"),
    ("/departments/", "/departments/legal/", "/contribution/register/", "/contribution/register/1/"),
    ("/drivers/", "/drivers/legal/", "/drivers/production/", "/drivers/opening/", "/drivers/strategy/"),
    ("/forecast/", "/what-if/", "/track-record/"),
    ("/scorecards/", "/scorecards/legal/", "/commitments/", "/commitments/new/", "/pulse/", "/my/"),
    ("/packs/", "/packs/freeze/", "/packs/decisions/"),
    ("/data/", "/data/complete/", "/data/sources/", "/data/imports/1/", "/set-up/", "/set-up/plan/", "/set-up/owners/"),
    ("/settings/", "/settings/departments/", "/settings/stages/1/", "/settings/plan/1/"),
    ("/people/", "/account/", "/audit/", "/audit/access/"),
)  # fmt: skip
GERMAN = {"Accept-Language": "de-DE,de;q=0.9,en;q=0.5"}


@pytest.fixture(scope="module")
def company(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with django_db_blocker.unblock(), company_shown(tmp_path_factory.mktemp("german"), scored=True):
        yield


def visible(page: str) -> str:
    """What a page shows, as plain text."""
    page = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "\n", page)))


def english_sentences() -> list[str]:
    """Marked texts of four words and more that stand in a page as they are."""
    texts = [
        text
        for message in gathered()
        if message.id
        for text in ([message.id] if isinstance(message.id, str) else message.id)
    ]
    plain = (
        re.sub(r"<[^>]+>", "\n", text).replace("%%", "%") for text in texts if "%(" not in text and "{" not in text
    )
    parts = {html.unescape(part.strip()) for text in plain for part in text.split("\n")}
    return sorted(part for part in parts if len(part.split()) >= 4)


@pytest.mark.django_db
@pytest.mark.parametrize("address", PAGES)
@pytest.mark.always(2)
def test_no_english_sentence_is_left(company: None, settings: Any, address: str) -> None:
    settings.LANGUAGES = BOTH
    user = User.objects.filter(memberships__role="executive").first()
    assert user is not None
    User.objects.filter(pk=user.pk).update(language="de")
    client = Client()
    client.force_login(User.objects.get(pk=user.pk), backend="django.contrib.auth.backends.ModelBackend")
    response = client.get(address)
    assert response.status_code == 200
    page = response.content.decode()
    assert '<html lang="de"' in page
    assert response.headers["Content-Language"] == "de"
    text = visible(page)
    assert [sentence for sentence in english_sentences() if sentence in text] == []


def german_reader() -> Client:
    """The chief executive, who reads German."""
    user = User.objects.get(username="ceo")
    User.objects.filter(pk=user.pk).update(language="de")
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_what_is_unmarked_is_seen() -> None:
    page = '<p>⟦All of <b>⟧{name}⟦</b> is saved⟧</p><a title="Open the page">⟦Open⟧</a> Main hall of fame'
    assert unmarked(page) == ["Main hall of fame", "Open the page"]
    assert unmarked(page, {"hall of fame"}) == ["Open the page"]
    assert bracketed("All of {name} is saved") == "⟦All of ⟧{name}⟦ is saved⟧"


@pytest.mark.django_db
@pytest.mark.parametrize("addresses", EVERY_PAGE, ids=lambda addresses: str(addresses[0]))
@pytest.mark.always(3)
def test_no_text_of_a_page_is_unmarked(company: None, settings: Any, addresses: tuple[str, ...]) -> None:
    settings.LANGUAGES = BOTH
    client, names = german_reader(), own_names()
    found = {}
    with pseudo_language():
        for address in addresses:
            response = client.get(address)
            assert response.status_code == 200, address
            found[address] = unmarked(response.content.decode(), names)
    assert {address: texts for address, texts in found.items() if texts} == {}


@pytest.mark.django_db
def test_no_text_of_a_mapping_with_owners_and_pipelines_is_unmarked(
    company: None, settings: Any, tmp_path: Path
) -> None:
    settings.LANGUAGES, settings.UPLOADS = BOTH, tmp_path / "uploads"
    rows = "D1,Open,2026-03-02,,100,Ann,\nD2,Lost,2026-03-02,2026-03-20,200,Bob,Price\n"
    pull = upload({"deals.csv": "Deal ID,Stage,Created,Closed,Amount,Owner,Lost reason\n" + rows})
    client, names = german_reader(), own_names() | {"Deal ID", "Lost reason"}
    with pseudo_language():
        page = client.get(f"/data/sources/files/{pull.token}/").content.decode()
    assert 'name="team-0-department"' in page
    assert unmarked(page, names) == []


@pytest.mark.django_db
def test_a_frozen_pack_is_read_in_german_and_stays_as_it_was(company: None, settings: Any) -> None:
    settings.LANGUAGES = BOTH
    run = latest_run()
    assert run is not None
    client, names = german_reader(), own_names() | {"Autumn review"}
    pack = pack_freeze(
        run=run, company=current_company(), user=None, now=timezone.now(), title="Autumn review", period=None
    )
    with pseudo_language():
        pages = [client.get(address).content.decode() for address in (f"/packs/{pack.pk}/", f"/board/{pack.pk}/")]
    assert [unmarked(page, names) for page in pages] == [[], []]
    page = client.get(f"/packs/{pack.pk}/").content.decode()
    assert "Worauf dies beruht" in page
    assert "Der Anteil keiner Abteilung ist klar." in page
    pack.refresh_from_db()
    assert verify_pack(pack).intact
    assert "What this rests on" in pack.content


@pytest.mark.django_db
def test_without_the_setting_everybody_reads_english(company: None, settings: Any) -> None:
    settings.LANGUAGES = BOTH[:1]
    user = User.objects.filter(memberships__role="executive").first()
    assert user is not None
    User.objects.filter(pk=user.pk).update(language="de")
    client = Client()
    client.force_login(User.objects.get(pk=user.pk), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/account/", headers=GERMAN).content.decode()
    assert '<html lang="en"' in page
    assert "Name, time zone and formats" in page
    assert 'name="language"' not in page


@pytest.mark.django_db
def test_the_browser_says_which_until_the_account_does(settings: Any) -> None:
    settings.LANGUAGES = BOTH
    assert "Passwort vergessen" in Client().get("/accounts/login/", headers=GERMAN).content.decode()
    assert "I forgot my password" in Client().get("/accounts/login/").content.decode()
    user = User.objects.create_user("reader", language="en")
    Membership.objects.create(user=user, role="executive")
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert "How you sign in" in client.get("/account/", headers=GERMAN).content.decode()
    form = {"first_name": "", "last_name": "", "time_zone": "", "number_style": "", "day_style": "", "clock_style": ""}
    assert client.post("/account/", form | {"language": "de"}).status_code == 302
    assert "Wie Sie sich anmelden" in client.get("/account/").content.decode()
    assert client.post("/account/", form | {"language": "fr"}).status_code == 422


@pytest.mark.django_db
def test_the_form_offers_languages_only_where_there_is_a_choice(settings: Any) -> None:
    settings.LANGUAGES = BOTH[:1]
    assert "language" not in AccountForm().fields
    settings.LANGUAGES = BOTH
    assert "language" in AccountForm().fields


def test_sentences_of_figures() -> None:
    with translation.override("de"), using_number_language("de"):
        assert money_in_words(-124_000_000, "EUR") == "EUR −1,24 Mio"
        assert counted(1204, "deal") == "1.204 Deals"
        assert duration(3 * 3600) == "3 Stunden"
    assert money_in_words(-124_000_000, "EUR") == "EUR −1.24 M"


def test_days_in_german() -> None:
    from datetime import date

    with using_day_style(DayStyle(names="de")):
        assert day_text(date(2026, 3, 3), "%a %-d %b %Y") == "Di, 3. März 2026"
        assert day_text(date(2026, 10, 5), "%-d %B") == "5. Oktober"
        assert template_format("D j M Y, H:i") == "D, j. N Y, H:i"
        assert template_format("Y-m-d") == "Y-m-d"
    assert day_text(date(2026, 3, 3)) == "3 Mar 2026"
    assert BRITISH.names == "en"


def test_a_mail_is_in_the_language_its_reader_chose(settings: Any) -> None:
    settings.LANGUAGES = BOTH
    with in_language_of(User(language="de")):
        assert translation.gettext("Hello,") == "Guten Tag,"
    for person in (User(language=""), User(language="en"), None):
        with translation.override("de"), in_language_of(person):
            assert translation.gettext("Hello,") == "Hello,"
    settings.LANGUAGES = BOTH[:1]
    with in_language_of(User(language="de")):
        assert translation.gettext("Hello,") == "Hello,"


def test_only_translated_languages_can_be_offered() -> None:
    assert offered_languages(["de"]) == BOTH
    assert offered_languages(["en"]) == BOTH[:1]
    with pytest.raises(Exception, match="LANGUAGES names fr"):
        offered_languages(["en", "fr"])
    assert "valid key" in KEY_REASON
