"""The steps from an empty installation to a review of one's own company: which are done, and what each unlocks."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from departments.day_formats import day_text
from departments.formats import counted
from departments.models import Department, User, find_company
from pipeline.models import Opportunity, PlanTarget, SourcePull, Stage
from pipeline.selectors.data.runs import latest_run


@dataclass(frozen=True, kw_only=True)
class SetUpStep:
    """One step: whether it is done, what there is, what it unlocks, and the name of its page with its arguments."""

    name: str
    done: bool
    says: str
    unlocks: str
    page: str
    arguments: tuple[str, ...] = ()
    optional: bool = False


def set_up_steps() -> list[SetUpStep]:
    """The steps in their order; each can be left and come back to."""
    company, run = find_company(), latest_run()
    departments, stages = Department.objects.count(), Stage.objects.count()
    deals, plan = Opportunity.objects.count(), PlanTarget.objects.count()
    waiting = SourcePull.objects.filter(state__in=[SourcePull.State.READ, SourcePull.State.LOOKED]).first()
    people = User.objects.filter(is_active=True).count()
    return [
        SetUpStep(
            name=_("Your company"),
            done=company is not None,
            says=f"{company.name}, {company.reporting_currency}, {company.time_zone}" if company else "",
            unlocks=_("Money, days and quarters as you count them."),
            page="pipeline:settings_company",
        ),
        SetUpStep(
            name=_("Departments"),
            done=departments > 0,
            says=f"{departments}" if departments else _("A usual set is proposed with your first file."),
            unlocks=_("Who can own a stage, a lost reason, an origin."),
            page="pipeline:settings_list",
            arguments=("departments",),
            optional=True,
        ),
        SetUpStep(
            name=_("Your data"),
            done=deals > 0,
            says=_("{deals:,} deals").format(deals=deals)
            if deals
            else _("{name} waits for you").format(name=waiting.name)
            if waiting
            else "",
            unlocks=_("The pipeline, its flows and leaks, the review."),
            page="pipeline:sources" if deals or not waiting else "pipeline:source_files",
            arguments=() if deals or not waiting else (waiting.token,),
        ),
        SetUpStep(
            name=_("Who owns each stage"),
            done=Stage.objects.filter(earns=False).values("owner_department").distinct().count() > 1,
            says=_("{stages} stages").format(stages=stages) if stages else _("They come with your data."),
            unlocks=_("How long each department holds deals."),
            page="pipeline:set_up_owners",
        ),
        SetUpStep(
            name=_("Plan"),
            done=plan > 0,
            says=_("{plan:,} targets").format(plan=plan) if plan else "",
            unlocks=_("The gap to plan, and what explains it."),
            page="pipeline:set_up_plan",
        ),
        SetUpStep(
            name=_("People"),
            done=people > 1,
            says=counted(people, "account"),
            unlocks=_("Heads answer for their figures and enter their numbers."),
            page="departments:people",
            optional=True,
        ),
        SetUpStep(
            name=_("Figures"),
            done=run is not None,
            says=_("As of {day}").format(day=day_text(run.as_of, "%-d %B %Y"))
            if run
            else _("They are computed with each import."),
            unlocks=_("The review."),
            page="pipeline:data",
        ),
    ]
