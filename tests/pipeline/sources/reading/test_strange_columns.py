"""Which column is what in exports with names of their own: other languages, links, prefixes, converted money."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.pipeline.sources.reading.strange_lists import strange


def test_headers_that_all_begin_alike_are_read_by_what_follows(tmp_path: Path) -> None:
    """Pipedrive in French: the prefix says nothing, and the status and its dates say what the stage does not."""
    names = ("ID", "Titre", "Organisation", "Propriétaire", "Étape", "Statut", "Valeur", "Affaire créée",
             "Date de gain", "Date de perte", "Raison de la perte", "Date de clôture prévue")  # fmt: skip
    rows = ["1;A;SA;Luc;Négociations;Gagné;1000;2026-01-05;2026-03-02;;;2026-03-31",
            "2;B;SB;Luc;Proposition;Perdu;2000;2026-01-06;;2026-02-11;Prix;2026-04-30",
            "3;C;SC;Zoé;Proposition;Ouvert;500;2026-02-01;;;;2026-05-31"]  # fmt: skip
    text = "\n".join([";".join(f"Affaire - {name}" for name in names), *rows])
    seen = strange(tmp_path, {"affaires.csv": text})
    assert seen.outcomes == {"won": [1, 1000], "lost": [1, 2000], "open": [1, 500]}
    ends = {event["opportunity"]: event["occurred_at"] for event in seen.events if event["stage"] in ("won", "lost")}
    assert ends == {"1": "2026-03-02", "2": "2026-02-11"}
    assert {seen.deal[role] for role in ("name", "owner", "account")} == {
        "Affaire - Titre", "Affaire - Propriétaire", "Affaire - Organisation"
    }  # fmt: skip


SPANISH = (
    "Código;Nombre de la oportunidad;Cuenta;Propietario;Etapa;"
    "Fecha de creación;Fecha de cierre;Cierre previsto;Importe;"
    "Moneda;Motivo de pérdida;Origen\n"
    "1;A;SA;Ana;Ganada;05/01/2026;31/03/2026;31/03/2026;1.000,50;EUR;;Web\n"
    "2;B;SB;Luis;Perdida;06/01/2026;28/02/2026;30/04/2026;2.000,00;EUR;Precio;Feria\n"
    "3;C;SC;Ana;Propuesta;07/01/2026;;31/12/2026;500,00;EUR;;Web\n"
)
ITALIAN = (
    "Codice;Nome della trattativa;Cliente;Responsabile;Fase;"
    "Data di creazione;Data di chiusura;Chiusura prevista;Importo;"
    "Valuta;Motivo della perdita;Fonte\n"
    "1;A;SA;Anna;Vinta;05/01/2026;31/03/2026;31/03/2026;1.000,50;EUR;;Web\n"
    "2;B;SB;Luca;Persa;06/01/2026;28/02/2026;30/04/2026;2.000,00;EUR;Prezzo;Fiera\n"
    "3;C;SC;Anna;Offerta;07/01/2026;;31/12/2026;500,00;EUR;;Web\n"
)
PORTUGUESE = (
    "ID;Nome do negócio;Empresa;Proprietário;Etapa;"
    "Data de criação;Data de fechamento;Fechamento previsto;Valor;Moeda;"
    "Motivo da perda;Origem\n"
    "1;A;SA;Ana;Ganho;05/01/2026;31/03/2026;31/03/2026;1.000,50;EUR;;Web\n"
    "2;B;SB;Luis;Perdido;06/01/2026;28/02/2026;30/04/2026;2.000,00;EUR;Preço;Feira\n"
    "3;C;SC;Ana;Proposta;07/01/2026;;31/12/2026;500,00;EUR;;Web\n"
)


@pytest.mark.parametrize("text", [SPANISH, ITALIAN, PORTUGUESE], ids=["Spanish", "Italian", "Portuguese"])
def test_headers_in_romance_languages_say_what_they_hold(tmp_path: Path, text: str) -> None:
    seen = strange(tmp_path, {"deals.csv": text})
    assert (seen.questions, seen.problems) == ([], [])
    assert seen.outcomes == {"won": [1, 1000.5], "lost": [1, 2000], "open": [1, 500]}
    names = text.splitlines()[0].split(";")
    roles = ("key", "name", "account", "owner", "stage", "created", "closed", "expected_close", "amount", "currency",
             "reason", "source")  # fmt: skip
    assert [seen.deal.get(role) for role in roles] == names
    ends = {event["opportunity"]: event["occurred_at"] for event in seen.events if event["stage"] not in ("open",)}
    assert (ends["1"], ends["2"]) == ("2026-03-31", "2026-02-28")


def test_a_link_is_called_by_what_it_leads_to(tmp_path: Path) -> None:
    text = (
        "id,name,partner_id/name,user_id/name,stage_id/name,expected_revenue,create_date,date_closed,"
        "lost_reason_id/name,active,company_currency/name\n"
        "1,Roof,Azure,Mia,Won,12000.5,2026-01-03,2026-03-09,,True,EUR\n"
        "2,Wall,Deco,Max,Qualified,3000,2026-01-04,2026-02-09,Price,False,EUR\n"
        "3,Door,Gem,Max,Proposition,7000,2026-02-04,,,True,EUR\n"
    )
    seen = strange(tmp_path, {"crm_lead.csv": text})
    assert seen.outcomes == {"won": [1, 12000.5], "lost": [1, 3000], "open": [1, 7000]}
    assert (seen.deal["account"], seen.deal["owner"]) == ("partner_id/name", "user_id/name")
    assert seen.deal["currency"] == "company_currency/name"


SALESFORCE = (
    "Opportunity ID,Opportunity Name,Opportunity Owner,Stage,Amount Currency,Amount,Amount (converted) Currency,"
    "Amount (converted),Close Date,Created Date,Won,Closed\n"
    "1,A,Ann,Closed Won,USD,1000,EUR,920,3/31/2026,1/15/2026,1,1\n"
    "2,B,Bob,Proposal,JPY,100000,EUR,600,12/15/2026,1/16/2026,0,0\n"
)
HUBSPOT = (
    "Record ID,Deal Name,Deal Stage,Amount,Currency,Amount in company currency,Close Date,Create Date,Is Closed Won\n"
    "1,A,Closed won,1000,USD,920,2026-03-31,2026-01-05,true\n"
    "2,B,Contract sent,100000,JPY,600,2026-12-31,2026-01-07,false\n"
)


@pytest.mark.parametrize("text", [SALESFORCE, HUBSPOT], ids=["Salesforce", "HubSpot"])
def test_converted_amounts_are_not_in_the_currency_of_the_deal(tmp_path: Path, text: str) -> None:
    seen = strange(tmp_path, {"report.csv": text})
    assert seen.outcomes == {"won": [1, 920], "open": [1, 600]}
    assert [deal["currency"] for deal in seen.deals] == ["EUR", "EUR"]
    assert "account" not in seen.deal  # no customer is called 920


def test_a_status_beside_the_stage_decides_and_what_contradicts_it_is_counted(tmp_path: Path) -> None:
    """The status stands in front of the stage, and a deal that is lost was left in its stage."""
    names = "Deal ID,Status,Stage,Created,Closed,Amount\n"
    rows = ("1,Won,Won,2026-01-05,2026-03-02,1000\n2,Lost,Negotiation,2026-01-06,2026-02-02,400\n"
            "3,Open,Proposal,2026-01-07,,50\n4,Lost,Won,2026-01-08,2026-02-03,7\n")  # fmt: skip
    seen = strange(tmp_path, {"deals.csv": names + rows})
    assert (seen.deal["stage"], seen.deal["status"]) == ("Stage", "Status")
    assert seen.outcomes == {"won": [1, 1000], "lost": [2, 407], "open": [1, 50]}
    assert "1 deals are won by their stage and lost by Status; Status decides." in seen.notes


def test_a_status_with_a_word_of_its_own_is_not_taken_for_one(tmp_path: Path) -> None:
    names = "Deal ID,Stage,Payment status,Created,Closed,Amount\n"
    seen = strange(tmp_path, {"d.csv": names + "1,Won,Paid,2026-01-05,2026-03-02,9\n2,Bid,Open,2026-01-05,,9\n"})
    assert "status" not in seen.deal


def test_the_close_date_of_salesforce_in_japanese_is_when_deals_closed(tmp_path: Path) -> None:
    """Its name says that it is planned; it is the one close date there is, as in every other language."""
    names = "商談 ID,商談名,取引先名,商談 所有者,フェーズ,金額,金額 通貨,作成日,完了予定日\n"
    rows = (
        "1,甲,A社,山田,受注,1200,JPY,2026年1月5日,2026年3月31日\n"
        "2,乙,B社,佐藤,失注,500,JPY,2026年1月12日,2026年2月28日\n"
        "3,丙,C社,佐藤,提案,800,JPY,2026年2月3日,2026年12月20日\n"
    )
    seen = strange(tmp_path, {"report.csv": names + rows}, reporting_currency="JPY")
    assert seen.outcomes == {"won": [1, 1200], "lost": [1, 500], "open": [1, 800]}
    closed = {e["opportunity"]: e["occurred_at"] for e in seen.events if e["stage"] in ("won", "lost")}
    assert closed == {"1": "2026-03-31", "2": "2026-02-28"}


def test_quarters_as_close_dates_are_said_not_to_be_used(tmp_path: Path) -> None:
    names = "Deal ID,Stage,Created,Expected Close,Amount\n"
    rows = "1,Won,2026-01-05,Q1 FY26,9\n2,Lost,2026-01-07,Q1 FY26,9\n3,Bid,2026-02-07,Q3 FY26,9\n"
    seen = strange(tmp_path, {"deals.csv": names + rows})
    assert any(check.startswith("Not used: “Expected Close” does not hold dates") for check in seen.checks)
    assert any(check.startswith("2 of 2 deals that ended did so the moment they began") for check in seen.checks)


def test_days_as_a_spreadsheet_counts_them_are_named_as_such(tmp_path: Path) -> None:
    """A column “Closed” of such numbers is no flag either."""
    rows = "1,Won,46023,46100,9\n2,Lost,46030,46090,9\n3,Bid,46040,,9\n"
    seen = strange(tmp_path, {"deals.csv": "Deal ID,Stage,Created,Closed,Amount\n" + rows})
    assert "closed_flag" not in seen.deal
    assert any("“Created” holds numbers such as 46023, which may be days" in question for question in seen.questions)


def test_a_replaced_value_is_counted_once_for_each_row(tmp_path: Path) -> None:
    names = "Deal ID,Stage,Account,Created,Closed,Amount,Lost reason\n"
    rows = "1,Won,A,2026-01-05,2026-03-02,9,\n2,Lost,B,2026-01-07,2026-02-02,9,Price\n"
    seen = strange(tmp_path, {"deals.csv": names + rows})
    assert "1 rows have Lost reason “Price”, read as “”." in seen.notes


def test_reasons_in_free_text_are_said_not_to_be_used(tmp_path: Path) -> None:
    """Without that it would only be said that lost deals have no reason, though the file is full of them."""
    names = "Deal ID,Stage,Created,Closed,Amount,Loss reason\n"
    rows = "".join(f"{n},Lost,2026-01-05,2026-02-02,9,They left for reason {n}\n" for n in range(70))
    seen = strange(tmp_path, {"deals.csv": names + rows + "W,Won,2026-01-05,2026-02-02,9,\n"})
    assert "reason" not in seen.deal
    assert any(check.startswith("Not used: “Loss reason” has 70 different values") for check in seen.checks)


def test_a_stage_that_says_closed_and_not_how_is_asked_about(tmp_path: Path) -> None:
    """As an open stage its deals would stand in the pipeline for ever."""
    names = "Deal ID,Stage,Created,Close Date,Amount\n"
    rows = "1,Closed - Won,2026-01-05,2026-02-02,9\n2,Closed - no decision,2026-01-05,2026-02-02,9\n"
    seen = strange(
        tmp_path, {"deals.csv": names + rows + "3,Closed,2026-01-05,2026-02-02,9\n4,Closing,2026-01-05,,9\n"}
    )
    assert seen.questions == ["“Closed”, 1 deal, 9 in money: which stage is it?"]
    assert [stage["name"] for stage in seen.content["stages"]] == ["Closing", "Closed - Won"]
    assert seen.content["losses"] == [{"activities": ["Closed - no decision"]}]


def test_the_usual_days_of_jira_are_read(tmp_path: Path) -> None:
    names = "Summary,Issue key,Issue Type,Status,Project key,Reporter,Created,Resolved,Custom field (Deal Value)\n"
    rows = (
        "A,D-1,Deal,Won,D,bob,05/Jan/26 9:00 AM,02/Mar/26 5:00 PM,1200.0\n"
        "B,D-2,Deal,In Progress,D,bob,07/Jan/26 9:00 AM,,15.0\n"
    )
    seen = strange(tmp_path, {"jira.csv": names + rows})
    assert seen.outcomes == {"won": [1, 1200], "open": [1, 15]}
    assert [event["occurred_at"][:16] for event in seen.events[:2]] == ["2026-01-05T09:00", "2026-03-02T17:00"]


def test_a_folder_packed_on_a_mac_is_read(tmp_path: Path) -> None:
    """It holds a second folder of things nobody wrote, one deeper than the files."""
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("export/deals.csv", "Deal ID,Stage,Created,Closed,Amount\n1,Won,2026-01-05,2026-03-02,9\n")
        archive.writestr("__MACOSX/export/._deals.csv", b"\0\5\x16\7")
        archive.writestr("export/.DS_Store", b"\0\0")
    seen = strange(tmp_path, {"export.zip": packed.getvalue()})
    assert seen.outcomes == {"won": [1, 9]}
