"""What counts as the same word, and BM25 of a small collection that can be worked out by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from math import log
from pathlib import Path

import numpy as np
import pytest

from rag.index import bm25
from rag.index.bm25 import TITLE_WEIGHT, BM25Index, term_frequencies
from rag.language.tokens import MAX_WORD_LENGTH, content_stems, content_words, stem, surface_forms, tokenize

OWLS = ("Owls", "Owls hunt voles at night. An owl hoots.")
BARN = ("The barn", "In the barn the voles sleep.")
DEPTH = ("Depth", "A network estimates depth.")


def write(folder: Path, *papers: tuple[str, str]) -> Path:
    """The file in which the index is of papers given as title and abstract."""
    texts = (f"{title} {abstract}" for title, abstract in papers)
    bm25.write(folder / "bm25.npz", (term_frequencies(*paper) for paper in papers), surface_forms(texts))
    return folder / "bm25.npz"


def index(folder: Path, *papers: tuple[str, str]) -> BM25Index:
    return bm25.load(write(folder, *papers))


@pytest.fixture
def found(tmp_path: Path) -> BM25Index:
    return index(tmp_path, OWLS, BARN, DEPTH)


def nearest(one: str, two: str) -> bool:
    """Whether a question of the words `one` finds all of them in a paper that writes `two`."""
    return {stem(word) for word in tokenize(one)} <= set(term_frequencies("", two))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("3-D", "3D"),
        ("3D", "3-D"),
        ("3d", "3‑D"),
        ("SE(3)", "SE(3)-equivariant"),
        ("se(3)", r"$\mathrm{SE}(3)$"),
        ("SE3", "SE(3)"),
        ("E(n)", "E(n)-equivariant"),
        ("MoD", "γ-MoD"),
        ("γ-MoD", r"$\gamma$-MoD"),
        (r"$\gamma$-MoD", "γ-MoD"),
        ("gamma-MoD", "Γ-MoD"),
        ("β-VAE", "beta-VAE"),
        ("beta-VAE", r"\beta-VAE"),
        ("λ", r"$\lambda$"),
        ("multitask", "multi-task"),
        ("multi-task", "multi–task multitask"),
        ("task", "multi-task"),
        ("pretrained", "pre-trained"),
        ("naive", "naïve"),
        ("naïve", "NAIVE"),
        ("Schölkopf", "Schölkopf"),
        ("1,000", "1000 images"),
        ("1000", "1,000"),
        ("0.5", "0.5."),
        ("v2", "v2, again"),
        ("L2", "$L_2$"),
        ("robust", r"\textbf{Robust}"),
        ("SE(3)", "𝐒𝐄(𝟑)"),
        ("denoise", "denoising"),
        ("study", "studies"),
        ("proposing", "proposes"),
        ("k-means", "kmeans k means"),
        ("3-D", "3-dimensional 3D"),
    ],
)
def test_one_way_to_write_a_word_finds_another(one: str, two: str) -> None:
    assert nearest(one, two)


@pytest.mark.parametrize(
    ("one", "two"),
    [("faster", "slower"), ("deep", "depth"), ("model", "mode"), ("owl", "howl"), ("0.5", "5"), ("100", "1,000")],
)
def test_different_words_stay_apart(one: str, two: str) -> None:
    assert not nearest(one, two)


@pytest.mark.parametrize("nothing", ["", " \n", "?!", "\x00", "* ( ) ^", "🦉", "\ud800", "{}$\\"])
def test_text_without_letters_and_digits_has_no_words(nothing: str) -> None:
    assert list(tokenize(nothing)) == []


def test_a_compound_of_many_parts_is_not_every_pair_of_them() -> None:
    assert list(tokenize("state-of-the-art")) == ["state", "of", "the", "art"]


def test_a_run_of_letters_is_cut_where_no_word_is_as_long() -> None:
    assert [len(word) for text in ("y" * 2_000, "1." * 999 + "1") for word in tokenize(text)] == [MAX_WORD_LENGTH] * 2


def test_words_of_the_title_count_double() -> None:
    assert TITLE_WEIGHT == 2
    assert term_frequencies("Owls", "Owls hunt an owl.") == {"owl": 4, "hunt": 1, "an": 1}


def test_a_stem_is_shown_in_the_form_that_most_texts_have() -> None:
    found = surface_forms(["denoising denoise", "denoising", "depths depths depths", "depth", "depth"])
    assert found == {"denois": "denoising", "depth": "depth"}
    assert list(found) == ["denois", "depth"]


def test_bm25_is_what_it_is_by_hand(found: BM25Index) -> None:
    # "vole" is in two of three papers: once in the first of 10 words (8 and the title's twice), once in the second of
    # 10, and the third has 6.
    average = (10 + 10 + 6) / 3
    expected = log(1 + (3 - 2 + 0.5) / (2 + 0.5)) * 1 * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 10 / average))
    papers, scores = found.postings("vole")
    assert papers.tolist() == [1, 2]
    assert scores.tolist() == pytest.approx([expected, expected])


def test_a_rarer_word_weighs_more_and_one_that_every_paper_holds_still_something(tmp_path: Path) -> None:
    found = index(tmp_path, ("A", "owl bird all"), ("B", "bird all"), ("C", "all"))
    assert found.idf("octopu") > found.idf("owl") > found.idf("bird") > found.idf("all") > 0


def test_more_of_a_word_scores_higher_and_a_longer_paper_lower(tmp_path: Path) -> None:
    found = index(tmp_path, ("A", "owl owl hoot"), ("B", "owl hoot hoot"), ("C", f"owl {'hoot ' * 50}"))
    often, once, lost = found.postings("owl")[1].tolist()
    assert often > once > lost > 0


def test_a_word_in_the_title_scores_higher(tmp_path: Path) -> None:
    found = index(tmp_path, ("Owl", "bird"), ("Bird", "owl"))
    in_title, in_abstract = found.postings("owl")[1].tolist()
    assert in_title > in_abstract


def test_the_matrix_tells_of_a_paper_what_the_postings_tell_of_its_words(found: BM25Index) -> None:
    assert found.by_paper.shape == (found.paper_count + 1, len(found.columns))
    assert found.by_paper[[0]].nnz == 0, "papers are numbered from 1"
    for word, n in found.columns.items():
        papers, scores = found.postings(word)
        assert np.flatnonzero(found.by_paper[:, [n]].toarray()).tolist() == papers.tolist()
        assert found.by_paper[papers][:, [n]].toarray().ravel().tolist() == scores.tolist()
    assert found.by_paper[[1]].nnz == len(term_frequencies(*OWLS))


def test_a_word_that_no_paper_holds_has_no_postings(found: BM25Index) -> None:
    assert found.doc_freq("octopu") == 0
    assert [array.tolist() for array in found.postings("octopu")] == [[], []]


@pytest.mark.parametrize("papers", [[Counter[str]()], [Counter({"owl": 2})]], ids=["no word", "one word"])
def test_the_smallest_collections_can_be_written(tmp_path: Path, papers: list[Counter[str]]) -> None:
    bm25.write(tmp_path / "bm25.npz", papers, dict.fromkeys(papers[0], "owls"))
    opened = bm25.load(tmp_path / "bm25.npz")
    assert opened.paper_count == 1
    assert opened.doc_freq("owl") == len(papers[0])


def lacking(array: str) -> Callable[[Path], object]:
    """Writes the index without one of its arrays, or with less of it."""

    def change(file: Path) -> None:
        with np.load(file) as read:
            kept = dict(read)
        kept[array] = kept[array][:-1]
        np.savez(file, **kept)

    return change


def without(array: str) -> Callable[[Path], object]:
    def change(file: Path) -> None:
        with np.load(file) as read:
            kept = {name: values for name, values in read.items() if name != array}
        np.savez(file, **kept)

    return change


def array(file: Path) -> None:
    """Writes an array where several belong."""
    with file.open("wb") as opened:
        np.save(opened, np.zeros(3))


def scribble(place: float) -> Callable[[Path], object]:
    """Overwrites eight bytes, as far into the file as `place` says, from 0 to 1."""

    def change(file: Path) -> None:
        data = bytearray(file.read_bytes())
        start = int(place * (len(data) - 8))
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
        array,
        *map(without, ("data", "indices", "indptr", "stems", "forms")),
        *map(lacking, ("data", "indices")),
        *map(scribble, (0, 0.1, 0.3, 0.5, 0.99)),
    ],
)
def test_damage_is_noticed_when_the_index_is_opened(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    file = write(tmp_path, OWLS, BARN, DEPTH)
    damage(file)
    with pytest.raises((OSError, ValueError, KeyError, TypeError)):
        bm25.load(file)


def test_words_that_carry_meaning() -> None:
    assert content_words("The owls do hear it, as voles.") == {"owls", "hear", "voles"}
    assert content_stems("The owls do hear it, as voles.") == {"owl", "hear", "vole"}
