"""Reads files on the workers of a Ray cluster, with Ray Data: a file is a task."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag import __version__
from rag.cluster import faults
from rag.cluster.tries import beside_driver
from rag.cluster.worker import read_file, state_of
from rag.errors import ClusterError
from rag.paper import Paper
from rag.sources import Skipped, read

if TYPE_CHECKING:
    from ray.data import Dataset


def on_workers(files: Sequence[Path], columns: Mapping[str, str]) -> Iterator[Iterator[Paper | Skipped]]:
    """What `read` gives of each of `files`, in order; workers that do not have a file leave it to this machine.

    Records of one paper are merged by what all files hold, so that is not done here. Raises ClusterError if a worker
    has another version of rag.
    """
    if not files:
        return
    for number, parts in groupby(_rows(files, columns), key=lambda row: int(row["number"])):
        yield _records(files[number], columns, parts)


def _rows(files: Sequence[Path], columns: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    """The rows that workers make of `files`; what Ray raises becomes a ClusterError, whoever asks for the next row."""
    with faults.told("while files were read"):
        yield from _dataset(files, columns).iter_rows()


def _dataset(files: Sequence[Path], columns: Mapping[str, str]) -> Dataset:
    import ray.data

    packed = pickle.dumps(dict(columns))
    rows = [
        {"number": number, "path": path, "state": state_of(Path(path)), "columns": packed, "version": __version__}
        for number, path in enumerate(map(os.path.abspath, files))
    ]
    dataset = ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
        partial(read_file, tries=beside_driver()), batch_size=1
    )
    dataset.context.execution_options.preserve_order = True
    return dataset


def _records(path: Path, columns: Mapping[str, str], parts: Iterator[Mapping[str, Any]]) -> Iterator[Paper | Skipped]:
    for part in parts:
        if part["fault"]:
            raise ClusterError(f"A worker cannot read {path.name}. {part['fault']}.")
        if not part["records"]:
            yield from read(path, columns)
            continue
        for record in pickle.loads(part["records"]):
            yield replace(record, path=path) if isinstance(record, Skipped) else record
