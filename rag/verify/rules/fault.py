"""What is wrong with a written sentence."""

from __future__ import annotations

from typing import NamedTuple


class Fault(NamedTuple):
    """A kind of fault, the reason in words, and whether it `refutes`: contradicts the source, not merely leaves it."""

    kind: str
    reason: str
    refutes: bool = False
