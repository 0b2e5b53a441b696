"""Builds small indexes for tests."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from rag.index.build import build
from rag.index.contents import Contents
from rag.index.opening import open_current
from rag.models import embedding
from rag.models.encoding import Embedding, EncodedText
from rag.paper import Paper
from rag.progress import silent
from rag.retrieval.hits import Hit
from rag.retrieval.retriever import HybridRetriever
from tests.conftest import typical_curve


class Recording(Embedding):
    """The bundled model under any name, which records the `texts` that it encodes."""

    def __init__(self, name: str = "bundled", fingerprint: str = embedding.BUNDLED_SHA256) -> None:
        self.name, self.fingerprint = name, fingerprint
        self._model = embedding.load("bundled")
        self.dimensions, self.max_tokens = self._model.dimensions, self._model.max_tokens
        self.texts: list[str] = []

    def count_tokens(self, text: str) -> int:
        return self._model.count_tokens(text)

    def covers(self, word: str) -> bool:
        return self._model.covers(word)

    def encode_tokens(self, texts: Sequence[str]) -> list[EncodedText]:
        self.texts += texts
        return self._model.encode_tokens(texts)

    def encode_queries(self, queries: Sequence[str]) -> list[EncodedText]:
        return self.encode_tokens(queries)


def build_index(folder: Path, papers: Sequence[Paper], model: Embedding | None = None) -> Path:
    """An index in `folder` of exactly these papers, which may have equal titles, with a typical calibration."""
    return build_contents(folder, Contents(papers), model)


def build_contents(folder: Path, contents: Contents, model: Embedding | None = None) -> Path:
    """An index in `folder` of these contents, with a typical calibration."""
    build(contents, folder / "index", model or embedding.load("bundled"), typical_curve, silent)
    return folder / "index"


def find(index_dir: Path, question: str, model: Embedding | None = None, top: int = 1) -> list[Hit]:
    """The `top` papers for `question` in the current index."""
    with closing(open_current(index_dir)) as store:
        return list(HybridRetriever(store, model or embedding.load("bundled")).search([question], top).papers)
