"""What people of the demo company say: commitments, issues, comments, replies, and months of pulse answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from django.db import transaction

from departments.discussion.services.comments import comment_add, comment_resolve
from departments.discussion.services.demo_texts import (
    BEFORE,
    CONCERNS,
    MEANS,
    PROMISES,
    REPLIES,
    SENTENCES,
    SINCE,
    STAFF,
    THREADS,
    Concern,
    DemoThread,
    Promise,
)
from departments.discussion.services.replies import reply_add
from departments.models import (
    Comment,
    Commitment,
    Department,
    Issue,
    Measurable,
    Membership,
    PulseAnswer,
    User,
    current_company,
)
from departments.periods import Period, monday_of
from departments.subjects import share_subject, subject_of

FRIDAY = 4
PULSE_MONTHS = 9
ANSWERING = {"sales": 0.75}
"""Which part of a department answers the pulse; in the small ones everybody does."""
WRITING = 0.35
MAIL_DOMAIN = "brightwater.example"


@dataclass(frozen=True, kw_only=True)
class _Clock:
    """The demo's last day, from which everything is counted back, in the company's time."""

    as_of: date
    zone: ZoneInfo

    def day(self, days: int) -> date:
        return self.as_of - timedelta(days=days)

    def at(self, days: int, hour: int) -> datetime:
        return self.of(self.day(days), hour)

    def of(self, day: date, hour: int) -> datetime:
        return datetime.combine(day, time(hour), tzinfo=self.zone)


@transaction.atomic
def demo_discussion_create(*, as_of: date, seed: int) -> None:
    """Create all discussion of the demo company up to its last day. The same day and seed give the same result."""
    if Commitment.objects.exists() or Comment.objects.exists():
        return
    company = current_company()
    clock = _Clock(as_of=as_of, zone=company.zone)
    calendar = company.fiscal_calendar
    running = calendar.quarter_of(as_of)
    last = calendar.previous(running)
    people = _members()
    for promise in PROMISES:
        _create_commitment(promise, clock, people)
    for issue in CONCERNS:
        _create_issue(issue, clock, people)
    _create_replies(last, running, clock, people)
    for thread in THREADS:
        _create_thread(thread, {"last": last.label, "running": running.label}, clock, people)
    _create_pulse_answers(clock, last.start, seed)


def _members() -> dict[str, User]:
    """Everybody by user name; the people on the deals and hand-offs become members of their departments."""
    departments = Department.objects.in_bulk(field_name="key")
    for key, names in STAFF.items():
        if key not in departments:
            continue
        for name in names:
            first, last = name.split(" ")
            user, created = User.objects.get_or_create(
                username=f"{first}.{last}".lower(),
                defaults={
                    "first_name": first,
                    "last_name": last,
                    "email": f"{first}.{last}@{MAIL_DOMAIN}".lower(),
                    # Nobody signs in as one of them by a password.
                    "password": "!",
                },
            )
            if created:
                Membership.objects.create(user=user, role=Membership.Role.MEMBER, department=departments[key])
    return {user.username: user for user in User.objects.all()}


def _create_commitment(promise: Promise, clock: _Clock, people: dict[str, User]) -> None:
    department = Department.objects.filter(key=promise.department).first()
    if department is None:
        return
    head = people[promise.department]
    owner = head if promise.owner is None else people[_username(promise.department, promise.owner)]
    due = monday_of(clock.as_of) + timedelta(days=FRIDAY) if promise.due is None else clock.day(promise.due)
    closed = None if promise.closed is None else clock.at(promise.closed, 16)
    first = due if promise.moved_from is None else clock.day(promise.moved_from)
    Commitment.objects.create(
        text=promise.text,
        department=department,
        owner=owner,
        due=due,
        first_due=first,
        carried=0 if promise.moved_from is None else 1,
        measurable=Measurable.objects.filter(key=promise.measurable).first(),
        expected_effect=Decimal(promise.effect) if promise.effect else None,
        expected_unit=promise.unit,
        expected_from=promise.source,
        status="open" if closed is None else "dropped" if promise.dropped else "done",
        created_at=clock.at(promise.age, 9),
        created_by=head,
        closed_at=closed,
        closed_by=head if closed else None,
        closing_note=promise.note,
    )


def _create_issue(issue: Concern, clock: _Clock, people: dict[str, User]) -> None:
    department = Department.objects.filter(key=issue.department).first()
    if department is None:
        return
    head = people[issue.department]
    solved = None if issue.solved is None else clock.at(issue.solved, 11)
    Issue.objects.create(
        text=issue.text,
        department=department,
        measurable=Measurable.objects.filter(key=issue.measurable).first(),
        subject=issue.subject,
        status="open" if solved is None else "solved",
        created_at=clock.at(issue.raised, 10),
        created_by=head,
        solved_at=solved,
        solved_by=head if solved else None,
        solved_note=issue.note,
    )


def _create_replies(last: Period, running: Period, clock: _Clock, people: dict[str, User]) -> None:
    """Heads reply about the last quarter within weeks of its end, and about the running one these days."""
    after = max(1, (clock.as_of - last.end).days)
    for key, both in REPLIES.items():
        if key not in people:
            continue
        for period, versions, oldest in ((last, both[0], max(1, after - 8)), (running, both[1], min(12, after))):
            subject = subject_of(share_subject(key, period.label))
            for seen, text in enumerate(versions):
                days = max(0, oldest - 6 * seen)
                reply_add(subject=subject, text=text, author=people[key], seen=seen, now=clock.at(days, 9 + seen))


def _create_thread(thread: DemoThread, quarters: dict[str, str], clock: _Clock, people: dict[str, User]) -> None:
    subject = subject_of(thread.subject.format(**quarters))
    first: Comment | None = None
    commented_at = clock.at(0, 8)
    for number, (author, days, text) in enumerate(thread.lines):
        commented_at = clock.at(days, 9 + 2 * number)
        comment = comment_add(subject=subject, text=text, author=people[author], now=commented_at, parent=first).comment
        first = first or comment
    if thread.resolved_by and first is not None:
        comment_resolve(comment=first, user=people[thread.resolved_by], now=commented_at + timedelta(hours=3))


def _create_pulse_answers(clock: _Clock, worse_from: date, seed: int) -> None:
    random = Random(seed)  # noqa: S311  (a demo's scores are no secret)
    departments = Department.objects.in_bulk(field_name="key")
    raters = [
        (departments[key], list(User.objects.filter(memberships__department=departments[key]).order_by("pk")))
        for key in MEANS
        if key in departments
    ]
    answers: list[PulseAnswer] = []
    written: set[tuple[date, str, str]] = set()
    for month in _months(clock.as_of):
        for by, users in raters:
            for user in users:
                if random.random() < ANSWERING.get(by.key, 1.0):
                    when = SINCE if month >= worse_from else BEFORE
                    answers += _create_pulse_form(user, by, month, when, random, departments, clock, written)
    PulseAnswer.objects.bulk_create(answers)


def _create_pulse_form(
    user: User,
    by: Department,
    month: date,
    when: int,
    random: Random,
    departments: dict[str, Department],
    clock: _Clock,
    written: set[tuple[date, str, str]],
) -> list[PulseAnswer]:
    """One person's pulse form of one month; no two people of a department write the same sentence."""
    day = random.randint(2, 24)
    answers = []
    for key, means in MEANS.items():
        if key == by.key or key not in departments:
            continue
        score = min(5, max(1, round(random.gauss(means[when], 0.8))))
        left = [sentence for sentence in SENTENCES[key][when] if (month, by.key, sentence) not in written]
        sentence = random.choice(left) if left and random.random() < WRITING else ""
        written.add((month, by.key, sentence))
        answers.append(
            PulseAnswer(
                month=month,
                by_department=by,
                about_department=departments[key],
                user=user,
                score=score,
                sentence=sentence,
                at=clock.of(month + timedelta(days=day), 14),
            )
        )
    return answers


def _months(as_of: date) -> list[date]:
    """The months that are over, the oldest first; the running one is still to be filled in."""
    months = []
    month = as_of.replace(day=1)
    for _ in range(PULSE_MONTHS):
        month = (month - timedelta(days=1)).replace(day=1)
        months.append(month)
    return months[::-1]


def _username(department: str, number: int) -> str:
    return STAFF[department][number].replace(" ", ".").lower()
