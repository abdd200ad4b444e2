"""The sentences of pages are those of packs and commands: see selectors.words."""

from revenue_health.contribution.selectors.words import MARKS, headline, listed, minor, verdict_sentence, verdicts

__all__ = ["MARKS", "headline", "listed", "minor", "verdict_sentence", "verdicts"]
