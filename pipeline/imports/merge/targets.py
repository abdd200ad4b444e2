"""Which tables the files of a company folder fill, and how a row finds the one it is."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.imports.folder.export_queries import head_name
from pipeline.imports.folder.staging import StagedFile


@dataclass(frozen=True)
class Value:
    """A database column filled from a column of the file; `default` stands in where the file has no such column."""

    column: str
    source: str
    expression: str
    default: str = "NULL"


@dataclass(frozen=True)
class Target:
    """How one file becomes rows of one table.

    `match` columns are the natural key in the database; a join is made where the file has its column. `asked` is the
    column that `where` asks: a file without it has all rows for a target, or none where it is `needed`.
    """

    file: str
    table: str
    values: tuple[Value, ...]
    match: tuple[str, ...]
    joins: tuple[tuple[str, str], ...] = ()
    with_batch: bool = False
    blank_match: tuple[str, ...] = ()
    """Columns of `match` that may be empty: one empty row is the other."""
    where: str = "true"
    asked: str = ""
    needed: bool = False

    def fits(self, staged: StagedFile) -> bool:
        """Whether the file has what the target cannot be without."""
        return not self.needed or self.asked in staged.columns


def _plain_values(*names: str, blank: str = "''") -> tuple[Value, ...]:
    return tuple(
        Value(name, name, f"coalesce(s.{name}, '')" if blank == "''" else f"s.{name}", blank) for name in names
    )


def _fact(*names: str) -> tuple[Value, ...]:
    return _plain_values(*names, blank="NULL")


_DEPARTMENT = Value("department_id", "department", "d.id")
_PIPELINE = Value("pipeline_id", "pipeline", "p.id")
_JOIN_DEPARTMENT = ("department", "LEFT JOIN departments_department d ON d.key = s.department")
_JOIN_PIPELINE = ("pipeline", "LEFT JOIN pipeline_pipeline p ON p.key = s.pipeline")
_ACCOUNT_NAME = head_name("h", "u")
_JOIN_HEAD = (
    "LEFT JOIN departments_departmenthead h ON h.department_id = d.id AND h.since IS NOT DISTINCT FROM s.since"
    " LEFT JOIN departments_user u ON u.id = h.account_id"
)
_JOIN_OWNER = ("owner_department", "LEFT JOIN departments_department d ON d.key = s.owner_department")

TARGETS = (
    Target("departments.csv", "departments_department", _plain_values("key", "name", "kind", "head_email"), ("key",)),
    Target(
        "heads.csv",
        "departments_departmenthead",
        (
            _DEPARTMENT,
            *_fact("since", "until"),
            # The name of an account is the account's: a file that says another one says that it was somebody else.
            Value("name", "name", f"CASE WHEN u.id IS NULL OR s.name <> {_ACCOUNT_NAME} THEN s.name ELSE h.name END"),
            Value("account_id", "name", f"CASE WHEN s.name = {_ACCOUNT_NAME} THEN u.id END"),
        ),
        ("department_id", "since"),
        (_JOIN_DEPARTMENT, ("name", _JOIN_HEAD)),
        blank_match=("since",),
    ),
    Target("pipelines.csv", "pipeline_pipeline", _plain_values("key", "name"), ("key",)),
    Target(
        "stages.csv",
        "pipeline_stage",
        (
            _PIPELINE,
            *_plain_values("key", "name"),
            *_fact("position", "earns", "time_limit_days"),
            Value("owner_department_id", "owner_department", "d.id"),
        ),
        ("pipeline_id", "key"),
        (_JOIN_PIPELINE, _JOIN_OWNER),
        where="s.owner_since IS NULL",
        asked="owner_since",
    ),
    Target(
        "stages.csv",
        "pipeline_stageowner",
        (
            Value("stage_id", "key", "st.id"),
            Value("department_id", "owner_department", "d.id"),
            Value("since", "owner_since", "s.owner_since"),
        ),
        ("stage_id", "since"),
        (
            _JOIN_PIPELINE,
            _JOIN_OWNER,
            ("key", "LEFT JOIN pipeline_stage st ON st.pipeline_id = p.id AND st.key = s.key"),
        ),
        where="s.owner_since IS NOT NULL",
        asked="owner_since",
        needed=True,
    ),
    Target(
        "loss_reasons.csv",
        "pipeline_lossreason",
        (*_plain_values("key", "name"), _DEPARTMENT),
        ("key",),
        (_JOIN_DEPARTMENT,),
    ),
    Target(
        "sources.csv", "pipeline_source", (*_plain_values("key", "name"), _DEPARTMENT), ("key",), (_JOIN_DEPARTMENT,)
    ),
    Target("rates.csv", "pipeline_exchangerate", _fact("currency", "date", "rate"), ("currency", "date")),
    Target(
        "accounts.csv",
        "pipeline_account",
        _plain_values("key", "name", "industry", "size", "region", "profile", "merged_into"),
        ("key",),
        with_batch=True,
    ),
    Target(
        "opportunities.csv",
        "pipeline_opportunity",
        (
            *_plain_values("key", "name", "owner", "team", "currency", "segment", "merged_into"),
            _PIPELINE,
            Value("account_id", "account", "a.id"),
            Value("source_id", "source", "c.id"),
        ),
        ("key",),
        (
            _JOIN_PIPELINE,
            ("account", "LEFT JOIN pipeline_account a ON a.key = s.account"),
            ("source", "LEFT JOIN pipeline_source c ON c.key = s.source"),
        ),
        with_batch=True,
    ),
    Target(
        "handoffs.csv",
        "pipeline_handoff",
        (
            *_plain_values("key", "kind", "outcome", "assignee"),
            *_fact("requested_at", "started_at", "completed_at", "due_at"),
            _DEPARTMENT,
            Value("opportunity_id", "opportunity", "o.id"),
        ),
        ("key",),
        (_JOIN_DEPARTMENT, ("opportunity", "LEFT JOIN pipeline_opportunity o ON o.key = s.opportunity")),
        with_batch=True,
    ),
    Target(
        "plan.csv",
        "pipeline_plantarget",
        (_PIPELINE, *_fact("period_start", "period_end", "target", "expectation"), *_plain_values("segment")),
        ("pipeline_id", "period_start", "period_end", "segment"),
        (_JOIN_PIPELINE,),
    ),
    Target(
        "measurables.csv",
        "departments_measurable",
        (*_plain_values("key", "name", "unit", "source"), _DEPARTMENT),
        ("key",),
        (_JOIN_DEPARTMENT,),
        where="s.line = (SELECT min(line) FROM in_measurables f WHERE f.key = s.key)",
    ),
    Target(
        "measurables.csv",
        "departments_goal",
        (
            Value("measurable_id", "key", "m.id"),
            *_fact("effective_from", "goal", "goal_high"),
            Value("rule", "goal_rule", "s.goal_rule"),
        ),
        ("measurable_id", "effective_from"),
        (("key", "JOIN departments_measurable m ON m.key = s.key"),),
        where="s.effective_from IS NOT NULL",
    ),
    Target(
        "entries.csv",
        "departments_entry",
        (Value("measurable_id", "measurable", "m.id"), *_fact("week", "value", "entered_at"), *_plain_values("note")),
        ("measurable_id", "week"),
        (("measurable", "JOIN departments_measurable m ON m.key = s.measurable"),),
    ),
)
