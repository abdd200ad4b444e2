"""The kinds of hard companies, by name."""

from math import inf

from revenue_health.contribution.validation.hard.world.company import Change, Kind, Records

REVIEW_QUEUE = 134
"""Reviewers of the queue: about nine in ten are busy before anything changes."""
YEAR = 365.0
SUMMERS = tuple((-YEAR * years - (1.0 if years == 3 else 0.0), -YEAR * years + 92.0) for years in range(4))
"""The quarter of the period in every year of the history (one of them before a leap day)."""


def _pace(who: str, factor: float, *stages: str) -> Change:
    return Change(who=(who,), what="pace", department=who, factor=factor, stages=stages)


def _loss(who: str, factor: float, *stages: str) -> Change:
    return Change(who=(who,), what="loss", department=who, factor=factor, stages=stages)


SALES = (_pace("sales", 0.75), _loss("sales", 1.6, "qualified", "solution", "contract"))
LEGAL = (_pace("legal", 0.5),)
_ALL = (
    Kind(name="nothing", says="nobody changed"),
    Kind(
        name="growing_base", says="nobody changed; a young base of customers grows", churn=4.0, old_customers=0,
    ),
    Kind(
        name="queue",
        says="legal's reviewers are as many as ever, campaigns bring twice as many deals",
        changes=(Change(who=("marketing",), what="demand", source="campaign", factor=2.0),),
        reviewers=REVIEW_QUEUE,
    ),
    Kind(
        name="fewer_servers",
        says="legal has a third fewer reviewers",
        changes=(Change(who=("legal",), what="reviewers", factor=0.67),),
        reviewers=REVIEW_QUEUE,
    ),
    Kind(name="sales", says="sales is slower and loses more", changes=SALES),
    Kind(
        name="bad_leads",
        says="campaigns bring fewer leads, and they go cold",
        changes=(
            Change(who=("marketing",), what="demand", source="campaign", factor=0.75),
            _loss("marketing", 2.5),
        ),
    ),
    Kind(name="slow_legal", says="legal takes twice as long", changes=LEGAL),
    Kind(
        name="leaky_production",
        says="production is slower and fails more often",
        changes=(_pace("production", 0.7), _loss("production", 3.5)),
    ),
    Kind(name="credit", says="finance refuses and delays", changes=(_pace("finance", 0.5), _loss("finance", 4.0))),
    Kind(name="churn", says="service loses customers", changes=(_loss("service", 2.2, "customer"),)),
    Kind(
        name="downstream",
        says="campaigns' new deals are bad; they are lost later, with sales' reasons",
        changes=(
            Change(
                who=("marketing",), what="loss", department="sales", factor=3.5, source="campaign", of_new=True,
                stages=("solution", "contract"),
            ),
        ),
    ),
    Kind(
        name="inflate", says="sales enters amounts 35 % too large and takes it back at the win",
        truth_of="nothing", records=Records(inflated=0.35),
    ),
    Kind(
        name="moved_handoffs", says="a stage's work goes from sales to production by hand-offs, at the same pace",
        truth_of="nothing", records=Records(moved="handoffs"),
    ),
    Kind(
        name="moved_owner", says="a stage goes from sales to production, at the same pace",
        truth_of="nothing", records=Records(moved="owner"),
    ),
    Kind(
        name="season", says="every third quarter of a year is slow",
        changes=(Change(who=(), what="pace", factor=0.8, windows=SUMMERS),),
    ),
    Kind(
        name="lie_since", says="sales is at fault and books three in ten of its losses on others, since day 0",
        changes=SALES, truth_of="sales", records=Records(lies=0.3),
    ),
    Kind(
        name="lie_always", says="sales is at fault; it always booked three in ten of its losses on others",
        changes=SALES, truth_of="sales", records=Records(lies=0.3, lies_since=-inf),
    ),
    Kind(
        name="lie_only", says="nobody changed, but sales books three in ten losses on others since day 0",
        truth_of="nothing", records=Records(lies=0.3),
    ),
    Kind(
        name="unlogged", says="legal takes twice as long; two in five of its hand-offs never were logged",
        changes=LEGAL, truth_of="slow_legal", records=Records(unlogged=0.4, unlogged_since=-inf),
    ),
    Kind(
        name="unlogged_since", says="nobody changed, but two in five of legal's hand-offs are not logged since day 0",
        truth_of="nothing", records=Records(unlogged=0.4),
    ),
    Kind(
        name="frailty", says="deals differ in hardiness; marketing loses three times as many early",
        changes=(_loss("marketing", 3.5, "lead"),), frailty=0.8, amount_mean=5_000.0,
    ),
    Kind(
        name="mix", says="campaigns bring half as many deals, twice as large; large deals take longer",
        changes=(
            Change(who=("marketing",), what="demand", source="campaign", factor=0.5),
            Change(who=("marketing",), what="size", source="campaign", factor=2.0, of_new=True),
        ),
        slow_with_size=0.35,
    ),
    Kind(
        name="regime", says="sales got worse half-way through the year before; nobody changed since",
        changes=(
            Change(who=(), what="pace", department="sales", factor=0.8, windows=((-182.0, inf),)),
            Change(who=(), what="loss", department="sales", factor=1.35, windows=((-182.0, inf),)),
        ),
    ),
    Kind(
        name="together", says="legal is slow only because finance changed its form, too",
        changes=(Change(who=("legal", "finance"), what="pace", department="legal", factor=0.35),),
    ),
    Kind(
        name="small", says="155 deals a quarter; legal and production twice as slow",
        changes=(_pace("legal", 0.5), _pace("production", 0.5)), scale=0.043,
    ),
    Kind(name="small_still", says="155 deals a quarter; nobody changed", scale=0.043),
    Kind(name="tails", says="nobody changed; amounts with heavy tails (log sd 2)", amount_sd=2.0),
    Kind(name="whale", says="nobody changed; a deal of 2.5 M is lost by chance", truth_of="nothing", whale=2_500_000.0),
)  # fmt: skip
KINDS = {kind.name: kind for kind in _ALL}
