"""What verdicts are called and how sure they are, in templates: `{{ "contributes"|verdict_word }}`."""

from __future__ import annotations

from django import template

from revenue_health.contribution.selectors.comparison.sentences import past_sentence
from revenue_health.contribution.verdict_words import verdict_word

register = template.Library()
register.filter("verdict_word", verdict_word)
register.filter("past_sentence", past_sentence)
