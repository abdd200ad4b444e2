"""Small company folders: one that is good, and ways to change a text in it."""

from __future__ import annotations

import re
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from pipeline.services.imports import company_folder_load
from pipeline.services.imports_export import company_folder_export

GOOD = {
    "company.csv": "name,reporting_currency,time_zone,fiscal_year_start_month\nSmall,EUR,Europe/Berlin,1\n",
    "departments.csv": (
        "key,name,kind,head_email\nsales,Sales,internal,head@example.com\nlegal,Legal,internal,\nmarket,Market,external,\n"
    ),
    "pipelines.csv": "key,name\nnew,New business\nold,Renewal\n",
    "stages.csv": (
        "pipeline,key,name,position,owner_department,earns,time_limit_days\nnew,lead,Lead,1,sales,0,14\n"
        "new,offer,Offer,2,sales,0,7.5\nnew,won,Won,3,sales,1,\nold,due,Due,1,sales,0,\nold,kept,Kept,2,sales,1,\n"
    ),
    "loss_reasons.csv": "key,name,department\nprice,Price,sales\ncompetitor,Competitor,market\n",
    "sources.csv": "key,name,department\nweb,Website,sales\n",
    "accounts.csv": "key,name,industry,size,region,profile\nA1,Acme,Tools,big,North,Buyer\nA2,Bolt,,,,\n",
    "opportunities.csv": (
        "key,name,pipeline,account,owner,team,source,currency,segment\nO1,First deal,new,A1,Ann,North,web,EUR,small\n"
        "O2,,new,A2,Ann,North,,USD,small\nO3,Third,old,,,,,EUR,\n"
    ),
    "events.csv": (
        "opportunity,occurred_at,recorded_at,stage,amount,expected_close,reason,actor\n"
        "O1,2026-01-05T09:00:00+01:00,,lead,100.50,2026-03-31,,Ann\n"
        "O1,2026-01-09T09:00:00+01:00,2026-01-10T09:00:00Z,offer,100.50,,,Ann\n"
        "O1,2026-02-01T10:00:00.250000Z,,won,120,,,Ann\n"
        "O2,2026-01-06T08:00:00Z,,lead,2000,,,\n"
        "O2,2026-01-06T08:00:00Z,,offer,2000,,,\n"
        "O2,2026-03-01T08:00:00Z,,lost,,,price,Ann\n"
        "O3,2026-02-01,,due,7,,,\n"
    ),
    "handoffs.csv": (
        "key,opportunity,department,kind,requested_at,started_at,completed_at,due_at,outcome,assignee\n"
        "H1,O1,legal,contract,2026-01-09T10:00:00Z,2026-01-10T10:00:00Z,2026-01-12T10:00:00Z,,approved,Lea\n"
        "H2,O2,legal,,2026-01-08T10:00:00Z,,,2026-01-20T10:00:00Z,,\n"
    ),
    "plan.csv": (
        "pipeline,period_start,period_end,target,expectation,segment\nnew,2026-01-01,2026-03-31,5000,4500.50,\n"
        "new,2026-01-01,2026-03-31,1000,,small\n"
    ),
    "rates.csv": "currency,date,rate\nUSD,2026-01-01,0.9\nUSD,2026-02-01,0.875\n",
    "measurables.csv": (
        "key,department,name,unit,goal_rule,goal,goal_high,effective_from,source\n"
        "calls,sales,Calls,,at_least,40,,2026-01-01,manual\ncalls,sales,Calls,,between,30,50,2026-02-01,manual\n"
        "wait,legal,Wait,days,,,,,median_days\n"
    ),
    "entries.csv": 'measurable,week,value,note\ncalls,2026-01-05,38.5,\ncalls,2026-01-12,,"away, ill"\n',
}
_SAYS_ITSELF = re.compile(
    r"such as|write|type it again|replace it|save|upload|load|1 to 64 characters|are doubled|name the account"
)


def says_what_to_do(reason: str, remedy: str) -> bool:
    """Whether a problem says what to do about it, in its reason or beside it."""
    return bool(remedy or _SAYS_ITSELF.search(reason))


TRUTH_TABLES = [
    "departments_company",
    "departments_department",
    "departments_measurable",
    "departments_goal",
    "departments_entry",
    "pipeline_pipeline",
    "pipeline_stage",
    "pipeline_stageowner",
    "pipeline_lossreason",
    "pipeline_source",
    "pipeline_account",
    "pipeline_opportunity",
    "pipeline_event",
    "pipeline_handoff",
    "pipeline_plantarget",
    "pipeline_exchangerate",
    "pipeline_touchedopportunity",
    "pipeline_importchange",
]


def folder_write(path: Path, files: dict[str, str] | None = None, *, without: tuple[str, ...] = ()) -> Path:
    """The good folder with some files replaced or left out."""
    path.mkdir(parents=True, exist_ok=True)
    for name, text in (GOOD | (files or {})).items():
        if name not in without:
            (path / name).write_bytes(text.encode())
    return path


def changed(file: str, old: str, new: str) -> dict[str, str]:
    """The one file of the good folder in which a text stands that is replaced once."""
    assert GOOD[file].count(old) >= 1, f"{old!r} is not in {file}"
    return {file: GOOD[file].replace(old, new, 1)}


def part_write(path: Path, files: dict[str, str]) -> Path:
    """A folder that brings only some files."""
    path.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (path / name).write_bytes(text.encode())
    return path


def truth() -> dict[str, list[str]]:
    """Every row of the truth as text, to compare before and after."""
    with connection.cursor() as cursor:
        rows = {}
        for table in TRUTH_TABLES:
            cursor.execute(f"SELECT t::text FROM {table} t ORDER BY 1")
            rows[table] = [row[0] for row in cursor.fetchall()]
    return rows


def folder_bytes(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(path.iterdir())}


def out_and_in_again(folder: Path, at: Path) -> list[str]:
    """Lines of the events of a company that was loaded, exported, loaded over itself, then into nothing, and exported:
    what is in stays what it was, and both exports are the same bytes."""
    assert company_folder_load(path=folder).accepted
    company_folder_export(path=at / "one")
    before = truth()
    assert company_folder_load(path=at / "one").accepted
    assert truth() == before
    call_command("flush", interactive=False)
    assert company_folder_load(path=at / "one").accepted
    company_folder_export(path=at / "two")
    assert folder_bytes(at / "one") == folder_bytes(at / "two")
    return (at / "two/events.csv").read_text().splitlines()
