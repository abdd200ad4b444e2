"""Where money was lost: stage by department, and the largest leaks."""

from __future__ import annotations

from departments.formats import counted, money_in_words
from revenue_health.contribution.selectors.comparison.sentences import minor
from revenue_health.review.selectors.packs.slides.parts import (
    Json,
    column,
    scale_json,
    scale_of,
    slide,
    table,
    when,
)

SHOWN = 8
CLOSED = ("recovered", "declined")


def leak_map(content: Json) -> Json | None:
    """Money lost, a row for each stage, a column for each department that caused any."""
    lost = {
        (f"{cell['pipeline']}:{cell['stage']}", cell["department"]): minor(cell["lost"]["amount"]) or 0
        for cell in content["leaks"]["cells"]
    }
    whole = sum(lost.values())
    if not whole:
        return None
    keys = [key for key in content["names"]["departments"] if any(lost.get((s, key)) for s, _ in lost)]
    stages = [stage for stage in content["names"]["stages"] if any(lost.get((stage["address"], key)) for key in keys)]
    several = len({stage["pipeline"] for stage in stages}) > 1
    rows = []
    for stage in stages:
        amounts = [lost.get((stage["address"], key), 0) for key in keys]
        name = f"{stage['pipeline']}, {stage['name']}" if several else stage["name"]
        rows.append([name, *(amount or None for amount in amounts), sum(amounts)])
    total = ["Lost", *(sum(lost.get((stage["address"], key), 0) for stage in stages) for key in keys), whole]
    scale = scale_of([amount for amount in lost.values() if amount], content["currency"])
    worst = max(lost, key=lambda cell: lost[cell])
    stage_name = next(stage["name"] for stage in stages if stage["address"] == worst[0])
    department = content["names"]["departments"][worst[1]]
    part = 100 * lost[worst] / whole
    columns = [column("Stage"), *(column(content["names"]["departments"][key], "money") for key in keys)]
    return slide(
        "leak-map",
        "Where money is lost",
        f"{money_in_words(whole, content['currency'])} lost; {part:.0f} % at {stage_name}, caused by {department}.",
        unit=f"{scale.unit} lost by stage and cause, {when(content)}",
        tables=[
            table("Lost", [*columns, column("Lost", "money")], rows, scale=scale, total=total, summed=True, shaded=True)
        ],
        notes=[_open_note(content)],
    )


def _open_note(content: Json) -> str:
    totals = content["leaks"]["totals"]
    amounts = {name: money_in_words(minor(totals[name]["amount"]), content["currency"]) for name in totals}
    return (
        f"{counted(totals['lost']['count'], 'deal')} lost ({amounts['lost']}), "
        f"{counted(totals['won']['count'], 'deal')} won ({amounts['won']}); open now {amounts['open']}. "
        "A cause is the owner of the recorded reason; without a reason it is the department that held the deal."
    )


def largest(content: Json) -> Json | None:
    """The largest leaks with who owns them: of the register, or of the map where there is none."""
    rows = _register_rows(content) or _map_rows(content)
    if not rows:
        return None
    scale = scale_of(
        [row["amount"] for row in rows], content["currency"], intervals=((row["low"], row["high"]) for row in rows)
    )
    top = rows[0]
    owned = sum(1 for row in rows[:SHOWN] if row["owner"])
    message = f"The largest leak is {top['name']}: {money_in_words(top['amount'], content['currency'])}."
    if any(row["owner"] for row in rows):
        message += f" {owned} of the {min(len(rows), SHOWN)} largest have an owner."
    columns = [
        column("Leak"),
        column("Amount", "money"),
        column("Deals", "number"),
        column("Owner", "person"),
        column("Status"),
        column("Weeks", "number", "known"),
    ]
    bars = [
        {
            "name": row["name"],
            "amount": row["amount"],
            "low": row["low"],
            "high": row["high"],
            "impact": "bad",
            "mark": "",
            "role": "step",
            "text": scale.write(row["amount"]),
        }
        for row in rows[:SHOWN]
    ]
    return slide(
        "leaks",
        "Largest leaks",
        message,
        unit=f"{scale.unit}, {when(content)}",
        chart={"kind": "bars", "scale": scale_json(scale), "bars": bars},
        tables=[
            table(
                "Leaks",
                columns,
                [[row[name] for name in ("name", "amount", "count", "owner", "status", "weeks")] for row in rows],
                scale=scale,
                shown=SHOWN,
            )
        ],
        notes=["Every leak needs one owner and one next step before this slide is left."],
    )


def _map_rows(content: Json) -> list[Json]:
    stages = {stage["address"]: stage["name"] for stage in content["names"]["stages"]}
    departments = content["names"]["departments"]
    rows = [
        {
            "name": f"{stages[cell['pipeline'] + ':' + cell['stage']]}, {departments[cell['department']]}",
            "amount": minor(cell["lost"]["amount"]) or 0,
            "low": None,
            "high": None,
            "count": cell["lost"]["count"],
            "owner": None,
            "status": "",
            "weeks": None,
        }
        for cell in content["leaks"]["cells"]
        if cell["lost"]["amount"]
    ]
    return sorted(rows, key=lambda row: -row["amount"])[: 2 * SHOWN]


def _register_rows(content: Json) -> list[Json]:
    """Of the leak register, those still open, the largest first; empty where nothing is registered."""
    stages = {stage["address"]: stage["name"] for stage in content["names"]["stages"]}
    departments = content["names"]["departments"]
    rows = [
        {
            "name": ", ".join(
                [
                    stages.get(f"{row['pipeline']}:{row['stage']}", row["stage"]),
                    departments.get(row["department"], row["department"]),
                    row["factor"],
                ]
            ),
            "amount": minor(row["amount"]) or 0,
            "low": minor(row["low"]),
            "high": minor(row["high"]),
            "count": None,
            "owner": row["owner"],
            "status": row["status"].replace("_", " "),
            "weeks": row["weeks"],
        }
        for row in content["register"]
        if row["status"] not in CLOSED and row["amount"] > 0
    ]
    return sorted(rows, key=lambda row: -row["amount"])[: 2 * SHOWN]
