"""Loops that NumPy cannot say, compiled to machine code on their first call and kept on disk for the next process.

Only the innermost arithmetic lives in such functions: they take arrays, know nothing else, and raise nothing.
"""

from collections.abc import Callable

from numba import njit

_MATH = {"nsz", "contract"}
"""A product and a sum may be one instruction. Sums keep their order: the same input gives the same figure."""


def compiled[**P, T](function: Callable[P, T]) -> Callable[P, T]:
    """The function as machine code. Where no folder can be written to, every process compiles it anew."""
    try:
        made = njit(function, cache=True, fastmath=_MATH, error_model="numpy")
    except RuntimeError:
        made = njit(function, fastmath=_MATH, error_model="numpy")
    return made  # type: ignore[no-any-return]
