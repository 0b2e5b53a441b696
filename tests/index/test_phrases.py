"""A phrase is found in any inflection and spelling, as a short or long form, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rag.index.phrases import contains, forms_of, numbers_with, papers_with
from rag.index.store import Store
from rag.paper import Paper
from tests.retrieval.conftest import searchable

PAPERS = [
    Paper("Vision Transformers See Owls", "A vision transformer (ViT) sees owls. It normalises colours."),
    Paper("Owls", "We compare several ViTs with a transformation of voles."),
    Paper("Posterior Collapse of Voles", "Posterior collapse starves a voles' colony."),
    Paper("Neural-Collapse Symmetry", "The loss restores symmetry in multi-task owls. SL$^2$A-INR hears 3DOwl data."),
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with searchable(tmp_path_factory.mktemp("phrases"), PAPERS) as retriever:
        yield retriever.store


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("vision transformers", {1: True, 2: False}),
        ("Vision Transformer", {1: True, 2: False}),
        ("ViT", {1: True, 2: False}),
        ("transformer", {1: True}),
        ("transformations", {2: False}),
        ("neural collapse", {4: True}),
        ("posterior collapses", {3: True}),
        ("mode collapse", {}),
        ("normalized colors", {}),
        ("normalizes colors", {1: False}),
        ("multi-task owl", {4: False}),
        ("SL²A-INR", {4: False}),
        ("the", {}),
        ("", {}),
    ],
)
def test_the_papers_that_contain_a_phrase_are_found(store: Store, phrase: str, expected: dict[int, bool]) -> None:
    assert papers_with(phrase, store) == expected


def test_a_short_form_is_known_from_where_it_is_spelled_out(store: Store) -> None:
    assert forms_of("vision transformers", store) == ["vision transformers", "ViT"]
    assert forms_of("ViTs", store) == ["ViTs", "vision transformer"]
    assert forms_of("owls", store) == ["owls"]
    assert forms_of("RLHF", store) == ["RLHF"]


def test_a_text_contains_whole_words_in_a_row() -> None:
    assert contains("The task vectors of owls", "task vector")
    assert not contains("The vector of a task", "task vector")
    assert not contains("Multitasking vectors", "task vector")


@pytest.mark.parametrize("phrase", ["survey", "surveys"])
@pytest.mark.parametrize("text", ["A survey of owls", "Two surveys of owls"])
def test_a_plural_after_a_vowel_and_y_is_found(text: str, phrase: str) -> None:
    assert contains(text, phrase)


def test_a_name_that_only_looks_like_a_plural_is_found() -> None:
    assert contains("VIB is Half Bayes", "Half Bayes")
    assert contains("Studies of owls", "study")


JOINED = ["A zero-shot test", "Zero shot it is", "SE(3)-equivariant nets", "On GPT-4", "On GPT-3", "Owl 2.0", "Color"]


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    papers = [Paper(text, f"{text} is told of here.") for text in JOINED]
    with searchable(tmp_path_factory.mktemp("joined"), papers) as retriever:
        yield retriever.store


@pytest.mark.parametrize(
    ("word", "texts"),
    [
        ("zero-shot", JOINED[:2]),
        ("SE(3)-equivariant", [JOINED[2]]),
        ("GPT-4", [JOINED[3]]),
        ("GPT", JOINED[3:5]),
        ("2.0", [JOINED[5]]),
        ("colours", [JOINED[6]]),
        ("asdfqwer", []),
        ("zero-asdfqwer", []),
    ],
)
def test_the_papers_that_have_a_word_are_found_however_it_is_joined(joined: Store, word: str, texts: list[str]) -> None:
    titles = joined.titles()
    assert {titles[number - 1] for number in numbers_with(word, joined).tolist()} == set(texts)
