"""Where deals were lost, by stage and recorded reason, and the largest leaks against the baseline."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from departments.formats import counted, money_in_words
from departments.json_types import Json
from departments.translation import gettext_noop
from revenue_health.contribution.core.comparison import minor_units
from revenue_health.contribution.core.verdict import IMPACTS, MARKS, Verdict
from revenue_health.contribution.verdict_words import verdict_word
from revenue_health.review.core.slides import Bar, Chart, ChartKind, Column, ColumnKind, Role, Row, Slide, Table, Tone
from revenue_health.review.selectors.packs.slides.parts import scale_of, when

ROWS_SHOWN = 8
CLOSED = ("recovered", "declined")
COLUMNS = (
    Column("Leak"),
    Column("Amount", ColumnKind.MONEY),
    Column("Verdict"),
    Column("Owner", ColumnKind.PERSON),
    Column("Status"),
    Column("Weeks", ColumnKind.NUMBER, gettext_noop("known")),
)


@dataclass(frozen=True, kw_only=True)
class _LeakLine:
    """One leak of the slide: its cost in minor units with its interval. verdict: of its department.
    is_seen: the newest figures still show it."""

    name: str
    amount: int
    low: int | None = None
    high: int | None = None
    verdict: Verdict | None = None
    is_seen: bool = True
    owner: str | None = None
    status: str = ""
    weeks: int | None = None

    @property
    def is_clear(self) -> bool:
        return self.verdict in IMPACTS


def leak_map(content: Json) -> Slide | None:
    """Money lost, a row for each stage, a column for each department whose recorded reasons took any.

    What was lost without a recorded reason has a column of its own: it is held against nobody.
    """
    names, currency = content["names"]["departments"], content["currency"]
    caused, silent = _lost_by_stage(content)
    whole = sum(caused.values()) + sum(silent.values())
    if not whole:
        return None
    keys = [key for key in names if any(caused.get((stage, key)) for stage, _ in caused)]
    stages = [
        stage
        for stage in content["names"]["stages"]
        if silent.get(stage["address"]) or any(caused.get((stage["address"], key)) for key in keys)
    ]
    names_of_stages = Counter(stage["name"] for stage in stages)
    amounts = [
        [caused.get((stage["address"], key), 0) for key in keys] + [silent.get(stage["address"], 0)] * bool(silent)
        for stage in stages
    ]
    rows = tuple(
        (
            f"{stage['pipeline']}, {stage['name']}" if names_of_stages[stage["name"]] > 1 else stage["name"],
            *(amount or None for amount in line),
            sum(line),
        )
        for stage, line in zip(stages, amounts, strict=True)
    )
    total: Row = ("Lost", *(sum(column) for column in zip(*amounts, strict=True)), whole)
    scale = scale_of([amount for line in amounts for amount in line if amount], currency)
    heads = [*(names[key] for key in keys), *([gettext_noop("No reason")] if silent else []), "Lost"]
    return Slide(
        key="leak-map",
        title=gettext_noop("Lost deals by stage and reason"),
        message=gettext_noop("Where deals were lost. It is no verdict."),
        unit=gettext_noop("{unit} lost by stage and recorded reason, {period}; not held against a department").format(
            unit=scale.unit, period=when(content)
        ),
        tables=(
            Table(
                title=gettext_noop("Lost"),
                columns=(Column("Stage"), *(Column(name, ColumnKind.MONEY) for name in heads)),
                rows=rows,
                scale=scale,
                total=total,
                summed=True,
            ),
        ),
        notes=(_open_note(content),),
    )


def _lost_by_stage(content: Json) -> tuple[dict[tuple[str, str], int], dict[str, int]]:
    """Minor units lost: for recorded reasons by stage and department, and without one by stage."""
    caused: dict[tuple[str, str], int] = {}
    silent: dict[str, int] = {}
    for cell in content["leaks"]["cells"]:
        stage = f"{cell['pipeline']}:{cell['stage']}"
        assumed = minor_units(cell["assumed"]["amount"]) or 0
        caused[stage, cell["department"]] = (minor_units(cell["lost"]["amount"]) or 0) - assumed
        if assumed:
            silent[stage] = silent.get(stage, 0) + assumed
    return caused, silent


def _open_note(content: Json) -> str:
    totals = content["leaks"]["totals"]
    amounts = {name: money_in_words(minor_units(totals[name]["amount"]), content["currency"]) for name in totals}
    return gettext_noop(
        "{lost_deals} lost ({lost}), {won_deals} won ({won}); open now {open}. A cause is the owner of the "
        "recorded reason; a loss without one is held against nobody."
    ).format(
        lost_deals=counted(totals["lost"]["count"], "deal"),
        lost=amounts["lost"],
        won_deals=counted(totals["won"]["count"], "deal"),
        won=amounts["won"],
        open=amounts["open"],
    )


def largest(content: Json) -> Slide | None:
    """What costs revenue against the baseline, with who owns it: in the picture what the newest figures show, in the
    table also what they no longer do. Gross losses are no leaks: without any of these in the register there is no such
    slide."""
    leaks = _register_lines(content)
    if not leaks:
        return None
    scale = scale_of(
        [leak.amount for leak in leaks], content["currency"], intervals=((leak.low, leak.high) for leak in leaks)
    )
    seen = [leak for leak in leaks if leak.is_seen]
    message = _largest_message(leaks, seen, content["currency"])
    owned = sum(1 for leak in seen[:ROWS_SHOWN] if leak.owner)
    if owned and len(seen) > 1:
        message += " " + gettext_noop("{owned} of the {count} largest have an owner.").format(
            owned=owned, count=min(len(seen), ROWS_SHOWN)
        )
    bars = tuple(
        Bar(
            name=leak.name,
            amount=leak.amount,
            low=leak.low,
            high=leak.high,
            impact=Tone.BAD if leak.is_clear else Tone.SOFT,
            mark="" if leak.is_clear else "?",
            role=Role.STEP,
            text=scale.write(leak.amount),
        )
        for leak in seen[:ROWS_SHOWN]
    )
    rows = tuple(
        (
            leak.name,
            leak.amount,
            _verdict(leak),
            leak.owner,
            leak.status
            if leak.is_seen
            else gettext_noop("{status}, not in the newest figures").format(status=leak.status),
            leak.weeks,
        )
        for leak in leaks
    )
    return Slide(
        key="leaks",
        title=gettext_noop("Largest leaks"),
        message=message,
        unit=gettext_noop("{unit} against the baseline, {period}").format(unit=scale.unit, period=when(content)),
        chart=Chart(kind=ChartKind.BARS, scale=scale, bars=bars) if bars else None,
        tables=(Table(title=gettext_noop("Leaks"), columns=COLUMNS, rows=rows, scale=scale, shown=ROWS_SHOWN),),
        notes=(gettext_noop("Every leak needs one owner and one next step before this slide is left."),),
    )


def _verdict(leak: _LeakLine) -> str:
    """What is said of its department, in the words of the pages."""
    if leak.verdict is None or not leak.is_clear:
        return gettext_noop("? not named")
    return f"{MARKS[leak.verdict]} {verdict_word(leak.verdict)}"


def _largest_message(leaks: list[_LeakLine], seen: list[_LeakLine], currency: str) -> str:
    """The largest leak of a department that is named, of those the newest figures show; the others are held against
    nobody."""
    if not seen:
        return gettext_noop("The newest figures show no leak; {rows} in the register.").format(
            rows=counted(len(leaks), "leak")
        )
    clear = [leak for leak in seen if leak.is_clear]
    if not clear:
        return gettext_noop("{seen} in the newest figures, none of a department that is named.").format(
            seen=counted(len(seen), "leak")
        )
    if clear[0] is seen[0]:
        text = gettext_noop("The largest leak is {name}: {amount}.")
    else:
        text = gettext_noop("The largest leak of a department that is named is {name}: {amount}.")
    return text.format(name=clear[0].name, amount=money_in_words(clear[0].amount, currency))


def _register_lines(content: Json) -> list[_LeakLine]:
    """Of the leak register, those still open, the largest first; empty where nothing is registered."""
    stages = {stage["address"]: stage["name"] for stage in content["names"]["stages"]}
    departments = content["names"]["departments"]
    lines = [
        _LeakLine(
            name=", ".join(
                [
                    stages.get(f"{leak['pipeline']}:{leak['stage']}", leak["stage"]),
                    departments.get(leak["department"], leak["department"]),
                    leak["factor"],
                ]
            ),
            amount=minor_units(leak["amount"]) or 0,
            low=minor_units(leak["low"]),
            high=minor_units(leak["high"]),
            verdict=Verdict(leak["verdict"]) if leak.get("verdict") else None,
            is_seen=leak.get("still_seen", True),
            owner=leak["owner"],
            status=leak["status"].replace("_", " "),
            weeks=leak["weeks"],
        )
        for leak in content["register"]
        if leak["status"] not in CLOSED and leak["amount"] > 0
    ]
    return sorted(lines, key=lambda line: -line.amount)[: 2 * ROWS_SHOWN]
