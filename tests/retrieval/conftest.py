"""Small indexes to search, built from papers of the same title too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rag.index.opening import open_current
from rag.models import embedding
from rag.paper import Paper
from rag.retrieval.retriever import HybridRetriever
from tests.index.building import build_index


@contextmanager
def searchable(folder: Path, papers: Sequence[Paper]) -> Iterator[HybridRetriever]:
    """A retriever over an index of `papers`, which have the numbers from 1 in this order."""
    opened = open_current(build_index(folder, papers))
    try:
        yield HybridRetriever(opened, embedding.load("bundled"))
    finally:
        opened.close()
