"""How long-running work reports its progress."""

from __future__ import annotations

from collections.abc import Callable

# Called with the stage as one word ("reading"), the number of items done, and their total.
Progress = Callable[[str, int, int], None]


def silent(stage: str, done: int, total: int) -> None:
    """A `Progress` that reports nothing."""
