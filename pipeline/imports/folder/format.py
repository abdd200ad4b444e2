"""The company folder: its files, their columns, and the rules that hold inside a row."""

from __future__ import annotations

from dataclasses import dataclass

from departments.models import Company
from pipeline.imports.folder import kinds
from pipeline.imports.folder.kinds import Kind


@dataclass(frozen=True)
class Column:
    """One column: `optional` may be missing from the file, `blank` may be empty in a row."""

    name: str
    kind: Kind
    optional: bool = False
    blank: bool = False


@dataclass(frozen=True)
class Rule:
    """A row is refused at `column` where the condition holds.

    In it `r_x` is the raw text of column x ('' where the file has no such column), `v_x` its value or null.
    """

    column: str
    condition: str
    reason: str


@dataclass(frozen=True)
class Reference:
    """A column that names a row of another file (or one already loaded)."""

    column: str
    file: str
    reason: str


@dataclass(frozen=True)
class FileFormat:
    """One file of the company folder. `key` columns are what makes a row the same row."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    rules: tuple[Rule, ...] = ()
    first_load: bool = False

    @property
    def table(self) -> str:
        """The temporary table its rows wait in."""
        return "in_" + self.name.removesuffix(".csv")

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


def _opt(name: str, kind: Kind) -> Column:
    return Column(name, kind, optional=True, blank=True)


_NAMED = (Column("key", kinds.KEY), Column("name", kinds.NAME))
_OWNED = (*_NAMED, Column("department", kinds.REFERENCE))
_DEPARTMENT = Reference("department", "departments.csv", "is not a known department")
_PIPELINE = Reference("pipeline", "pipelines.csv", "is not a known pipeline")


def _before_rule(column: str, other: str) -> Rule:
    return Rule(column, f"v_{column} < v_{other}", f"is before {other}")


_GOAL_RULES = (
    *(
        Rule(part, f"r_{part} = '' AND (r_{a} <> '' OR r_{b} <> '')", "is empty while the row sets a goal")
        for part, a, b in (
            ("goal_rule", "goal", "effective_from"),
            ("goal", "goal_rule", "effective_from"),
            ("effective_from", "goal_rule", "goal"),
        )
    ),
    Rule(
        "goal_high",
        "(r_goal_rule = 'between') <> (r_goal_high <> '')",
        "is given if and only if goal_rule is between",
    ),
    Rule(
        "goal_high",
        "TRY_CAST(v_goal_high AS DECIMAL(20,6)) < TRY_CAST(v_goal AS DECIMAL(20,6))",
        "is below goal",
    ),
)

FILES: tuple[FileFormat, ...] = (
    FileFormat(
        "company.csv",
        (
            Column("name", kinds.NAME),
            Column("reporting_currency", kinds.CURRENCY),
            Column("time_zone", kinds.TIME_ZONE),
            Column("fiscal_year_start_month", kinds.MONTH),
            Column("fiscal_periods", kinds.choice(Company.FiscalPeriods.values), optional=True),
            Column("fiscal_year_end_weekday", kinds.choice(Company.Weekday.values), optional=True),
            Column("fiscal_year_end_rule", kinds.choice(Company.YearEnd.values), optional=True),
            Column("fiscal_year_named_after", kinds.choice(Company.YearName.values), optional=True),
        ),
        first_load=True,
    ),
    FileFormat(
        "departments.csv",
        (*_NAMED, Column("kind", kinds.choice(("internal", "external"))), _opt("head_email", kinds.EMAIL)),
        key=("key",),
        first_load=True,
    ),
    FileFormat(
        "heads.csv",
        (
            Column("department", kinds.REFERENCE),
            Column("name", kinds.NAME),
            Column("since", kinds.DATE, blank=True),
            _opt("until", kinds.DATE),
        ),
        key=("department", "since"),
        references=(_DEPARTMENT,),
        rules=(_before_rule("until", "since"),),
    ),
    FileFormat("pipelines.csv", _NAMED, key=("key",), first_load=True),
    FileFormat(
        "stages.csv",
        (
            Column("pipeline", kinds.REFERENCE),
            Column("key", kinds.STAGE_KEY),
            Column("name", kinds.NAME),
            Column("position", kinds.POSITION),
            Column("owner_department", kinds.REFERENCE),
            Column("earns", kinds.FLAG),
            _opt("time_limit_days", kinds.LIMIT_DAYS),
            _opt("owner_since", kinds.INSTANT),
        ),
        key=("pipeline", "key", "owner_since"),
        references=(_PIPELINE, Reference("owner_department", "departments.csv", "is not a known department")),
        first_load=True,
    ),
    FileFormat("loss_reasons.csv", _OWNED, key=("key",), references=(_DEPARTMENT,)),
    FileFormat("sources.csv", _OWNED, key=("key",), references=(_DEPARTMENT,)),
    FileFormat(
        "rates.csv",
        (Column("currency", kinds.CURRENCY), Column("date", kinds.DATE), Column("rate", kinds.RATE)),
        key=("currency", "date"),
    ),
    FileFormat(
        "accounts.csv",
        (
            Column("key", kinds.LONG_KEY),
            Column("name", kinds.LONG_NAME),
            *(_opt(name, kinds.TEXT) for name in ("industry", "size", "region", "profile")),
            _opt("merged_into", kinds.REFERENCE),
        ),
        key=("key",),
        references=(Reference("merged_into", "accounts.csv", "is not a known account"),),
        rules=(Rule("merged_into", "v_merged_into = v_key", "is the account itself"),),
    ),
    FileFormat(
        "opportunities.csv",
        (
            Column("key", kinds.LONG_KEY),
            _opt("name", kinds.LONG_NAME),
            Column("pipeline", kinds.REFERENCE),
            _opt("account", kinds.REFERENCE),
            _opt("owner", kinds.TEXT),
            _opt("team", kinds.TEXT),
            _opt("source", kinds.REFERENCE),
            Column("currency", kinds.CURRENCY),
            _opt("segment", kinds.TEXT),
            _opt("merged_into", kinds.REFERENCE),
        ),
        key=("key",),
        rules=(Rule("merged_into", "v_merged_into = v_key", "is the deal itself"),),
        references=(
            _PIPELINE,
            Reference("merged_into", "opportunities.csv", "is not a known opportunity"),
            Reference("account", "accounts.csv", "is not a known account"),
            Reference("source", "sources.csv", "is not a known source"),
        ),
        first_load=True,
    ),
    FileFormat(
        "events.csv",
        (
            Column("opportunity", kinds.REFERENCE),
            Column("occurred_at", kinds.INSTANT),
            _opt("recorded_at", kinds.INSTANT),
            Column("stage", kinds.REFERENCE),
            Column("amount", kinds.AMOUNT, blank=True),
            _opt("expected_close", kinds.DATE),
            _opt("reason", kinds.REFERENCE),
            _opt("actor", kinds.TEXT),
            _opt("pipeline", kinds.REFERENCE),
        ),
        # Its opportunity and stage are checked together: a stage is one of the event's pipeline, or else of the deal's.
        references=(_PIPELINE, Reference("reason", "loss_reasons.csv", "is not a known loss reason")),
        rules=(
            _before_rule("recorded_at", "occurred_at"),
            Rule(
                "amount",
                "r_amount = '' AND r_stage NOT IN ('lost', 'withdrawn')",
                "is empty; only a lost or withdrawn row may leave it out",
            ),
            Rule(
                "reason",
                "r_reason <> '' AND r_stage <> 'lost'",
                "is given on a row that is not lost",
            ),
            Rule(
                "pipeline",
                "r_pipeline <> '' AND r_stage IN ('lost', 'withdrawn')",
                "is given on a lost or withdrawn row; a deal leaves the pipeline it is in",
            ),
        ),
        first_load=True,
    ),
    FileFormat(
        "handoffs.csv",
        (
            Column("key", kinds.LONG_KEY),
            Column("opportunity", kinds.REFERENCE),
            Column("department", kinds.REFERENCE),
            _opt("kind", kinds.TEXT),
            Column("requested_at", kinds.INSTANT),
            _opt("started_at", kinds.INSTANT),
            _opt("completed_at", kinds.INSTANT),
            _opt("due_at", kinds.INSTANT),
            _opt("outcome", kinds.choice(("approved", "returned", "rejected", "cancelled"))),
            _opt("assignee", kinds.TEXT),
        ),
        key=("key",),
        references=(_DEPARTMENT, Reference("opportunity", "opportunities.csv", "is not a known opportunity")),
        rules=(
            _before_rule("started_at", "requested_at"),
            _before_rule("completed_at", "requested_at"),
            _before_rule("completed_at", "started_at"),
            Rule(
                "outcome",
                "r_outcome <> '' AND r_completed_at = ''",
                "is given on a hand-off that is not completed",
            ),
        ),
    ),
    FileFormat(
        "plan.csv",
        (
            Column("pipeline", kinds.REFERENCE),
            Column("period_start", kinds.DATE),
            Column("period_end", kinds.DATE),
            Column("target", kinds.AMOUNT),
            _opt("expectation", kinds.AMOUNT),
            _opt("segment", kinds.TEXT),
        ),
        key=("pipeline", "period_start", "period_end", "segment"),
        references=(_PIPELINE,),
        rules=(_before_rule("period_end", "period_start"),),
    ),
    FileFormat(
        "measurables.csv",
        (
            Column("key", kinds.KEY),
            Column("department", kinds.REFERENCE),
            Column("name", kinds.NAME),
            Column("unit", kinds.UNIT, blank=True),
            Column("goal_rule", kinds.choice(("at_least", "at_most", "between", "exactly")), blank=True),
            Column("goal", kinds.FIGURE, blank=True),
            _opt("goal_high", kinds.FIGURE),
            Column("effective_from", kinds.DATE, blank=True),
            Column("source", kinds.TEXT),
        ),
        key=("key", "effective_from"),
        references=(_DEPARTMENT,),
        rules=_GOAL_RULES,
    ),
    FileFormat(
        "entries.csv",
        (
            Column("measurable", kinds.REFERENCE),
            Column("week", kinds.MONDAY),
            Column("value", kinds.FIGURE, blank=True),
            _opt("note", kinds.NOTE),
            _opt("entered_at", kinds.INSTANT),
        ),
        key=("measurable", "week"),
        references=(Reference("measurable", "measurables.csv", "is not a known measurable"),),
    ),
)
BY_NAME = {file.name: file for file in FILES}
