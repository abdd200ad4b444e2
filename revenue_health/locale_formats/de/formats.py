"""Numbers as programs read them: coordinates of drawings and values of forms are printed by Django, figures are not.

Figures and days for people are written by departments/formats.py and departments/day_formats.py.
"""

from __future__ import annotations

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 0
DATE_INPUT_FORMATS = ["%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y"]
