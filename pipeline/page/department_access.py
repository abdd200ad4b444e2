"""Which departments' details a visitor may open: checked before showing a department, and before linking to one."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from departments.access import Visitor, may_see_company, may_see_department, may_see_departments, require
from pipeline.selectors.overview import DepartmentName, Structure


def require_department(request: HttpRequest, department: DepartmentName | None) -> DepartmentName:
    """The department, if there is one and the visitor may see its detail; what is outside is nobody's secret."""
    if department is None:
        raise Http404
    seen = may_see_company(request.user)
    require(request, seen and (not department.internal or may_see_department(request.user, department.id)))
    return department


def closed_departments(user: Visitor, structure: Structure) -> frozenset[str]:
    """Keys of the departments whose detail the visitor may not open: they are named without a link."""
    # One question to the database for all departments, where the answer is the same for each.
    if may_see_departments(user):
        return frozenset()
    return frozenset(
        department.key
        for department in structure.departments.values()
        if department.internal and not may_see_department(user, department.id)
    )
