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

_OF_A_LINK = re.compile(r"[/.](display_?name|complete_?name|name|id)$", re.IGNORECASE)


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
