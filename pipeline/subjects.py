"""The figures of the pipeline that people speak about: cells of the leak map, opportunities."""

from __future__ import annotations

from django.urls import reverse

from departments.models import Department
from departments.subjects import Subject, SubjectUnknown, reads_subject


@reads_subject("cell")
def _cell_subject(text: str, rest: str) -> Subject:
    parts = rest.split(":")
    department = Department.objects.filter(key=parts[-1]).first()
    if len(parts) != 3 or not all(parts) or department is None:
        raise SubjectUnknown(text)
    stage = parts[1].replace("_", " ").capitalize()
    return Subject(
        text=text,
        kind="cell",
        label=f"{stage}, {department.name}",
        address=reverse("pipeline:leak_map", query={"pipeline": parts[0]}),
        department=department,
    )


@reads_subject("opportunity")
def _opportunity(text: str, rest: str) -> Subject:
    address = reverse("pipeline:opportunity", args=[rest])
    return Subject(text=text, kind="opportunity", label=f"Opportunity {rest}", address=address)
