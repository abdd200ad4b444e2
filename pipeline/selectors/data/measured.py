"""What computed measurables follow: the names they can use, and in words what each of them means or why it cannot."""

from __future__ import annotations

from dataclasses import dataclass

from departments.models import Measurable
from pipeline.core.measured import UnknownFigure, parse_source
from pipeline.models import ids_by_key


@dataclass(frozen=True, kw_only=True)
class Followed:
    """One computed measurable: what its figure means, or why its source names none."""

    measurable: int
    key: str
    name: str
    source: str
    about: str = ""
    problem: str = ""


def followed(*, department: str) -> list[Followed]:
    """The computed measurables of a department, in the order of its scorecard."""
    stages, departments = ids_by_key()
    result = []
    rows = Measurable.objects.filter(department__key=department).exclude(source="manual")
    for pk, key, name, source in rows.values_list("pk", "key", "name", "source"):
        try:
            parsed = parse_source(source, stages=stages, departments=departments)
            meaning = {"about": parsed.figure.about}
        except UnknownFigure as problem:
            meaning = {"problem": str(problem)}
        result.append(Followed(measurable=pk, key=key, name=name, source=source, **meaning))
    return result
