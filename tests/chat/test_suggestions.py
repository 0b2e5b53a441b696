"""What is suggested to be asked next, and that none of it leads to a refusal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rag import settings
from rag.answer.types import Answer
from rag.chat.conversation import Conversation
from rag.chat.library import Library
from rag.chat.suggestions import MAX_SUGGESTIONS, suggestions
from rag.chat.trial import Trial
from tests.conftest import index_of

from .asking import ask
from .owls import OWLS

FIRST = (
    "Which papers study sound localization in barn owls?",
    "What is echolocation?",
    "How do omnidirectional microphones and directional microphones differ?",
    "How fast is OwlNet?",
    "How many papers mention sound localization?",
    "Which papers are by Ada Finch?",
    "What is “Echolocation of Bats in Forests” about?",
    "What is the frequency of quantum echolocation?",
)


NETS = [
    {
        "title": "WrenNet: Telling Wrens from Their Songs",
        "abstract": "Songs of wrens are long. We propose WrenNet, a network that splits a song into syllables. "
        "On the XenoCanto and BirdCLEF datasets, WrenNet finds more wrens than any earlier network.",
    },
    {
        "title": "GullNet: Fast Tracking of the Flight of Seabirds",
        "abstract": "Tracking the flight of seabirds is a hard problem. We propose GullNet, a network that follows "
        "gulls by their wings. GullNet overcomes the limitations of earlier trackers and is accurate in fog.",
    },
    {
        "title": "TernNet: Counting the Flight of Seabirds in Colonies",
        "abstract": "The flight of seabirds hides their nests. We propose TernNet, a network that counts terns by "
        "their shadows. A limitation of TernNet is that it fails at night. TernNet counts whole colonies.",
    },
]


@pytest.fixture(scope="module")
def owls(tmp_path_factory: pytest.TempPathFactory) -> Library:
    index_dir = index_of(tmp_path_factory.mktemp("owls"), OWLS)
    return Library(settings.load(index_dir=index_dir, llm="none"))


def suggested(library: Library, question: str, papers: tuple[str, ...] = ()) -> tuple[Answer, tuple[str, ...]]:
    """The answer to `question`, and what is suggested after it."""
    conversation = Conversation(library)
    answer = ask(conversation, question, only=papers or None)
    trial = Trial(library.retriever(), library.router(), library.settings.min_probability, papers)
    return answer, suggestions(answer, conversation.history, trial)


@pytest.mark.parametrize("question", FIRST)
def test_what_is_suggested_after_any_answer_is_answered(owls: Library, question: str) -> None:
    answer, found = suggested(owls, question)
    assert 0 < len(found) <= MAX_SUGGESTIONS
    assert question not in found
    for one in found:
        assert not ask(Conversation.resume(owls, [answer]), one).refused, one


def test_a_list_leads_to_a_comparison_and_to_papers_like_it(owls: Library) -> None:
    answer, found = suggested(owls, FIRST[0])
    assert "How do the first two differ?" in found
    first, second = list(dict.fromkeys(citation.paper.title for citation in answer.citations))[:2]
    compared = ask(Conversation.resume(owls, [answer]), "How do the first two differ?")
    assert {citation.paper.title for citation in compared.citations} == {first, second}
    assert "Which papers are similar to [1]?" in found


def test_a_definition_leads_to_the_papers_that_use_the_term(owls: Library) -> None:
    assert suggested(owls, "What is echolocation?")[1][0] == "Which papers study echolocation?"


def test_a_refusal_leads_to_the_question_without_what_no_paper_has(owls: Library) -> None:
    answer, found = suggested(owls, "What is flurble echolocation?")
    assert answer.refused
    assert found[0] == "What is echolocation?"


@pytest.mark.parametrize("question", ["asdf qwer zxcv", "Which papers study asdf qwer zxcv?"])
def test_words_that_no_paper_has_are_not_suggested(owls: Library, question: str) -> None:
    answer, found = suggested(owls, question)
    assert answer.refused
    assert not any(word in one for one in found for word in ("asdf", "qwer", "zxcv"))


def test_all_words_that_no_paper_has_are_left_out_at_once(owls: Library) -> None:
    assert suggested(owls, "What is flurble zxcv echolocation?")[1][0] == "What is echolocation?"


def test_what_a_term_is_is_suggested_only_where_an_abstract_says_it(owls: Library) -> None:
    assert "What is echolocation?" in suggested(owls, "How many papers mention echolocation?")[1]
    found = suggested(owls, "How many papers mention sound localization?")[1]
    assert found
    assert not any(one.startswith("What is") for one in found)


@pytest.fixture(scope="module")
def nets(tmp_path_factory: pytest.TempPathFactory) -> Library:
    index_dir = index_of(tmp_path_factory.mktemp("nets"), [*OWLS, *NETS])
    return Library(settings.load(index_dir=index_dir, llm="none"))


@pytest.mark.parametrize(
    ("name", "datasets", "limitations"), [("WrenNet", True, False), ("GullNet", False, False), ("TernNet", False, True)]
)
def test_data_sets_and_limitations_are_suggested_only_where_the_abstract_states_them(
    nets: Library, name: str, datasets: bool, limitations: bool
) -> None:
    answer, found = suggested(nets, f"How does {name} work?")
    assert {citation.paper.short_name for citation in answer.citations} == {name}
    assert ("Which datasets does it use?" in found) is datasets
    assert ("What are its limitations?" in found) is limitations


def test_it_is_asked_about_only_after_a_single_paper(owls: Library, nets: Library) -> None:
    for library, question in ((owls, FIRST[0]), (nets, "Which papers study the flight of seabirds?")):
        answer, found = suggested(library, question)
        assert len({citation.paper for citation in answer.citations}) > 1
        assert not any(re.search(r"\b(?:it|its)\b", one) for one in found)


def test_what_has_been_asked_is_not_suggested_again(owls: Library) -> None:
    conversation = Conversation(owls)
    ask(conversation, "which papers study echolocation")  # as people type
    answer = ask(conversation, "What is echolocation?")
    trial = Trial(owls.retriever(), owls.router(), owls.settings.min_probability)
    assert "Which papers study echolocation?" not in suggestions(answer, conversation.history, trial)


def test_a_conversation_with_some_papers_is_not_led_beyond_them(owls: Library) -> None:
    store = owls.retriever().store
    papers = tuple(paper.identity_hash for paper in store.papers(range(1, 3)))
    answer, found = suggested(owls, "Which papers study sound localization?", papers)
    titles = {store.paper(n).title for n in (1, 2)}
    for one in found:
        followed = ask(Conversation.resume(owls, [answer]), one, only=papers or None)
        assert not followed.refused
        assert {citation.paper.title for citation in followed.citations} <= titles


@pytest.mark.parametrize("question", ["hello", "thanks", "what can you do?", "what is this collection about?"])
def test_nothing_is_suggested_after_small_talk(owls: Library, question: str) -> None:
    assert suggested(owls, question)[1] == ()


def test_the_only_paper_of_a_collection_leads_nowhere_else(tmp_path: Path) -> None:
    library = Library(settings.load(index_dir=index_of(tmp_path, OWLS[:1]), llm="none"))
    answer, found = suggested(library, "how large is the error of barn owls?")
    assert not any("similar" in one or "papers study" in one for one in found)
    for one in found:
        assert not ask(Conversation.resume(library, [answer]), one).refused, one
