"""Doubts about the records: causes, hand-offs and whole stages that are written down otherwise than before."""
