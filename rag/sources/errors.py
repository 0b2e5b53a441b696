"""What stops a reader in the middle of a file, or before its start."""

from __future__ import annotations


class UnreadableError(Exception):
    """Why the rest of a file, from `line` on, cannot be read; line 0 means the whole file."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.line = line
