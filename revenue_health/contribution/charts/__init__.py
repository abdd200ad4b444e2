"""Drawings of the contribution pages."""
