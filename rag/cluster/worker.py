"""What runs on the machines of a cluster: reads a file, embeds a batch of papers, or says why it does not."""

from __future__ import annotations

import os
import pickle
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag import __version__
from rag.cluster.tries import MAX_WORKERS_ENDED
from rag.errors import ModelError
from rag.index.embedder import compressed
from rag.index.vectors import of_papers
from rag.models import embedding
from rag.paper import Paper
from rag.sources import read

if TYPE_CHECKING:
    import numpy as np

    from rag.index.vectors import PaperVectors
    from rag.models.encoding import Embedding

Rows = Mapping[str, Any]  # columns of Ray Data by name
_RECORDS = 1_000  # of a file that travel together


@dataclass(frozen=True)
class Recipe:
    """What determines the vectors: the driver's `version` of rag, its model, by `name` and `fingerprint`, and `basis`.

    If papers `are_many`, the model is run as is fastest for those.
    """

    version: str
    name: str
    fingerprint: str
    are_many: bool
    basis: np.ndarray


class Worker:
    """Embeds batches of papers by the `recipe`; Ray Data makes one per CPU or GPU. `tries` is the actor `Tries`."""

    def __init__(self, recipe: Recipe, tries: Any) -> None:
        self._recipe, self._tries = recipe, tries

    def __call__(self, rows: Rows) -> dict[str, list[Any]]:
        """The vectors of a batch, given in one row with its number: a row with these, or else with what is wrong."""
        number = int(rows["number"][0])
        texts: list[tuple[str, str]] = pickle.loads(rows["papers"][0])
        papers = [Paper(title, abstract) for title, abstract in texts]
        try:
            vectors, suspect = self._embedded(number, papers)
            return _row(number, pickle.dumps(vectors) if vectors else b"", suspect=suspect)
        except ModelError as fault:
            return _row(number, fault=f"{_here()}: {fault}")

    def _embedded(self, number: int, papers: Sequence[Paper]) -> tuple[list[PaperVectors], int]:
        """The vectors of a batch; none if it has ended too many workers, and the paper that is suspected of it."""
        import ray

        model = self._model
        tried = ray.get(self._tries.begin.remote(number))
        if tried > MAX_WORKERS_ENDED:
            return [], ray.get(self._tries.suspected.remote(number))
        if tried == MAX_WORKERS_ENDED:  # to learn which paper it is
            for position, paper in enumerate(papers):
                ray.get(self._tries.suspect.remote(number, position))
                of_papers([paper], model)
        vectors = compressed(of_papers(papers, model), self._recipe.basis)
        self._tries.end.remote(number)
        return vectors, -1

    @cached_property
    def _model(self) -> Embedding:
        """The model of the recipe. Raises ModelError if there is none here, or another."""
        if self._recipe.version != __version__:
            raise ModelError(other_version(self._recipe.version))
        model = embedding.load(self._recipe.name)
        if model.fingerprint != self._recipe.fingerprint:
            raise ModelError(
                f"the embedding model '{model.name}' is another here, with the fingerprint {model.fingerprint[:12]} "
                f"and not {self._recipe.fingerprint[:12]}. Install the same on each machine"
            )
        return embedding.for_many(model) if self._recipe.are_many else model


def read_file(rows: Rows, tries: Any) -> Iterator[dict[str, list[Any]]]:
    """As `parts_of_file`. `tries` is the actor `Tries`. Raises MemoryError if the file has ended too many workers.

    What was already sent is not sent again by another worker, so that cannot be told in a row.
    """
    import ray

    number = int(rows["number"][0])
    if ray.get(tries.begin.remote(number)) > MAX_WORKERS_ENDED:
        name = Path(str(rows["path"][0])).name
        raise MemoryError(f"{name} has ended {MAX_WORKERS_ENDED} workers, which may have run out of memory")
    yield from parts_of_file(rows)
    tries.end.remote(number)


def parts_of_file(rows: Rows) -> Iterator[dict[str, list[Any]]]:
    """The records of a file, given in one row: rows with some of them each, in order.

    A row without records says what is wrong; if that is nothing, there is no such file here, or another.
    """
    number, version = int(rows["number"][0]), str(rows["version"][0])
    path, columns = Path(str(rows["path"][0])), pickle.loads(rows["columns"][0])
    if version != __version__:
        yield _part(number, fault=f"{_here()}: {other_version(version)}")
    elif state_of(path) != str(rows["state"][0]):
        yield _part(number)
    else:
        records = read(path, columns)
        yield _part(number, pickle.dumps(list(islice(records, _RECORDS))))  # perhaps none: the file is read
        while part := list(islice(records, _RECORDS)):
            yield _part(number, pickle.dumps(part))


def state_of(path: Path) -> str:
    """What tells whether a file is the same on another machine: its size in bytes and its time in nanoseconds."""
    try:
        state = path.stat()
    except OSError:
        return ""
    return f"{state.st_size} {state.st_mtime_ns}"


def other_version(version: str) -> str:
    """That this version of rag is not the driver's, which is `version`."""
    return f"rag is {__version__} here, and {version} where the index is written. Install the same on each machine"


def _here() -> str:
    return f"{platform.node()} (process {os.getpid()})"


def _row(number: int, vectors: bytes = b"", fault: str = "", suspect: int = -1) -> dict[str, list[Any]]:
    return {"number": [number], "vectors": [vectors], "fault": [fault], "suspect": [suspect]}


def _part(number: int, records: bytes = b"", fault: str = "") -> dict[str, list[Any]]:
    return {"number": [number], "records": [records], "fault": [fault]}
