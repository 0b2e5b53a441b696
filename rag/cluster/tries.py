"""How often each batch, or file, was begun, so that one that ends its workers is not tried forever."""

from __future__ import annotations

from collections import Counter
from typing import Any

MAX_WORKERS_ENDED = 4  # by one batch or file; machines that come and go end a few


def beside_driver() -> Any:
    """The actor `Tries` in a process of this machine, which no batch ends."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    return ray.remote(Tries).options(num_cpus=0, scheduling_strategy=here).remote()


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
