"""What people owe, promised, answered and decided."""

from __future__ import annotations

from departments.core.lists import listed
from departments.formats import counted
from departments.json_types import Json
from departments.translation import gettext_noop
from revenue_health.contribution.core.comparison import minor_units
from revenue_health.review.core.slides import Column, ColumnKind, Slide, Table
from revenue_health.review.selectors.packs.slides.parts import day, scale_of, when

ROWS_SHOWN = 8
NO_NAME = ""
STATES = {"missing": gettext_noop("○ missing"), "late": gettext_noop("◐ late")}
SCORECARD_COLUMNS = (
    Column("Department"),
    Column("Scorecard"),
    Column("Entered", ColumnKind.NUMBER),
    Column("Asked for", ColumnKind.NUMBER),
)
COMMITMENT_COLUMNS = (
    Column("Promised"),
    Column("Department"),
    Column("Owner", ColumnKind.PERSON),
    Column("Due", ColumnKind.DATE),
    Column(NO_NAME),
)
REPLY_COLUMNS = (
    Column("Department"),
    Column("Share", ColumnKind.MONEY),
    Column("Answer"),
    Column("By", ColumnKind.PERSON),
)
DECISION_COLUMNS = (Column("Decided"), Column("By"), Column("On", ColumnKind.DATE))


def scorecards(content: Json) -> Slide | None:
    """Whose scorecards of the last finished week are in."""
    panel = content["review"]["scorecards"]
    if not panel["departments"]:
        return None
    missing = [row["name"] for row in panel["departments"] if row["status"] == "missing"]
    message = gettext_noop("{count} of {all} scorecards are in").format(count=panel["in"], all=panel["of"])
    if missing:
        text = gettext_noop("{names} is missing.") if len(missing) == 1 else gettext_noop("{names} are missing.")
        message = f"{message}; {text.format(names=listed(missing))}"
    else:
        message += "."
    rows = tuple(
        (row["name"], STATES.get(row["status"], gettext_noop("● in")), row["given"], row["wanted"])
        for row in panel["departments"]
    )
    return Slide(
        key="scorecards",
        title=gettext_noop("Scorecards"),
        message=message,
        unit=gettext_noop("week of {day}").format(day=day(panel["week"])),
        tables=(Table(title=gettext_noop("Scorecards"), columns=SCORECARD_COLUMNS, rows=rows),),
        notes=(gettext_noop("Ask for what is missing before anything is concluded from what is in."),),
    )


def commitments(content: Json) -> Slide | None:
    """What was promised and is due."""
    panel = content["review"]["commitments"]
    if not panel["items"]:
        return None
    rows = tuple(
        (item["text"], item["department_name"], item["owner"], item["due"], _lateness(item)) for item in panel["items"]
    )
    return Slide(
        key="commitments",
        title=gettext_noop("Commitments"),
        message=_promised(due=panel["due"], overdue=panel["overdue"]),
        tables=(Table(title=gettext_noop("Commitments"), columns=COMMITMENT_COLUMNS, rows=rows, shown=ROWS_SHOWN),),
        notes=(
            gettext_noop(
                "For each: done, or by when? What is moved a second time needs another owner or another promise."
            ),
        ),
    )


def _lateness(item: Json) -> str:
    if item["overdue"]:
        return gettext_noop("! overdue")
    if item["carried"] == 1:
        return gettext_noop("moved once")
    return gettext_noop("moved {times}").format(times=counted(item["carried"], "time")) if item["carried"] else ""


def _promised(*, due: int, overdue: int) -> str:
    late = counted(overdue, "commitment is overdue", "commitments are overdue")
    soon = counted(due, "commitment is due this week", "commitments are due this week")
    if not overdue:
        return f"{soon}; {gettext_noop('none is overdue.')}"
    return f"{late}; {soon}." if due else f"{late}; {gettext_noop('none is due this week.')}"


def replies(content: Json) -> Slide | None:
    """What heads answer to their shares, beside the numbers they answer."""
    answers = content["replies"]
    if not answers:
        return None
    scale = scale_of([minor_units(answer["amount"]) for answer in answers], content["currency"])
    rows = tuple(
        (answer["party"], minor_units(answer["amount"]), answer["text"], answer["author"]) for answer in answers
    )
    heads = counted(len(rows), "head answers", "heads answer")
    return Slide(
        key="replies",
        title=gettext_noop("What the heads answer"),
        message=gettext_noop("{heads}, beside the number answered.").format(heads=heads),
        unit=f"{scale.unit}, {when(content)}",
        tables=(Table(title=gettext_noop("Answers"), columns=REPLY_COLUMNS, rows=rows, scale=scale),),
        notes=(gettext_noop("Read the answer before the number is discussed."),),
    )


def decisions(content: Json) -> Slide | None:
    """What the review before ended with."""
    earlier = content["earlier_decisions"]
    if not earlier:
        return None
    rows = tuple((decision["text"], decision["decided_by"], decision["at"][:10]) for decision in earlier)
    return Slide(
        key="decisions",
        title=gettext_noop("Decided last time"),
        message=gettext_noop("One decision of the last review is to be followed up.")
        if len(rows) == 1
        else gettext_noop("{count} decisions of the last review are to be followed up.").format(count=len(rows)),
        unit=earlier[0]["pack"],
        tables=(Table(title=gettext_noop("Decisions"), columns=DECISION_COLUMNS, rows=rows),),
        notes=(gettext_noop("For each: done, or by when?"),),
    )
