"""Who we are: the company, its departments, its people, and the numbers the departments answer for."""

from departments.models.company import Company, Department
from departments.models.people import Membership, User
from departments.models.scorecard import Entry, Goal, Measurable

__all__ = ["Company", "Department", "Entry", "Goal", "Measurable", "Membership", "User"]
