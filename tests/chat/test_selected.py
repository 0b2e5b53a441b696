"""Conversations that are limited to selected papers: everything in them is of these papers alone."""

from __future__ import annotations

import pytest

from rag.chat.conversation import Conversation
from rag.chat.library import Library
from rag.errors import QuestionError
from tests.answer.owl import Owl, reading
from tests.chat.asking import ask, numbers
from tests.conftest import WHICH

SWIFT = "SwiftDepth: Single-Step Diffusion for Monocular Depth"
EXIT = "Early Exit for Diffusion-Based Depth Estimation"
CORAL = "Coral Counting with Drones"
NIGHT = "Night Depth: Self-Supervised Depth Estimation in the Dark"
TINY = "TinySpeech: Keyword Spotting on Microcontrollers"


def hashes(library: Library, *titles: str) -> list[str]:
    store = library.retriever().store
    return [store.paper(store.titles().index(title) + 1).identity_hash for title in titles]


def test_only_selected_papers_are_cited_and_counted(library: Library) -> None:
    assert set(numbers(ask(Conversation(library), WHICH))) == {SWIFT, EXIT}
    answer = ask(Conversation(library), WHICH, only=hashes(library, EXIT, CORAL, TINY))
    assert list(numbers(answer)) == [EXIT]
    assert (answer.searched, answer.filters) == (3, ("3 selected papers",))
    assert {one.paper.title for one in answer.related} <= {CORAL, TINY}


@pytest.mark.parametrize(
    ("question", "listed"),
    [
        ("list all papers", {CORAL, TINY, SWIFT}),
        ("how many papers are there?", {CORAL, TINY, SWIFT}),
        ("how many papers use diffusion?", {SWIFT}),
        ("what is the newest paper?", {CORAL, TINY, SWIFT}),
        ("what are these papers about?", {CORAL, TINY, SWIFT}),
    ],
)
def test_lists_and_counts_are_of_selected_papers(library: Library, question: str, listed: set[str]) -> None:
    answer = ask(Conversation(library), question, only=hashes(library, CORAL, TINY, SWIFT))
    assert {one.paper.title for one in answer.listed} == listed
    assert answer.searched == 3
    assert not answer.headline.startswith("14")


def test_a_comparison_is_of_selected_papers(library: Library) -> None:
    only = hashes(library, CORAL, TINY)
    assert set(numbers(ask(Conversation(library), "how do they differ?", only=only))) == {CORAL, TINY}
    outside = ask(Conversation(library), "how do SwiftDepth and TinySpeech differ?", only=only)
    assert SWIFT not in numbers(outside)
    assert "“SwiftDepth”" in outside.headline + outside.notice


def test_what_selected_papers_do_not_answer_is_refused_though_others_do(library: Library) -> None:
    answer = ask(Conversation(library), WHICH, only=hashes(library, CORAL, TINY))
    assert answer.refused
    assert {paper.title for paper in answer.nearest} == {CORAL, TINY}


def test_a_single_paper_is_asked_without_being_named(library: Library) -> None:
    only = hashes(library, TINY)
    conversation = Conversation(library)
    answer = ask(conversation, "how many parameters?", only=only)
    assert list(numbers(answer)) == [TINY]
    assert "38 thousand parameters" in answer.statements[0].text
    assert ask(conversation, "who won the 2022 world cup?", only=only).refused
    assert [one.paper.title for one in ask(conversation, "bibtex", only=only).listed] == [TINY]
    assert [one.paper.title for one in ask(Conversation(library), "summarize", only=only).listed] == [TINY]


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ("What do they propose?", {CORAL: "We count coral colonies", TINY: "TinySpeech is a convolutional network"}),
        ("What results do they report?", {CORAL: "The counts agree", TINY: "It reaches 94.1% accuracy"}),
        ("Summarize them", {CORAL: "We count coral colonies", TINY: "TinySpeech is a convolutional network"}),
    ],
)
def test_an_aspect_of_selected_papers_is_quoted_from_each(
    library: Library, question: str, quoted: dict[str, str]
) -> None:
    answer = ask(Conversation(library), question, only=hashes(library, CORAL, TINY))
    for title, beginning in quoted.items():
        texts = [one.text for one in answer.statements if one.citations[0].paper.title == title]
        assert any(text.startswith(beginning) for text in texts)
    assert not answer.notice


def test_selected_papers_without_an_aspect_are_named(library: Library) -> None:
    answer = ask(Conversation(library), "What are their limitations?", only=hashes(library, NIGHT, TINY))
    assert answer.statements[0].text.startswith("Self-supervised depth estimation fails at night")
    assert list(numbers(answer)) == [NIGHT]
    assert answer.notice == f"No sentence about a limitation was found in the abstract of “{TINY}”."
    none = ask(Conversation(library), "What are their limitations?", only=hashes(library, TINY, CORAL))
    assert (none.refused, none.headline) == (True, "None of these abstracts states a limitation.")


def test_an_aspect_of_one_paper_is_quoted(library: Library) -> None:
    alone = ask(Conversation(library), "What results does it report?", only=hashes(library, TINY))
    assert [one.text[:12] for one in alone.statements][:1] == ["TinySpeech i"]
    conversation = Conversation(library)
    assert list(numbers(ask(conversation, "how many parameters has TinySpeech?"))) == [TINY]
    followed = ask(conversation, "What results does it report?")
    assert [one.text for one in followed.statements] == [one.text for one in alone.statements]
    lacking = ask(conversation, "What are its limitations?")
    assert lacking.refused
    assert lacking.not_stated_by
    assert lacking.not_stated_by.title == TINY


def test_follow_ups_stay_within_selected_papers(library: Library) -> None:
    only = hashes(library, EXIT, CORAL, TINY)
    first = ask(Conversation(library), "which papers estimate depth?", only=only)
    assert list(numbers(first)) == [EXIT]
    conversation = Conversation.resume(library, [first])
    followed = ask(conversation, "and with diffusion?", only=only)
    assert list(numbers(followed)) == [EXIT]
    assert followed.filters == ("3 selected papers",)
    shorter = ask(conversation, "shorter", only=only)
    assert (list(numbers(shorter)), shorter.searched) == ([EXIT], 3)
    assert set(numbers(ask(conversation, WHICH))) == {SWIFT, EXIT}  # the limit is one of each question


def test_the_limit_is_removed_as_a_filter_is(library: Library) -> None:
    only = hashes(library, CORAL, TINY)
    wide = ask(Conversation(library), WHICH, {"2 selected papers"}, only=only)
    assert (set(numbers(wide)), wide.filters, wide.searched) == ({SWIFT, EXIT}, (), 14)


def test_papers_that_a_rebuild_removed_are_said(library: Library) -> None:
    answer = ask(Conversation(library), WHICH, only=[*hashes(library, SWIFT), "0" * 12])
    assert list(numbers(answer)) == [SWIFT]
    assert "1 of 2 selected papers is no longer in the collection." in answer.notice
    with pytest.raises(QuestionError, match="None of the selected papers"):
        ask(Conversation(library), WHICH, only=["0" * 12])


def test_a_model_does_not_widen_the_limit(library: Library, owl: Owl) -> None:
    owl.replies["reading"] = reading(first_year=2023, last_year=2024, question="which papers use diffusion?")
    answer = ask(Conversation(library), WHICH, llm=owl.spec, only=hashes(library, EXIT, CORAL))
    assert owl.server.requests
    assert set(numbers(answer)) == {EXIT}
    assert (answer.filters, answer.searched) == (("2 selected papers",), 2)
