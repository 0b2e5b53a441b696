"""Whether two generations are the same, file by file."""

from __future__ import annotations

import json
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from rag.index.vector_database import CHROMA_FOLDER

_TIMES = ("built", "digest", "files")  # of a manifest: when it was built, and what depends on that
_BATCH = 5_000  # vectors


def differences(one: Path, other: Path) -> list[str]:
    """The files in which the generations in folders `one` and `other` differ, and Chroma's if its vectors do.

    Not compared are times, and the graph that Chroma builds of equal vectors, which depends on the order in which its
    threads run.
    """
    names = {str(file.relative_to(folder)) for folder in (one, other) for file in folder.rglob("*") if file.is_file()}
    compared = sorted(name for name in names if not name.startswith(CHROMA_FOLDER) and not name.endswith(".lock"))
    found = [name for name in compared if _content(one / name) != _content(other / name)]
    return found + ([] if _same_vectors(one, other) else [CHROMA_FOLDER])


def _content(file: Path) -> Any:
    if not file.exists():
        return None
    if file.name != "manifest.json":
        return file.read_bytes()
    content = json.loads(file.read_bytes())
    sizes = {name: {"size": about["size"]} for name, about in content["files"].items() if CHROMA_FOLDER not in name}
    return {name: value for name, value in content.items() if name not in _TIMES} | {"sizes": sizes}


def _same_vectors(one: Path, other: Path) -> bool:
    ours, theirs = _vectors(one), _vectors(other)
    return ours.keys() == theirs.keys() and all(np.array_equal(ours[id], theirs[id]) for id in ours)


def _vectors(folder: Path) -> dict[str, np.ndarray]:
    """All vectors in Chroma by id, from a copy, as Chroma writes to what it reads."""
    import shutil

    import chromadb
    from chromadb.config import Settings

    found: dict[str, np.ndarray] = {}
    with tempfile.TemporaryDirectory() as copy:
        shutil.copytree(folder / CHROMA_FOLDER, copy, dirs_exist_ok=True)
        with closing(chromadb.PersistentClient(copy, Settings(anonymized_telemetry=False))) as client:
            collection = client.get_collection("passages", embedding_function=None)
            for start in range(0, collection.count(), _BATCH):
                part = collection.get(limit=_BATCH, offset=start, include=["embeddings"])
                assert part["embeddings"] is not None
                found |= dict(zip(part["ids"], part["embeddings"], strict=True))
    return found
