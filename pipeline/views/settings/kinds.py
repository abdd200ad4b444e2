"""The lists of settings: what each is called, its columns, its form, and what follows from a change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django import forms
from django.db.models import F, Model, QuerySet
from django.db.models.expressions import OrderBy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from departments.day_formats import day_text
from departments.formats import DASH, grouped, money_full
from departments.scorecards.core.number_text import bare_text
from pipeline.views.settings import forms as settings_forms

RECOMPUTED = gettext_noop("Figures follow with the next calculation: tonight, or now on the Data page.")


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a list; `numeric` ones stand to the right, `wide` ones are left out on a phone."""

    name: str
    text: Callable[[Model], str]
    numeric: bool = False
    wide: bool = False


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One list of settings. `order` is the path its rows are sorted by, `related` what is read along."""

    slug: str
    name: str
    one: str
    explained: str
    form: type[forms.ModelForm]  # type: ignore[type-arg]  # Django's own cannot be subscripted
    columns: tuple[Column, ...]
    order: tuple[str | OrderBy, ...]
    related: tuple[str, ...] = ()
    consequence: str = RECOMPUTED
    also: tuple[str, ...] = field(default=())
    """Lists shown on the same page, by their slugs."""

    @property
    def model(self) -> type[Model]:
        model: type[Model] = self.form._meta.model
        return model

    @property
    def label(self) -> str:
        """What the audit calls it."""
        return str(self.model._meta.label)

    def rows(self) -> QuerySet[Model]:
        rows = self.model._default_manager.order_by(*self.order)
        return rows.select_related(*self.related) if self.related else rows


def _of(path: str) -> Callable[[Model], str]:
    """A column that prints an attribute, or an attribute of an attribute."""

    def text(row: Model) -> str:
        value: object = row
        for name in path.split("."):
            value = getattr(value, name)
        return str(value) if value not in (None, "") else DASH

    return text


def _number(name: str) -> Callable[[Model], str]:
    def text(row: Model) -> str:
        value = getattr(row, name)
        return DASH if value is None else bare_text(value)

    return text


def _money(name: str) -> Callable[[Model], str]:
    def text(row: Model) -> str:
        value = getattr(row, name)
        return DASH if value is None else money_full(value * 100, "").strip()

    return text


def _day(name: str) -> Callable[[Model], str]:
    def text(row: Model) -> str:
        value = getattr(row, name)
        if value is None:
            return DASH
        return day_text(timezone.localtime(value) if isinstance(value, datetime) else value)

    return text


def _yes(name: str) -> Callable[[Model], str]:
    return lambda row: _("yes") if getattr(row, name) else DASH


def _position(row: Model) -> str:
    return grouped(getattr(row, "position", None))


def _head_name(row: Model) -> str:
    account, name = getattr(row, "account", None), getattr(row, "name", "")
    return account.display_name if account else str(name)


_NAME = Column(name=gettext_noop("Name"), text=_of("name"))
_KEY = Column(name=gettext_noop("Key"), text=_of("key"), wide=True)
_DEPARTMENT = Column(name=gettext_noop("Department"), text=_of("department.name"))
KINDS: tuple[Kind, ...] = (
    Kind(
        slug="departments",
        name=gettext_noop("Departments"),
        one=gettext_noop("department"),
        explained=gettext_noop(
            "Who work, causes and sources belong to. An external one, such as the market, is never judged."
        ),
        form=settings_forms.DepartmentForm,
        columns=(
            _NAME,
            _KEY,
            Column(name=gettext_noop("Kind"), text=_of("kind")),
            Column(name=gettext_noop("E-mail of the head"), text=_of("head_email"), wide=True),
        ),
        order=("pk",),
        also=("heads",),
    ),
    Kind(
        slug="heads",
        name=gettext_noop("Heads"),
        one=gettext_noop("head"),
        explained=gettext_noop(
            "Who headed each department when: pages name who did in the period they are about. Roles that are given or "
            "taken under People are written down here with their day."
        ),
        form=settings_forms.DepartmentHeadForm,
        columns=(
            Column(name=gettext_noop("Department"), text=_of("department.name")),
            Column(name=gettext_noop("Head"), text=_head_name),
            Column(name=gettext_noop("Since"), text=_day("since")),
            Column(name=gettext_noop("Until"), text=_day("until")),
        ),
        order=("department_id", F("since").asc(nulls_first=True)),
        related=("department", "account"),
        consequence=gettext_noop("Pages name them in the periods they headed it; figures stay as they are."),
    ),
    Kind(
        slug="stages",
        name=gettext_noop("Stages"),
        one=gettext_noop("stage"),
        explained=gettext_noop(
            "The steps of each pipeline, in order: who owns a step, how long a deal may stay, where it is won."
        ),
        form=settings_forms.StageForm,
        columns=(
            _NAME,
            Column(name=gettext_noop("Pipeline"), text=_of("pipeline.name"), wide=True),
            Column(name=gettext_noop("No."), text=_position, numeric=True),
            Column(name=gettext_noop("Owner"), text=_of("owner_department.name")),
            Column(name=gettext_noop("Limit, days"), text=_number("time_limit_days"), numeric=True),
            Column(name=gettext_noop("Won here"), text=_yes("earns"), wide=True),
        ),
        order=("pipeline_id", "position"),
        related=("pipeline", "owner_department"),
        also=("owners", "pipelines"),
    ),
    Kind(
        slug="owners",
        name=gettext_noop("Later owners"),
        one=gettext_noop("later owner"),
        explained=gettext_noop(
            "From a day on a stage belongs to another department; what was before stays with the one before."
        ),
        form=settings_forms.StageOwnerForm,
        columns=(
            Column(name=gettext_noop("Stage"), text=_of("stage.name")),
            Column(name=gettext_noop("Pipeline"), text=_of("stage.pipeline.name"), wide=True),
            Column(name=gettext_noop("Owner"), text=_of("department.name")),
            Column(name=gettext_noop("Since"), text=_day("since")),
        ),
        order=("stage__pipeline_id", "stage__position", "since"),
        related=("stage__pipeline", "department"),
    ),
    Kind(
        slug="pipelines",
        name=gettext_noop("Pipelines"),
        one=gettext_noop("pipeline"),
        explained=gettext_noop("Ways a deal can go, such as new business or renewal."),
        form=settings_forms.PipelineForm,
        columns=(_NAME, _KEY),
        order=("pk",),
    ),
    Kind(
        slug="reasons",
        name=gettext_noop("Loss reasons"),
        one=gettext_noop("loss reason"),
        explained=gettext_noop("Why deals are lost, and which department each reason belongs to."),
        form=settings_forms.LossReasonForm,
        columns=(_NAME, _KEY, _DEPARTMENT),
        order=("pk",),
        related=("department",),
        also=("sources",),
    ),
    Kind(
        slug="sources",
        name=gettext_noop("Sources"),
        one=gettext_noop("source"),
        explained=gettext_noop("Where deals come from, and which department brings them."),
        form=settings_forms.SourceForm,
        columns=(_NAME, _KEY, _DEPARTMENT),
        order=("pk",),
        related=("department",),
    ),
    Kind(
        slug="plan",
        name=gettext_noop("Plan"),
        one=gettext_noop("target"),
        explained=gettext_noop(
            "Target revenue by period, pipeline and segment, newest first, in the company’s currency."
        ),
        form=settings_forms.PlanTargetForm,
        columns=(
            Column(name=gettext_noop("From"), text=_day("period_start")),
            Column(name=gettext_noop("To"), text=_day("period_end"), wide=True),
            Column(name=gettext_noop("Pipeline"), text=_of("pipeline.name")),
            Column(name=gettext_noop("Segment"), text=_of("segment"), wide=True),
            Column(name=gettext_noop("Target"), text=_money("target"), numeric=True),
            Column(name=gettext_noop("Told outside"), text=_money("expectation"), numeric=True, wide=True),
        ),
        order=("-period_start", "pipeline_id", "segment"),
        related=("pipeline",),
        consequence=gettext_noop("Every page compares with the new plan from now on; frozen packs stay as they are."),
        also=("rates",),
    ),
    Kind(
        slug="rates",
        name=gettext_noop("Exchange rates"),
        one=gettext_noop("exchange rate"),
        explained=gettext_noop("What a foreign currency is worth, from a day until the next row, newest first."),
        form=settings_forms.ExchangeRateForm,
        columns=(
            Column(name=gettext_noop("Currency"), text=_of("currency")),
            Column(name=gettext_noop("From"), text=_day("date")),
            Column(name=gettext_noop("Worth"), text=_number("rate"), numeric=True),
        ),
        order=("-date", "currency"),
    ),
)
BY_SLUG = {kind.slug: kind for kind in KINDS}
