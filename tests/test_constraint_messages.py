"""What a refused form says of a database constraint is a sentence for a person."""

from __future__ import annotations

from datetime import date

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import CheckConstraint, UniqueConstraint
from django.db.models.constraints import BaseConstraint
from django.utils import translation

from pipeline.models import Pipeline, PlanTarget

OURS = ("departments", "pipeline", "contribution", "review")


def _says_its_name(constraint: BaseConstraint) -> bool:
    """Django has words of its own only for fields that are unique together, always and as they are."""
    if isinstance(constraint, UniqueConstraint):
        return bool(constraint.condition or constraint.expressions)
    return isinstance(constraint, CheckConstraint)


CONSTRAINTS = [
    pytest.param(constraint, id=constraint.name)
    for label in OURS
    for model in apps.get_app_config(label).get_models()
    for constraint in model._meta.constraints
    if _says_its_name(constraint)
]


@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_a_constraint_says_what_to_do(constraint: BaseConstraint) -> None:
    with translation.override("en"):
        sentence = str(constraint.get_violation_error_message())
    assert constraint.name not in sentence
    assert sentence[0].isupper() or sentence[0] == "“"
    assert sentence.endswith(".")
    with translation.override("de"):
        assert str(constraint.get_violation_error_message()) != sentence


@pytest.mark.django_db
def test_a_target_with_its_days_in_the_wrong_order() -> None:
    target = PlanTarget(
        pipeline=Pipeline(key="new", name="New"),
        period_start=date(2026, 4, 1),
        period_end=date(2026, 3, 31),
        target=1,
    )
    with pytest.raises(ValidationError, match="The last day cannot be before the first"):
        target.validate_constraints()
