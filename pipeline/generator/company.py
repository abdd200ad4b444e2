"""Who the invented company is: departments, people, sources, loss reasons, segments, regions. Plain tables."""

from __future__ import annotations

from dataclasses import dataclass

NAME = "Brightwater Instruments"
MAIL_DOMAIN = "brightwater.example"
REPORTING_CURRENCY = "EUR"
TIME_ZONE = "Europe/Berlin"
FISCAL_YEAR_START_MONTH = 1

# key, name, kind
DEPARTMENTS = (
    ("marketing", "Marketing", "internal"),
    ("sales", "Sales", "internal"),
    ("legal", "Legal", "internal"),
    ("finance", "Finance", "internal"),
    ("production", "Production", "internal"),
    ("service", "Customer service", "internal"),
    ("market", "Market", "external"),
)

# key, name, department
LOSS_REASONS = (
    ("bad_fit", "Not a fit for our products", "marketing"),
    ("wrong_contact", "Wrong or missing contact", "marketing"),
    ("wrong_profile", "Buyer profile was wrong", "marketing"),
    ("no_follow_up", "Followed up too late", "sales"),
    ("needs_missed", "Needs misunderstood", "sales"),
    ("weak_proposal", "Proposal not convincing", "sales"),
    ("terms_not_agreed", "Contract terms not agreed", "legal"),
    ("price_not_approved", "Price not approved in time", "finance"),
    ("credit_refused", "Credit refused", "finance"),
    ("delivery_date", "Delivery date too late", "production"),
    ("not_feasible", "Technically not feasible", "production"),
    ("poor_support", "Unhappy with support", "service"),
    ("no_budget", "Budget cut", "market"),
    ("competitor", "Lost to a competitor", "market"),
    ("project_stopped", "Project stopped by the customer", "market"),
)
REASON_KEYS = tuple(key for key, _, _ in LOSS_REASONS)
REASON_DEPARTMENT = {key: department for key, _, department in LOSS_REASONS}


@dataclass(frozen=True, slots=True)
class Source:
    """Where deals come from: `weight` is its part of new business, `lead` the chance to start as a lead."""

    key: str
    name: str
    department: str
    weight: float
    lead: float


SOURCES = (
    Source("website", "Website request", "marketing", 0.25, 1.0),
    Source("campaign", "Campaign", "marketing", 0.16, 1.0),
    Source("trade_fair", "Trade fair", "marketing", 0.13, 1.0),
    Source("outbound", "Outbound call", "sales", 0.20, 0.9),
    Source("referral", "Customer referral", "sales", 0.08, 0.6),
    Source("upsell", "Service visit", "service", 0.10, 0.4),
    Source("tender", "Public tender", "market", 0.08, 0.3),
    Source("renewal", "Contract up for renewal", "service", 0.0, 0.0),
)
RENEWAL_SOURCE = len(SOURCES) - 1


@dataclass(frozen=True, slots=True)
class Segment:
    """A size of customer: median amount in EUR, and how its deals differ in time and in losses."""

    key: str
    size: str
    weight: float
    median_amount: float
    time_factor: float
    loss_factor: float


SEGMENTS = (
    Segment("enterprise", "1000 and more", 0.24, 56_000, 1.25, 0.85),
    Segment("mid-market", "200 to 999", 0.36, 35_000, 1.0, 1.0),
    Segment("small", "under 200", 0.40, 18_000, 0.85, 1.12),
)
AMOUNT_SIGMA = 0.4
RENEWAL_AMOUNT_FACTOR = 0.35


@dataclass(frozen=True, slots=True)
class Region:
    """A sales region, its currency, and the team (index) that works it."""

    name: str
    currency: str
    team: int
    weight: float


REGIONS = (
    Region("DACH North", "EUR", 0, 0.23),
    Region("Nordics", "EUR", 0, 0.10),
    Region("DACH South", "EUR", 1, 0.25),
    Region("Southern Europe", "EUR", 1, 0.10),
    Region("Benelux", "EUR", 2, 0.12),
    Region("United Kingdom", "GBP", 2, 0.09),
    Region("North America", "USD", 2, 0.11),
)
CURRENCIES = ("EUR", "USD", "GBP")
FIRST_RATES = {"USD": 0.915, "GBP": 1.165}

TEAMS = ("North", "South", "International")
REPS = (
    ("Jonas Adler", "Mira Falk", "Tilda Brandt", "Arne Voss", "Lena Okafor", "Piet Larsen"),
    ("Sofia Berger", "Emil Hartl", "Nora Demir", "Luca Venturi", "Anouk Steiner", "Max Reinholt"),
    ("Grace Holloway", "Daan Visser", "Priya Raman", "Owen Tracey", "Carla Mendes", "Sam Whitlock"),
)
STAFF = {
    "marketing": ("Ines Kolb", "Theo Marsh", "Yara Nassar", "Felix Dorn"),
    "legal": ("Ruth Engel", "Victor Sand", "Amelie Jost"),
    "finance": ("Clara Weiss", "Henrik Moll", "Dunja Petrov", "Ravi Anand"),
    "production": ("Georg Thal", "Selma Aydin", "Bruno Keller", "Ilka Storm", "Tom Quist"),
    "service": ("Paula Rehm", "Kofi Mensah", "Jana Lindt", "Ole Friis", "Maria Sousa"),
}
# Everyone who can stand in `actor` or `assignee`, sales first, in one numbered row.
PEOPLE = tuple(rep for team in REPS for rep in team) + tuple(name for names in STAFF.values() for name in names)
STAFF_RANGE = {
    department: (PEOPLE.index(names[0]), len(names)) for department, names in STAFF.items()
}  # first number, how many

INDUSTRIES = (
    "Clinical laboratories", "Pharmaceuticals", "Food and beverage", "Water utilities",
    "Chemicals", "Universities", "Environmental testing", "Cosmetics",
)  # fmt: skip
PROFILES = ("Lab manager", "Procurement board", "Head of quality", "Scientific director", "Plant engineer")
