"""Embeds batches of papers on the workers of a Ray cluster, with Ray Data."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rag import __version__
from rag.cluster import faults, resources
from rag.cluster.tries import MAX_WORKERS_ENDED, beside_driver
from rag.cluster.worker import Recipe, Worker
from rag.errors import ClusterError
from rag.paper import Paper
from rag.text import count

if TYPE_CHECKING:
    import numpy as np
    from ray.data import Dataset

    from rag.index.embedder import EmbedElsewhere
    from rag.index.vectors import PaperVectors
    from rag.models.encoding import Embedding


def on_workers(model: Embedding, are_many: bool) -> EmbedElsewhere:
    """What embeds as `model` does, or as it does for many, on the workers of the cluster that is connected.

    A batch whose worker dies goes to another. What embeds raises ClusterError if no worker becomes free, if one has
    another version or model, or, once all others are done, if batches end all their workers.
    """

    def embed(batches: Sequence[Sequence[Paper]], basis: np.ndarray) -> Iterator[tuple[int, list[PaperVectors]]]:
        if not batches:
            return
        recipe = Recipe(__version__, model.name, model.fingerprint, are_many, basis)
        lost: list[str] = []
        with faults.told("while papers were embedded"):
            for row in _dataset(batches, recipe).iter_rows():
                number = int(row["number"])
                if row["fault"]:
                    raise ClusterError(f"A worker cannot embed papers. {row['fault']}.")
                if row["vectors"]:
                    yield number, pickle.loads(row["vectors"])
                else:
                    lost.append(_named(batches[number], int(row["suspect"])))
        if lost:
            raise ClusterError(_told(lost))

    return embed


def _dataset(batches: Sequence[Sequence[Paper]], recipe: Recipe) -> Dataset:
    """The rows that workers make of `batches`, one each, in the order in which they are done."""
    import ray.data

    each, workers = resources.for_workers()
    rows = [
        {"number": number, "papers": pickle.dumps([(paper.title, paper.abstract) for paper in batch])}
        for number, batch in enumerate(batches)
    ]
    pool = ray.data.ActorPoolStrategy(min_size=1, initial_size=min(workers, len(batches)))
    return ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
        Worker, fn_constructor_args=(recipe, beside_driver()), batch_size=1, compute=pool, **each
    )


def _named(batch: Sequence[Paper], suspect: int) -> str:
    paper = batch[max(0, suspect)]
    others = "" if suspect >= 0 else f" or one of {count(len(batch) - 1, 'other paper')}"
    return f"“{paper.title[:80]}” ({paper.source or 'no file'}){others}"


def _told(lost: Sequence[str]) -> str:
    more = f", and {count(len(lost) - 1, 'paper')} of other batches," if len(lost) > 1 else ""
    return (
        f"{lost[0]}{more} ended {MAX_WORKERS_ENDED} workers, which may have run out of memory. All other papers are "
        "embedded. Repeat the command without --ray to embed the rest here, or take the paper out of its file."
    )
