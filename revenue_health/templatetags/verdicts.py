"""What verdicts are called and how sure they are, in templates: `{{ "contributes"|verdict_word }}`."""

from __future__ import annotations

from django import template

from departments.core.stored_texts import in_language
from revenue_health.contribution.selectors.comparison.sentences import past_sentence
from revenue_health.contribution.verdict_words import verdict_word

register = template.Library()
_STORED = "Not named: "
"""How a sentence with a stored reason begins, in English as the reason; the others of a headline are the reader's."""


@register.filter
def headline_sentence(sentence: str) -> str:
    """A smaller sentence of a headline in the reader's language. What is that already is left alone: read as a stored
    one, 1.245 of a German sentence would become 1,245."""
    return in_language(sentence) if sentence.startswith(_STORED) else sentence


register.filter("verdict_word", verdict_word)
register.filter("past_sentence", past_sentence)
