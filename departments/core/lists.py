"""Names in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from departments.translation import gettext as _


def listed(names: Sequence[str]) -> str:
    """`A`, `A and B`, `A, B and C`; empty without names."""
    if len(names) < 2:
        return "".join(names)
    return _("{names} and {last}").format(names=", ".join(names[:-1]), last=names[-1])
