"""What the words of a question are in a collection: what they weigh, what counts as them, and who holds them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import numpy as np
import pytest

from rag.index import store
from rag.index.bm25 import BM25Index
from rag.language.tokens import content_terms
from rag.models import embedding
from rag.retrieval.expansion import Term, bm25_scores, coverage, expand
from tests.conftest import index_of

PAPERS = [
    {"title": "Vehicles in snow", "abstract": "Vehicles skid on snow. Winter tyres help."},
    {"title": "Physicians and sleep", "abstract": "Tired physicians err. Sleep helps."},
    {"title": "Equivariant maps", "abstract": "An equivariant network rotates with its input. Snow is rotated."},
    {"title": "Cars", "abstract": "Cars need tyres."},
]
VEHICLES, PHYSICIANS, EQUIVARIANT, CARS = range(1, 5)  # their numbers

Understand = Callable[[str], list[Term]]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[store.Store]:
    with closing(store.open_current(index_of(tmp_path_factory.mktemp("terms"), PAPERS))) as found:
        yield found


@pytest.fixture(scope="module")
def words(opened: store.Store) -> BM25Index:
    return opened.bm25


@pytest.fixture(scope="module")
def read(opened: store.Store) -> Understand:
    model = embedding.load("bundled")

    def terms(text: str) -> list[Term]:
        found = content_terms(text)
        return expand(found, model.encode_queries(found) if found else [], opened)

    return terms


def test_terms_come_in_the_order_of_the_question(read: Understand) -> None:
    assert [term.word for term in read("Do tyres skid on snow?")] == ["tyres", "skid", "snow"]
    assert read("Which papers are there?") == []


def test_a_word_counts_as_itself_in_full_and_others_less(read: Understand) -> None:
    (cars,) = read("cars")
    assert cars.expansions["car"] == 1.0
    assert 0 < cars.expansions["vehicl"] < 1
    assert "physician" not in cars.expansions


def test_a_word_that_the_collection_calls_by_another_name_is_found(read: Understand, words: BM25Index) -> None:
    for asked, number in (("doctors", PHYSICIANS), ("automobiles", VEHICLES)):
        found = bm25_scores(read(asked), words)
        assert words.doc_freq(asked) == 0
        assert found[number] > 0
        assert found[EQUIVARIANT] == 0


def test_the_word_itself_scores_higher_than_another_name_for_it(read: Understand, words: BM25Index) -> None:
    found = bm25_scores(read("cars"), words)
    assert found[CARS] > found[VEHICLES] > found[PHYSICIANS] == 0


@pytest.mark.parametrize("misspelt", ["equivarient", "equivarant", "equivaraint", "eqivariant", "equivariantt"])
def test_a_misspelt_word_is_taken_for_the_one_meant(read: Understand, words: BM25Index, misspelt: str) -> None:
    (term,) = read(misspelt)
    assert "equivari" in term.expansions
    assert np.argmax(bm25_scores([term], words)) == EQUIVARIANT
    assert term.idf == words.idf("equivari")


@pytest.mark.parametrize("other", ["snow", "caro", "sno", "vq2xz9", "xylophones"])
def test_a_word_that_is_known_or_short_or_unlike_any_is_not_taken_for_another(read: Understand, other: str) -> None:
    (term,) = read(other)
    assert term.expansions[max(term.expansions, key=lambda stem: term.expansions[stem])] == 1.0
    assert not {"equivari", "car"} & set(term.expansions)


def test_a_rarer_word_weighs_more(read: Understand) -> None:
    unheard, rare, common = (term.idf for term in read("octopus equivariant snow"))
    assert unheard > rare > common > 0


@pytest.mark.parametrize(
    ("asked", "held"),
    [
        ("equivariant network", [EQUIVARIANT]),
        ("snow", [VEHICLES, EQUIVARIANT]),
        ("skidding vehicles", [VEHICLES]),
        ("octopus", []),
    ],
)
def test_a_paper_that_holds_all_terms_covers_the_question(
    read: Understand, words: BM25Index, asked: str, held: list[int]
) -> None:
    found = coverage(read(asked), words)
    assert found.shape == (len(PAPERS) + 1,)
    assert np.flatnonzero(found > 0.999).tolist() == held
    assert found.min() >= 0
    assert found.max() <= 1 + 1e-6


def test_a_part_of_the_terms_covers_a_part_and_the_rarer_part_more(read: Understand, words: BM25Index) -> None:
    found = coverage(read("physicians snow octopus"), words)
    assert 1 > found[PHYSICIANS] > found[VEHICLES] > 0


def test_another_name_covers_less_than_the_word_itself(read: Understand, words: BM25Index) -> None:
    found = coverage(read("cars"), words)
    assert found[CARS] == 1 > found[VEHICLES] > 0


def test_without_terms_nothing_scores_and_nothing_is_covered(words: BM25Index) -> None:
    assert bm25_scores([], words).tolist() == coverage([], words).tolist() == [0.0] * (len(PAPERS) + 1)


def test_a_term_counts_once_however_many_of_its_names_a_paper_holds(words: BM25Index) -> None:
    both = Term("cars", 1.0, {"car": 1.0, "tyre": 0.5})
    alone = Term("cars", 1.0, {"car": 1.0})
    tyres = Term("tyres", 1.0, {"tyre": 0.5})
    assert bm25_scores([both], words)[CARS] == max(bm25_scores([alone], words)[CARS], bm25_scores([tyres], words)[CARS])
    assert coverage([both], words)[CARS] == 1.0
