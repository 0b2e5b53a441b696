"""The terms of a question in a small collection: their idf, their expansions, and the papers that contain them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from rag.index.bm25 import BM25Index
from rag.language.tokens import content_terms
from rag.paper import Paper
from rag.retrieval.expansion import Term, bm25_scores, coverage, entity_coverage, expand, unknown_words
from rag.retrieval.retriever import HybridRetriever
from tests.retrieval.conftest import searchable

PAPERS = [
    Paper("Vehicles in snow", "Vehicles skid on snow. Winter tyres help."),
    Paper("Physicians and sleep", "Tired physicians err. Sleep helps."),
    Paper("Equivariant maps", "An equivariant network rotates with its input. Snow is rotated."),
    Paper("Cars", "Cars need tyres."),
]
VEHICLES, PHYSICIANS, EQUIVARIANT, CARS = range(1, 5)  # their numbers
ALL = np.arange(1, len(PAPERS) + 1)

Terms = Callable[[str], list[Term]]


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HybridRetriever]:
    with searchable(tmp_path_factory.mktemp("terms"), PAPERS) as retriever:
        yield retriever


@pytest.fixture(scope="module")
def index(retriever: HybridRetriever) -> BM25Index:
    return retriever.store.bm25


@pytest.fixture(scope="module")
def terms(retriever: HybridRetriever) -> Terms:
    def terms(text: str) -> list[Term]:
        words = content_terms(text)
        unknown = unknown_words(words, retriever.store)
        vectors = {word: retriever.embedding.encode_queries([word])[0].vector for word in unknown}
        return list(expand(words, vectors, retriever.store).values())

    return terms


def test_terms_keep_the_order_of_the_question(terms: Terms) -> None:
    assert [term.word for term in terms("Do tyres skid on snow?")] == ["tyres", "skid", "snow"]
    assert terms("Which papers are there?") == []


def test_only_words_that_the_collection_lacks_have_to_be_embedded(retriever: HybridRetriever) -> None:
    words = ["cars", "car", "doctors", "3d", "snow", "equivaraint"]
    assert unknown_words(words, retriever.store) == ["doctors", "3d", "equivaraint"]


def test_a_term_matches_its_own_stem_fully_and_similar_words_less(terms: Terms) -> None:
    (cars,) = terms("cars")
    assert cars.expansions["car"] == 1.0
    assert 0 < cars.expansions["vehicl"] < 1
    assert "physician" not in cars.expansions


@pytest.mark.parametrize(("synonym", "number"), [("doctors", PHYSICIANS), ("automobiles", VEHICLES)])
def test_a_synonym_that_the_collection_does_not_use_finds_its_papers(
    terms: Terms, index: BM25Index, synonym: str, number: int
) -> None:
    scores = bm25_scores(terms(synonym), index)
    assert index.doc_freq(synonym) == 0
    assert scores[number] > 0
    assert scores[EQUIVARIANT] == 0


def test_the_word_itself_scores_higher_than_a_synonym(terms: Terms, index: BM25Index) -> None:
    scores = bm25_scores(terms("cars"), index)
    assert scores[CARS] > scores[VEHICLES] > scores[PHYSICIANS] == 0


@pytest.mark.parametrize("misspelt", ["equivarient", "equivarant", "equivaraint", "eqivariant", "equivariantt"])
def test_a_misspelt_word_matches_the_word_it_resembles(terms: Terms, index: BM25Index, misspelt: str) -> None:
    (term,) = terms(misspelt)
    assert "equivari" in term.expansions
    assert np.argmax(bm25_scores([term], index)) == EQUIVARIANT
    assert term.idf == index.idf("equivari")


@pytest.mark.parametrize("word", ["snow", "caro", "sno", "vq2xz9", "xylophones"])
def test_a_word_that_is_known_short_or_unlike_any_other_is_not_corrected(terms: Terms, word: str) -> None:
    (term,) = terms(word)
    assert max(term.expansions.values()) == 1.0
    assert not {"equivari", "car"} & set(term.expansions)


def test_a_rarer_word_has_a_higher_idf(terms: Terms) -> None:
    unknown, rare, common = (term.idf for term in terms("octopus equivariant snow"))
    assert unknown > rare > common > 0


@pytest.mark.parametrize(
    ("question", "covering"),
    [
        ("equivariant network", [EQUIVARIANT]),
        ("snow", [VEHICLES, EQUIVARIANT]),
        ("skidding vehicles", [VEHICLES]),
        ("octopus", []),
    ],
)
def test_a_paper_with_all_terms_covers_the_question(
    terms: Terms, index: BM25Index, question: str, covering: list[int]
) -> None:
    covered = coverage(terms(question), ALL, index)
    assert covered.shape == (len(PAPERS),)
    assert ALL[covered > 0.999].tolist() == covering
    assert covered.min() >= 0
    assert covered.max() <= 1 + 1e-6


def test_some_of_the_terms_cover_a_part_and_rarer_ones_a_larger_part(terms: Terms, index: BM25Index) -> None:
    physicians, vehicles = coverage(terms("physicians snow octopus"), np.array([PHYSICIANS, VEHICLES]), index)
    assert 1 > physicians > vehicles > 0


def test_a_synonym_covers_less_than_the_word_itself(terms: Terms, index: BM25Index) -> None:
    vehicles, physicians, cars = coverage(terms("cars"), np.array([VEHICLES, PHYSICIANS, CARS]), index)
    assert cars == 1 > vehicles > physicians == 0


def test_without_terms_no_paper_scores_and_none_covers_anything(index: BM25Index) -> None:
    assert bm25_scores([], index).tolist() == [0.0] * (len(PAPERS) + 1)
    assert coverage([], ALL, index).tolist() == [0.0] * len(PAPERS)


def test_a_term_counts_once_however_many_of_its_expansions_a_paper_contains(index: BM25Index) -> None:
    both = Term("cars", 1.0, {"car": 1.0, "tyre": 0.5})
    cars, tyres = Term("cars", 1.0, {"car": 1.0}), Term("tyres", 1.0, {"tyre": 0.5})
    assert bm25_scores([both], index)[CARS] == max(bm25_scores([cars], index)[CARS], bm25_scores([tyres], index)[CARS])
    assert coverage([both], np.array([CARS]), index).tolist() == [1.0]


def test_entities_are_covered_by_the_papers_that_contain_them(index: BM25Index) -> None:
    numbers = np.array([VEHICLES, CARS])
    assert entity_coverage({"vehicles", "snow"}, numbers, index).tolist() == [1.0, 0.0]
    assert entity_coverage({"cars", "Zebra9"}, numbers, index).tolist() == [0.0, 0.5]


def test_a_question_without_entities_is_covered_by_every_paper(index: BM25Index) -> None:
    assert entity_coverage(frozenset(), np.array([VEHICLES, CARS]), index).tolist() == [1.0, 1.0]
