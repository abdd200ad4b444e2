"""Changes to a scorecard's measurables and their dated goals."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from departments.day_formats import day_text
from departments.models import Annotation, Department, Goal, Measurable, User, current_company
from departments.services.repeats import repeated


class MeasurableRefused(Exception):
    """The change was not made; the message says why, for the person who asked."""


@transaction.atomic
def measurable_add(
    *,
    department: Department,
    name: str,
    unit: str,
    owner: User | None,
    weight: Decimal,
    source: str = "manual",
    limits: str = Measurable.LimitsFrom.UNIT,
    lowest: Decimal | None = None,
    highest: Decimal | None = None,
) -> Measurable:
    """A new measurable at the end of the scorecard; its key is made of its name. MeasurableRefused where one on the
    scorecard has that name: most often the form was sent twice."""
    _lock_unless_taken(department.pk, name)
    last = Measurable.objects.filter(department=department).order_by("position").last()
    return Measurable.objects.create(
        department=department,
        key=_free_key(department, name),
        name=name,
        unit=unit,
        owner=owner,
        weight=weight,
        source=source,
        limits=limits,
        lowest=lowest,
        highest=highest,
        position=(last.position + 1) if last else 1,
    )


def _lock_unless_taken(department: int, name: str, *, by_another_than: int = 0) -> None:
    """Keep others from changing this scorecard until the transaction ends; MeasurableRefused where a measurable on it
    has the name: readers could not tell the two apart."""
    Department.objects.select_for_update(no_key=True).get(pk=department)
    on_card = Measurable.objects.filter(department=department, archived=False).exclude(pk=by_another_than)
    if on_card.filter(name=name).exists():
        raise MeasurableRefused(_("“{name}” is on this scorecard already.").format(name=name))


def _free_key(department: Department, name: str) -> str:
    # Shorter than the longest key (64), to leave room for a number.
    stem = f"{department.key}_{slugify(name).replace('-', '_') or 'measurable'}"[:56]
    taken = set(Measurable.objects.filter(key__startswith=stem).values_list("key", flat=True))
    return next(key for key in (stem, *(f"{stem}_{number}" for number in range(2, 10**6))) if key not in taken)


@transaction.atomic
def measurable_change(
    *,
    measurable: Measurable,
    name: str,
    unit: str,
    owner: User | None,
    weight: Decimal,
    limits: str = Measurable.LimitsFrom.UNIT,
    lowest: Decimal | None = None,
    highest: Decimal | None = None,
) -> Measurable:
    """Another name, unit, owner or weight, or other limits. What was entered stays as it is. MeasurableRefused where
    another on the scorecard has that name."""
    if not measurable.archived:
        _lock_unless_taken(measurable.department_id, name, by_another_than=measurable.pk)
    measurable.name, measurable.unit, measurable.owner, measurable.weight = name, unit, owner, weight
    measurable.limits, measurable.lowest, measurable.highest = limits, lowest, highest
    measurable.save(update_fields=["name", "unit", "owner", "weight", "limits", "lowest", "highest"])
    return measurable


@transaction.atomic
def measurable_archive(*, measurable: Measurable, archived: bool) -> Measurable:
    """Archive it or restore it; its weekly values are kept either way. MeasurableRefused if another one has taken its
    name meanwhile."""
    if not archived:
        _lock_unless_taken(measurable.department_id, measurable.name, by_another_than=measurable.pk)
    measurable.archived = archived
    measurable.save(update_fields=["archived"])
    return measurable


@transaction.atomic
def measurable_move(*, measurable: Measurable, up: bool) -> None:
    """One place up or down among those on the scorecard; at the end nothing happens."""
    rows = list(
        Measurable.objects.select_for_update(no_key=True)
        .filter(department=measurable.department_id, archived=False)
        .order_by("position", "pk")
    )
    at = next((at for at, row in enumerate(rows) if row.pk == measurable.pk), None)
    other = None if at is None else at - 1 if up else at + 1
    if at is not None and other is not None and 0 <= other < len(rows):
        rows[at], rows[other] = rows[other], rows[at]
    for place, row in enumerate(rows, 1):
        row.position = place
    Measurable.objects.bulk_update(rows, ["position"])


@transaction.atomic
def goal_set(
    *, measurable: Measurable, effective_from: date, rule: str, goal: Decimal, goal_high: Decimal | None, now: datetime
) -> Goal:
    """The goal from a week on. Weeks that are closed keep the goal they had: they cannot be reached.

    Only the first goal of a measurable may be dated back, since without one nothing was judged.
    """
    monday = effective_from - timedelta(days=effective_from.weekday())
    company = current_company()
    due = company.close_rule.due_week(now)
    if (goal_high is not None) != (rule == Goal.Rule.BETWEEN):
        raise MeasurableRefused(_("“Between” needs both a lowest and a highest value; the other rules only one."))
    if goal_high is not None and goal_high < goal:
        raise MeasurableRefused(
            _("The highest value, {goal_high}, is below the lowest, {goal}.").format(goal_high=goal_high, goal=goal)
        )
    if monday < due and measurable.goals.exists():
        raise MeasurableRefused(
            _("Weeks before {due} are closed and keep their goals. Choose a later week.").format(due=day_text(due))
        )
    set_, _created = Goal.objects.update_or_create(
        measurable=measurable, effective_from=monday, defaults={"rule": rule, "goal": goal, "goal_high": goal_high}
    )
    return set_


@transaction.atomic
def annotation_add(
    *, department: Department, measurable: Measurable | None, day: date, text: str, user: User, now: datetime
) -> Annotation:
    """A dated remark beside the numbers."""
    content = {"department": department, "measurable": measurable, "day": day, "text": text, "made_by": user}
    saved = repeated(Annotation.objects.filter(**content), by=user, time_field="made_at", now=now)
    return saved or Annotation.objects.create(**content, made_at=now)


@transaction.atomic
def annotation_remove(*, annotation: Annotation) -> None:
    annotation.delete()
