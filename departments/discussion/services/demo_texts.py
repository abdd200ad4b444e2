"""What the people of the demo company promise, ask and answer: words that fit docs/demo-company.md.

Legal lost reviewers and takes twice as long; production's suppliers and lines are late; marketing is a little better
than before; sales works as it always did. Days are counted back from the demo's last day.
"""

from __future__ import annotations

from dataclasses import dataclass

STAFF = {
    "marketing": ("Ines Kolb", "Theo Marsh", "Yara Nassar", "Felix Dorn"),
    "sales": (
        "Jonas Adler", "Mira Falk", "Tilda Brandt", "Arne Voss", "Lena Okafor", "Piet Larsen", "Sofia Berger",
        "Emil Hartl", "Nora Demir", "Luca Venturi", "Anouk Steiner", "Max Reinholt", "Grace Holloway", "Daan Visser",
        "Priya Raman", "Owen Tracey", "Carla Mendes", "Sam Whitlock",
    ),
    "legal": ("Ruth Engel", "Victor Sand", "Amelie Jost"),
    "finance": ("Clara Weiss", "Henrik Moll", "Dunja Petrov", "Ravi Anand"),
    "production": ("Georg Thal", "Selma Aydin", "Bruno Keller", "Ilka Storm", "Tom Quist"),
    "service": ("Paula Rehm", "Kofi Mensah", "Jana Lindt", "Ole Friis", "Maria Sousa"),
}  # fmt: skip
"""The people who stand on the hand-offs and deals of the demo company; each becomes a member of the department."""


@dataclass(frozen=True, kw_only=True)
class Promise:
    """One commitment. `due` None is this week's Friday; `owner` a number into STAFF, None the head."""

    department: str
    text: str
    age: int
    due: int | None
    measurable: str = ""
    effect: str = ""
    unit: str = ""
    source: str = ""
    owner: int | None = None
    closed: int | None = None
    note: str = ""
    dropped: bool = False
    moved_from: int | None = None


PROMISES = (
    Promise(department="legal", text="Two contract reviewers from an outside firm until the posts are filled",
            measurable="leg_wait", effect="-2.5", unit="days", age=52, due=31, closed=33, owner=0,
            source="What-if: Contract, Legal: mean wait 4.0 days",
            note="Both started; one reviews English contracts only."),
    Promise(department="legal", text="Fill the two open reviewer posts", measurable="leg_reviewers", effect="2",
            unit="people", age=75, due=9, moved_from=40),
    Promise(department="legal", text="Contracts under EUR 25 k on our own terms go without review",
            measurable="leg_queue", effect="-8", unit="requests", age=38, due=None, owner=1,
            source="a third of the queue is under EUR 25 k"),
    Promise(department="legal", text="Clause library for the three terms that are argued over most",
            measurable="leg_standard", effect="6", unit="percent", age=24, due=-21, owner=2),
    Promise(department="legal", text="Contract training for the International team", measurable="leg_training",
            age=96, due=60, closed=61, owner=1, note="Fourteen of eighteen reps came."),
    Promise(department="legal", text="Answer every request within a day, at least with a date",
            measurable="leg_overdue", age=118, due=89, closed=84, dropped=True,
            note="With three reviewers a date is a guess; the outside firm comes first."),
    Promise(department="production", text="Second supplier for the optical parts", measurable="pro_parts", effect="-8",
            unit="parts", age=66, due=5, moved_from=26, owner=0),
    Promise(department="production", text="Reserve two delivery slots a week for deals over EUR 50 k",
            measurable="pro_wait", effect="-2", unit="days", age=48, due=34, closed=34, owner=1,
            source="What-if: Delivery slot, Production: mean wait 5.0 days",
            note="Runs since the first Monday of the month."),
    Promise(department="production", text="Saturday shift on line 2 until the backlog is gone", measurable="pro_load",
            age=41, due=20, closed=22, dropped=True, note="The works council agreed to one month only; parts are "
            "missing, not hours."),
    Promise(department="production", text="Tell sales the real delivery week when a slot is asked for",
            measurable="pro_on_time", effect="10", unit="percent", age=20, due=None, owner=3),
    Promise(department="production", text="Weekly list of deals at risk by delivery date, to sales, on Monday",
            measurable="pro_lost", effect="-30000", unit="EUR", age=12, due=-16, owner=4),
    Promise(department="production", text="Maintenance of line 1 moved to the holidays", measurable="pro_load",
            age=150, due=122, closed=124, owner=2, note="Done without a lost day."),
    Promise(department="sales", text="Ask for a delivery slot before the proposal goes out, not after",
            measurable="sal_proposals", age=30, due=2, owner=6),
    Promise(department="sales", text="Send legal the customer's terms with the request, not a week later",
            measurable="sal_wait", effect="-1", unit="days", age=26, due=None, owner=1),
    Promise(department="sales", text="Close dates in the forecast are reviewed every second Thursday",
            measurable="sal_forecast", effect="-2", unit="percent", age=110, due=75, closed=77,
            note="Kept six times out of six."),
    Promise(department="sales", text="Call every lost deal of the quarter over EUR 100 k once more",
            measurable="sal_lost", age=84, due=56, closed=49, owner=14, note="Nine calls, one is open again."),
    Promise(department="marketing", text="Two reference stories from clinical laboratories", measurable="mkt_leads",
            effect="4", unit="leads", age=70, due=45, closed=46, owner=0, note="Both online; the second by a customer "
            "of twelve years."),
    Promise(department="marketing", text="Buyer profile of procurement boards, with sales, from ten interviews",
            measurable="mkt_interviews", age=33, due=-12, owner=2),
    Promise(department="marketing", text="Stop the campaign for water utilities that brings no qualified lead",
            measurable="mkt_spend", effect="-1500", unit="EUR", age=60, due=48, closed=50, owner=1,
            note="Stopped; the money goes to the trade fair in spring."),
    Promise(department="marketing", text="Leads are called back the same day", measurable="mkt_wait", age=19,
            due=None, owner=3),
    Promise(department="finance", text="Credit check from the register alone up to EUR 30 k", measurable="fin_wait",
            effect="-1", unit="days", age=101, due=72, closed=73, owner=0,
            note="Two of three checks are now answered the same day."),
    Promise(department="finance", text="Dunning by telephone after 40 days instead of 60", measurable="fin_dso",
            effect="-3", unit="days", age=320, due=290, closed=288, owner=1, note="Agreed with sales for the first "
            "call."),
    Promise(department="finance", text="One form for price approvals, with what is missing marked red",
            measurable="fin_returned", effect="-4", unit="percent", age=27, due=-9, owner=2),
    Promise(department="finance", text="Price list for renewals without approval", measurable="fin_overdue", age=58,
            due=3, moved_from=17, owner=3),
    Promise(department="service", text="Night line for hospital customers", measurable="ser_answer", age=210, due=160,
            closed=158, owner=0, note="Two colleagues volunteered; reviewed after half a year."),
    Promise(department="service", text="Write to customers whose delivery slipped before they write to us",
            measurable="ser_nps", effect="3", unit="points", age=36, due=None, owner=1),
    Promise(department="service", text="Tickets over a week go through the morning round", measurable="ser_tickets",
            effect="-6", unit="tickets", age=88, due=62, closed=62, owner=2, note="The round takes eleven minutes."),
    Promise(department="service", text="Chat on the website at weekends", measurable="ser_queue", age=130, due=104,
            closed=101, dropped=True, note="Nobody asked for it in the interviews."),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Concern:
    """One issue: raised so many days ago, solved with a note, or still on the list."""

    department: str
    text: str
    raised: int
    measurable: str = ""
    subject: str = ""
    solved: int | None = None
    note: str = ""


CONCERNS = (
    Concern(department="legal", text="Half of the reviewers are gone and nobody takes over their English contracts",
            measurable="leg_reviewers", raised=80),
    Concern(department="legal", text="Requests come without the customer's terms", measurable="leg_queue", raised=57,
            solved=27, note="Sales sends them along; see its commitment."),
    Concern(department="production", text="Suppliers of optical parts are late every second week",
            measurable="pro_parts", raised=71),
    Concern(department="production", text="We learn of large orders when the contract is signed",
            subject="cell:new:contract:production", raised=15),
    Concern(department="sales", text="Customers ask for a delivery week we cannot name", raised=44,
            subject="cell:new:contract:production"),
    Concern(department="finance", text="Approvals wait for one person in the holidays", measurable="fin_overdue",
            raised=125, solved=98, note="Two deputies may approve up to EUR 100 k."),
    Concern(department="service", text="Complaints about late deliveries come to us and we know nothing",
            measurable="ser_tickets", raised=29),
    Concern(department="marketing", text="Trade fair leads arrive in one heap two weeks later", measurable="mkt_wait",
            raised=190, solved=170, note="Entered at the stand since then."),
)  # fmt: skip

REPLIES = {
    "marketing": (("More leads than a year ago and fewer lost as a poor fit. We know the small segment still brings "
                   "requests nobody can serve; the profile work with sales is about that.",),
                  ("Leads are above goal. The spend stayed where it was planned.",)),
    "sales": (("Conversion of what reached us is what it was last year. Deals we won in principle then waited for a "
               "contract or a delivery week, and some did not wait.",),
              ("Nothing in the way we sell has changed. What we can do is ask for slots and send terms earlier, and "
               "we have committed to both.",)),
    "legal": (("Three of six reviewers left within five weeks. Reviews take twice as long because half the people do "
               "the same work.",
               "Three of six reviewers left within five weeks, and the posts were frozen until the end of the quarter. "
               "Reviews take twice as long because half the people do the same work. An outside firm starts next "
               "month; I accept the figure."),
              ("The outside firm has started. Contracts that came in before it are still in the queue.",
               "The outside firm has started and the waits are falling. Contracts that came in before it are still in "
               "the queue, so this quarter's share will stay negative; small contracts on our own terms go without "
               "review from this week on.")),
    "finance": (("Checks were on time. Two large approvals waited for me over the holidays; there are deputies now.",),
                ("Nothing unusual this quarter.",)),
    "production": (("Optical parts came late in most weeks and the line ran over its limit. We gave slots as they "
                    "were free, not by what was at stake.",
                    "Optical parts came late in most weeks and the line ran over its limit. We gave slots as they "
                    "were free, not by what was at stake; that was wrong, and two slots a week are now kept for large "
                    "deals. Of the losses on delivery date, some were asked for when the contract was already signed."),
                   ("The second supplier is being tested. Until it delivers, waits will not fall much.",
                    "The second supplier passed its tests, later than I promised. Until it delivers in quantity, "
                    "waits will not fall much. The kept slots work.")),
    "service": (("Our own figures hold. Most complaints this quarter were about delivery weeks.",),
                ("As last quarter.",)),
}  # fmt: skip
"""By department: versions for the last full quarter, versions for the running one."""


@dataclass(frozen=True, kw_only=True)
class DemoThread:
    """One thread: who says what how many days ago; the first line begins it. `{last}` and `{running}` are quarters."""

    subject: str
    lines: tuple[tuple[str, int, str], ...]
    resolved_by: str = ""


THREADS = (
    DemoThread(subject="share:legal:{running}", lines=(
        ("ceo", 9, "@legal how many of the old contracts are still in the queue, and when are they through?"),
        ("legal", 8, "Eleven from before the outside firm started. Two weeks, if nobody falls ill."),
        ("sales", 8, "@ceo four of the eleven are over EUR 50 k; we have told @legal which ones go first."))),
    DemoThread(subject="share:legal:{last}", resolved_by="legal", lines=(
        ("analyst", 40, "@legal is the wait counted from the request or from when the terms were complete?"),
        ("legal", 39, "From the request. About a fifth came without terms; sales sends them along now."))),
    DemoThread(subject="share:production:{running}", lines=(
        ("ceo", 6, "@production the kept slots help large deals. What happens to the small ones meanwhile?"),
        ("production", 5, "They wait about a day longer. It shows in the numbers but not in lost deals so far."))),
    DemoThread(subject="share:sales:{last}", resolved_by="ceo", lines=(
        ("sales", 45, "@analyst is the interval so wide because of the three very large deals?"),
        ("analyst", 44, "Yes. Without any one of them it moves by about a third; that is what the interval says."))),
    DemoThread(subject="measurable:leg_wait", lines=(
        ("legal", 4, "The last two weeks are the outside firm. @analyst please do not read a trend into it yet."),)),
    DemoThread(subject="measurable:pro_parts", resolved_by="production", lines=(
        ("ceo", 30, "@production is this one supplier or several?"),
        ("production", 29, "One, for the optical parts. The others are as they were."))),
    DemoThread(subject="forecast:{running}", lines=(
        ("ceo", 2, "@analyst how much of the gap comes from deals that only wait for a contract?"),)),
    DemoThread(subject="cell:new:contract:production", lines=(
        ("sales", 16, "Five deals here were asked for a slot after signing. @production we change the order, see our "
         "commitment."),)),
)  # fmt: skip

BEFORE, SINCE = 0, 1
MEANS = {
    "marketing": (3.3, 3.7), "sales": (3.7, 3.7), "legal": (4.0, 2.3), "finance": (3.5, 3.4),
    "production": (3.8, 2.5), "service": (4.1, 3.9),
}  # fmt: skip
"""What the others think of a department's support, on average, before and since the trouble."""

SENTENCES = {
    "marketing": (("Leads without a telephone number cost us an hour each.", "The trade fair list was late."),
                  ("Profiles of the buyers are much better than last year.", "Good stories to send to customers.")),
    "sales": (("Clear requests, mostly on time.", "Sometimes everything is urgent."),
              ("Requests come without the papers.", "They ask early now, that helps.", "Everything is urgent again.")),
    "legal": (("Quick and precise.", "I always know whom to ask.", "Explains what we may promise."),
              ("Ten days for a standard contract.", "Nobody knows when the contract comes back.",
               "They do what they can with three people.", "I had to ask four times.")),
    "finance": (("Approvals take a day, fine.", "Friendly, but sends everything back once."),
                ("Credit checks are quick now.", "The form comes back for one missing number.")),
    "production": (("The delivery week they name is the week it comes.", "Tells us early when parts are missing."),
                   ("No delivery week for three weeks.", "We hear of delays from the customer.",
                    "The kept slots are a good idea.", "Says yes to everything and delivers later.")),
    "service": (("Always reachable.", "Knows the customers better than we do."),
                ("Calm with angry customers.", "Warned us of two customers who wanted to leave.")),
}  # fmt: skip
