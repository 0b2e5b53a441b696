"""How many workers a cluster has room for."""

from __future__ import annotations

from typing import Any

from rag.errors import ClusterError
from rag.text import count

_MAX_WAIT = 60.0  # seconds for which there may be no room


def for_workers() -> tuple[dict[str, Any], int]:
    """What each worker takes, as arguments of Ray's, and how many the cluster could have: one per GPU if it has any.

    Else it is one per CPU, on one thread each, which embeds more than fewer workers on many threads do. Raises
    ClusterError if not even one worker finds room.
    """
    gpus, cpus = _total("GPU"), _total("CPU")
    needed = {"CPU": 1.0, "GPU": 1.0} if gpus else {"CPU": 1.0}
    if not _has_room(needed):
        wanted = "a GPU and a CPU of one machine" if gpus else "a CPU"
        raise ClusterError(
            f"No worker has found room within a minute: it takes {wanted}, and the {count(gpus, 'GPU')} and "
            f"{count(cpus, 'CPU')} of the cluster are in use by others, or elsewhere. See by what: ray status. Then "
            "repeat the command, or run it without --ray."
        )
    # Counted again: a cluster that had no machine yet has grown until one found room.
    return ({"num_gpus": 1, "num_cpus": 1}, _total("GPU")) if gpus else ({"num_cpus": 1}, _total("CPU"))


def _total(resource: str) -> int:
    """How many the cluster has of a "CPU" or "GPU", in use or not."""
    import ray

    total: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call] # untyped in the library
    return int(total.get(resource, 0))


def _has_room(needed: dict[str, float]) -> bool:
    """Whether some machine has what is `needed`, now or soon; a cluster that can grow may do so."""
    from ray.util.placement_group import placement_group, remove_placement_group

    place = placement_group([needed])
    try:
        return bool(place.wait(_MAX_WAIT))
    finally:
        remove_placement_group(place)
