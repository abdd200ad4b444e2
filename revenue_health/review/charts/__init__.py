"""Figures of the executive pages."""
