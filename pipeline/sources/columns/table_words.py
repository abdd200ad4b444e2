"""What headers of tables of tickets and changes beside the deals look like: patterns for `bare` names of columns."""

from __future__ import annotations

_TICKETS: dict[str, tuple[str, ...]] = {
    "key": (
        r"^(ticket|case|incident|request|dispute|issue|task)?(id|key|no|nr|number)$|^(ticket|case|dispute)$",
        r"^(номер|n|ид|id|код)?(тикета?|заявк[аи]|обращени[ея]|запроса?|задач[аи]|звернення|запиту?|завдання)(id|no)?$",
        r"^[иі]нциденту?а?$|^(номер|n|ид|код)$",
    ),
    "opened": (
        r"open|creat|raised|requested|submitted|reported|eroffnet|angelegt|erstellt|gemeldet",
        r"открыт|создан|поступ|зарегистр|відкрит|створен|надіи|зареєстр",
    ),
    "started": (
        r"started|accepted|begun|inprogress|begonnen|inarbeit",
        r"^(дата)?начал|начат|вработ|взят|принят|розпочат|^(дата)?початк|прииня",
    ),
    "closed": (
        r"closed|resolved|completed|solved|finished|geschlossen|erledigt|gelost",
        r"закрыт|решен|завершен|выполнен|закрит|вирішен|виконан",
    ),
    "due": (r"^due|deadline|faellig|fallig", r"^срок|^термін|дедлаин|краин"),
    "queue": (
        r"queue|group|department|^team$|warteschlange|gruppe|abteilung|^line$|bereich",
        r"^очеред|^групп|^отдел|подразделени|^команда$|^черга|^група|^відділ|підрозділ",
    ),
    "kind": (r"^(type|kind|category|tickettype|requesttype|art|kategorie)$", r"^(тип|вид|категори[яи]|категорія)"),
    "outcome": (r"outcome|resolution|ergebnis", r"результат|^итог|^решение|підсумок|^рішення"),
    "assignee": (
        r"assign|agent|owner|handler|bearbeiter|zustandig",
        r"исполнител|ответственн|назначен|виконав|відповідальн|призначен",
    ),
}
_CHANGES: dict[str, tuple[str, ...]] = {
    "field_column": (
        r"^(field|fieldname|changedfield|property|propertyname|attribute|feld)",
        r"^(поле|имяполя|измененноеполе|назваполя|зміненеполе|атрибут)",
    ),
    "new": (
        r"^new|tostage|^to$|tovalue|neuerwert|^nach$|stagename|^stage$|^dealstage$|^value$",
        r"^нов(ое|ыи|ая|ии|а|е)|^(в|на|до)(стадию|этап|стадію|етап)$|^(стадия|этап|стадія|етап)(сделки|угоди)?$|^стало$",
    ),
    "old": (
        r"^old|fromstage|^from$|fromvalue|previous|prior|alterwert|^von$",
        r"^стар(ое|ыи|ая|ии|а|е)|предыдущ|прежн|попередн|^(из|с|з|зі|від)(стадии|этапа|стадіі|етапу)$|^было$|^було$",
    ),
    "at": (
        r"changed|modified|timestamp|^at$|^time|^date|created|datum|zeit|wann|when",
        r"^дата|^время|^когда|^час$|^коли|изменен[оа]?$|змінено",
    ),
    "amount": (r"^amount$|^betrag$", r"^(сумма|сума|бюджет)(сделки|угоди)?$"),
    "expected_close": (r"closedate|expectedclose", r"(ожидаем|планов|очікув).*(закры|закри)"),
    "actor": (
        r"createdby|changedby|modifiedby|^by$|user|^actor$|author|^von wem$",
        r"^кем|^кто|^ким|^хто|автор|пользовател|користувач",
    ),
}
TICKET_HEADERS = {role: "|".join(patterns) for role, patterns in _TICKETS.items()}
"""By role of a column of tickets."""
CHANGE_HEADERS = {role: "|".join(patterns) for role, patterns in _CHANGES.items()}
"""By role of a column of a table of changes."""
_DEAL = r"deal|opportunit|lead|сделк|угод[аиу]|^лид"
TICKET_DEAL = rf"{_DEAL}|potential|verkaufschance|auftrag|parent|заказ|замовлен"
CHANGE_DEAL = rf"{_DEAL}|parent|objectid"
"""Columns that name the deal, of tickets and of changes."""
TICKET_WORDS = (
    r"ticket|dispute|incident|request|cases?\b|reklamation|anfragen|тикет|заявк|обращени|запрос|звернен|запит"
)
"""Names of tables of tickets."""
TICKET_KEY = r"ticket|case|incident|request|dispute|issue|task|тикет|заявк|обращени|запрос|задач|звернен|запит|завдан"
"""Numbers of tickets, told from those of other rows."""
MONEY = (
    r"price|preis|amount|betrag|value|wert|cost|kosten|revenue|umsatz|^цена|сумма|стоимост|^ціна|^сума|вартіст|бюджет"
)
"""Money, which tickets have none of."""
FIELDS = {
    "stage_fields": r"stage|phase|status|стади|этап|статус|стаді|етап",
    "amount_fields": r"amount|betrag|^value$|expectedrevenue|^сумма|^сума|^бюджет",
    "expected_close_fields": r"closedate|expectedclose|closingdate|дата.*(закрыти|завершени|закриття|завершення)",
}
"""By word of the mapping, names of the field that was changed."""
ENTERED = (
    r"date(time)?entered|entereddate|enteredstage|^entered|datereached|^reached|datumeintritt|dateentree"
    r"|^(дата|день|время|час)(входа|перехода|попадания|перевода|входу|переходу|потрапляння)"
)
"""Headers that say when a deal came into a stage."""
