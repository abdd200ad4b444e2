"""Companies to simulate: what each department does before and after, as plain numbers."""

from dataclasses import dataclass, replace

import numpy as np

from revenue_health.contribution.core.flows import MARKET, Custody, Floats, Layout

DEPARTMENTS = ("marketing", "sales", "legal", "finance", "production", "service", MARKET)
STAGES = ("lead", "qualified", "solution", "contract", "won", "customer")
CUSTODIES = (
    Custody(0, "marketing"),
    Custody(1, "sales"),
    Custody(2, "sales"),
    Custody(2, "production"),
    Custody(2, "sales", 1),  # what the owner asked for comes back
    Custody(3, "sales"),
    Custody(3, "legal"),
    Custody(3, "finance"),
    Custody(3, "sales", 1),
    Custody(4, "production"),
    Custody(4, "service"),
    Custody(5, "service"),
)
MODES = ("start", "clock", "hazard")
HOLD_DAYS = (10.0, 12.0, 6.0, 8.0, 2.0, 3.0, 10.0, 5.0, 5.0, 12.0, 8.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """What everyone does. mean_hold [J] days; routing [J, J + 1]; loss [S, P] per day; demand [J, P] deals a day."""

    mean_hold: Floats
    routing: Floats
    loss: Floats
    demand: Floats


@dataclass(frozen=True, kw_only=True)
class Company:
    """A company: behaviour before and during the period, shape of its hold times, and its deals' sizes.

    mode says what a change does to deals in somebody's hands at that moment: "start": they keep the hold time they
    were given; "clock": the rest of the hold runs at the new pace; "hazard": they take the new hazard of their age.
    """

    layout: Layout
    before: Behaviour
    after: Behaviour
    shape: int
    target_factor: float = 1.0
    mode: str = "start"
    amount_mean: float = 10_000.0
    amount_sigma: float = 0.8
    days: int = 91
    baseline_days: int = 364

    def mixed(self, players: frozenset[int]) -> Behaviour:
        """The behaviour when only these players (indices) changed theirs."""
        own = np.array([player in players for player in self.layout.custody_player])
        own_player = np.array([player in players for player in range(len(DEPARTMENTS))])
        return Behaviour(
            mean_hold=np.where(own, self.after.mean_hold, self.before.mean_hold),
            routing=np.where(own[:, None], self.after.routing, self.before.routing),
            loss=np.where(own_player[None, :], self.after.loss, self.before.loss),
            demand=np.where(own_player[None, :], self.after.demand, self.before.demand),
        )


def make_layout(custodies: tuple[Custody, ...] = CUSTODIES) -> Layout:
    """The axes of a simulated company; the last custody ends the books."""
    return Layout(
        stages=STAGES,
        earns=(False, False, False, False, True, False),
        custodies=custodies,
        players=DEPARTMENTS,
        custody_player=tuple(DEPARTMENTS.index(department) for _, department, _ in custodies),
    )


def ordinary(deals_a_day: float = 39.6) -> Behaviour:
    """An ordinary company: about 18,000 deals in 15 months, two months to a win, four in ten deals won."""
    custodies, stages, players = len(CUSTODIES), len(STAGES), len(DEPARTMENTS)
    routing = np.zeros((custodies, custodies + 1))
    for custody in range(custodies - 1):
        routing[custody, custody + 1] = 1.0
    routing[6, 7], routing[6, 2] = 0.92, 0.08  # legal returns one in twelve to the solution
    routing[1, 2], routing[1, 5] = 0.85, 0.15  # some deals need no solution and skip the stage
    routing[-1, -1] = 1.0
    loss = np.zeros((stages, players))
    column = {name: index for index, name in enumerate(DEPARTMENTS)}
    for stage, causes in enumerate(
        (
            {"marketing": 0.008, "sales": 0.004, MARKET: 0.004},
            {"marketing": 0.004, "sales": 0.010, MARKET: 0.004},
            {"production": 0.004, "sales": 0.006, MARKET: 0.003},
            {"legal": 0.003, "finance": 0.002, "sales": 0.005, MARKET: 0.003},
            {"production": 0.0012, "service": 0.001},
        )
    ):
        for cause, hazard in causes.items():
            loss[stage, column[cause]] = hazard
    demand = np.zeros((custodies, players))
    demand[0, column["marketing"]] = 0.65 * deals_a_day
    demand[1, column["sales"]] = 0.25 * deals_a_day
    demand[0, column[MARKET]] = 0.10 * deals_a_day
    return Behaviour(mean_hold=np.array(HOLD_DAYS), routing=routing, loss=loss, demand=demand)


def changed(
    behaviour: Behaviour,
    *,
    hold: dict[tuple[str, str], float] | None = None,
    loss: dict[str, float] | None = None,
    demand: dict[str, float] | None = None,
) -> Behaviour:
    """A behaviour with hold times ((stage, department)), losses (cause) and demand (source) times a factor."""
    mean_hold, losses, entering = behaviour.mean_hold.copy(), behaviour.loss.copy(), behaviour.demand.copy()
    for (stage, department), factor in (hold or {}).items():
        mean_hold[[custody[:2] == (STAGES.index(stage), department) for custody in CUSTODIES]] *= factor
    for cause, factor in (loss or {}).items():
        losses[:, DEPARTMENTS.index(cause)] *= factor
    for source, factor in (demand or {}).items():
        entering[:, DEPARTMENTS.index(source)] *= factor
    return replace(behaviour, mean_hold=mean_hold, loss=losses, demand=entering)


def scenarios() -> dict[str, tuple[Behaviour, float]]:
    """Name -> (behaviour in the period, target as a multiple of the baseline's revenue)."""
    base = ordinary()
    return {
        "sales at fault": (
            changed(
                base,
                hold={("qualified", "sales"): 1.5, ("solution", "sales"): 1.5, ("contract", "sales"): 1.6},
                loss={"sales": 1.5},
                demand={"sales": 0.8},
            ),
            1.0,
        ),
        "bad leads": (
            changed(base, hold={("lead", "marketing"): 2.0}, loss={"marketing": 2.0}, demand={"marketing": 0.8}),
            1.0,
        ),
        "legal slow, production slow and leaky": (
            changed(
                base,
                hold={("contract", "legal"): 2.0, ("solution", "production"): 1.8, ("won", "production"): 1.5},
                loss={"production": 2.5},
            ),
            1.0,
        ),
        "nothing changed": (base, 1.0),
        "only the target": (base, 1.25),
        "the market": (changed(base, loss={MARKET: 2.2}, demand={MARKET: 0.5}), 1.0),
    }


def company(scenario: str, shape: int, mode: str = "start") -> Company:
    """The company of a scenario with hold times of a gamma shape."""
    after, target_factor = scenarios()[scenario]
    return Company(
        layout=make_layout(), before=ordinary(), after=after, shape=shape, target_factor=target_factor, mode=mode
    )
