"""Steps of a start or a building, as a person at a terminal sees them."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from revenue_health.embedded.supervisor import say


@dataclass
class Steps:
    """Runs named steps one after another and says what each took; `seconds` keeps the figures."""

    seconds: dict[str, float] = field(default_factory=dict)
    _begun: float = field(default_factory=time.monotonic)

    @contextlib.contextmanager
    def step(self, name: str, text: str) -> Iterator[None]:
        say(f"{text} ...")
        begun = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - begun, 2)
        say(f"  {self.seconds[name]:.1f} s")

    def total(self) -> float:
        return round(time.monotonic() - self._begun, 2)
