"""BM25 of a small collection that can be worked out by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from math import log
from pathlib import Path

import numpy as np
import pytest

from rag.index import bm25, forms
from rag.index.bm25 import BM25Index, term_frequencies
from rag.paper import Paper

OWLS = ("Owls", "Owls hunt voles at night. An owl hoots.")
BARN = ("The barn", "In the barn the voles sleep.")
DEPTH = ("Depth", "A network estimates depth.")


def write(folder: Path, *papers: tuple[str, str]) -> Path:
    """The folder with an index of `papers`, given as title and abstract."""
    bm25.write(folder, (term_frequencies(*paper) for paper in papers), forms_of(papers))
    return folder


def forms_of(papers: Iterable[tuple[str, str]]) -> dict[str, str]:
    return forms.surface_forms(forms.count(Paper(*paper) for paper in papers))


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


def test_the_entries_of_papers_agree_with_the_postings(small: BM25Index) -> None:
    positions, terms, weights = small.entries(np.array([1, 2, 3]))
    assert np.bincount(positions).tolist() == [len(term_frequencies(*paper)) for paper in (OWLS, BARN, DEPTH)]
    entries = sorted(zip(terms.tolist(), (positions + 1).tolist(), weights.tolist(), strict=True))
    assert entries == [
        (term, paper, weight)
        for stem, term in small.terms.items()
        for paper, weight in zip(*map(np.ndarray.tolist, small.postings(stem)), strict=True)
    ]


@pytest.mark.parametrize("numbers", [[3, 1], [2], [2, 2], []], ids=str)
def test_entries_come_in_the_order_of_the_papers_asked_for(small: BM25Index, numbers: list[int]) -> None:
    def entries(numbers: list[int]) -> list[list[float]]:
        return [array.tolist() for array in small.entries(np.array(numbers, dtype=np.int64))]

    positions, terms, weights = entries(numbers)
    each = [entries([number]) for number in numbers]
    assert positions == [position for position, (alone, _, _) in enumerate(each) for _ in alone]
    assert terms == [term for _, alone, _ in each for term in alone]
    assert weights == [weight for _, _, alone in each for weight in alone]


def test_a_paper_without_terms_has_no_entries(tmp_path: Path) -> None:
    found = index(tmp_path, OWLS, ("?", "!"), DEPTH)
    positions, _, _ = found.entries(np.array([2, 3, 2]))
    assert found.paper_count == 3
    assert set(positions.tolist()) == {1}
    assert found.postings("depth")[0].tolist() == [3]


def test_a_compound_has_the_idf_of_its_rarest_term(tmp_path: Path) -> None:
    index_ = index(tmp_path, ("A", "barn owl barn-owl"), ("B", "barn"))
    assert index_.max_idf("barn-owls") == index_.idf("owl")
    assert index_.max_idf("?") == 0.0


def test_a_term_in_no_paper_has_no_postings(small: BM25Index) -> None:
    assert small.doc_freq("octopu") == 0
    assert [array.tolist() for array in small.postings("octopu")] == [[], []]


@pytest.mark.parametrize("papers", [[Counter[str]()], [Counter({"owl": 2})]], ids=["no word", "one word"])
def test_the_smallest_collections_can_be_indexed(tmp_path: Path, papers: list[Counter[str]]) -> None:
    bm25.write(tmp_path, papers, dict.fromkeys(papers[0], "owls"))
    opened = bm25.load(tmp_path)
    assert opened.paper_count == 1
    assert opened.doc_freq("owl") == len(papers[0])
    assert [len(array) for array in opened.entries(np.array([1]))] == [len(papers[0])] * 3


def test_every_term_has_its_surface_form(small: BM25Index) -> None:
    assert small.surface_forms[small.terms["vole"]] == "voles"
    assert len(small.surface_forms) == len(small.terms)


@pytest.mark.parametrize(
    ("kept", "added"),
    [([1, 2, 3], []), ([3, 1], []), ([1, 0, 3], [BARN]), ([0, 1, 2, 3, 0], [("Ice", "Ice melts at night."), OWLS])],
    ids=["as it was", "fewer", "changed", "more"],
)
def test_an_update_writes_what_an_index_of_the_same_papers_holds(
    small: BM25Index, tmp_path: Path, kept: list[int], added: list[tuple[str, str]]
) -> None:
    coming = iter(added)
    papers = [(OWLS, BARN, DEPTH)[number - 1] if number else next(coming) for number in kept]
    for name in ("updated", "fresh"):
        (tmp_path / name).mkdir()
    frequencies = [term_frequencies(*paper) for paper in added]
    bm25.update(tmp_path / "updated", small, np.array([0, *kept]), frequencies, forms_of(papers))
    updated, fresh = bm25.load(tmp_path / "updated"), index(tmp_path / "fresh", *papers)
    assert updated.terms == fresh.terms
    for name in COLUMNS[:-2]:
        assert getattr(updated, name).tolist() == getattr(fresh, name).tolist(), name


COLUMNS = (
    "term_starts",
    "papers",
    "weights",
    "paper_starts",
    "paper_terms",
    "paper_weights",
    "paper_counts",
    "stems",
    "forms",
)


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize(
    "damage",
    [
        lambda file: file.unlink(),
        lambda file: file.write_bytes(b"x" * file.stat().st_size),
        lambda file: file.write_bytes(file.read_bytes()[:50]),
        lambda file: file.write_bytes(file.read_bytes()[:-5]),
    ],
    ids=["missing", "overwritten", "cut in its header", "cut"],
)
def test_damage_is_noticed_when_the_index_is_loaded(
    tmp_path: Path, column: str, damage: Callable[[Path], object]
) -> None:
    damage(write(tmp_path, OWLS, BARN, DEPTH) / bm25.BM25_FOLDER / f"{column}.npy")
    with pytest.raises((OSError, ValueError, KeyError, TypeError)):
        bm25.load(tmp_path)


def test_a_missing_index_is_noticed_when_it_is_loaded(tmp_path: Path) -> None:
    with pytest.raises((OSError, KeyError)):
        bm25.load(tmp_path)
