"""The cosines of any papers to a question, from vectors that were written in any order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from rag.index import vector_arrays
from rag.index.vector_arrays import LAYOUT_FILE, ROWS_FILE, VectorArrays, VectorWriter
from rag.index.vectors import PaperVectors
from rag.language.passages import passage_windows
from rag.models.encoding import l2_normalize

DIMENSIONS = 8
SIZES = [3, 1, 7, 2, 4, 1, 30, 5, 6]  # sentences of papers 1 to 9


def composed(rows: np.ndarray) -> np.ndarray:
    """The passages of a paper with these `rows`, not scaled."""
    return np.array([rows[1] + rows[2:][list(window)].sum(axis=0) for window in passage_windows(len(rows) - 2)])


def invented(sentences: int, seed: int) -> PaperVectors:
    rows = np.random.default_rng(seed).normal(size=(2 + sentences, DIMENSIONS)).astype(np.float32)
    rows = l2_normalize(rows)
    return PaperVectors(rows, np.linalg.norm(composed(rows), axis=1).astype(np.float32), rows)


PAPERS = {number: invented(sentences, number) for number, sentences in enumerate(SIZES, 1)}
QUESTION = invented(1, 99).rows[0]


def write(folder: Path, papers: Mapping[int, PaperVectors]) -> VectorArrays:
    """The arrays of `papers`, which are added in this order, two at a time."""
    with VectorWriter(folder, np.zeros(len(papers) + 1, int)) as writer:
        for start in range(0, len(papers), 2):
            writer.add(list(papers.items())[start : start + 2])
    return vector_arrays.load(folder, DIMENSIONS)


@pytest.fixture(params=[sorted(PAPERS), [5, 9, 1, 7, 2, 3, 8, 6, 4]], ids=["in order", "in another"])
def found(request: pytest.FixtureRequest, tmp_path: Path) -> VectorArrays:
    return write(tmp_path, {number: PAPERS[number] for number in request.param})


def test_vectors_come_back_as_they_were_written(found: VectorArrays) -> None:
    for number, paper in PAPERS.items():
        assert found.of_paper(number).tolist() == paper.rows.tolist()
        assert found.passage_lengths(number).tolist() == paper.passage_lengths.tolist()
    assert found.papers(np.array([7, 2])).tolist() == [PAPERS[7].rows[0].tolist(), PAPERS[2].rows[0].tolist()]


@pytest.mark.parametrize("numbers", [[*range(1, 10)], [9, 2, 7], [2], [6, 2], [7], [3, 3]], ids=str)
def test_cosines_are_those_of_the_nearest_passage_and_of_the_nearest_sentence(
    found: VectorArrays, numbers: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_arrays, "_BLOCK", 4)  # rows, so that a paper may lie in several blocks
    cosines = found.cosines(np.array(numbers), QUESTION)
    rows = [PAPERS[number].rows for number in numbers]
    nearest_passages = [(l2_normalize(composed(of_paper)) @ QUESTION).max() for of_paper in rows]
    assert cosines.passages == pytest.approx(nearest_passages, abs=1e-5)
    assert cosines.sentences == pytest.approx([(of_paper[2:] @ QUESTION).max() for of_paper in rows], abs=1e-5)
    assert cosines.sentences_or_title == pytest.approx([(of_paper[1:] @ QUESTION).max() for of_paper in rows], abs=1e-5)


@pytest.mark.parametrize("row", [1, 2, -1], ids=["title", "first", "last"])
def test_the_title_counts_as_a_sentence_and_the_whole_does_not(found: VectorArrays, row: int) -> None:
    for number, paper in PAPERS.items():
        assert found.cosines(np.array([number]), paper.rows[row]).sentences_or_title == pytest.approx([1.0], abs=1e-5)
        assert found.cosines(np.array([number]), paper.rows[0]).sentences_or_title[0] < 0.999


def remove(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


def cut(name: str, end: int) -> Callable[[Path], object]:
    """Drops the end of a file."""
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:end])


def drop(array: str) -> Callable[[Path], object]:
    """Leaves an array out of the layout."""

    def change(folder: Path) -> None:
        with np.load(folder / LAYOUT_FILE) as read:
            kept = {name: values for name, values in read.items() if name != array}
        np.savez(folder / LAYOUT_FILE, **kept)

    return change


@pytest.mark.parametrize(
    "damage",
    [
        *map(remove, (ROWS_FILE, LAYOUT_FILE)),
        *(cut(ROWS_FILE, end) for end in (0, 100, -1, -4 * DIMENSIONS)),
        *(cut(LAYOUT_FILE, end) for end in (0, 100, -1)),
        *map(drop, ("ranges", "lengths", "passage_starts")),
    ],
)
def test_damaged_files_are_refused(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    write(tmp_path, PAPERS)
    damage(tmp_path)
    with pytest.raises((OSError, ValueError, KeyError)):
        vector_arrays.load(tmp_path, DIMENSIONS)


def test_a_block_that_raises_leaves_no_arrays(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), VectorWriter(tmp_path, np.zeros(2, int)):
        raise RuntimeError
    with pytest.raises(OSError, match=LAYOUT_FILE):
        vector_arrays.load(tmp_path, DIMENSIONS)
