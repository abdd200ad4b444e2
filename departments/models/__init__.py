"""Who we are: the company, its departments, its people, the numbers they answer for, and what they say about them."""

from departments.models.company import Company, Department, current_company, find_company
from departments.models.discussion import Comment, Reply
from departments.models.heads import DepartmentHead
from departments.models.invitations import AccessLog, Invitation
from departments.models.jobs import Job
from departments.models.people import Membership, User
from departments.models.promises import Commitment, Issue, PulseAnswer
from departments.models.reminders import Reminder, UpdateLink
from departments.models.scorecard import Annotation, Entry, EntryChange, Goal, Measurable

__all__ = [
    "AccessLog",
    "Annotation",
    "Comment",
    "Commitment",
    "Company",
    "Department",
    "DepartmentHead",
    "Entry",
    "EntryChange",
    "Goal",
    "Invitation",
    "Issue",
    "Job",
    "Measurable",
    "Membership",
    "PulseAnswer",
    "Reminder",
    "Reply",
    "UpdateLink",
    "User",
    "current_company",
    "find_company",
]
