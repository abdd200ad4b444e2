"""A file of any system comes in: how it was written is found out, what it means is proposed, and it becomes deals."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from departments.models import Company
from pipeline.models import Event, ImportBatch, Opportunity, RecomputeRun, SourcePull
from tests.pipeline.sources.reading.german import german_rows
from tests.pipeline.sources.uploads import COMPANY, HEADER, edit, look, take_in, upload, uploaded, workbook

pytestmark = pytest.mark.django_db(transaction=True)
State = SourcePull.State


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "UPLOADS", tmp_path / "uploads")
    monkeypatch.setattr(settings, "CUSTODY_STORE", tmp_path / "custody")


def test_the_export_of_8800_deals_comes_in_with_its_reference_figures(real_data: Path) -> None:
    pull = uploaded(real_data / "crm_sales_opportunities")
    assert pull.state == State.READ, pull.error
    assert pull.reading["deals"] == "sales_pipeline.csv"
    products = next(join for join in pull.reading["joins"] if join["table"] == "products.csv")
    # 1,480 rows name “GTXPro”, which the price list calls “GTX Pro”: shown as found, with the key it is read as.
    assert products["missing"] == [["GTXPro", 1480, "GTX Pro", ""]]

    edit(pull, company=COMPANY | {"reporting_currency": "USD"})
    seen = look(pull)

    # The figures of the data's README: won 4,238 worth 10,005,534, lost 2,473, engaging 1,589 + prospecting 500 open.
    assert seen["accepted"], seen
    assert seen["outcomes"]["won"] == [4238, 10_005_534.0]
    assert seen["outcomes"]["lost"][0] == 2473
    assert seen["outcomes"]["open"][0] == 1589 + 500
    assert seen["stopped"]
    assert len(seen["deals"]) == 20


@pytest.mark.parametrize("folder", ["salesforce_export", "hubspot_export"])
@pytest.mark.always(1)
def test_seeds_of_known_systems_are_recognised_and_come_in(real_data: Path, folder: str) -> None:
    pull = uploaded(real_data / folder)
    assert pull.source.system.lower() in folder
    content = pull.source.mappings.get().content
    sources = [row | {"department": "marketing"} for row in content["sources"]]
    edit(pull, company=COMPANY, sources=sources, deal={"missing_amount": "0"})
    assert look(pull)["accepted"], pull.look
    assert take_in(pull).state == State.DONE
    assert Opportunity.objects.count() == pull.look["outcomes"].get("open", [0])[0] + sum(
        numbers[0] for name, numbers in pull.look["outcomes"].items() if name != "open"
    )


def test_a_german_workbook_of_sixty_rows_comes_in(tmp_path: Path) -> None:
    pull = upload({"Vertrieb 2026.xlsx": workbook(german_rows(), tmp_path / "in.xlsx")})
    assert pull.state == State.READ, pull.error
    table = pull.reading["tables"][0]
    assert (table["header_row"], table["rows"]) == (3, 60)
    content = pull.source.mappings.get().content
    assert content["files"] == {"deals": table["table"], "delimiter": ",", "date_formats": ["%d.%m.%Y"],
                                "decimal_sign": ",", "thousands_sign": "."}  # fmt: skip
    assert [stage["name"] for stage in content["stages"]] == ["Qualifizierung", "Angebot", "Verhandlung", "Gewonnen"]
    assert content["losses"] == [{"activities": ["Verloren"]}]

    reasons = [row | {"department": row["department"] or "sales"} for row in content["loss_reasons"]]
    edit(pull, company=COMPANY, loss_reasons=reasons)
    seen = look(pull)
    assert seen["accepted"], seen
    # Won are numbers 3, 8, ..., 58: twelve, whose mean number is 30.5, so 12 x (1000 + 3050 + 0.50) = 48,606.
    assert seen["outcomes"]["won"] == [12, 48_606.0]
    assert seen["outcomes"]["lost"][0] == 12

    taken = take_in(pull)
    assert taken.state == State.DONE, taken.error
    assert Company.objects.get().name == "Werk GmbH"
    assert taken.batch is not None
    assert taken.batch.kind == ImportBatch.Kind.SOURCE
    assert RecomputeRun.objects.get().status == RecomputeRun.Status.DONE
    first = Event.objects.filter(opportunity__key="A-003").earliest("occurred_at")
    # Created on 14 January 2026, at the start of the day in Berlin: 23:00 UTC the day before.
    assert first.occurred_at.isoformat() == "2026-01-13T23:00:00+00:00"
    assert Event.objects.get(opportunity__key="A-004", stage=None).reason.key == "preis"  # type: ignore[union-attr]


FRENCH = (
    "N° affaire;Société;Étape;Créée le;Date de clôture;Clôture prévue;Montant HT;Propriétaire;Motif de la perte\r\n"
    + "".join(
        f"AF-{n:02d};Client {n % 5};{('Qualification', 'Devis', 'Gagnée', 'Perdue')[n % 4]};{n % 27 + 1:02d}/01/2026;"
        f"{f'{n % 27 + 1:02d}/03/2026' if n % 4 > 1 else ''};{n % 27 + 1:02d}/04/2026;1 {n:03d},50;"
        f"{('Anne', 'Benoît')[n % 2]};{'Prix' if n % 4 == 3 else ''}\r\n"
        for n in range(40)
    )
).encode("cp1252")
JAPANESE = (
    "商談番号,取引先名,フェーズ,作成日,完了日,完了予定日,金額,担当者,失注理由\n"
    + "".join(
        f"S-{n:02d},顧客{n % 5},{('ヒアリング', '見積', '受注', '失注')[n % 4]},2026年1月{n % 27 + 1}日,"
        f"{f'2026年3月{n % 27 + 1}日' if n % 4 > 1 else ''},2026年4月{n % 27 + 1}日,{1_000 + n},"
        f"{('佐藤', '鈴木')[n % 2]},{'価格' if n % 4 == 3 else ''}\n"
        for n in range(40)
    )
).encode("utf-8-sig")
ROLES = ("key", "account", "stage", "created", "closed", "expected_close", "amount", "owner", "reason")


@pytest.mark.parametrize(
    ("file", "headers", "open_stages", "won", "lost"),
    [
        # Won are 2, 6, ..., 38: ten of a mean number of 20, so 10 x 1,020.50 and 10 x 1,020.
        (
            FRENCH,
            FRENCH.decode("cp1252").splitlines()[0].split(";"),
            ["Qualification", "Devis"],
            ("Gagnée", 10_205.0),
            "Perdue",
        ),
        (
            JAPANESE,
            JAPANESE.decode("utf-8-sig").splitlines()[0].split(","),
            ["ヒアリング", "見積"],
            ("受注", 10_200.0),
            "失注",
        ),
    ],
)
def test_headers_in_french_and_japanese_are_read_like_english_ones(
    file: bytes, headers: list[str], open_stages: list[str], won: tuple[str, float], lost: str
) -> None:
    pull = upload({"liste.csv": file})
    assert pull.state == State.READ, pull.error
    content = pull.source.mappings.get().content
    assert {role: content["deal"].get(role) for role in ROLES} == dict(zip(ROLES, headers, strict=True))
    assert [stage["name"] for stage in content["stages"]] == [*open_stages, won[0]]
    assert content["losses"] == [{"activities": [lost]}]
    reasons = [row | {"department": "sales"} for row in content["loss_reasons"]]
    edit(pull, company=COMPANY, loss_reasons=reasons)
    seen = look(pull)
    assert seen["accepted"], seen
    assert seen["outcomes"]["won"] == [10, won[1]]
    assert seen["outcomes"]["lost"][0] == 10


def test_dates_that_could_be_either_order_are_asked_about_and_never_guessed() -> None:
    rows = "".join(f"D{n},Offer,0{n}/0{n + 1}/2026,,{n}00,Ann,\n" for n in range(1, 8))
    pull = upload({"deals.csv": HEADER + rows + "D9,Won,01/02/2026,03/04/2026,500,Bob,\n"})
    edit(pull, company=COMPANY)
    assert any("day first or the month first" in question for question in look(pull)["undecided"])
    edit(pull, files={"date_formats": ["%d/%m/%Y"]})
    assert look(pull)["accepted"]
    # “01/02/2026” with the day first is 1 February.
    assert next(deal for deal in pull.look["deals"] if deal["key"] == "D9")["steps"][0]["at"] == "2026-02-01"


def test_values_without_a_stage_are_named_with_their_money_and_never_dropped() -> None:
    pull = upload({"deals.csv": HEADER + "D1,Offer,2026-01-05,,100,Ann,\nD2,Won,2026-01-05,2026-02-01,500,Bob,\n"})
    edit(pull, company=COMPANY)
    assert look(pull)["accepted"]
    later = upload({"deals.csv": HEADER + "D1,Legal redlines,2026-01-05,,1200000,Ann,\n"}, source=pull.source)
    assert look(later)["undecided"] == ["“Legal redlines”, 1 deal, 1,200,000 in money: which stage is it?"]


def test_a_second_company_is_asked_about_before_it_renames_the_first() -> None:
    first = upload({"deals.csv": HEADER + "D1,Offer,2026-01-05,,100,Ann,\n"})
    edit(first, company=COMPANY)
    look(first)
    assert take_in(first).state == State.DONE
    other = upload({"other.csv": HEADER + "X1,Offer,2026-01-05,,100,Ann,\n"})
    edit(other, company=COMPANY | {"name": "Another AG"})
    assert "Another AG" in look(other)["renames"]
    with pytest.raises(AssertionError):
        take_in(other)
    assert Company.objects.get().name == "Werk GmbH"
