"""Changes in the words of people: names instead of numbers, only the fields that differ."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from departments.core.stored_texts import in_language

Values = dict[str, Any]
_LONGEST = 120
_QUIET = {"id", "nonce", "version", "entered_at", "updated_at"}
"""Fields that say nothing to a reader."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One field: what it was (None where it was nothing or is not known) and what it is."""

    field: str
    before: str | None
    after: str | None


class ChangeFormatter:
    """Names for one page of changes, asked for in as many queries as there are kinds of things on it."""

    def __init__(
        self, rows: dict[str, list[tuple[int, Values, Values]]], tracked: dict[str, type[models.Model]]
    ) -> None:
        self._models = {label: tracked[label] for label in rows}
        keys_by_model: dict[type[models.Model], set[Any]] = {}
        for label, changes in rows.items():
            model = tracked[label]
            keys_by_model.setdefault(model, set()).update(item for item, _, _ in changes)
            for foreign in _foreign(model):
                seen = {values.get(foreign.column) for _, *both in changes for values in both}
                keys_by_model.setdefault(foreign.related_model, set()).update(seen - {None})
        self._names = {model: _names_of(model, keys) for model, keys in keys_by_model.items()}

    def kind(self, label: str) -> str:
        return in_language(str(self._models[label]._meta.verbose_name))

    def name(self, label: str, item: int, values: Values) -> str:
        """The thing's name today; of one that is gone, the name it had."""
        name = self._names[self._models[label]].get(item)
        candidates = (values.get(field) for field in ("name", "email", "text", "week"))
        return name or str(next((value for value in candidates if value), _("no. {item}").format(item=item)))

    def differences(self, label: str, action: str, now: Values, before: Values) -> tuple[Difference, ...]:
        """Of a change the fields that differ; of a new or removed row those that have something in them."""
        result = []
        for column in self._models[label]._meta.concrete_fields:
            if column.name in _QUIET or column.column not in now:
                continue
            after, was = now[column.column], before.get(column.column)
            if action == "update" and before and after == was:
                continue
            if action != "update" and after in (None, "", False):
                continue
            text = self._value(column, after)
            result.append(
                Difference(
                    field=in_language(str(column.verbose_name)),
                    before=self._value(column, was) if action == "update" else (text if action == "delete" else None),
                    after=None if action == "delete" else text,
                )
            )
        return tuple(result)

    def _value(self, column: Any, value: Any) -> str | None:
        if value is None or value == "":
            return None
        if isinstance(column, models.ForeignKey):
            return self._names.get(column.related_model, {}).get(value, _("no. {value}").format(value=value))
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        text = dict(column.flatchoices).get(value, value) if column.flatchoices else value
        if isinstance(column, models.DecimalField):
            text = f"{float(value):g}" if abs(float(value)) < 1e6 else f"{float(value):,.2f}"
        text = " ".join(str(text).split())
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _foreign(model: type[models.Model]) -> Iterable[Any]:
    return [column for column in model._meta.concrete_fields if isinstance(column, models.ForeignKey)]


def _names_of(model: type[models.Model], keys: set[Any]) -> dict[Any, str]:
    related = [column.name for column in _foreign(model)]
    rows = model._default_manager.filter(pk__in=keys)
    if related:
        rows = rows.select_related(*related)
    return {row.pk: _name(row) for row in rows}


def _name(row: Any) -> str:
    """What a thing is called in a list: a figure by its measurable and week, a person by name, others by themselves."""
    if hasattr(row, "get_full_name"):
        return str(row.get_full_name() or row.get_username())
    if hasattr(row, "measurable") and row.measurable is not None:
        when = getattr(row, "week", None) or getattr(row, "effective_from", None)
        return f"{row.measurable}, {when}" if when else str(row)
    return str(row)
