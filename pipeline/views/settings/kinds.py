"""The lists of settings: what each is called, its columns, its form, and what follows from a change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django import forms
from django.db.models import Model, QuerySet
from django.utils import timezone

from departments.day_formats import day_text
from departments.formats import DASH, grouped, money_full
from departments.scorecards.core.number_text import bare_text
from pipeline.views.settings import forms as settings_forms

RECOMPUTED = "Figures follow with the next calculation: tonight, or now on the Data page."


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
    order: tuple[str, ...]
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
        return day_text(timezone.localtime(value) if isinstance(value, datetime) else value)

    return text


def _yes(name: str) -> Callable[[Model], str]:
    return lambda row: "yes" if getattr(row, name) else DASH


def _position(row: Model) -> str:
    return grouped(getattr(row, "position", None))


_NAME = Column(name="Name", text=_of("name"))
_KEY = Column(name="Key", text=_of("key"), wide=True)
_DEPARTMENT = Column(name="Department", text=_of("department.name"))
KINDS: tuple[Kind, ...] = (
    Kind(
        slug="departments",
        name="Departments",
        one="department",
        explained="Who work, causes and sources belong to. An external one, such as the market, is never judged.",
        form=settings_forms.DepartmentForm,
        columns=(
            _NAME,
            _KEY,
            Column(name="Kind", text=_of("kind")),
            Column(name="E-mail of the head", text=_of("head_email"), wide=True),
        ),
        order=("pk",),
    ),
    Kind(
        slug="stages",
        name="Stages",
        one="stage",
        explained="The steps of each pipeline, in order: who owns a step, how long a deal may stay, where it is won.",
        form=settings_forms.StageForm,
        columns=(
            _NAME,
            Column(name="Pipeline", text=_of("pipeline.name"), wide=True),
            Column(name="No.", text=_position, numeric=True),
            Column(name="Owner", text=_of("owner_department.name")),
            Column(name="Limit, days", text=_number("time_limit_days"), numeric=True),
            Column(name="Won here", text=_yes("earns"), wide=True),
        ),
        order=("pipeline_id", "position"),
        related=("pipeline", "owner_department"),
        also=("owners", "pipelines"),
    ),
    Kind(
        slug="owners",
        name="Later owners",
        one="later owner",
        explained="From a day on a stage belongs to another department; what was before stays with the one before.",
        form=settings_forms.StageOwnerForm,
        columns=(
            Column(name="Stage", text=_of("stage.name")),
            Column(name="Pipeline", text=_of("stage.pipeline.name"), wide=True),
            Column(name="Owner", text=_of("department.name")),
            Column(name="Since", text=_day("since")),
        ),
        order=("stage__pipeline_id", "stage__position", "since"),
        related=("stage__pipeline", "department"),
    ),
    Kind(
        slug="pipelines",
        name="Pipelines",
        one="pipeline",
        explained="Ways a deal can go, such as new business or renewal.",
        form=settings_forms.PipelineForm,
        columns=(_NAME, _KEY),
        order=("pk",),
    ),
    Kind(
        slug="reasons",
        name="Loss reasons",
        one="loss reason",
        explained="Why deals are lost, and which department each reason belongs to.",
        form=settings_forms.LossReasonForm,
        columns=(_NAME, _KEY, _DEPARTMENT),
        order=("pk",),
        related=("department",),
        also=("sources",),
    ),
    Kind(
        slug="sources",
        name="Sources",
        one="source",
        explained="Where deals come from, and which department brings them.",
        form=settings_forms.SourceForm,
        columns=(_NAME, _KEY, _DEPARTMENT),
        order=("pk",),
        related=("department",),
    ),
    Kind(
        slug="plan",
        name="Plan",
        one="target",
        explained="Target revenue by period, pipeline and segment, newest first, in the company’s currency.",
        form=settings_forms.PlanTargetForm,
        columns=(
            Column(name="From", text=_day("period_start")),
            Column(name="To", text=_day("period_end"), wide=True),
            Column(name="Pipeline", text=_of("pipeline.name")),
            Column(name="Segment", text=_of("segment"), wide=True),
            Column(name="Target", text=_money("target"), numeric=True),
            Column(name="Told outside", text=_money("expectation"), numeric=True, wide=True),
        ),
        order=("-period_start", "pipeline_id", "segment"),
        related=("pipeline",),
        consequence="Every page compares with the new plan from now on; frozen packs stay as they are.",
        also=("rates",),
    ),
    Kind(
        slug="rates",
        name="Exchange rates",
        one="exchange rate",
        explained="What a foreign currency is worth, from a day until the next row, newest first.",
        form=settings_forms.ExchangeRateForm,
        columns=(
            Column(name="Currency", text=_of("currency")),
            Column(name="From", text=_day("date")),
            Column(name="Worth", text=_number("rate"), numeric=True),
        ),
        order=("-date", "currency"),
    ),
)
BY_SLUG = {kind.slug: kind for kind in KINDS}
