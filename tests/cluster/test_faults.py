"""What Ray raises becomes one line that names the cause, however long Ray's own account of it is."""

from __future__ import annotations

import pytest

from rag.cluster import faults
from rag.errors import ClusterError
from tests.cluster import nodes

TRACE = """
    for block in block_iter:
  File "ray/data/_internal/util.py", line 1707, in iterate_with_retry
    raise e
_pickle.UnpicklingError: unpickling stack underflow
Failed to apply UDF transform after 1/1 attempts (total backoff 0.0s).
To change retry attempts, configure `ray.data.DataContext.get_current()`: see there."""
UNIMPORTED = """  At least one of the input arguments for this task could not be computed:
ray.exceptions.RaySystemError: System error: No module named 'rag.cluster'
traceback: Traceback (most recent call last):
          ^^^^^^^^^^^^^^^^^^^^^^^^^
ModuleNotFoundError: No module named 'rag.cluster'"""


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ray reads it when it is imported, which may be here, and starts nodes by it elsewhere."""
    for name, value in nodes.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (TRACE, "_pickle.UnpicklingError: unpickling stack underflow"),
        (UNIMPORTED, "rag is not installed on a worker, or another version; "),
        ("", "The actor died unexpectedly before finishing this task"),
    ],
    ids=["raised by a worker", "not installed", "not raised by anybody"],
)
def test_the_cause_is_named(text: str, reason: str) -> None:
    from ray.exceptions import ActorDiedError, RayTaskError

    with pytest.raises(ClusterError) as raised, faults.told("while files were read"):
        raise RayTaskError("read_file", text, ValueError()) if text else ActorDiedError()
    said = str(raised.value)
    assert said.startswith(f"Ray failed while files were read: {reason}")
    assert said.endswith("What was embedded is kept: repeat the command, with or without --ray.")
    assert "\n" not in said


def test_what_ray_raises_without_a_type_of_its_own_is_told_too() -> None:
    import ray

    with pytest.raises(ClusterError, match="Ray failed while files were read: "), faults.told("while files were read"):
        ray.get("no reference")


def test_other_errors_are_left_alone() -> None:
    with pytest.raises(ZeroDivisionError), faults.told("while files were read"):
        raise ZeroDivisionError
