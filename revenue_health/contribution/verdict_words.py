"""What verdicts are called: the owner's words, or the milder ones that a company chose in its settings.

A verdict is a value wherever something is computed, stored or written as JSON; its word is chosen where a sentence or
a table is written. Whoever writes says in whose words: a page in the company's (middleware), a document or a command
by `using_verdict_words`. Without either it is the owner's words.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from departments.models import Company
from revenue_health.contribution.core.ledger import NOT_A_DEPARTMENT, Step
from revenue_health.contribution.core.verdict import Verdict

OWNERS, MILDER = Company.VerdictWords.CONTRIBUTES, Company.VerdictWords.ADDED
_MILDER = {Verdict.CONTRIBUTES: gettext_noop("added"), Verdict.CONTAMINATES: gettext_noop("cost us")}
_VERBS = {
    OWNERS: {
        Verdict.CONTAMINATES: (gettext_noop("contaminates"), gettext_noop("contaminate")),
        Verdict.CONTRIBUTES: (gettext_noop("contributes"), gettext_noop("contribute")),
    },
    MILDER: {
        Verdict.CONTAMINATES: (gettext_noop("cost us revenue"),) * 2,
        Verdict.CONTRIBUTES: (gettext_noop("added revenue"),) * 2,
    },
}
_VALUES = (
    gettext_noop("cannot tell"), gettext_noop("not judged"),
    gettext_noop("accepted"), gettext_noop("working"), gettext_noop("fixed"), gettext_noop("declined"),
    gettext_noop("recovered"), gettext_noop("waiting"), gettext_noop("losses"), gettext_noop("value"),
    gettext_noop("demand"), gettext_noop("holding"), gettext_noop("leaking"), gettext_noop("limited"),
    gettext_noop("Market"), gettext_noop("Strategy"),
)  # fmt: skip
"""Stored values that pages print as words."""
_words: ContextVar[Company.VerdictWords] = ContextVar("words_of_verdicts", default=OWNERS)


@contextmanager
def using_verdict_words(wording: str) -> Iterator[None]:
    """Write verdicts in the words that a company has chosen (`Company.verdict_words`)."""
    before = _words.set(Company.VerdictWords(wording))
    try:
        yield
    finally:
        _words.reset(before)


def verdict_words() -> Company.VerdictWords:
    """The active words: anything cached as sentences needs them in its key."""
    return _words.get()


def are_milder() -> bool:
    """Whether verdicts are told in the past tense and with their object: `Legal cost us EUR 0.7 M`."""
    return _words.get() is MILDER


def verdict_word(verdict: str) -> str:
    """A verdict, or its value, as a table says it; what is no verdict has one name."""
    value = Verdict(verdict)
    return _(_MILDER.get(value, value.value) if are_milder() else value.value)


def page_word(verdict: Verdict) -> str:
    """The verdict as pages and slides say it: what a reader cannot be told is unclear."""
    return _("unclear") if verdict is Verdict.CANNOT_TELL else verdict_word(verdict)


def step_word(step: Step) -> str:
    """The verdict of a step of the ledger, the same on every page. Who is beyond zero and stopped by a gate is told
    apart from those of whom nothing is seen."""
    if step.is_stopped:
        return _("not named")
    return _(NOT_A_DEPARTMENT) if step.nobodys or step.verdict is None else page_word(step.verdict)


def verb(verdict: Verdict, *, several: bool) -> str:
    """What one department did, or several: `contaminates`, `contaminate`; in milder words `cost us revenue`."""
    return _(_VERBS[_words.get()][verdict][several])
