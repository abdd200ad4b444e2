"""What the exports of well-known systems call their columns, and how each is recognised by its headers."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Role = Literal[
    "key", "stage", "created", "closed", "expected_close", "amount", "name", "account", "owner", "team", "segment",
    "source", "reason", "currency", "status", "won_date", "lost_date", "won_flag", "closed_flag", "skip_flag",
    "changed", "open_amount",
]  # fmt: skip
KINDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("created", "closed", "expected_close", "won_date", "lost_date", "changed"), ("date",)),
    **dict.fromkeys(("amount", "open_amount"), ("number",)),
    **dict.fromkeys(("won_flag", "closed_flag", "skip_flag"), ("flag", "number")),
}
"""What a column has to hold to play a role; others may hold anything."""


@dataclass(frozen=True, kw_only=True)
class System:
    """One system: headers that only it has (of which `least` have to be there), and its columns by role."""

    name: str
    marks: tuple[str, ...]
    least: int
    columns: dict[str, tuple[str, ...]]
    won: tuple[str, ...] = ()
    """Values of the status, in lower case, that say won, lost, withdrawn, and that it has not ended."""
    lost: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    open: tuple[str, ...] = ()


def bare(name: str) -> str:
    """A header without case, accents, spaces and signs: `Deal - Won time` is `dealwontime`; other scripts stay."""
    plain = re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFKD", name.replace("ß", "ss")))
    return "".join(letter for letter in unicodedata.normalize("NFC", plain) if letter.isalnum()).lower()


SYSTEMS = (
    System(
        name="Salesforce",
        marks=("stagename", "forecastcategory", "forecastcategoryname", "iswon", "isclosed", "leadsource",
               "opportunityname", "opportunityowner", "opportunityid", "fiscalperiod", "opportunityinhaber",
               "schlusstermin", "商談名", "商談所有者", "商談id", "完了予定日", "リードソース", "売上予測分類"),
        least=3,
        columns={
            "key": ("id", "opportunityid", "caseid", "商談id"), "stage": ("stagename", "stage", "フェーズ"),
            "created": ("createddate",), "closed": ("closedate", "schlusstermin", "完了予定日"),
            "expected_close": ("closedate", "schlusstermin", "完了予定日"),
            "amount": ("amountconverted", "amount"), "name": ("name", "opportunityname"),
            "account": ("accountname", "accountid"),
            "owner": ("opportunityowner", "ownername", "ownerid"), "source": ("leadsource",), "segment": ("type",),
            "reason": ("lossreason", "lossreasonc", "closedlostreason", "reasonlost"),
            "currency": ("currencyisocode", "amountcurrency"), "won_flag": ("iswon", "won"),
            "closed_flag": ("isclosed", "closed"), "skip_flag": ("isdeleted",),
            "changed": ("laststagechangedate", "lastmodifieddate", "systemmodstamp"),
        },
    ),
    System(
        name="HubSpot",
        marks=("dealstage", "dealname", "hubspotownerid", "hsisclosedwon", "dealpipelinestageid", "propertydealname",
               "propertycreatedate", "recordid", "hsobjectid", "dealpipelineid"),
        least=2,
        columns={
            "key": ("recordid", "hsobjectid", "dealid", "id"), "stage": ("dealstage", "dealpipelinestageid"),
            "created": ("createdate", "propertycreatedate", "hscreatedate"),
            "closed": ("closedate", "propertyclosedate"), "expected_close": ("closedate", "propertyclosedate"),
            "amount": ("amountincompanycurrency", "amount", "propertyamount"),
            "name": ("dealname", "propertydealname"), "account": ("associatedcompany", "companyname"),
            "owner": ("dealowner", "hubspotownerid", "ownerid"), "source": ("originalsource", "hsanalyticssource"),
            "reason": ("closedlostreason",), "currency": ("currency", "dealcurrencycode"), "segment": ("dealtype",),
            "won_flag": ("hsisclosedwon", "isclosedwon"), "closed_flag": ("hsisclosed", "isclosed", "isdealclosed"),
            "skip_flag": ("isdeleted", "archived"), "team": ("hubspotteam",),
            "changed": ("lastmodifieddate", "hslastmodifieddate"),
        },
    ),
    System(
        name="Pipedrive",
        marks=("dealid", "dealtitle", "dealstage", "dealstatus", "dealdealcreated", "dealwontime", "dealdealclosedon",
               "deallosttime", "stageid", "addtime", "wontime", "losttime", "weightedvalue"),
        least=4,
        columns={
            "key": ("dealid", "id"), "stage": ("dealstage", "stage", "stageid"), "status": ("dealstatus", "status"),
            "created": ("dealdealcreated", "dealcreated", "addtime"),
            "closed": ("dealdealclosedon", "closetime"), "won_date": ("dealwontime", "wontime"),
            "lost_date": ("deallosttime", "losttime"), "amount": ("dealvalue", "value"),
            "currency": ("dealcurrencyofvalue", "dealcurrency", "currency"), "name": ("dealtitle", "title"),
            "account": ("dealorganization", "orgname", "orgid"), "owner": ("dealowner", "ownername", "userid"),
            "reason": ("deallostreason", "lostreason"), "segment": ("deallabel", "label"),
            "source": ("dealsourcechannel", "channel"),
            "expected_close": ("dealexpectedclosedate", "expectedclosedate"),
            "changed": ("deallaststagechange", "stagechangetime", "dealupdatetime", "updatetime"),
        },
        won=("won",), lost=("lost",), withdrawn=("deleted",), open=("open",),
    ),
    System(
        name="Odoo",
        marks=("expectedrevenue", "datelaststageupdate", "stageid", "lostreasonid", "dateclosed", "teamid",
               "dateopen", "datedeadline", "lostreason", "salesteam"),
        least=3,
        columns={
            "key": ("id", "externalid"), "stage": ("stageid", "stage"), "created": ("createdate", "createdon"),
            "closed": ("dateclosed", "closeddate"), "amount": ("expectedrevenue",), "name": ("name", "opportunity"),
            "account": ("partnerid", "customer"), "owner": ("userid", "salesperson"), "team": ("teamid", "salesteam"),
            "source": ("sourceid", "source", "medium"), "reason": ("lostreasonid", "lostreason"), "status": ("active",),
            "expected_close": ("datedeadline", "expectedclosing"), "changed": ("datelaststageupdate",),
        },
        lost=("false", "0"), open=("true", "1"),
    ),
    System(
        name="Microsoft Dynamics",
        marks=("estimatedvalue", "estrevenue", "actualvalue", "actualrevenue", "statecode", "stepname",
               "estimatedclosedate", "estclosedate", "actualclosedate", "potentialcustomer", "statuscode"),
        least=3,
        columns={
            "key": ("opportunityid", "donotmodifyopportunity", "opportunity"), "name": ("name", "topic"),
            "stage": ("stepname", "salesstage", "pipelinephase"), "status": ("statecode", "status"),
            "created": ("createdon",), "closed": ("actualclosedate",),
            "expected_close": ("estimatedclosedate", "estclosedate"),
            "amount": ("actualvalue", "actualrevenue", "estimatedvalue", "estrevenue"),
            "open_amount": ("estimatedvalue", "estrevenue"),
            "account": ("potentialcustomer", "customerid", "account", "parentaccountid"),
            "owner": ("owner", "ownerid"), "currency": ("currency", "transactioncurrencyid"),
            "reason": ("statusreason", "statuscode"), "source": ("originatinglead", "leadsource"),
            "changed": ("modifiedon",),
        },
        won=("won", "1"), lost=("lost", "2", "canceled"), open=("open", "0"),
    ),
    System(
        name="Zoho",
        marks=("closingdate", "createdtime", "dealowner", "dealname", "reasonforlosss", "reasonforloss",
               "modifiedtime", "expectedrevenue", "potentialname"),
        least=3,
        columns={
            "key": ("recordid", "dealid", "id"), "stage": ("stage",), "created": ("createdtime",),
            "closed": ("closingdate",), "expected_close": ("closingdate",), "amount": ("amount",),
            "name": ("dealname", "potentialname"), "account": ("accountname",), "owner": ("dealowner",),
            "source": ("leadsource",), "segment": ("type",), "reason": ("reasonforloss", "reasonforlosss"),
            "currency": ("currency",), "changed": ("stagemodifiedtime", "modifiedtime"),
        },
    ),
    System(
        name="Jira",
        marks=("issuekey", "issuetype", "summary", "reporter", "resolution", "projectkey", "statuscategory"),
        least=4,
        columns={
            "key": ("issuekey", "key"), "stage": ("status",), "created": ("created",), "closed": ("resolved",),
            "name": ("summary",), "owner": ("assignee",), "segment": ("issuetype",), "expected_close": ("duedate",),
            "reason": ("resolution",), "changed": ("updated",),
        },
    ),
    System(
        name="ServiceNow",
        marks=("number", "assignmentgroup", "openedat", "opened", "shortdescription", "sysupdatedon", "closedat",
               "syscreatedon"),
        least=4,
        columns={
            "key": ("number", "sysid"), "stage": ("state",), "created": ("openedat", "opened", "syscreatedon"),
            "closed": ("closedat", "closed", "resolvedat", "resolved"), "name": ("shortdescription",),
            "owner": ("assignedto",), "team": ("assignmentgroup",), "segment": ("category",),
            "expected_close": ("duedate",), "changed": ("sysupdatedon", "updated"),
        },
    ),
)  # fmt: skip

_ENGLISH_AND_GERMAN: dict[str, str] = {
    "key": r"^(deal|opportunity|opp|case|record|angebots?|auftrags?|vorgangs?)?(id|key|no|nr|nummer|number)$",
    "stage": r"stage|^phase|verkaufsphase|pipelinestufe|^stufe|^status$",
    "created": r"creat|engage|^start|opened|^begin|angelegt|erstell|erfasst|eingang|anlagedatum",
    "closed": r"clos(e|ed|ing)(date|on|at|time)?$|^abschluss|abgeschlossen|geschlossen|entschieden|enddate|^ende$",
    "expected_close": r"expected.*clos|forecast.*date|erwarteter?abschluss|geplanter?abschluss|voraussichtlich"
    r"|(est|estimated|target|planned|projected|forecast(ed)?)clos",
    "amount": r"amount|value|revenue|betrag|^wert|wert$|umsatz|volumen|summe|^price$|total",
    "name": r"^(deal|opportunity|project)?(name|title|subject|topic)$|bezeichnung|projektname|^titel|^produ[ck]t$",
    "account": r"^account|customer|company|client|^kunde|firma|organi[sz]ation",
    "owner": r"owner|agent|^rep$|salesrep|salesperson|verantwortlich|vertriebler|betreuer|bearbeiter|^verkaufer",
    "team": r"team|manager|region|niederlassung|gebiet",
    "segment": r"segment|^type$|dealtype|^art$|category|kategorie|branche|^series$|productline|businessunit",
    "source": r"source|origin|channel|herkunft|quelle|kanal",
    "reason": r"(loss|lost).*reason|reason.*(loss|lost)|verlustgrund|absagegrund|ablehnungsgrund",
    "currency": r"currency|wahrung|^isocode$",
    "won_flag": r"^is(closed)?won$|^won$|^gewonnen$",
    "closed_flag": r"^isclosed$|^closed$|^geschlossen$",
    "skip_flag": r"^isdeleted$|^deleted$|^geloscht$|^archived$",
    "changed": r"stagechang|laststage|modified|updated|geandert",
    "won_date": r"^(deal)?won(date|time|on|at)$|^date(won|ofwin)$|^gewonnenam$|^gewinndatum$|^auftragsdatum$",
    "lost_date": r"^(deal)?lost(date|time|on|at)$|^date(lost|ofloss)$|^verlorenam$|^absagedatum$|^verlustdatum$",
}
_FRENCH: dict[str, str] = {
    "key": r"^(id|identifiant|numero|num|ref|reference)(de|d|del|dela|du)?(opportunite|affaire|dossier|devis|offre)?$"
    r"|^n(affaire|opportunite|dossier|devis|offre)$",
    "stage": r"etape|^statut$|^stade",
    "created": r"^(affaire|opportunite)?cree(e)?(le)?$|datedouverture|dateouverture|datededebut|datedebut|^debut$",
    "closed": r"^(date)?(de|dela)?(cloture|signature|conclusion)(le|reelle|effective)?$|^cloturee?le$|^datedefin$",
    "expected_close": r"(cloture|signature|conclusion)(prevue|previsionnelle|estimee|attendue)|echeanceprevue",
    "amount": r"montant|valeur|chiffredaffaire|^ca(ht)?$|^prix(ht)?$",
    "name": r"^(nom|intitule|libelle|titre|objet)(de|d|del|dela|du)?(opportunite|affaire|projet|dossier|offre)?$",
    "account": r"^compte|societe|entreprise|raisonsociale",
    "owner": r"proprietaire|^commerciale?$|vendeu(r|se)|responsable|chargeedaffaires|chargedaffaires",
    "team": r"equipe|agence",
    "segment": r"categorie|gamme|secteur|^type(de|d|del)",
    "source": r"origine|provenance|^canal",
    "reason": r"(motif|raison|cause).*(perte|perdu|refus|echec|abandon)",
    "currency": r"devise|monnaie",
    "won_flag": r"^gagnee?$",
    "closed_flag": r"^cloturee?$|^fermee?$",
    "skip_flag": r"^supprimee?$",
    "changed": r"modifi|misajour|^maj$",
    "won_date": r"^date(de|du)?gain$|^gagnee?le$",
    "lost_date": r"^date(de|dela)?perte$|^perdue?le$",
}
_JAPANESE: dict[str, str] = {
    "key": r"^(商談|案件|見積|受注|管理|取引)?(番号|id|no|コード)$",
    "stage": r"フェーズ|ステージ|進捗|^段階|商談段階|^ステータス$|^状態$",
    "created": r"作成日|登録日|開始日|起票日|受付日|商談発生日",
    "closed": r"完了日|クローズ日|成約日|受注日|終了日|決着日",
    "expected_close": r"予定日|見込日|予定年月",
    "amount": r"金額|売上|見込額|受注額|見積額|価格",
    "name": r"案件名|商談名|^件名|^名称$|プロジェクト名",
    "account": r"取引先|顧客|会社|企業|得意先|客先",
    "owner": r"担当|所有者|^営業$",
    "team": r"チーム|部署|部門|支店|拠点|営業所|地域",
    "segment": r"セグメント|分類|種別|区分|業種|カテゴリ|商品|製品",
    "source": r"リードソース|流入|経路|チャネル|獲得元|きっかけ",
    "reason": r"失注理由|失注原因|敗因|不成立理由|見送り理由",
    "currency": r"通貨",
    "won_flag": r"^受注$|^成約$",
    "closed_flag": r"^完了$|^クローズ$",
    "skip_flag": r"^削除(済み?)?$",
    "changed": r"更新日|変更日",
    "won_date": r"^受注確定日$",
    "lost_date": r"^失注日$",
}
_ROMANCE: dict[str, str] = {  # Spanish, Italian and Portuguese have most of these words nearly in common
    "key": r"^(id|codigo|codice|numero|n)(de|da|do|della|del|di|dell)?(oportunidade?|negocio|opportunita|trattativa)?$",
    "stage": r"^etapa|^fase|^estagio|^stadio", "currency": r"^moneda|divisa|^valuta|^moeda",
    "created": r"(fecha|data)(de|di|da)?(creaci?on|creazione|apertura|criacao|inicio|abertura)|^cread[oa]|^creat[oa]il",
    "closed": r"^(fecha|data)(de|di|da|do)?(cierre|chiusura|fechamento|firma)(real|effettiva|efetiva)?$|^cerrad[oa]el$",
    "expected_close": r"(cierre|chiusura|fechamento)(previst|estimad|esperad|stimat|attes|planead)",
    "amount": r"importe?|monto|cuantia|valor(e|total)?$|^ingresos|^ricav|fatturato|^precio|^prezzo|receita",
    "name": r"^(nombre|titulo|asunto|nome|titolo|oggetto)(de|da|do|della|del|di|dell)?(la|l)?(oportunidade?|negocio|"
    r"opportunita|trattativa|progetto|proyecto)?$",
    "account": r"^cuenta|^cliente|empresa|azienda|ragionesociale|razonsocial|^conta$",
    "owner": r"propietari|proprietari|vendedor|venditore|comercial$|commerciale$|responsab|asignadoa|assegnatoa",
    "team": r"^equipo|^squadra|sucursal|filiale|^equipe", "segment": r"^segmento|^tipo|categoria|^settore|^linea",
    "source": r"^origen|procedencia|^fonte|provenienza|^origem|^canale?$",
    "reason": r"(motivo|razon|causa).*(perdid|rechazo|perdita|rifiuto|perda|abandono)",
    "won_flag": r"^ganad[oa]$|^vint[oa]$", "closed_flag": r"^(cerrad|chius|fechad)[oa]$",
    "skip_flag": r"^(eliminad|eliminat|excluid)[oa]$", "changed": r"modifica|actualiza|aggiorna|atualiza",
    "won_date": r"^(fecha|data)(de|di)?(ganad[oa]|ganancia|vincita|vittoria|ganho)$|^ganad[oa]el$|^vint[oa]il$",
    "lost_date": r"^(fecha|data)(de|di|da)?(perdid[ao]|perdita|perda)$|^perdid[oa]el$|^pers[oa]il$",
}  # fmt: skip
_OF_A_LINK = re.compile(r"[/.](display_?name|complete_?name|name|id)$", re.IGNORECASE)
GENERIC: dict[str, str] = {
    role: f"{pattern}|{_FRENCH[role]}|{_ROMANCE[role]}|{_JAPANESE[role]}"
    for role, pattern in _ENGLISH_AND_GERMAN.items()
}
"""By role, what headers of any other system tend to look like, for `bare` names."""


LESS: dict[str, str] = {
    "amount": r"weight|gewichtet|pondere|加重|forecast|probab|margin|marge|cost|kosten|discount|rabatt|remise|tax|vat"
    r"|mwst|tva|quota|target|previous|prior|before|original|initial|perunit|unitprice|lineamount|commission|provision|budget",
    "owner": r"mail|id$|phone|manager|role|team|previous|former|created|modified",
    "account": r"owner|manager|mail|phone|type|since|size|number|id$|country|currency|source|segment|status",
    "stage": r"duration|previous|prior|days|^age|last|probab|history|count|dauer|intagen|statu[ts]$|状態|ステータス",
    "created": r"^start|^begin|^engage|debut|eingang|開始",
    "closed": r"^est|expect|forecast|plan|target|project(ed)?clos|voraus|erwart|previs|prevue|attendue|予定|見込",
    "name": r"owner|account|customer|company|contact|produ[ck]t",
}
"""By role, what `bare` names of columns look like that are taken for it only where there is no better one."""
STATUS = re.compile(r"status|statut|^etat|outcome|^result|ergebnis|ausgang|状態|ステータス|^estado|^stato|^esito")
"""What headers of a column look like that says whether a deal is open, won or lost, for `bare` names."""
CONVERTED = re.compile(r"converted|(company|base|home|corporate)currency|base$|umgerechnet|converti|換算")
"""The same of amounts in another currency than the deal's own."""


def names_of(headers: list[str]) -> dict[str, list[str]]:
    """By header what it may be called, as `bare` names: `stage_id/name` is the stage's name, and `Affaire - Titre` a
    title where all headers begin so."""
    shared = next((found[0] for header in headers[:1] if (found := re.match(r"[^-–:]+ [-–:] ", header))), "")
    if not shared or sum(header.startswith(shared) for header in headers) < max(3, 0.8 * len(headers)):
        shared = ""
    return {
        header: list(dict.fromkeys([bare(header), bare(header.removeprefix(shared)), bare(_OF_A_LINK.sub("", header))]))
        for header in headers
    }


def recognised(headers: list[str]) -> System | None:
    """The system whose own headers are there most completely."""
    names = {name for listed in names_of(headers).values() for name in listed}
    scores = {system.name: len(names & set(system.marks)) for system in SYSTEMS}
    fitting = [system for system in SYSTEMS if scores[system.name] >= system.least]
    return max(fitting, key=lambda system: scores[system.name], default=None)
