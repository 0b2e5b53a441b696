"""Papers that are embedded elsewhere get the vectors that they would get here, in whichever order these come back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from rag.index.checkpoint import Checkpoint
from rag.index.embedder import Embedder, compressed
from rag.index.previous import Previous, taken_over
from rag.index.vectors import PaperVectors, of_papers
from rag.models.encoding import Embedding
from rag.paper import Paper
from tests.index.building import build_index

Embed = Callable[[Sequence[Sequence[Paper]], np.ndarray], Iterator[tuple[int, list[PaperVectors]]]]

CHUNKS = [[Paper(f"Owls {n}", f"We count {n} owls. They hoot {k} times.") for k in range(3)] for n in range(5)]


def backwards(model: Embedding, sent: list[list[Paper]]) -> Embed:
    """Embeds the last batch first, and notes in `sent` what it is to embed."""

    def embed(batches: Sequence[Sequence[Paper]], basis: np.ndarray) -> Iterator[tuple[int, list[PaperVectors]]]:
        sent.extend(map(list, batches))
        for number in reversed(range(len(batches))):
            yield number, compressed(of_papers(batches[number], model), basis)

    return embed


def content(vectors: Sequence[PaperVectors]) -> list[bytes]:
    return [of.rows.tobytes() + of.passage_lengths.tobytes() + of.words.tobytes() for of in vectors]


def checkpoint(folder: Path, model: Embedding, basis: np.ndarray | None = None) -> Checkpoint:
    return Checkpoint(folder, {"dimensions": model.dimensions}, basis)


def embedded_here(folder: Path, model: Embedding, chunks: Sequence[Sequence[Paper]]) -> list[bytes]:
    with closing(checkpoint(folder, model)) as saved:
        embedder = Embedder(model, None, saved)
        return [one for chunk in chunks for one in content(embedder.vectors(chunk))]


def embedded_elsewhere(
    folder: Path, model: Embedding, chunks: Sequence[Sequence[Paper]], left: Callable[[int], None] = lambda papers: None
) -> tuple[list[bytes], list[list[Paper]]]:
    """The vectors, and the batches that were sent."""
    sent: list[list[Paper]] = []
    with closing(checkpoint(folder, model)) as saved:
        embedder = Embedder(model, None, saved)
        embedder.send(chunks, backwards(model, sent), left)
        return [one for chunk in chunks for one in content(embedder.vectors(chunk))], sent


def folder(parent: Path, name: str) -> Path:
    (parent / name).mkdir(exist_ok=True)
    return parent / name


def test_vectors_are_the_same_and_in_order(tmp_path: Path, model: Embedding) -> None:
    chunks = [*CHUNKS, [CHUNKS[1][0], Paper("Coral", "It bleaches."), Paper("Coral", "It bleaches.", year=1999)]]
    left: list[int] = []
    found, sent = embedded_elsewhere(folder(tmp_path, "elsewhere"), model, chunks, left.append)
    assert found == embedded_here(folder(tmp_path, "here"), model, chunks)
    assert sent == [*chunks[1:5], chunks[5][1:]], "the first determines the basis, and what is known is not sent"
    assert left == [14, 12, 9, 6, 3, 0]


@pytest.mark.parametrize("done", [1, 3])
def test_only_what_another_build_has_not_embedded_is_sent(tmp_path: Path, model: Embedding, done: int) -> None:
    expected = embedded_here(folder(tmp_path, "one go"), model, CHUNKS)
    embedded_here(folder(tmp_path, "two"), model, CHUNKS[:done])
    found, sent = embedded_elsewhere(folder(tmp_path, "two"), model, CHUNKS)
    assert (found, sent) == (expected, CHUNKS[done:])


def test_what_came_back_is_kept_if_the_rest_never_does(tmp_path: Path, model: Embedding) -> None:
    sent: list[list[Paper]] = []

    def embed(batches: Sequence[Sequence[Paper]], basis: np.ndarray) -> Iterator[tuple[int, list[PaperVectors]]]:
        for number, vectors in backwards(model, sent)(batches, basis):
            if number == 0:
                raise ConnectionError("gone")
            yield number, vectors

    with closing(checkpoint(tmp_path, model)) as saved:
        embedder = Embedder(model, None, saved)
        embedder.send(CHUNKS, embed, lambda papers: None)
        embedder.vectors(CHUNKS[0])
        with pytest.raises(ConnectionError):
            embedder.vectors(CHUNKS[1])
    with closing(checkpoint(tmp_path, model)) as saved:
        assert [saved.has(chunk[0]) for chunk in CHUNKS] == [True, False, True, True, True]


def test_what_the_current_index_holds_is_not_sent(tmp_path: Path, model: Embedding) -> None:
    index_dir = build_index(tmp_path, [*CHUNKS[0], *CHUNKS[2], *CHUNKS[4]])
    chunks = [[CHUNKS[0][0], CHUNKS[1][0], CHUNKS[2][0], CHUNKS[3][0]], CHUNKS[2], CHUNKS[3][1:], CHUNKS[4]]
    found: list[list[list[bytes]]] = []
    sent: list[list[Paper]] = []
    for elsewhere in (False, True):
        with (
            taken_over(index_dir, [paper for chunk in chunks for paper in chunk], model) as previous,
            closing(checkpoint(folder(tmp_path, str(elsewhere)), model, basis(previous))) as saved,
        ):
            embedder = Embedder(model, previous, saved)
            if elsewhere:
                embedder.send(chunks, backwards(model, sent), lambda papers: None)
            found.append([content(embedder.vectors(chunk)) for chunk in chunks])
    assert found[0] == found[1]
    assert sent == [[CHUNKS[1][0], CHUNKS[3][0]], CHUNKS[3][1:]]


def basis(previous: Previous | None) -> np.ndarray:
    assert previous
    return previous.basis
