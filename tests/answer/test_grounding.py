"""What a question names or defines must stand in the abstracts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rag.answer.grounding import Grounding, ground
from rag.index.store import Store
from rag.paper import Paper
from tests.retrieval.conftest import searchable

PAPERS = [
    Paper("FastOwl: Hearing Voles", "We propose FastOwl, which hears voles on KITTI. It beats SlowOwl."),
    Paper("Posterior Collapse", "Posterior collapse is when latent owls are ignored."),
    Paper("Symmetric Neural-Collapse", "Owls are symmetric. The Bradley-Terry preference of bats is known."),
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with searchable(tmp_path_factory.mktemp("grounding"), PAPERS) as retriever:
        yield retriever.store


def test_a_term_that_no_abstract_has_is_missing(store: Store) -> None:
    assert ground("What is mode collapse?", "definition", "mode collapse", store) == Grounding(("mode collapse",))
    only_title = ground("What is neural collapse?", "definition", "neural collapse", store)
    assert (only_title.missing, only_title.titles) == (("neural collapse",), (3,))


def test_a_term_is_defined_from_the_abstracts_that_have_it(store: Store) -> None:
    found = ground("What is posterior collapse?", "definition", "posterior collapses", store)
    assert (found.missing, found.papers, found.defined) == ((), {2}, ("posterior collapses",))
    generic = ground("define the Bradley-Terry model", "definition", "Bradley-Terry model", store)
    assert generic.papers == {3}


def test_a_fact_needs_all_its_names_in_one_abstract(store: Store) -> None:
    assert ground("How fast is FastOwl on KITTI?", "fact", "", store).papers == {1}
    assert ground("How fast is QuickOwl on KITTI?", "fact", "", store).missing == ("QuickOwl",)
    assert ground("Does FastOwl use the Bradley-Terry model?", "yesno", "", store).apart == ("FastOwl", "Bradley-Terry")
    assert ground("how fast are owls?", "fact", "", store) == Grounding()


def test_a_question_for_papers_may_name_what_only_some_have(store: Store) -> None:
    found = ground("Which papers use FastOwl or QuickOwl?", "papers", "", store)
    assert (found.missing, found.named, found.unknown) == (("QuickOwl",), True, ("QuickOwl",))
    assert found.naming == {1: True}
    assert ground("Which papers use QuickOwl?", "papers", "", store).missing == ("QuickOwl",)


def test_a_name_that_no_paper_introduces_is_only_mentioned(store: Store) -> None:
    assert ground("How does SlowOwl hear?", "fact", "", store).mentioned_only == ("SlowOwl",)
    assert ground("How does FastOwl hear?", "fact", "", store).mentioned_only == ()


def test_papers_that_name_all_of_a_topic_are_told_from_those_that_have_it_in_the_title(store: Store) -> None:
    assert ground("which papers are about owls?", "papers", "", store).naming == {2: False, 3: False}
    assert ground("posterior collapse papers", "papers", "", store).naming == {2: True}
    assert ground("papers on owls and bats", "papers", "", store).naming == {3: False}
    assert ground("papers on posterior collapse or bats", "papers", "", store).naming == {2: True, 3: False}


@pytest.mark.parametrize("question", ["which papers need no owls?", "papers without owls"])
def test_a_question_for_papers_without_a_word_is_not_answered_by_those_that_have_it(
    question: str, store: Store
) -> None:
    assert ground(question, "papers", "", store).naming == {}


def test_words_that_no_paper_has_are_unknown(store: Store) -> None:
    found = ground("do symmetric owls cook risotto on KITTI with Bradley-Terry pre-heating?", "fact", "", store)
    assert found.unknown == ("cook", "risotto", "pre-heating")
