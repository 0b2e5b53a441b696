"""Follow-up questions, and citation numbers that last for a conversation."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from threading import Event as Signal
from typing import Any

import pytest

from rag import settings
from rag.answer import evidence
from rag.answer.evidence import Selection, select
from rag.answer.types import Answer, Citation, Found, Statement
from rag.chat.conversation import Conversation
from rag.chat.library import Library
from rag.errors import QuestionError
from rag.paper import Paper
from tests.answer.owl import Owl, grading, reading
from tests.chat.asking import ask, numbers
from tests.chat.conftest import WRITTEN
from tests.conftest import WHICH


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
    answer = Answer("do owls hoot?", (Statement(cited.quote, (cited,), "quote"),), related=(related,))
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


def test_a_question_can_choose_its_model_and_how_it_writes(index_dir: Path, owl: Owl) -> None:
    conversation = Conversation(Library(settings.load(index_dir=index_dir, llm="none")))
    chosen = ask(conversation, WHICH, llm=owl.spec)
    assert [one.text for one in chosen.written] == [WRITTEN]
    requests = len(owl.server.requests)
    assert requests
    assert ask(conversation, WHICH).written == ()
    assert ask(conversation, WHICH, llm=owl.spec, writer="quotes").effort is None
    assert len(owl.server.requests) == requests


@pytest.mark.parametrize(
    ("spec", "part"), [("owl", "'owl'"), ("openai-like:http://127.0.0.1:9/v1#owl", "No LLM answers")]
)
def test_a_model_that_cannot_be_opened_leaves_the_quotes(library: Library, spec: str, part: str) -> None:
    quoted = ask(Conversation(library), WHICH)
    answer = ask(Conversation(library), WHICH, llm=spec)
    assert answer.statements == quoted.statements
    assert part in answer.notice
    assert answer.notice.endswith("The answer is quoted.")


def test_the_quotes_do_not_wait_for_a_model_that_is_still_being_opened(
    index_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library(settings.load(index_dir=index_dir, llm="none"))
    quoted, opened = ask(Conversation(library), WHICH), Signal()

    def open_slowly(*arguments: object) -> None:
        assert opened.wait(60)

    async def ask_and_open() -> list[object]:
        events: list[object] = []
        async with aclosing(Conversation(library).ask(WHICH)) as stream:
            async for event in stream:
                events.append(event)
                if len(events) == len(quoted.statements) + 1:
                    opened.set()  # not before the last quote
        return events

    monkeypatch.setattr(library, "assistant", open_slowly)
    found, *statements, answer = asyncio.run(ask_and_open())
    assert isinstance(found, Found)
    assert tuple(statements) == quoted.statements
    assert answer == quoted


def test_a_model_reads_a_follow_up_after_the_questions_and_papers_before_it(index_dir: Path, owl: Owl) -> None:
    conversation = Conversation(Library(settings.load(index_dir=index_dir, llm="none")))
    before, question = "how does TinySpeech spot keywords?", "and how accurate is it?"
    (first,) = numbers(ask(conversation, before))
    owl.replies |= {
        "reading": reading(question="how much does FoldGAT score?", intent="fact"),
        "grade": grading({"Folding": "2c"}),
        "synthesis": "It reaches a mean GDT score of 71.5 on CASP14 targets.",
    }
    answer = ask(conversation, question, llm=owl.spec)
    assert first in owl.question("reading")
    assert before in owl.question("reading")
    assert "how much does FoldGAT score?" in owl.question("grade")
    assert list(numbers(answer)) == ["Folding Proteins with Graph Attention"]
    assert answer.question == question


def test_a_filter_that_a_model_found_can_be_removed(index_dir: Path, owl: Owl) -> None:
    conversation = Conversation(Library(settings.load(index_dir=index_dir, llm=owl.spec)))
    owl.replies["reading"] = reading(first_year=2023, last_year=2023)
    question = "which papers speed up diffusion depth, 2023 or so?"
    narrow = ask(conversation, question)
    assert (narrow.filters, narrow.searched) == (("year:2023..2023",), 3)
    wide = ask(conversation, question, {"year:2023..2023"})
    assert (wide.filters, wide.searched) == ((), 14)


def test_a_paper_that_only_a_model_finds_has_the_next_number_and_can_be_pointed_at(index_dir: Path, owl: Owl) -> None:
    conversation = Conversation(Library(settings.load(index_dir=index_dir, llm="none")))
    last = max(numbers(ask(conversation, WHICH)).values())
    coral = "Coral Counting with Drones"
    owl.replies |= {"reading": reading(intent="fact"), "grade": grading({coral: "2"})}
    answer = ask(conversation, "who won the 2022 world cup?", llm=owl.spec)
    assert list(numbers(answer)) == [coral]
    assert numbers(answer)[coral] > last
    followed = ask(conversation, f"how many reefs does [{numbers(answer)[coral]}] count?")
    assert list(numbers(followed)) == [coral]


@pytest.mark.slow
def test_every_sentence_of_the_bundled_model_is_checked_and_cited(index_dir: Path) -> None:
    library = Library(settings.load(index_dir=index_dir, llm="bundled", writer="synthesis"))
    answer = ask(Conversation(library), "what is SwiftDepth and how fast is it?")
    assert not answer.notice
    assert answer.effort
    assert answer.effort.prompt_tokens
    assert "SwiftDepth" in {citation.paper.title.partition(":")[0] for citation in answer.citations}
    assert all(citation.quote in citation.paper.abstract for citation in answer.citations)
    assert all(statement.verdict and statement.citations for statement in answer.written)
