"""BM25 of a small collection that can be worked out by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from math import log
from pathlib import Path

import numpy as np
import pytest

from rag.index import bm25
from rag.index.bm25 import BM25Index, term_frequencies
from rag.language.tokens import surface_forms

OWLS = ("Owls", "Owls hunt voles at night. An owl hoots.")
BARN = ("The barn", "In the barn the voles sleep.")
DEPTH = ("Depth", "A network estimates depth.")


def write(folder: Path, *papers: tuple[str, str]) -> Path:
    """The file of an index of `papers`, given as title and abstract."""
    texts = (f"{title} {abstract}" for title, abstract in papers)
    bm25.write(folder / "bm25.npz", (term_frequencies(*paper) for paper in papers), surface_forms(texts))
    return folder / "bm25.npz"


def index(folder: Path, *papers: tuple[str, str]) -> BM25Index:
    return bm25.load(write(folder, *papers))


@pytest.fixture
def small(tmp_path: Path) -> BM25Index:
    return index(tmp_path, OWLS, BARN, DEPTH)


def test_words_in_the_title_count_twice() -> None:
    assert term_frequencies("Owls", "Owls hunt an owl.") == {"owl": 4, "hunt": 1, "an": 1}


def test_scores_are_those_of_the_formula(small: BM25Index) -> None:
    # "vole" is in two of three papers, once in each. With the words of titles counted twice, the papers have 10, 10 and
    # 6 words.
    average = (10 + 10 + 6) / 3
    expected = log(1 + (3 - 2 + 0.5) / (2 + 0.5)) * 1 * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 10 / average))
    papers, scores = small.postings("vole")
    assert papers.tolist() == [1, 2]
    assert scores.tolist() == pytest.approx([expected, expected])


def test_rarer_terms_have_a_higher_idf_and_none_has_zero(tmp_path: Path) -> None:
    found = index(tmp_path, ("A", "owl bird all"), ("B", "bird all"), ("C", "all"))
    assert found.idf("octopu") > found.idf("owl") > found.idf("bird") > found.idf("all") > 0


def test_repeated_terms_score_higher_and_long_papers_lower(tmp_path: Path) -> None:
    found = index(tmp_path, ("A", "owl owl hoot"), ("B", "owl hoot hoot"), ("C", f"owl {'hoot ' * 50}"))
    often, once, lost = found.postings("owl")[1].tolist()
    assert often > once > lost > 0


def test_a_term_in_the_title_scores_higher_than_one_in_the_abstract(tmp_path: Path) -> None:
    found = index(tmp_path, ("Owl", "bird"), ("Bird", "owl"))
    in_title, in_abstract = found.postings("owl")[1].tolist()
    assert in_title > in_abstract


def test_the_rows_of_the_matrix_agree_with_the_postings(small: BM25Index) -> None:
    assert small.by_paper.shape == (small.paper_count + 1, len(small.columns))
    assert small.by_paper[[0]].nnz == 0, "papers are numbered from 1"
    for word, n in small.columns.items():
        papers, scores = small.postings(word)
        assert np.flatnonzero(small.by_paper[:, [n]].toarray()).tolist() == papers.tolist()
        assert small.by_paper[papers][:, [n]].toarray().ravel().tolist() == scores.tolist()
    assert small.by_paper[[1]].nnz == len(term_frequencies(*OWLS))


def test_a_compound_has_the_idf_of_its_rarest_term(tmp_path: Path) -> None:
    index_ = index(tmp_path, ("A", "barn owl barn-owl"), ("B", "barn"))
    assert index_.max_idf("barn-owls") == index_.idf("owl")
    assert index_.max_idf("?") == 0.0


def test_a_term_in_no_paper_has_no_postings(small: BM25Index) -> None:
    assert small.doc_freq("octopu") == 0
    assert [array.tolist() for array in small.postings("octopu")] == [[], []]


@pytest.mark.parametrize("papers", [[Counter[str]()], [Counter({"owl": 2})]], ids=["no word", "one word"])
def test_the_smallest_collections_can_be_indexed(tmp_path: Path, papers: list[Counter[str]]) -> None:
    bm25.write(tmp_path / "bm25.npz", papers, dict.fromkeys(papers[0], "owls"))
    opened = bm25.load(tmp_path / "bm25.npz")
    assert opened.paper_count == 1
    assert opened.doc_freq("owl") == len(papers[0])


def truncate(array: str) -> Callable[[Path], object]:
    """Drops the last element of an array."""

    def change(file: Path) -> None:
        with np.load(file) as read:
            kept = dict(read)
        kept[array] = kept[array][:-1]
        np.savez(file, **kept)

    return change


def drop(array: str) -> Callable[[Path], object]:
    """Leaves an array out."""

    def change(file: Path) -> None:
        with np.load(file) as read:
            kept = {name: values for name, values in read.items() if name != array}
        np.savez(file, **kept)

    return change


def write_single_array(file: Path) -> None:
    """Writes an .npy file where an .npz archive belongs."""
    with file.open("wb") as opened:
        np.save(opened, np.zeros(3))


def scribble(position: float) -> Callable[[Path], object]:
    """Overwrites eight bytes at `position`, from 0 for the start of the file to 1 for its end."""

    def change(file: Path) -> None:
        data = bytearray(file.read_bytes())
        start = int(position * (len(data) - 8))
        data[start : start + 8] = bytes(255 - byte for byte in data[start : start + 8])
        file.write_bytes(bytes(data))

    return change


@pytest.mark.parametrize(
    "damage",
    [
        lambda file: file.unlink(),
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(b"x" * 200),
        lambda file: file.write_bytes(file.read_bytes()[:500]),
        lambda file: file.write_bytes(file.read_bytes()[:-5]),
        write_single_array,
        *map(drop, ("data", "indices", "indptr", "stems", "forms")),
        *map(truncate, ("data", "indices")),
        *map(scribble, (0, 0.1, 0.3, 0.5, 0.99)),
    ],
)
def test_damage_is_noticed_when_the_index_is_loaded(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    file = write(tmp_path, OWLS, BARN, DEPTH)
    damage(file)
    with pytest.raises((OSError, ValueError, KeyError, TypeError)):
        bm25.load(file)
