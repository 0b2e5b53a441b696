"""What Ray raises, told in one line."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from rag.errors import ClusterError
from rag.text import one_line

_WRAPPER = "ray.exceptions.UserCodeException"  # the last of a trace, and says nothing of the one before
_MAX_REASON = 300  # characters of what Ray says
KEPT = "What was embedded is kept: repeat the command, with or without --ray."


@contextmanager
def told(when: str) -> Iterator[None]:
    """Raises ClusterError for what Ray raises in the block; `when` says what was going on."""
    from ray.exceptions import RayError

    try:
        yield
    except Exception as fault:  # Ray also raises some without a type of its own
        if not isinstance(fault, RayError) and not _is_raised_by_ray(fault):
            raise
        raise ClusterError(f"Ray failed {when}: {_reason(fault)}. {KEPT}") from fault


def _is_raised_by_ray(fault: BaseException) -> bool:
    """Whether `fault` comes from Ray's own code, which raises plain exceptions too, such as where a cluster ends."""
    *_, (frame, _) = traceback.walk_tb(fault.__traceback__)
    return str(frame.f_globals.get("__name__")).startswith("ray.")


def _reason(fault: BaseException) -> str:
    """The cause in a line: what was raised on a worker, at the end of a stack trace, or else what Ray says first."""
    text = str(fault)
    if "No module named 'rag" in text:
        return "rag is not installed on a worker, or another version; install the same on each machine"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    raised = [line for line in lines if _names_exception(line)]
    raised = [line for line in raised if not line.startswith(_WRAPPER)] or raised
    said = [*raised[-1:], *lines[:1], type(fault).__name__][0]
    return one_line(said)[:_MAX_REASON].rstrip(".")


def _names_exception(line: str) -> bool:
    name = line.partition(":")[0]
    return name.endswith(("Error", "Exception")) and all(part.isidentifier() for part in name.split("."))
