"""Loops that NumPy cannot say, compiled to machine code on their first call and kept on disk for the next process.

Only the innermost arithmetic lives in such functions: they take arrays, know nothing else, and raise nothing.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba

_MATH = {"nsz", "contract"}
"""A product and a sum may be one instruction. Sums keep their order: the same input gives the same figure."""
_HOW: dict[str, Any] = {"nogil": True, "fastmath": _MATH, "error_model": "numpy"}


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


def part[**P, T](function: Callable[P, T]) -> Callable[P, T]:
    """A function that only compiled ones call: it becomes a part of theirs, and nothing is made to call it from Python,
    which for many arrays takes longer to compile than the function itself."""
    how = {
        "nogil": True,
        "fastmath": _MATH,
        "error_model": "numpy",
        "no_cpython_wrapper": True,
        "no_cfunc_wrapper": True,
    }
    return numba.njit(function, **how)  # type: ignore[no-any-return]  # numba tells no types


def compiled[**P, T](function: Callable[P, T]) -> Callable[P, T]:
    """The function as machine code, other threads going on beside it. Where no folder can be written to, every process
    compiles it anew."""
    try:
        machine_code = numba.njit(function, **_HOW, cache=True)
    except RuntimeError:
        machine_code = numba.njit(function, **_HOW)
    return machine_code  # type: ignore[no-any-return]  # numba tells no types
