"""What people owe, promised, answered and decided."""

from __future__ import annotations

from departments.formats import counted
from revenue_health.contribution.selectors.comparison.sentences import listed, minor
from revenue_health.review.selectors.packs.slides.parts import Json, column, day, scale_of, slide, table, when

SHOWN = 8


def scorecards(content: Json) -> Json | None:
    """Whose scorecards of the last finished week are in."""
    found = content["review"]["scorecards"]
    if not found["departments"]:
        return None
    missing = [row["name"] for row in found["departments"] if row["status"] == "missing"]
    message = f"{found['in']} of {found['of']} scorecards are in"
    message += f"; {listed(missing)} {'is' if len(missing) == 1 else 'are'} missing." if missing else "."
    columns = [column("Department"), column("Scorecard"), column("Entered", "number"), column("Asked for", "number")]
    marks = {"missing": "○ missing", "late": "◐ late"}
    rows = [
        [row["name"], marks.get(row["status"], "● in"), row["given"], row["wanted"]] for row in found["departments"]
    ]
    return slide(
        "scorecards",
        "Scorecards",
        message,
        unit=f"week of {day(found['week'])}",
        tables=[table("Scorecards", columns, rows)],
        notes=["Ask for what is missing before anything is concluded from what is in."],
    )


def commitments(content: Json) -> Json | None:
    """What was promised and is due."""
    found = content["review"]["commitments"]
    if not found["items"]:
        return None
    message = _promised(due=found["due"], overdue=found["overdue"])
    columns = [column("Promised"), column("Department"), column("Owner", "person"), column("Due", "date"), column("")]
    rows = [
        [
            item["text"],
            item["department_name"],
            item["owner"],
            item["due"],
            "▼ overdue" if item["overdue"] else f"moved {counted(item['carried'], 'time')}" if item["carried"] else "",
        ]
        for item in found["items"]
    ]
    return slide(
        "commitments",
        "Commitments",
        message,
        tables=[table("Commitments", columns, rows, shown=SHOWN)],
        notes=["For each: done, or by when? What is moved a second time needs another owner or another promise."],
    )


def _promised(*, due: int, overdue: int) -> str:
    late = f"{counted(overdue, 'commitment')} {'is' if overdue == 1 else 'are'} overdue"
    soon = f"{counted(due, 'commitment')} {'is' if due == 1 else 'are'} due within a week"
    if not overdue:
        return f"{soon}; none is overdue."
    return f"{late}; {soon}." if due else f"{late}; none is due within a week."


def replies(content: Json) -> Json | None:
    """What heads answer to their shares, beside the numbers they answer."""
    rows = content["replies"]
    if not rows:
        return None
    scale = scale_of([minor(row["amount"]) for row in rows], content["currency"])
    columns = [column("Department"), column("Share", "money"), column("Answer"), column("By", "person")]
    return slide(
        "replies",
        "What the heads answer",
        f"{counted(len(rows), 'head')} {'answers' if len(rows) == 1 else 'answer'}, beside the number answered.",
        unit=f"{scale.unit}, {when(content)}",
        tables=[
            table(
                "Answers",
                columns,
                [[row["party"], minor(row["amount"]), row["text"], row["author"]] for row in rows],
                scale=scale,
            )
        ],
        notes=["Read the answer before the number is discussed."],
    )


def decisions(content: Json) -> Json | None:
    """What the review before ended with."""
    rows = content["earlier_decisions"]
    if not rows:
        return None
    columns = [column("Decided"), column("By"), column("On", "date")]
    return slide(
        "decisions",
        "Decided last time",
        "One decision of the last review is to be followed up."
        if len(rows) == 1
        else f"{len(rows)} decisions of the last review are to be followed up.",
        unit=rows[0]["pack"],
        tables=[table("Decisions", columns, [[row["text"], row["decided_by"], row["at"][:10]] for row in rows])],
        notes=["For each: done, or by when?"],
    )
