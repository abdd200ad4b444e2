"""Promises as people write them: levers in the units of the page, and the texts `whatif --set` takes.

A text is what an address and a scenario keep: `contract:legal:wait_days=4`. A field shows the same lever in days,
percent a week, or money a week; a field that says what is true today is no promise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from departments.json_types import Json
from departments.models import Company
from pipeline.models import RecomputeRun
from pipeline.run_cache import cached
from pipeline.selectors.leaks.leaks import DealFilter
from pipeline.selectors.overview import StageName, Structure
from revenue_health.contribution.core.sensitivity import Lever
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods
from revenue_health.contribution.selectors.forecast.forecast_json import what_if_json
from revenue_health.contribution.selectors.forecast.forecasts import forecast_median
from revenue_health.contribution.selectors.forecast.levers import Promisable
from revenue_health.contribution.selectors.forecast.whatif import (
    Promise,
    PromiseError,
    company_what_if,
    promise_of,
)

MOST = 40
"""Promises of one question."""
FIELD = "lever."
LONGEST_LIMIT = 60


@dataclass(frozen=True, kw_only=True)
class Unit:
    """How a lever is written: value of a page = value of the model x factor."""

    words: str
    unit: str
    factor: float
    places: int

    def shown(self, value: float | None) -> str:
        """As it stands in a field: a bare number, a dot for decimals; empty where undefined."""
        return "" if value is None else f"{value * self.factor:.{self.places}f}"


# The model counts by the day, in units and in parts of one: hence 7 days, 100 percent, 1,000 in a k.
UNITS = {
    Lever.WAIT_DAYS: Unit(words=gettext_noop("mean wait"), unit=gettext_noop("days"), factor=1, places=1),
    Lever.LIMIT_DAYS: Unit(words=gettext_noop("longest hold"), unit=gettext_noop("days"), factor=1, places=0),
    Lever.HANDS_ON: Unit(words=gettext_noop("hands on at most"), unit=gettext_noop("deals a day"), factor=1, places=1),
    Lever.LOSS_RATE: Unit(
        words=gettext_noop("lost because of it"), unit=gettext_noop("% a week"), factor=700, places=2
    ),
    Lever.DEMAND: Unit(
        words=gettext_noop("demand it brings"), unit=gettext_noop("k a week"), factor=7 / 1000, places=0
    ),
    Lever.VALUE: Unit(words=gettext_noop("price changes"), unit=gettext_noop("% a week"), factor=700, places=2),
}


@dataclass(frozen=True, kw_only=True)
class LeverField:
    """One field of the page, all values as shown; `value` is what is promised or true today."""

    name: str
    department: str
    lever: Lever
    today: str
    baseline: str
    limit: str
    value: str
    most: float
    step: float
    limited: bool = False

    @property
    def unit(self) -> Unit:
        if self.lever == Lever.HANDS_ON and not self.limited:
            return replace(UNITS[self.lever], words=gettext_noop("hands on, no limit seen"))
        return UNITS[self.lever]

    @property
    def changed(self) -> bool:
        return self.value != self.today

    @property
    def least(self) -> float:
        """Where the slider begins: only value may be shaved."""
        return -self.most if self.lever == Lever.VALUE else 0.0


@dataclass(frozen=True, kw_only=True)
class StageFields:
    """The levers of one stage."""

    stage: StageName
    fields: list[LeverField]
    open: bool = False

    @property
    def changed(self) -> int:
        return sum(field.changed for field in self.fields)


@dataclass(frozen=True, kw_only=True)
class PromiseTexts:
    """Promises as texts, and what could not be read."""

    texts: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


def promises_in_address(texts: Sequence[str]) -> PromiseTexts:
    """Promises in an address; what is none is told and left out."""
    readable, errors = [], []
    for text in dict.fromkeys(text.strip() for text in texts[:MOST]):
        try:
            promise_of(text)
        except PromiseError as problem:
            errors.append(str(problem))
        else:
            readable.append(text)
    return PromiseTexts(texts=tuple(readable), errors=tuple(errors))


def promises_in_fields(form: Mapping[str, str], stages: Sequence[StageFields]) -> PromiseTexts:
    """Promises in a form: the fields that say something else than today's value."""
    promises, errors = [], []
    keys = [(group.stage, field) for group in stages for field in group.fields]
    counts: dict[str, int] = defaultdict(int)
    for stage, field in keys:
        counts[f"{stage.key}:{field.name.partition(':')[2]}"] += 1
    for stage, field in keys:
        entered = form.get(FIELD + field.name, field.today).strip().replace(",", ".")
        if entered in ("", field.today):
            continue
        try:
            value = float(entered) / field.unit.factor
        except ValueError:
            errors.append(
                _("“{entered}” is not a number: {name}, {department}, {words}.").format(
                    entered=entered[:40], name=stage.name, department=field.department, words=_(field.unit.words)
                )
            )
            continue
        # The pipeline is named only where several have this lever.
        short = f"{stage.key}:{field.name.partition(':')[2]}"
        promises.append(f"{short if counts[short] == 1 else field.name}={value:.6g}")
    return PromiseTexts(texts=tuple(promises[:MOST]), errors=tuple(errors))


def stage_fields(
    levers: Sequence[Promisable], structure: Structure, texts: Sequence[str], first_open: str = ""
) -> list[StageFields]:
    """All levers that exist, grouped by stage in stage order. first_open: address of the stage opened where nothing is
    promised yet."""
    promises = [promise_of(text) for text in texts]
    groups = []
    for stage in structure.stages.values():
        promisable = [each for each in levers if (each.pipeline, each.stage) == (stage.pipeline_key, stage.key)]
        fields = [field for each in promisable for field in _fields(each, stage, structure, promises)]
        if fields:
            groups.append(StageFields(stage=stage, fields=fields))
    promised = any(each.changed for each in groups)
    return [replace(each, open=bool(each.changed) if promised else each.stage.address == first_open) for each in groups]


def _fields(
    promisable: Promisable, stage: StageName, structure: Structure, promises: Sequence[Promise]
) -> list[LeverField]:
    department = structure.department_at(promisable.department)
    name = department.name if department else promisable.department.capitalize()
    fields = [_field(promisable, name, stage, promises)]
    if promisable.lever == Lever.WAIT_DAYS:
        fields.append(
            _field(replace(promisable, lever=Lever.LIMIT_DAYS, today=None, baseline=None), name, stage, promises)
        )
    return fields


def _field(promisable: Promisable, name: str, stage: StageName, promises: Sequence[Promise]) -> LeverField:
    unit = UNITS[promisable.lever]
    today, baseline = unit.shown(promisable.today), unit.shown(promisable.baseline)
    timed = promisable.lever in (Lever.WAIT_DAYS, Lever.LIMIT_DAYS)
    limit = f"{stage.limit_days:g}" if timed and stage.limit_days is not None else ""
    values = [abs(float(text)) for text in (today, baseline, limit) if text]
    most = LONGEST_LIMIT if promisable.lever == Lever.LIMIT_DAYS else _round_up(2 * max(values, default=1.0))
    return LeverField(
        name=promisable.key,
        department=name,
        lever=promisable.lever,
        today=today,
        baseline=baseline,
        limit=limit,
        value=_promised(promisable, promises, today),
        most=most,
        step=10.0**-unit.places,
        limited=promisable.limited,
    )


def _promised(promisable: Promisable, promises: Sequence[Promise], today: str) -> str:
    unit = UNITS[promisable.lever]
    for promise in promises:
        change = promise.change
        fits = promise.pipeline in ("", promisable.pipeline) and change.stage in ("", promisable.stage)
        if fits and (change.department, change.lever) == (promisable.department, promisable.lever):
            return unit.shown((promisable.today or 0.0) * (1 + change.value) if change.relative else change.value)
    return today


def _round_up(value: float) -> float:
    """The end of a slider: 1, 2, 5 or 10 times a power of ten."""
    power = 10.0 ** len(str(int(value))) / 10 if value >= 1 else 0.1
    return next((factor * power for factor in (1, 2, 5, 10) if factor * power >= value), value)


def promise_words(text: str, levers: Sequence[Promisable], structure: Structure) -> str:
    """A promise as a sentence: `Contract, Legal: mean wait 4.0 days (today 6.2)`."""
    promise = promise_of(text)
    change = promise.change
    unit, department = UNITS[change.lever], structure.department_at(change.department)
    stage = next(
        (
            each
            for each in structure.stages.values()
            if each.key == change.stage and promise.pipeline in ("", each.pipeline_key)
        ),
        None,
    )
    where = stage.name if stage else (change.stage or _("every stage"))
    holder = department.name if department else change.department.capitalize()
    if change.relative:
        return f"{where}, {holder}: {_(unit.words)} {change.value:+.0%}".replace("-", "−").replace("%", " %")
    today = next(
        (
            each.today
            for each in levers
            if (each.stage, each.department, each.lever) == (change.stage, change.department, change.lever)
            and promise.pipeline in ("", each.pipeline)
        ),
        None,
    )
    note = _(" (today {shown})").format(shown=unit.shown(today)) if today is not None else ""
    return f"{where}, {holder}: {_(unit.words)} {unit.shown(change.value)} {_(unit.unit)}{note}".replace("-", "−")


def outcome_of(*, run: RecomputeRun, company: Company, periods: ComparisonPeriods, texts: Sequence[str]) -> Json:
    """What `whatif --json` prints for the promises; the same question on the same run is not computed again. Raises
    PromiseError where one fits nothing, FlowError where a value cannot be."""

    def compute() -> Json:
        promises = [promise_of(text) for text in texts]
        now, following = company_what_if(run=run, company=company, periods=periods, promises=promises)
        return what_if_json(now, following, periods=periods, company=company)

    deal_filter = DealFilter(period=periods.period, filters={"promises": sorted(texts)})
    # It starts from where the forecast lands, and a night may forecast a run once more.
    landing = forecast_median(run=run, company=company, periods=periods) if periods.running else None
    return cached(run, "what-if", compute, of=(deal_filter.cache_key, landing))
