"""What the words of a question are in a collection: what they weigh, what counts as them, and who holds them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import numpy as np
import pytest

from rag import embed, question
from rag.index import store
from rag.terms import Term, coverage, scores, understand
from rag.words import WordIndex
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
def words(opened: store.Store) -> WordIndex:
    return opened.words


@pytest.fixture(scope="module")
def read(opened: store.Store) -> Understand:
    model = embed.load("bundled")

    def terms(text: str) -> list[Term]:
        found = question.terms(text)
        return understand(found, model.encode_queries(found) if found else [], opened)

    return terms


def test_terms_come_in_the_order_of_the_question(read: Understand) -> None:
    assert [term.word for term in read("Do tyres skid on snow?")] == ["tyres", "skid", "snow"]
    assert read("Which papers are there?") == []


def test_a_word_counts_as_itself_in_full_and_others_less(read: Understand) -> None:
    (cars,) = read("cars")
    assert cars.variants["car"] == 1.0
    assert 0 < cars.variants["vehicl"] < 1
    assert "physician" not in cars.variants


def test_a_word_that_the_collection_calls_by_another_name_is_found(read: Understand, words: WordIndex) -> None:
    for asked, number in (("doctors", PHYSICIANS), ("automobiles", VEHICLES)):
        found = scores(read(asked), words)
        assert words.held(asked) == 0
        assert found[number] > 0
        assert found[EQUIVARIANT] == 0


def test_the_word_itself_scores_higher_than_another_name_for_it(read: Understand, words: WordIndex) -> None:
    found = scores(read("cars"), words)
    assert found[CARS] > found[VEHICLES] > found[PHYSICIANS] == 0


@pytest.mark.parametrize("misspelt", ["equivarient", "equivarant", "equivaraint", "eqivariant", "equivariantt"])
def test_a_misspelt_word_is_taken_for_the_one_meant(read: Understand, words: WordIndex, misspelt: str) -> None:
    (term,) = read(misspelt)
    assert "equivari" in term.variants
    assert np.argmax(scores([term], words)) == EQUIVARIANT
    assert term.weight == words.weight("equivari")


@pytest.mark.parametrize("other", ["snow", "caro", "sno", "vq2xz9", "xylophones"])
def test_a_word_that_is_known_or_short_or_unlike_any_is_not_taken_for_another(read: Understand, other: str) -> None:
    (term,) = read(other)
    assert term.variants[max(term.variants, key=lambda stem: term.variants[stem])] == 1.0
    assert not {"equivari", "car"} & set(term.variants)


def test_a_rarer_word_weighs_more(read: Understand) -> None:
    unheard, rare, common = (term.weight for term in read("octopus equivariant snow"))
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
    read: Understand, words: WordIndex, asked: str, held: list[int]
) -> None:
    found = coverage(read(asked), words)
    assert found.shape == (len(PAPERS) + 1,)
    assert np.flatnonzero(found > 0.999).tolist() == held
    assert found.min() >= 0
    assert found.max() <= 1 + 1e-6


def test_a_part_of_the_terms_covers_a_part_and_the_rarer_part_more(read: Understand, words: WordIndex) -> None:
    found = coverage(read("physicians snow octopus"), words)
    assert 1 > found[PHYSICIANS] > found[VEHICLES] > 0


def test_another_name_covers_less_than_the_word_itself(read: Understand, words: WordIndex) -> None:
    found = coverage(read("cars"), words)
    assert found[CARS] == 1 > found[VEHICLES] > 0


def test_without_terms_nothing_scores_and_nothing_is_covered(words: WordIndex) -> None:
    assert scores([], words).tolist() == coverage([], words).tolist() == [0.0] * (len(PAPERS) + 1)


def test_a_term_counts_once_however_many_of_its_names_a_paper_holds(words: WordIndex) -> None:
    both = Term("cars", 1.0, {"car": 1.0, "tyre": 0.5})
    alone = Term("cars", 1.0, {"car": 1.0})
    tyres = Term("tyres", 1.0, {"tyre": 0.5})
    assert scores([both], words)[CARS] == max(scores([alone], words)[CARS], scores([tyres], words)[CARS])
    assert coverage([both], words)[CARS] == 1.0
