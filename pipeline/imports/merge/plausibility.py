"""What only the whole of an import tells about its values: sums too large to add up, and what its owner may not have
meant."""

# ruff: noqa: S608 - statements are put together from names of our own tables and columns only.

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

from departments.core.text import confusable_form
from departments.formats import counted
from departments.models import current_company
from departments.periods.targets import crossing, other_sums
from departments.translation import gettext_noop
from pipeline.core.measured import UnknownFigure, parse_source
from pipeline.imports.folder.checks import query, query_large
from pipeline.imports.folder.staging import Staging
from pipeline.imports.look_alikes import look_alike_accounts_notes
from pipeline.imports.merge.notes.lives import lives_notes
from pipeline.imports.merge.notes.rates import rates_notes
from pipeline.imports.problems import Problem
from pipeline.models.structure import ids_by_key

LARGEST_SUM = 4 * 10**16
"""Units of the reporting currency in all events together: their cents fit 64 bits, with room for reversals."""
_NAMED = 20
_LOOKED_AT = ("departments.csv", "pipelines.csv", "stages.csv", "loss_reasons.csv", "sources.csv", "measurables.csv")

_NAMES = {
    "departments.csv": "SELECT '', key, name FROM departments_department",
    "pipelines.csv": "SELECT '', key, name FROM pipeline_pipeline",
    "stages.csv": "SELECT p.key, s.key, s.name FROM pipeline_stage s JOIN pipeline_pipeline p ON p.id = s.pipeline_id",
    "loss_reasons.csv": "SELECT '', key, name FROM pipeline_lossreason",
    "sources.csv": "SELECT '', key, name FROM pipeline_source",
}
"""What pages call by name: where it is, its key and name."""

_WORTH = "e.amount * CASE WHEN o.currency = c.reporting_currency THEN 1 ELSE coalesce(r.rate, 1) END"
_RATED = (
    " CROSS JOIN departments_company c"
    " LEFT JOIN (SELECT currency, max(rate) AS rate FROM pipeline_exchangerate GROUP BY currency) r"
    " ON r.currency = o.currency"
)


def sums_check(staging: Staging) -> None:
    """Refuse amounts that could not be added up, naming the largest; a mistyped one looks like this, too."""
    if not {"events.csv", "rates.csv", "company.csv"} & set(staging.files):
        return
    ((most,),) = query_large(
        staging,
        "SELECT coalesce(sum(amount), 0) * greatest(1, (SELECT max(rate) FROM pipeline_exchangerate))"
        " FROM pipeline_event",
    )
    if most <= LARGEST_SUM:
        return
    ((total,),) = query_large(
        staging,
        f"SELECT sum({_WORTH}) FROM pipeline_event e JOIN pipeline_opportunity o ON o.id = e.opportunity_id {_RATED}",
    )
    if total <= LARGEST_SUM:
        return
    reason = gettext_noop(
        "is one of the largest amounts; all of them come to {total:,.0f}, and at most {largest_sum:,} can be added up"
    ).format(total=total, largest_sum=LARGEST_SUM)
    if "events.csv" not in staging.files:
        staging.problems.refuse_file(
            "rates.csv", gettext_noop("makes amounts that cannot be added up: {total:,.0f} in all").format(total=total)
        )
        return
    rows = query_large(
        staging,
        "SELECT e.line, e.amount FROM in_events e JOIN pipeline_opportunity o ON o.key = e.opportunity"
        f"{_RATED} WHERE e.amount > 0 ORDER BY {_WORTH} DESC, e.line LIMIT {_NAMED}",
    )
    for line, amount in rows:
        staging.problems.add(Problem(file="events.csv", line=line, column="amount", value=str(amount), reason=reason))


def unusual_notes(staging: Staging) -> None:
    """Keys that are easily taken for each other, pipelines that earn nothing, plans and rates that meet nothing."""
    for name in _LOOKED_AT:
        if name in staging.files:
            _alike(staging, name)
    for name in ("accounts.csv", "opportunities.csv"):
        if name in staging.files:
            _alike_of_many(staging, name)
    staging.notes += look_alike_accounts_notes(staging)
    _alike_groups(staging)
    staging.notes += [note for name in _NAMES if name in staging.files for note in _names_alike(name)]
    if "stages.csv" in staging.files:
        staging.notes += _without_earning()
    if "plan.csv" in staging.files:
        _odd_plans(staging)
        staging.notes += _plans_at_odds()
        _plans_without_deals(staging)
    staging.notes += rates_notes(staging)
    if "handoffs.csv" in staging.files:
        staging.notes += lives_notes(staging)
    if "measurables.csv" in staging.files:
        staging.notes += _unknown_figures()


def _alike(staging: Staging, name: str) -> None:
    keys: dict[tuple[str, str], set[str]] = defaultdict(set)
    place = "pipeline" if name == "stages.csv" else "''"
    for where, key in query(f"SELECT DISTINCT {place}, key FROM in_{name.removesuffix('.csv')}"):
        keys[where, confusable_form(key)].add(key)
    alike = [" and ".join(f"“{key}”" for key in sorted(same)) for same in keys.values() if len(same) > 1]
    if alike:
        staging.notes.append(
            gettext_noop("{name}: keys that are easily taken for each other: {alike}.").format(
                name=name, alike=_first_items(alike)
            )
        )


def _names_alike(file: str) -> list[str]:
    """Two rows that pages would call the same, though they are counted apart: the import may have brought one only."""
    looks: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for place, key, name in query(f"{_NAMES[file]} ORDER BY 1, 2"):
        looks[place, " ".join(confusable_form(name).split())].append((key, name))
    alike = [
        f"{place} ".lstrip() + " and ".join(f"“{name}” ({key})" for key, name in rows)
        for (place, _), rows in looks.items()
        if len(rows) > 1
    ]
    if not alike:
        return []
    note = gettext_noop(
        "{file}: names that a reader cannot tell apart, counted apart by their keys: {alike}. Rename one, or map both "
        "to one key."
    )
    return [note.format(file=file, alike=_first_items(alike))]


def _alike_of_many(staging: Staging, name: str) -> None:
    """The same for files of many rows: the database finds keys that differ by capitals, and the others are few."""
    table = f"in_{name.removesuffix('.csv')}"
    looks: dict[str, set[str]] = defaultdict(set)
    for (keys,) in query_large(
        staging,
        f"SELECT array_agg(DISTINCT key) FROM {table} WHERE key ~ '^[ -~]*$' GROUP BY lower(key)"
        " HAVING count(DISTINCT key) > 1",
    ):
        looks[confusable_form(keys[0])].update(keys)
    foreign = [key for (key,) in query_large(staging, f"SELECT DISTINCT key FROM {table} WHERE key !~ '^[ -~]*$'")]
    for key in foreign:
        looks[confusable_form(key)].add(key)
    if foreign:
        for (key,) in query_large(
            staging, f"SELECT DISTINCT key FROM {table} WHERE lower(key) = ANY(%s)", [list(looks)]
        ):
            looks[confusable_form(key)].add(key)
    alike = [" and ".join(f"“{key}”" for key in sorted(same)) for same in looks.values() if len(same) > 1]
    if alike:
        groups = counted(len(alike), "group of keys that are", "groups of keys that are")
        what = gettext_noop("{groups} easily taken for each other").format(groups=groups)
        staging.notes.append(f"{name}: {what}: {_first_items(sorted(alike))}.")


def _alike_groups(staging: Staging) -> None:
    """Values that make two groups of deals where a reader sees one."""
    staged = staging.files.get("opportunities.csv")
    for column in ("segment", "team", "owner"):
        if staged is None or column not in staged.columns:
            continue
        looks: dict[str, set[str]] = defaultdict(set)
        for (value,) in query_large(staging, f"SELECT DISTINCT {column} FROM in_opportunities WHERE {column} <> ''"):
            looks[" ".join(confusable_form(value).split())].add(value)
        alike = [" and ".join(f"“{value}”" for value in sorted(same)) for same in looks.values() if len(same) > 1]
        if alike:
            staging.notes.append(
                gettext_noop(
                    "opportunities.csv: values of {column} that look the same to a reader but form separate groups: "
                    "{first_items}."
                ).format(column=column, first_items=_first_items(sorted(alike)))
            )


def _without_earning() -> list[str]:
    """Pipelines in which no deal can be won: every figure of revenue leaves them out."""
    rows = query(
        "SELECT p.key FROM pipeline_pipeline p"
        " WHERE EXISTS (SELECT FROM pipeline_opportunity o WHERE o.pipeline_id = p.id) AND NOT EXISTS"
        " (SELECT FROM pipeline_stage s WHERE s.pipeline_id = p.id AND s.earns) ORDER BY p.key"
    )
    keys = [str(key) for (key,) in rows]
    return (
        [
            gettext_noop("stages.csv: no stage earns in {keys}, so no deal can be won there.").format(
                keys=_first_items(keys)
            )
        ]
        if keys
        else []
    )


def _odd_plans(staging: Staging) -> None:
    spans = query("SELECT DISTINCT period_start, period_end FROM in_plan ORDER BY 1, 2")
    calendar = current_company().fiscal_calendar
    odd = [f"{start}..{end}" for start, end in spans if not calendar.names(start, end)]
    if odd:
        staging.notes.append(
            gettext_noop(
                "plan.csv: {count:,} of {count2:,} periods are not a month, quarter or year of the fiscal "
                "calendar; they are the plan for exactly these days: {odd}."
            ).format(count=len(odd), count2=len(spans), odd=_first_items(odd))
        )


def _plans_at_odds() -> list[str]:
    """Targets that others contradict: shorter periods fill one and come to another sum, or two periods cross."""
    places: dict[tuple[str, str], list[tuple[date, date, Decimal]]] = defaultdict(list)
    for pipeline, segment, start, end, target in query(
        "SELECT p.key, t.segment, t.period_start, t.period_end, t.target FROM pipeline_plantarget t"
        " JOIN pipeline_pipeline p ON p.id = t.pipeline_id"
        " WHERE EXISTS (SELECT FROM in_plan i WHERE i.pipeline = p.key) ORDER BY 1, 2, 3, 4"
    ):
        places[pipeline, segment].append((start, end, target))
    unequal, crossed = [], []
    for (pipeline, segment), rows in places.items():
        name = f"{pipeline} {segment}".strip()
        for (start, end, target), parts in other_sums(rows):
            unequal.append(f"{name} {start}..{end}: {target:f} ≠ {' + '.join(f'{part[2]:f}' for part in parts)}")
        crossed += [f"{name} {one[0]}..{one[1]} / {two[0]}..{two[1]}" for one, two in crossing(rows)]
    notes = []
    if unequal:
        note = gettext_noop(
            "plan.csv: targets that are not the sum of the shorter periods in them; each period is compared with its "
            "own: {listed}."
        )
        notes.append(note.format(listed=_first_items(unequal)))
    if crossed:
        note = gettext_noop(
            "plan.csv: periods that share days though neither lies in the other; of those days the shorter one "
            "counts: {listed}."
        )
        notes.append(note.format(listed=_first_items(crossed)))
    return notes


def _plans_without_deals(staging: Staging) -> None:
    """Targets of a segment written otherwise than that of the deals are met by nothing."""
    if "segment" not in staging.files["plan.csv"].columns:
        return
    rows = query(
        "SELECT DISTINCT i.segment, i.pipeline FROM in_plan i WHERE i.segment <> '' AND NOT EXISTS"
        " (SELECT FROM pipeline_opportunity o JOIN pipeline_pipeline p ON p.id = o.pipeline_id"
        "   WHERE p.key = i.pipeline AND o.segment = i.segment) ORDER BY 1, 2"
    )
    if rows:
        listed = _first_items([f"“{segment}” of {pipeline}" for segment, pipeline in rows])
        staging.notes.append(
            gettext_noop(
                "plan.csv: no deal has the segment of these targets, so nothing is compared: {listed}."
            ).format(listed=listed)
        )


def _unknown_figures() -> list[str]:
    """Measurables that follow a figure nobody knows: none is entered, and none is computed."""
    stages, departments = ids_by_key()
    unknown = []
    for key, source in query("SELECT DISTINCT key, source FROM in_measurables WHERE source <> 'manual' ORDER BY 1"):
        try:
            parse_source(source, stages=stages, departments=departments)
        except UnknownFigure:
            unknown.append(f"{key} (“{source}”)")
    if not unknown:
        return []
    return [
        gettext_noop(
            "measurables.csv: the source of these is neither manual nor a figure that is computed, so they "
            "stay empty: {unknown}."
        ).format(unknown=_first_items(unknown))
    ]


def _first_items(items: list[str]) -> str:
    more = f" and {len(items) - _NAMED:,} more" if len(items) > _NAMED else ""
    return ", ".join(items[:_NAMED]) + more
