"""Loops that NumPy cannot say, compiled to machine code on their first call and kept on disk for the next process.

Only the innermost arithmetic lives in such functions: they take arrays, know nothing else, and raise nothing.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import numba

_MATH = {"nsz", "contract"}
"""A product and a sum may be one instruction. Sums keep their order: the same input gives the same figure."""


def machine_code_folder(sources: Path) -> Path:
    """Where the machine code of these sources is kept: in NUMBA_CACHE_DIR, else beside them.

    numba notices a change of the file a function stands in, not of another one it calls or takes a constant from. So
    each state of the sources has a folder of its own: old code is never run for new text.
    """
    state = hashlib.sha256()
    for file in sorted(sources.rglob("*.py")):
        state.update(file.read_bytes())
    base = os.environ.get("NUMBA_CACHE_DIR") or sources / "__pycache__"
    return Path(base) / f"compiled-{state.hexdigest()[:16]}"


numba.config.CACHE_DIR = str(machine_code_folder(Path(__file__).parents[1]))


def compiled[**P, T](function: Callable[P, T]) -> Callable[P, T]:
    """The function as machine code, other threads going on beside it. Where no folder can be written to, every process
    compiles it anew."""
    how = {"nogil": True, "fastmath": _MATH, "error_model": "numpy"}
    try:
        machine_code = numba.njit(function, cache=True, **how)
    except RuntimeError:
        machine_code = numba.njit(function, **how)
    return machine_code  # type: ignore[no-any-return]  # numba tells no types
