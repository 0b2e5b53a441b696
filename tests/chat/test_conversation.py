"""Follow-up questions, and citation numbers that last for a conversation."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from rag import settings
from rag.answer import evidence
from rag.answer.evidence import Selection, select
from rag.answer.types import Answer, Citation, Found, Statement
from rag.answer.writers.task import Writer
from rag.chat.conversation import Conversation
from rag.chat.library import Library
from rag.errors import ModelError, QuestionError
from rag.paper import Paper
from tests.chat.asking import ask, numbers
from tests.conftest import WHICH
from tests.llm.server import Server


def test_a_paper_keeps_its_number(library: Library) -> None:
    conversation = Conversation(library)
    first = numbers(ask(conversation, WHICH))
    second = numbers(ask(conversation, "how is protein structure predicted?"))
    again = numbers(ask(conversation, WHICH))
    assert sorted(first.values()) == list(range(1, len(first) + 1))
    assert min(second.values()) == len(first) + 1
    assert again == first
    assert set(first.values()) | set(second.values()) == set(range(1, len(first | second) + 1))


def test_papers_of_the_same_title_have_different_numbers(library: Library) -> None:
    owls, swifts = (Paper("Birds", text, ids=(id,)) for text, id in [("Owls hunt.", "x:1"), ("Swifts sleep.", "x:2")])
    conversation = Conversation(library)
    assert [conversation._number(paper) for paper in (owls, swifts, owls)] == [1, 2, 1]
    assert conversation._number(replace(swifts, abstract="Swifts do sleep.")) == 2  # corrected by a rebuild


def test_the_number_of_a_paper_that_is_not_shown_goes_to_the_next(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_relevant(*arguments: Any) -> Selection:
        selection = select(*arguments)
        found = [*selection.relevant, *selection.related]
        return Selection(found[:1], found[1:], 0.7)

    monkeypatch.setattr(evidence, "select", one_relevant)
    conversation = Conversation(library)
    unseen = ask(conversation, "how is diffusion depth estimation made fast?")
    assert unseen.related
    assert list(numbers(ask(conversation, "what error does FoldGAT reach on CASP14?")).values()) == [2]
    listed = ask(conversation, WHICH)
    shown = [citation.n for citation in (*listed.citations, *listed.related)]
    assert set(shown) <= {1, 2, *range(3, 3 + len(listed.related))}
    assert max(numbers(ask(conversation, "who counts coral?")).values()) == max(*shown, 2) + 1


def test_conversations_do_not_share_numbers_or_history(library: Library) -> None:
    ask(Conversation(library), WHICH)
    assert min(numbers(ask(Conversation(library), "how is protein structure predicted?")).values()) == 1


def test_a_follow_up_is_understood_from_the_question_before(library: Library) -> None:
    conversation = Conversation(library)
    ask(conversation, "keyword spotting on microcontrollers")
    answer = ask(conversation, "and how accurate is it?")
    assert "TinySpeech: Keyword Spotting on Microcontrollers" in numbers(answer)
    assert "94.1%" in " ".join(statement.text for statement in answer.statements)


@pytest.mark.parametrize(("pointer", "position"), [("the first one", 0), ("the second paper", 1), ("[2]", 1)])
def test_a_follow_up_can_point_at_a_paper_of_the_last_answer(library: Library, pointer: str, position: int) -> None:
    conversation = Conversation(library)
    cited = list(numbers(ask(conversation, WHICH)))
    assert next(iter(numbers(ask(conversation, f"what is the accuracy of {pointer}?")))) == cited[position]


def test_a_number_points_at_its_paper_however_long_ago_it_was_cited(library: Library) -> None:
    conversation = Conversation(library)
    first = next(iter(numbers(ask(conversation, "how does TinySpeech spot keywords?"))))
    ask(conversation, "how is protein structure predicted?")
    assert next(iter(numbers(ask(conversation, "how many parameters has [1]?")))) == first


def test_it_means_the_only_paper_that_was_cited(library: Library) -> None:
    conversation = Conversation(library)
    assert len(numbers(ask(conversation, "how does TinySpeech spot keywords?"))) == 1
    answer = ask(conversation, "how many parameters does it have?")
    assert list(numbers(answer)) == ["TinySpeech: Keyword Spotting on Microcontrollers"]


def test_a_short_question_that_nothing_answers_is_read_as_a_follow_up(library: Library) -> None:
    assert ask(Conversation(library), "teachers").refused
    conversation = Conversation(library)
    ask(conversation, "which papers estimate depth from a single image?")
    followed = ask(conversation, "teachers")
    assert list(numbers(followed)) == ["SwiftDepth: Single-Step Diffusion for Monocular Depth"]
    assert followed.notice == "Read as a follow-up to the question before."
    changed = ask(conversation, "parking fines")
    assert (changed.refused, changed.notice) == (True, "")


def test_a_follow_up_of_a_follow_up_keeps_the_topic(library: Library) -> None:
    conversation = Conversation(library)
    ask(conversation, "which papers estimate depth?")
    ask(conversation, "and with diffusion?")
    at_night = ask(conversation, "and at night?")
    assert next(iter(at_night.citations)).paper.title.startswith("Night Depth")


def test_of_those_means_the_papers_of_the_last_answer(library: Library) -> None:
    conversation = Conversation(library)
    cited = set(numbers(ask(conversation, WHICH)))
    narrow = ask(conversation, "and which of those stop denoising early?")
    assert (narrow.searched, narrow.filters, narrow.intent) == (len(cited), ("of those",), "papers")
    assert list(numbers(narrow)) == ["Early Exit for Diffusion-Based Depth Estimation"]
    wide = ask(conversation, "and which of those stop denoising early?", {"of those"})
    assert (wide.searched, wide.filters) == (14, ())


def test_how_do_they_differ_compares_the_papers_of_the_last_answer(library: Library) -> None:
    conversation = Conversation(library)
    cited = numbers(ask(conversation, WHICH))
    compared = ask(conversation, "how do they differ?")
    assert compared.intent == "comparison"
    assert numbers(compared) == cited


def test_after_an_answer_without_citations_those_are_still_the_ones_before(library: Library) -> None:
    conversation = Conversation(library)
    cited = set(numbers(ask(conversation, WHICH)))
    assert ask(conversation, "which of those cook dinner?").refused
    assert ask(conversation, "and which of them stop denoising early?").searched == len(cited)


def test_a_new_topic_is_not_answered_from_the_old_one(library: Library) -> None:
    conversation = Conversation(library)
    ask(conversation, WHICH)
    assert ask(conversation, "who won the 2022 world cup?").refused


def test_a_filter_applies_to_its_own_question_and_can_be_ignored(library: Library) -> None:
    conversation = Conversation(library)
    narrow = ask(conversation, f"{WHICH} year:2023")
    wide = ask(conversation, f"{WHICH} year:2023", {"year:2023"})
    assert (narrow.searched, narrow.filters) == (3, ("year:2023",))
    assert (wide.searched, wide.filters) == (14, ())
    assert set(numbers(narrow)) < set(numbers(wide))
    assert ask(conversation, "and how accurate is it?").searched == 14


def test_a_filter_alone_repeats_the_last_question(library: Library) -> None:
    conversation = Conversation(library)
    ask(conversation, f"{WHICH} year:2024")
    again = ask(conversation, "and before 2024?")
    assert {citation.paper.year for citation in again.citations} == {2023}


def test_a_resumed_conversation_answers_as_the_original(library: Library) -> None:
    original = Conversation(library)
    questions = (WHICH, "keyword spotting on microcontrollers", "who won in 2022?")
    answers = [ask(original, question) for question in questions]
    resumed = Conversation.resume(library, answers)
    for question in ("and how accurate is it?", "which of those are from before 2030?", WHICH):
        assert ask(resumed, question) == ask(original, question)


def test_a_resumed_conversation_continues_the_numbers(library: Library) -> None:
    listed = ask(Conversation(library), WHICH)
    last = max(citation.n for citation in (*listed.citations, *listed.related))
    resumed = Conversation.resume(library, [listed])
    assert ask(resumed, "how is protein structure predicted?").citations[0].n == last + 1


def test_related_papers_that_were_not_shown_have_no_number_after_resuming(library: Library) -> None:
    owls, bats = Paper("Owls", "Owls hoot."), Paper("Bats", "Bats fly.")
    cited, related = Citation(1, owls, 0, 10), Citation(2, bats, 0, 9)
    answer = Answer("do owls hoot?", (Statement(cited.quote, (cited,), "quote"),), (related,))
    assert Conversation.resume(library, [answer])._number(Paper("Foxes", "Foxes run.")) == 2
    listing = replace(answer, intent="papers")
    assert Conversation.resume(library, [listing])._number(Paper("Foxes", "Foxes run.")) == 3


@pytest.mark.parametrize("question", ["", "  \n", "x" * 2_001])
def test_a_question_that_is_empty_or_too_long_is_refused(library: Library, question: str) -> None:
    with pytest.raises(QuestionError, match="2,000"):
        ask(Conversation(library), question)


def test_a_question_can_limit_the_papers_to_cite(library: Library) -> None:
    conversation = Conversation(library)
    narrow = ask(conversation, WHICH, max_papers=1)
    assert narrow.relevant_count == 1
    assert narrow.notice
    assert ask(conversation, WHICH).relevant_count > 1
    with pytest.raises(QuestionError, match="at least 1"):
        ask(conversation, WHICH, max_papers=0)


def test_a_question_can_choose_its_model(index_dir: Path, server: Server) -> None:
    library = Library(settings.load(index_dir=index_dir, llm="none", writer="sentences"))
    conversation = Conversation(library)
    assert ask(conversation, WHICH, llm=f"openai-like:{server.url}/v1#owl").writer == "sentences"
    requests = len(server.requests)
    assert requests
    assert ask(conversation, WHICH).writer == "quotes"
    assert len(server.requests) == requests
    with pytest.raises(ModelError, match="'owl'"):
        ask(conversation, WHICH, llm="owl")


def test_papers_are_found_while_the_model_is_still_being_opened(
    index_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library(settings.load(index_dir=index_dir, llm="none"))
    opened, open_now = Event(), library.writer

    def open_slowly(spec: str | None) -> Writer:
        assert opened.wait(60)
        return open_now(spec)

    async def ask_and_open() -> list[object]:
        events: list[object] = []
        async with aclosing(Conversation(library).ask(WHICH)) as stream:
            async for event in stream:
                events.append(event)
                opened.set()  # not before the first event
        return events

    monkeypatch.setattr(library, "writer", open_slowly)
    found, *_, answer = asyncio.run(ask_and_open())
    assert isinstance(found, Found)
    assert isinstance(answer, Answer)
    assert answer == ask(Conversation(library), WHICH)


@pytest.mark.parametrize("writer", ["sentences", pytest.param("synthesis", marks=pytest.mark.slow)])
def test_every_sentence_of_the_bundled_model_is_checked_and_cited(index_dir: Path, writer: str) -> None:
    library = Library(settings.load(index_dir=index_dir, writer=writer))
    answer = ask(Conversation(library), "what is SwiftDepth and how fast is it?")
    assert not answer.notice
    assert answer.writer == writer
    assert "SwiftDepth" in {citation.paper.title.partition(":")[0] for citation in answer.citations}
    assert all(citation.quote in citation.paper.abstract for citation in answer.citations)
    assert all(statement.verdict and statement.citations for statement in answer.statements)
