"""How often each batch was begun, so that one that ends its workers is not tried forever."""

from __future__ import annotations

from collections import Counter

MAX_BATCH_TRIES = 4  # of a batch whose workers die; machines that come and go end a few


class Tries:
    """An actor beside the driver, which every worker tells what it begins."""

    def __init__(self) -> None:
        self._begun: Counter[int] = Counter()
        self._suspects: dict[int, int] = {}

    def begin(self, batch: int) -> int:
        """Counts a try of this batch; returns how many have begun since one has ended."""
        self._begun[batch] += 1
        return self._begun[batch]

    def end(self, batch: int) -> None:
        """Notes that a try of this batch has ended well."""
        del self._begun[batch]

    def suspect(self, batch: int, paper: int) -> None:
        """Notes which paper of the batch its worker goes on to."""
        self._suspects[batch] = paper

    def suspected(self, batch: int) -> int:
        """The paper of the batch that its last worker went on to; -1 if that is not known."""
        return self._suspects.get(batch, -1)
