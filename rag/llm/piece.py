"""A piece of a reply."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a streamed reply: one of both is not empty."""

    text: str = ""
    thinking: str = ""
