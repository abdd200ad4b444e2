"""Custody and flows in plain Python, slowly, written from the rules: what the fast core is compared with.

One opportunity at a time, one event after the other; who holds a deal is asked instant by instant. Nothing is shared
with pipeline.core but the rules' numbers (age bins).
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

BINS = [d * 86_400 for d in (0, 1, 2, 3, 4, 6, 8, 10, 13, 16, 20, 25, 30, 40, 50, 70)] + [10**15]


@dataclass
class Visit:
    stage: int
    entered: int
    amount_in: int
    begun: str
    first: bool
    left: int | None = None
    how: str = "open"
    to_stage: int | None = None
    amount: int = 0
    cause: int | None = None
    changes: list = field(default_factory=list)  # (at, new amount)
    holds: list = field(default_factory=list)  # [department, from, to]


class Deal:
    """One opportunity's life, walked event by event."""

    def __init__(self, opportunity, events, handoffs, stages, as_of):
        self.row, self.stages, self.as_of = opportunity, {s["stage"]: s for s in stages}, as_of
        self.handoffs = [h for h in handoffs if h["opportunity"] == opportunity["opportunity"]]
        self.visits: list[Visit] = []
        self.state = "new"
        mine = [e for e in events if e["opportunity"] == opportunity["opportunity"]]
        for event in sorted(mine, key=lambda e: (e["at_us"], e["sequence"])):
            if event["at_us"] // 10**6 <= as_of:
                self.how_it_left = "withdrawn" if event.get("withdrawn") else "lost"
                self.happen(event["at_us"] // 10**6, event["stage"], event["amount"], event["cause"])
        for visit in self.visits:
            visit.holds = self.holds(visit)

    def ladder(self, pipeline):
        mine = [s for s in self.stages.values() if s["pipeline"] == pipeline]
        return sorted(mine, key=lambda s: s["position"])

    def pipeline(self, stage):
        return self.stages[stage]["pipeline"]

    def finishing(self, stage):
        ladder = self.ladder(self.pipeline(stage))
        return stage == ladder[-1]["stage"] and any(s["earns"] for s in ladder)

    def earned(self, stage):
        ladder = self.ladder(self.pipeline(stage))
        return any(s["earns"] for s in ladder[: [s["stage"] for s in ladder].index(stage) + 1])

    def begin(self, at, stage, amount, begun):
        first = all(v.stage != stage for v in self.visits)
        self.visits.append(Visit(stage, at, amount, begun, first, amount=amount))
        self.state = "in"

    def revalue(self, at, amount):
        if amount != self.visits[-1].amount:
            self.visits[-1].changes.append((at, self.visits[-1].amount, amount))
            self.visits[-1].amount = amount

    def end(self, at, how, to_stage=None, cause=None):
        visit = self.visits[-1]
        visit.left, visit.how, visit.to_stage, visit.cause = at, how, to_stage, cause
        self.state = how

    def happen(self, at, stage, amount, cause):
        if stage is None:
            self.lose(at, amount, cause)
            return
        now = self.visits[-1].amount if self.visits else 0
        amount = now if amount is None else amount
        if self.state == "new":
            self.begin(at, stage, amount, "entered")
        elif self.state in ("lost", "withdrawn"):
            self.begin(at, stage, amount, "reopened")
        elif self.state == "finished":
            if stage == self.visits[-1].stage and amount == now:
                return
            if amount != now:  # revalued where it had finished, before it goes anywhere
                self.begin(at, self.visits[-1].stage, now, "back")
                self.revalue(at, amount)
            if stage != self.visits[-1].stage:
                if self.visits[-1].how == "open":
                    self.end(at, "finished")
                if self.pipeline(stage) == self.pipeline(self.visits[-1].stage):
                    self.begin(at, stage, amount, "back")
                else:  # on the books of the pipeline it had finished in, for no time
                    self.begin(at, self.visits[-1].stage, amount, "back")
                    self.move(at, stage, amount)
        elif stage == self.visits[-1].stage:
            self.revalue(at, amount)
        else:
            self.move(at, stage, amount)
        if self.finishing(stage):
            self.end(at, "finished")

    def move(self, at, stage, amount):
        self.revalue(at, amount)
        here, there = self.stages[self.visits[-1].stage], self.stages[stage]
        if here["pipeline"] != there["pipeline"]:
            self.end(at, "pipeline_out", to_stage=stage)
            self.begin(at, stage, amount, "pipeline_in")
            return
        won = self.earned(stage) and not self.earned(self.visits[-1].stage)
        how = "returned" if there["position"] < here["position"] else "won" if won else "advanced"
        self.end(at, how, to_stage=stage)
        self.begin(at, stage, amount, "moved")

    def lose(self, at, amount, cause):
        if self.state in ("lost", "withdrawn"):
            return
        if self.state == "new":
            self.begin(at, self.ladder(self.row["pipeline"])[0]["stage"], amount or 0, "entered")
        if self.state == "finished":
            self.begin(at, self.visits[-1].stage, self.visits[-1].amount, "back")
        if amount:
            self.revalue(at, amount)
        self.end(at, self.how_it_left, cause=cause)

    def owner(self, stage, instant):
        later = [o["owner"] for o in self.stages[stage].get("later_owners") or [] if o["since"] <= instant]
        return later[-1] if later else self.stages[stage]["owner"]

    def holder(self, visit, instant):
        open_now = self.asked(instant)
        return min(open_now)[2] if open_now else self.owner(visit.stage, instant)

    def asked(self, instant):
        open_now = []
        for handoff in self.handoffs:
            done = handoff["completed_us"]
            done = None if done is None or done // 10**6 > self.as_of else done // 10**6
            if handoff["requested_us"] // 10**6 <= instant and (done is None or instant < done):
                open_now.append((handoff["requested_us"], handoff["handoff"], handoff["department"]))
        return open_now

    def holds(self, visit):
        if visit.left == visit.entered:
            return [[self.holder(visit, visit.entered), visit.entered, visit.entered]]
        end = self.as_of + 1 if visit.left is None else visit.left
        instants = {visit.entered}
        for handoff in self.handoffs:
            for us in (handoff["requested_us"], handoff["completed_us"]):
                if us is not None and visit.entered < us // 10**6 < end:
                    instants.add(us // 10**6)
        later = self.stages[visit.stage].get("later_owners") or []
        instants |= {owner["since"] for owner in later if visit.entered < owner["since"] < end}
        holds = []
        for instant in sorted(instants):
            department = self.holder(visit, instant)
            if not holds or holds[-1][0] != department:
                if holds:
                    holds[-1][2] = instant
                holds.append([department, instant, visit.left])
        return holds

    def worker(self, visit, instant):
        """Who had the deal until `instant` (at the visit's first instant: who has it then)."""
        return [h for h in visit.holds if h[1] < instant or h is visit.holds[0]][-1][0]

    def amount_at(self, visit, instant):
        return next((new for at, _, new in reversed(visit.changes) if at <= instant), visit.amount_in)

    def visit_rows(self):
        key = self.row["opportunity"]
        return [
            (
                key,
                self.pipeline(v.stage),
                v.stage,
                n,
                v.entered,
                v.left,
                v.how,
                v.to_stage,
                v.amount_in,
                v.amount,
                v.first,
            )
            for n, v in enumerate(self.visits)
        ]

    def move_rows(self):
        rows = []
        for n, v in enumerate(self.visits):
            if v.begun == "entered":
                rows.append((v.entered, "entered", None, v.stage, self.row["source_department"], v.amount_in, False))
            elif v.begun in ("reopened", "back", "pipeline_in"):
                before = None if v.begun == "reopened" else self.visits[n - 1].stage
                kind = v.begun if v.begun == "pipeline_in" else "reopened"
                rows.append((v.entered, kind, before, v.stage, None, v.amount_in, False))
            rows += [(at, "revalued", v.stage, None, self.worker(v, at), b - a, False) for at, a, b in v.changes]
            if v.how != "open":
                who, assumed = v.holds[-1][0], v.how == "lost" and v.cause is None
                who = v.cause if v.how == "lost" and not assumed else who
                who = None if v.how in ("withdrawn", "pipeline_out") else who
                rows.append((v.left, v.how, v.stage, v.to_stage, who, v.amount, assumed))
        places = [row[3] if row[1] in ("entered", "reopened", "pipeline_in") else row[2] for row in rows]
        key = self.row["opportunity"]
        return [(key, self.pipeline(place), *row) for place, row in zip(places, rows, strict=True)]

    def hold_rows(self):
        rows = []
        for n, v in enumerate(self.visits):
            for number, (department, start, end) in enumerate(v.holds):
                last = number == len(v.holds) - 1
                inner = sorted({at for at, _, _ in v.changes if start < at and (end is None or at < end)})
                for a, b in zip([start, *inner], [*inner, end], strict=True):
                    amount = self.amount_at(v, a)
                    final = b == end
                    out = v.amount if final and last else self.amount_at(v, b)
                    fate = self.fate(n, number) if final else ("piece", None, None)
                    key = (self.row["opportunity"], self.pipeline(v.stage), v.stage, n, number)
                    rows.append((*key, department, start, a, b, amount, out, *fate))
        return rows

    def fate(self, n, number):
        visit = self.visits[n]
        if number < len(visit.holds) - 1:
            ends = visit.holds[number][2]
            if not self.asked(ends) and not self.asked(ends - 1):  # nobody was asked: the stage got another owner
                return ("piece", None, None)
            return ("handed_on", visit.stage, visit.holds[number + 1][0])
        if visit.to_stage is not None and visit.how != "pipeline_out":
            return ("handed_on", visit.to_stage, self.visits[n + 1].holds[0][0])
        return (visit.how, visit.to_stage, None)


def reference_flows(deals, weeks, as_of):
    """Flows as {key: [amount, count, amount_seconds, deal_seconds]}, key as in FLOWS_SCHEMA."""
    sums = defaultdict(Counter)
    for deal in deals:
        segment = deal.row["segment"]
        for _, pipeline, at, kind, before, after, who, amount, _ in deal.move_rows():
            stage, to = (after, None) if kind in ("entered", "reopened", "pipeline_in") else (before, after)
            key = (week_of(weeks, at), pipeline, segment, stage, kind, who, to, None, None)
            sums[key].update(amount=amount, count=1)
        for v in deal.visits:
            if v.first:
                key = (week_of(weeks, v.entered), deal.pipeline(v.stage), segment, v.stage, "reached", *[None] * 4)
                sums[key].update(amount=v.amount_in, count=1)
        for row in deal.hold_rows():
            _add_hold(sums, row, segment, weeks, as_of)
    return {key: value for key, value in sums.items() if any(value.values()) or key[4] != "opening"}


def _add_hold(sums, row, segment, weeks, as_of):
    _, pipeline, stage, _, _, who, born, start, end, amount, out, ended, to_stage, to_department = row
    place = (pipeline, segment, stage)
    stop = as_of if end is None else end
    cuts = sorted({start, stop} | {t for t in [*[w[1] for w in weeks], *[born + b for b in BINS]] if start < t < stop})
    for a, b in pairwise(cuts):
        age = max(k for k, edge in enumerate(BINS) if edge <= a - born)
        key = (week_of(weeks, a), *place, "held", who, None, None, age)
        sums[key].update(amount_seconds=amount * (b - a), deal_seconds=b - a)
    if ended == "handed_on":
        age = max(k for k, edge in enumerate(BINS) if edge <= max(end - born - 1, 0))
        sums[(week_of(weeks, end), *place, "handed_on", who, to_stage, to_department, age)].update(amount=out, count=1)
    for number, (monday, begins) in enumerate(weeks):
        here = end is None if number == len(weeks) - 1 else start < begins and (end is None or end >= begins)
        if here:
            sums[(monday, *place, "opening", who, None, None, None)].update(amount=amount, count=1)


def week_of(weeks, instant):
    """The Monday of the week that contains the instant; `weeks` are (Monday, start)."""
    return max((w for w in weeks if w[1] <= instant), key=lambda w: w[1])[0]
