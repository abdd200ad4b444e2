"""Texts that a spreadsheet would run, for every test of a file that leaves the product."""

from __future__ import annotations

FORMULAS = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\tx", "\rx", "\nx", " =1+1", "\u00a0=1", "  \t=1", "\u200b=1", "\ufeff=1",
    "＝1+1", "＋1", "－x", "＠x", "﹦1", "-", "=", "-legal", '=HYPERLINK("http://evil.example","x")',
    "-1+cmd|' /C calc'!A0",
    "'=1", "''=1",
]  # fmt: skip
