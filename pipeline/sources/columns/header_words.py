"""What headers of lists of deals look like, by role and language: patterns for `bare` names of columns."""

from __future__ import annotations

import re

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
_CYRILLIC: dict[str, str] = {  # Russian and Ukrainian; in `bare` names й is и, ё is е, and ї is і
    "key": r"^(id|ид|номер|код|no|n)(сделки|лида|заказа|договора|угоди|ліда|замовлення|договору)?$"
    r"|^(сделка|угода)(id|no)$",
    "stage": r"^стад[иі]|^этап|^етап|^фаза|^статус$|^состояние(сделки)?$|^стан(угоди)?$",
    "created": r"^(дата|когда|день|коли)?(создан|открыт|начал|регистрац|заведен|поступл)"
    r"|^(дата|коли|день)?(створен|відкрит|початк|реєстрац)",
    "closed": r"^(фактическая|фактична)?(дата)?(закрыти[ея]|завершени[ея]|окончани[ея]|закриття|завершення|закінчення)"
    r"(сделки|угоди)?$|^(закрыт|завершен|закрит)[аоы]?$",
    "expected_close": r"(ожидаем|планов|планир|предполаг|прогноз|очікув|запланов).*(закры|заверш|закри|сделки|угоди)",
    "amount": r"сумма|сума|бюджет|стоимость|вартість|^цена|^ціна|выручка|виручка|доход|дохід|оборот",
    "name": r"^(название|наименование|назва|тема)(сделки|проекта|лида|угоди|проєкту|проекту|ліда)?$|^сделка$|^угода$",
    "account": r"компани[яи]$|^клиент|контрагент|заказчик|организаци[яи]$|покупатель|^аккаунт"
    r"|компанія$|компанії$|^клієнт|замовник|організація$|покупець|^акаунт",
    "owner": r"ответственн|менеджер|владелец|продавец|^куратор|відповідальн|власник|продавець",
    "team": r"^команда|^отдел|^відділ|филиал|філія|подразделени|підрозділ|регион|регіон",
    "segment": r"^сегмент|^тип|категори|отрасль|галузь|^направлени|^напрям",
    "source": r"источник|джерело|^канал|откуда",
    "reason": r"причин[аы].*(отказ|проигр|потер|провал|закрыт|відмов|втрат|програш)|^причина$",
    "currency": r"валюта",
    "won_flag": r"^(выигран|вигран)[аоы]?$",
    "closed_flag": r"^(закрыт|завершен|закрит)[аоы]?$",
    "skip_flag": r"^(удален|видален)[аоы]?$",
    "changed": r"изменен|обновлен|змінен|зміни|оновлен",
    "won_date": r"^дата(выигрыша|победы|виграшу|перемоги)$",
    "lost_date": r"^дата(проигрыша|отказа|потери|програшу|відмови|втрати)$",
}
GENERIC: dict[str, str] = {
    role: f"{pattern}|{_FRENCH[role]}|{_ROMANCE[role]}|{_CYRILLIC[role]}|{_JAPANESE[role]}"
    for role, pattern in _ENGLISH_AND_GERMAN.items()
}
"""By role, what headers of any other system tend to look like, for `bare` names."""


LESS: dict[str, str] = {
    "amount": r"weight|gewichtet|pondere|加重|forecast|probab|margin|marge|cost|kosten|discount|rabatt|remise|tax|vat"
    r"|mwst|tva|quota|target|previous|prior|before|original|initial|perunit|unitprice|lineamount|commission|provision|budget"
    r"|взвешен|зважен|скидк|знижк|налог|податок|ндс|пдв|себестоим|собіварт|маржа|комисси|комісі|прогноз|плано",
    "owner": r"mail|id$|phone|manager|role|team|previous|former|created|modified|почта|пошта|телефон",
    "account": r"owner|manager|mail|phone|type|since|size|number|id$|country|currency|source|segment|status"
    r"|телефон|почта|пошта|тип|инн$",
    "stage": r"duration|previous|prior|days|^age|last|probab|history|count|dauer|intagen|statu[ts]$|状態|ステータス"
    r"|статус$|состояни|^стан|предыдущ|попередн|длительн|триваліст",
    "created": r"^start|^begin|^engage|debut|eingang|開始",
    "closed": r"^est|expect|forecast|plan|target|project(ed)?clos|voraus|erwart|previs|prevue|attendue|予定|見込"
    r"|ожида|план|предполаг|прогноз|очікув",
    "name": r"owner|account|customer|company|contact|produ[ck]t",
}
"""By role, what `bare` names of columns look like that are taken for it only where there is no better one."""
STATUS = re.compile(
    r"status|statut|^etat|outcome|^result|ergebnis|ausgang|状態|ステータス|^estado|^stato|^esito"
    r"|^статус|^результат|^исход|^состояни|^стан"
)
"""What headers of a column look like that says whether a deal is open, won or lost, for `bare` names."""
CONVERTED = re.compile(r"converted|(company|base|home|corporate)currency|base$|umgerechnet|converti|換算")
"""The same of amounts in another currency than the deal's own."""
