"""A text names a paper by its title, its short name, or a title that is misspelt."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product
from pathlib import Path

import pytest

from rag.index.store import Store
from rag.paper import Paper
from rag.query.titles import MAX_CANDIDATES_BY_WORDS, named_papers, names_paper, titled, words_of_titles
from tests.retrieval.conftest import searchable


@pytest.mark.parametrize(
    ("question", "title", "expected"),
    [
        ("How fast is OwlNet?", "OwlNet: Ears at Night", True),
        ("how fast is owl-net?", "Owl Net: Ears", True),
        ("What does “Owls at Night” say?", "Owls at Night", True),
        ("How do owls hunt at night?", "Owls at Night", False),
        ("What is the answer of the owl?", "The", False),
        ("the", "The", True),
        ("How fast are OwlNets?", "OwlNet: Ears at Night", False),
        ("How fast is the quick brown owl?", "The Quick Brown Owl Listens: Ears", False),
        ("", "OwlNet: Ears", False),
        ("How does S-OwlNet hear?", "OwlNet: Hearing", False),
        ("How does owl-net hear?", "Owl-Net: Hearing", True),
    ],
)
def test_a_question_names_a_paper_by_its_method_or_its_whole_title(question: str, title: str, expected: bool) -> None:
    assert names_paper(question, Paper(title, "Owls hear.")) is expected


def test_an_ordinary_word_names_a_paper_only_with_a_capital() -> None:
    paper = Paper("OPEN: Position Embeddings for Owls", "Owls fly.")
    assert names_paper("What does OPEN embed?", paper)
    assert not names_paper("Which methods handle open surfaces?", paper)
    assert not names_paper("open problems in owls", paper)


PAPERS = [
    Paper("SwiftOwl: Hearing Voles under Deep Snow", "Owls hear voles."),
    Paper("Representation Learning for Bats: A Review", "Bats hear moths."),
    Paper("Moths", "Moths fly to the moon."),
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with searchable(tmp_path_factory.mktemp("titles"), PAPERS) as retriever:
        yield retriever.store


@pytest.mark.parametrize(
    ("message", "paper"),
    [
        ("SwiftOwl: Hearing Voles under Deep Snow", 0),
        ("swiftowl: hearing volse under dep snow", 0),
        ("SwiftOwl", 0),
        ("representation learning for bats", 1),
        ("hearing voles under deep snow", 0),
        ("Which owls hear voles under deep snow?", None),
        ("voles", None),
        ("", None),
    ],
)
def test_a_title_alone_is_its_paper_even_if_it_is_misspelt_or_cut_short(
    store: Store, message: str, paper: int | None
) -> None:
    assert titled(message, store) == (None if paper is None else PAPERS[paper])


def test_the_papers_that_a_longer_text_names_are_found(store: Store) -> None:
    assert named_papers("show me the abstract of swiftowl", store) == (PAPERS[0],)
    assert named_papers("who wrote “Representation Learning for Bats: A Review”?", store) == (PAPERS[1],)
    assert named_papers("what do moths do?", store) == (PAPERS[2],)
    assert named_papers("what do foxes eat?", store) == ()


def test_of_many_papers_with_words_in_common_the_first_with_the_most_are_looked_at(tmp_path: Path) -> None:
    words = ("".join(letters) for letters in product("aeiou", "bd", "aeiou"))
    papers = [Paper("Owls", f"Owls {word}.") for word in islice(words, MAX_CANDIDATES_BY_WORDS + 9)]
    most = Paper("Owls", "Owls, owls.")
    with searchable(tmp_path, [*papers, most]) as retriever:
        assert named_papers("owls", retriever.store) == (most, *papers[: MAX_CANDIDATES_BY_WORDS - 1])


ALIKE = [
    Paper("Quuxone " + "\U0001f600" * 20, "Owls see."),
    Paper("Quuxone gamma", "Owls hear."),
    Paper("What is quuxone?", "Owls ask."),
    Paper("Gamma: How Owls of Every Kind Hear the Rays of the Sun", "Owls listen."),
    Paper("Advances in the Hearing of Owls since 2020", "Owls advance."),
]


@pytest.fixture(scope="module")
def alike(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with searchable(tmp_path_factory.mktemp("alike"), ALIKE) as retriever:
        yield retriever.store


@pytest.mark.parametrize(
    ("text", "paper"),
    [
        ("link of Quuxone gamma", 1),
        ("link of Quuxone", 0),
        ("papers like “what is quuxone?”", 2),
        ("is “quuxone” what is quuxone gamma?", 0),
    ],
)
def test_the_longest_title_in_a_text_is_named_first_unless_it_quotes_another(
    alike: Store, text: str, paper: int
) -> None:
    assert named_papers(text, alike)[0] == ALIKE[paper]


def test_a_period_may_be_part_of_a_title(alike: Store) -> None:
    for text in (ALIKE[4].title, f"link of {ALIKE[4].title.lower()}"):
        assert words_of_titles(text, ["since 2020"], alike) == {"since 2020"}
    assert words_of_titles("hearing of owls since 2020", ["since 2020"], alike) == set()
    assert words_of_titles("Quuxone gamma since 2020", ["since 2020"], alike) == set()
