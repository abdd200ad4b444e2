"""How deals go through the two pipelines when all is well: stages, their work, hand-offs, hazards of loss.

Times are working days of work at usual speed; hazards are chances of loss per working day in the stage.
"""

from __future__ import annotations

from dataclasses import dataclass, field

WORK_SHAPE = 2.0  # gamma shape of a stage owner's own work
HANDOFF_SHAPE = 2.0  # gamma shape of a department's work on a hand-off


@dataclass(frozen=True, slots=True)
class HandOffKind:
    """A request the stage makes of a department: how often, how long, how often sent back, due after how long."""

    name: str
    department: str
    share: float
    days: float
    returned: float
    due_days: float
    parallel: float = 0.0  # chance to run beside the hand-offs asked before it, instead of after them


@dataclass(frozen=True, slots=True)
class StageKind:
    """A stage: owner, limit, own work (a part `before` its hand-offs), hazards, and the odd moves out of it."""

    pipeline: str
    key: str
    name: str
    position: int
    owner: str
    limit_days: int | None
    days: float
    losses: dict[str, float]
    handoffs: tuple[HandOffKind, ...] = ()
    before: float = 0.5
    earns: bool = False
    last: bool = False
    revalued: float = 0.0
    pushed: float = 0.0
    back: float = 0.0
    skip: float = 0.0
    estimated: float = 0.0  # chance that the amount is estimated anew on entering
    stock: float = 0.0  # part of the deals taken over on the first days that are in this stage
    aftermath: dict[str, float] = field(default_factory=dict)  # chance of a loss long after, per reason


PIPELINES = (("new", "New business"), ("renewal", "Renewal"))

STAGES = (
    StageKind(
        "new", "lead", "Lead", 1, "marketing", 14, 4.2,
        {"bad_fit": 0.084, "wrong_contact": 0.042, "no_budget": 0.052, "no_follow_up": 0.036},
        (HandOffKind("lead follow-up", "sales", 0.95, 1.5, 0.05, 3),),
        before=0.7, skip=0.04, stock=0.11,
    ),
    StageKind(
        "new", "qualified", "Qualified", 2, "sales", 21, 6.0,
        {"wrong_profile": 0.014, "no_budget": 0.017, "competitor": 0.011, "needs_missed": 0.016, "not_feasible": 0.002},
        (
            HandOffKind("buyer profile", "marketing", 0.65, 2.0, 0.08, 5),
            HandOffKind("technical feasibility", "production", 0.6, 2.4, 0.12, 5, 0.4),
        ),
        before=0.4, revalued=0.05, skip=0.03, estimated=0.25, stock=0.23,
    ),
    StageKind(
        "new", "proposal", "Proposal", 3, "sales", 35, 8.5,
        {"competitor": 0.0135, "weak_proposal": 0.013, "project_stopped": 0.008, "price_not_approved": 0.0022,
         "delivery_date": 0.0007},
        (
            HandOffKind("price approval", "finance", 0.85, 2.0, 0.15, 4),
            HandOffKind("confidentiality agreement", "legal", 0.3, 1.6, 0.08, 5, 0.7),
        ),
        before=0.45, revalued=0.09, pushed=0.05, back=0.045, skip=0.03, estimated=0.45, stock=0.32,
    ),
    StageKind(
        "new", "contract", "Contract", 4, "sales", 30, 4.5,
        {"terms_not_agreed": 0.0026, "credit_refused": 0.0016, "project_stopped": 0.0013, "competitor": 0.001,
         "delivery_date": 0.0007},
        (
            HandOffKind("contract review", "legal", 0.97, 2.3, 0.18, 5),
            HandOffKind("credit check", "finance", 0.85, 1.8, 0.06, 3, 0.55),
        ),
        before=0.4, revalued=0.07, pushed=0.06, back=0.045, skip=0.05, stock=0.20,
    ),
    StageKind(
        "new", "slot", "Delivery slot", 5, "production", 21, 2.0,
        {"delivery_date": 0.0046, "competitor": 0.001, "project_stopped": 0.001},
        (HandOffKind("delivery slot", "production", 1.0, 3.4, 0.15, 5),),
        before=0.3, pushed=0.05, back=0.03, stock=0.14,
    ),
    StageKind("new", "won", "Won", 6, "finance", 10, 2.0, {"project_stopped": 0.0003}, earns=True),
    StageKind(
        "new", "delivery", "Delivery", 7, "production", 60, 17.0, {"delivery_date": 0.00025},
        (HandOffKind("onboarding", "service", 0.85, 4.0, 0.05, 10),),
        before=0.75,
    ),
    StageKind(
        "new", "customer", "Customer", 8, "service", None, 0.0, {},
        (HandOffKind("complaint", "service", 0.16, 3.0, 0.1, 3),),
        last=True, aftermath={"poor_support": 0.006, "project_stopped": 0.005},
    ),
    StageKind(
        "renewal", "review", "Account review", 1, "service", 30, 9.0,
        {"poor_support": 0.0035, "no_budget": 0.0015, "project_stopped": 0.0008},
        (
            HandOffKind("usage report", "service", 0.95, 2.5, 0.05, 5),
            HandOffKind("renewal quote", "finance", 0.5, 2.0, 0.08, 4, 0.3),
        ),
        stock=0.45,
    ),
    StageKind(
        "renewal", "offer", "Renewal offer", 2, "sales", 30, 8.0,
        {"competitor": 0.003, "weak_proposal": 0.002, "no_budget": 0.002, "poor_support": 0.001},
        (HandOffKind("price approval", "finance", 0.4, 2.0, 0.1, 4),),
        revalued=0.08, pushed=0.05, back=0.02, estimated=0.3, stock=0.35,
    ),
    StageKind(
        "renewal", "terms", "Renewal terms", 3, "legal", 21, 2.0,
        {"terms_not_agreed": 0.002, "competitor": 0.0015},
        (HandOffKind("contract review", "legal", 0.6, 2.2, 0.12, 5),),
        back=0.03, stock=0.20,
    ),
    StageKind(
        "renewal", "renewed", "Renewed", 4, "finance", None, 0.0, {},
        (HandOffKind("complaint", "service", 0.10, 3.0, 0.1, 3),),
        earns=True, last=True, aftermath={"poor_support": 0.01, "project_stopped": 0.006},
    ),
)  # fmt: skip

STAGE_NUMBER = {stage.key: number for number, stage in enumerate(STAGES)}
LEAD, QUALIFIED = STAGE_NUMBER["lead"], STAGE_NUMBER["qualified"]
RENEWAL_START = STAGE_NUMBER["review"]
KINDS = tuple(dict.fromkeys(kind.name for stage in STAGES for kind in stage.handoffs))

KIND_DEPARTMENT = {kind.name: kind.department for stage in STAGES for kind in stage.handoffs}

RENEWAL_SHARE = 0.12  # of all opportunities
STOCK_DAYS = 18.0  # mean working days a deal is under way: how many are taken over on the first days
REOPENED = 0.02  # of lost deals
REOPENED_AFTER_DAYS = 15.0
LATE = 0.03  # of event rows
LATE_DAYS = 7.0
REASSIGNED = 0.06  # of opportunities
AFTERMATH_DAYS = (15.0, 120.0)
EXPECTED_DAYS = 45.0  # a deal's usual way from lead to won, for the expected close
