"""Every address that a form posts to: what it creates, or why nothing is there twice if it is sent twice.

A new POST address goes into CREATING, with a form that is taken and the table that must have one row more afterwards
however often that form is sent; or into NOTHING_NEW, with the reason. tests/test_sent_twice.py walks both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.utils import timezone

from departments.models import (
    Annotation,
    Comment,
    Commitment,
    Department,
    DepartmentHead,
    Invitation,
    Issue,
    Measurable,
    Membership,
    Reply,
    User,
)
from departments.models.jobs import Job
from departments.people.services.invitations import invitation_address, invitation_create
from pipeline.imports.conversion.toml_text import mapping_toml
from pipeline.models import (
    DataSource,
    ExchangeRate,
    LossReason,
    Pipeline,
    PlanTarget,
    Source,
    SourceMapping,
    SourcePull,
    Stage,
    StageOwner,
    Upload,
)
from pipeline.services.sources.mappings import mapping_content
from revenue_health.contribution.models import LeakChange
from revenue_health.review.models import Decision, EvidenceExport, Pack, PackExport, PackLink, Scenario
from tests.forms.ground import DEALS
from tests.permissions.contribution import a_leak
from tests.permissions.packs import of_pack
from tests.permissions.people import board
from tests.pipeline.sources.uploads import COMPANY, edit, look, upload

SUBJECT = "share:legal:2026-Q3"
DAY = (date.today() + timedelta(7)).isoformat()
type Prepared = tuple[dict[str, Any], dict[str, Any]]
"""The arguments of an address, and a form that is taken there."""


@dataclass(frozen=True)
class Creating:
    """One form: its address, what it creates, and what the second sender of two gets."""

    name: str
    creates: type[Model]
    form: dict[str, Any] | Callable[[], Prepared]
    arguments: dict[str, Any] | Callable[[], dict[str, Any]] = field(default_factory=dict)
    second: int | None = None
    """Its status, where it is not that of the first."""
    anonymous: bool = False

    def prepared(self) -> Prepared:
        if callable(self.form):
            return self.form()
        return (self.arguments() if callable(self.arguments) else self.arguments), dict(self.form)


def a_file(name: str = "deals.csv", content: str = DEALS) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode())


def of_source() -> dict[str, Any]:
    return {"pk": DataSource.objects.create(name="CRM", created_at=timezone.now()).pk}


def of_files(*, looked: bool = False) -> dict[str, Any]:
    pull = upload({"files.csv": DEALS})
    edit(pull, company=COMPANY)
    if looked:
        result = look(pull)
        SourcePull.objects.filter(pk=pull.pk).update(look=result | {"accepted": True, "renames": ""})
    return {"token": pull.token}


def a_mapping_form() -> Prepared:
    pull = SourcePull.objects.get(token=of_files()["token"])
    newest = pull.source.mappings.first()
    assert newest is not None
    text = mapping_toml(mapping_content(newest) | {"company": COMPANY | {"name": "Another"}})
    return {"pk": pull.source_id}, {"mapping": SimpleUploadedFile("mapping.toml", text.encode())}


def a_checked_upload() -> Prepared:
    checked = {"state": Upload.State.CHECKED, "outcome": {"accepted": True, "renames": ""}}
    Upload.objects.create(token="cd" * 12, name="folder.zip", created_at=timezone.now(), **checked)
    return {"token": "cd" * 12}, {}


def an_invitation(email: str) -> Invitation:
    ceo = User.objects.get(username="ceo")
    return invitation_create(email=email, role="analyst", department=None, invited_by=ceo, now=timezone.now())


def an_accepted_invitation() -> Prepared:
    token = invitation_address(an_invitation("bea@example.com")).rstrip("/").rsplit("/", 1)[1]
    name = {"first_name": "Bea", "last_name": "Blum", "username": "bea"}
    return {"token": token}, name | {"password": "quiet-river-stone"}


def a_stage_form() -> Prepared:
    legal, first = Department.objects.get(key="legal"), Pipeline.objects.earliest("pk")
    stage = {"name": "Sixth", "key": "sixth", "pipeline": first.pk, "position": 96, "owner_department": legal.pk}
    return {"kind": "stages"}, stage


def a_head_form() -> Prepared:
    new = Department.objects.create(key="care", name="Care")
    return {"kind": "heads"}, {"department": new.pk, "name": "Eve", "since": "2026-01-01"}


def an_owner_form() -> Prepared:
    legal = Department.objects.get(key="legal")
    return {"kind": "owners"}, {"stage": Stage.objects.earliest("pk").pk, "department": legal.pk, "since": "2030-01-01"}


def of_legal(kind: str) -> Prepared:
    legal = Department.objects.get(key="legal")
    return {"kind": kind}, {"name": "New", "key": f"new-{kind}", "department": legal.pk}


def a_plan_form() -> Prepared:
    days = {"period_start": "2031-01-01", "period_end": "2031-03-31"}
    return {"kind": "plan"}, {"pipeline": Pipeline.objects.earliest("pk").pk, "target": "1000"} | days


PROMISE = {"text": "Hire one", "department": "legal", "owner": "legal", "due": DAY}
GOAL = {"weight": "1", "limits": "unit", "rule": "at_least", "goal": "5", "effective_from": DAY}
SETTINGS = "pipeline:settings_new"
CREATING = [
    Creating("review:pack_freeze", Pack, {"title": "For the board", "decisions": "Hire one", "decided_by": "Casey"}),
    Creating("review:pack_freeze", Decision, {"title": "Another", "decisions": "Hire two", "decided_by": "Casey"}),
    Creating("review:pack_links", PackLink, {"label": "The bank", "days": "7"}, of_pack),
    Creating("review:decision_log", Decision, {"text": "Hire one", "decided_by": "The board"}, of_pack),
    Creating("review:pack_exports", PackExport, {"kind": "csv"}, of_pack),
    Creating("review:scenario_save", Scenario, {"name": "More hands", "set": ["contract:legal:wait_days=3"]}),
    Creating("review:evidence", EvidenceExport, {}),
    Creating("review:drivers_compute", Job, {"period": "2026-Q2"}),
    Creating("review:drivers_inside", Job, {"by": "team"}),
    Creating("review:forecast_compute", Job, {}),
    Creating("contribution:leak_status", LeakChange, {"status": "accepted", "reason": "We look at it."}, a_leak),
    Creating("departments:people", Invitation, {"email": "new@example.com", "role": "analyst"}),
    Creating(
        "departments:people_resend",
        apps.get_model("departments", "InvitationEvent"),
        lambda: ({"pk": an_invitation("ada@example.com").pk}, {}),
    ),
    Creating("departments:people_role_add", Membership, {"role": "analyst"}, board),
    Creating("departments:invitation", User, an_accepted_invitation, second=410, anonymous=True),
    Creating("departments:comments", Comment, {"subject": SUBJECT, "text": "Why?"}),
    Creating("departments:reply", Reply, {"subject": SUBJECT, "text": "We hire.", "seen": "0"}),
    Creating("departments:commitment_new", Commitment, PROMISE),
    Creating("departments:issue_new", Issue, {"text": "Too slow", "department": "legal"}),
    Creating("departments:scorecard_annotations", Annotation, {"text": "Strike", "day": DAY}, {"key": "legal"}),
    Creating("departments:scorecard_measurables", Measurable, GOAL | {"name": "Trainings"}, {"key": "legal"}),
    Creating("departments:remind", Job, {}, {"key": "legal"}),
    Creating(SETTINGS, Department, {"name": "Ethics", "key": "ethics", "kind": "internal"}, {"kind": "departments"}),
    Creating(SETTINGS, DepartmentHead, a_head_form),
    Creating(SETTINGS, Pipeline, {"name": "Partners", "key": "partners"}, {"kind": "pipelines"}),
    Creating(SETTINGS, Stage, a_stage_form),
    Creating(SETTINGS, StageOwner, an_owner_form),
    Creating(SETTINGS, LossReason, partial(of_legal, "reasons")),
    Creating(SETTINGS, Source, partial(of_legal, "sources")),
    Creating(SETTINGS, PlanTarget, a_plan_form),
    Creating(SETTINGS, ExchangeRate, {"currency": "SEK", "date": "2031-01-01", "rate": "0.1"}, {"kind": "rates"}),
    Creating("pipeline:sources", DataSource, lambda: ({}, {"uploads": a_file()})),
    Creating("pipeline:sources", SourcePull, lambda: ({}, {"uploads": a_file("others.csv")})),
    Creating("pipeline:source", SourcePull, lambda: (of_source(), {"uploads": a_file()})),
    Creating("pipeline:source_mapping_upload", SourceMapping, a_mapping_form),
    Creating("pipeline:source_files_reread", Job, {}, of_files),
    Creating("pipeline:source_files_take_in", Job, lambda: (of_files(looked=True), {})),
    Creating("pipeline:import_upload_start", Upload, lambda: ({}, {"folder": a_file("folder.zip", "PK\3\4")})),
    Creating("pipeline:import_confirm", Job, a_checked_upload),
    Creating("pipeline:data_recompute", Job, {}),
]
_SHOWN = "what was shown is sent along: the second finds it changed, or nothing to change"
_STATE = "it leads from one state to another, and the second finds it there"
_ITSELF = "changes one row, the same way however often"
NOTHING_NEW = {
    "departments:theme": "a cookie",
    "departments:sign_in_as": "signs in",
    "departments:account": _ITSELF,
    "departments:people_settings": "an old address, led on",
    "departments:people_revoke": _STATE,
    "departments:people_active": _STATE,
    "departments:people_role_edit": _ITSELF,
    "departments:people_role_remove": _STATE,
    "departments:first_account": "there is one first account: tests/departments/people/test_first_account.py",
    "departments:comment_edit": _ITSELF,
    "departments:comment_resolve": _STATE,
    "departments:comment_reopen": _STATE,
    "departments:commitment_close": _STATE,
    "departments:commitment_move": _STATE,
    "departments:issue_solve": _STATE,
    "departments:pulse": "an answer for each department, person and month",
    "departments:my": _SHOWN,
    "departments:my_row": _SHOWN,
    "departments:update_link": "a link is used up once: tests/departments/updates/test_update_links.py",
    "departments:scorecard_cell": _SHOWN,
    "departments:scorecard_week": _SHOWN,
    "departments:scorecard_paste": _SHOWN,
    "departments:scorecard_upload": _SHOWN,
    "departments:scorecard_annotation_remove": _STATE,
    "departments:scorecard_measurable": _ITSELF,
    "pipeline:settings_company": _SHOWN,
    "pipeline:settings_edit": _SHOWN,
    "pipeline:settings_remove": _STATE,
    "pipeline:set_up_plan": _SHOWN,
    "pipeline:set_up_owners": _SHOWN,
    "pipeline:set_up_sample": "only where there is no company: tests/pipeline/data/test_sample.py",
    "pipeline:set_up_sample_discard": _STATE,
    "pipeline:source_remove": _STATE,
    "pipeline:source_files_mapping": "with what it shows, a version already: tests/pipeline/sources/test_at_once.py",
    "pipeline:source_files_remove": _STATE,
    "pipeline:import_undo": _STATE,
    "contribution:leak_assign": _ITSELF,
    "review:pack_link_revoke": _STATE,
    "review:scenario_delete": _STATE,
    "review:scenario_restore": _STATE,
    "review:what_if": "computes and shows",
}
"""Addresses whose form leaves nothing new, each with why."""
