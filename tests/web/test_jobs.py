"""Questions being answered: what is saved, what is refused, who waits, and that a page may come and go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from rag import settings
from rag.answer.types import Answer, Found, Working, Written
from rag.chat.conversation import Conversation
from rag.chat.library import Library
from rag.errors import ConversationError, QuestionError
from rag.web.conversations import Conversations
from rag.web.jobs import INTERNAL_ERROR, MAX_CONCURRENT, Job, Jobs
from rag.web.turns import Choices, Turn
from tests.conftest import WHICH

from .held import HeldLibrary
from .samples import PAPER, state

ADA, EVE = "ada-owns-this-one", "eve-owns-that-one"


@pytest.fixture(scope="module")
def chat(index_dir: Path) -> Library:
    return Library(settings.load(index_dir=index_dir, llm="none"))


@pytest.fixture
def kept(tmp_path: Path) -> Conversations:
    return Conversations(tmp_path)


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 60))


async def answered(jobs: Jobs, name: str = "one", owner: str = ADA) -> list[Turn]:
    """The turns once the last is answered."""
    return [turns async for turns in jobs.watch(owner, name)][-1]


async def ask(jobs: Jobs, question: str = WHICH, name: str = "one", **chosen: Any) -> list[Turn]:
    await jobs.ask(ADA, name, question, Choices(), **chosen)
    return await answered(jobs, name)


def test_a_question_is_saved_when_it_is_asked_and_again_with_its_answer(chat: Library, kept: Conversations) -> None:
    async def test() -> None:
        jobs = Jobs(chat, kept)
        await jobs.ask(ADA, "one", WHICH, Choices())
        assert [turn.question for turn in kept.load(ADA, "one")] == [WHICH]
        (turn,) = await answered(jobs)
        assert turn.state == "done"
        assert turn.papers == 14
        assert kept.load(ADA, "one") == [turn]

    run(test)


def test_follow_ups_build_on_earlier_answers_also_after_a_restart(chat: Library, kept: Conversations) -> None:
    async def test() -> None:
        first = (await ask(Jobs(chat, kept)))[0]
        follow_up = (await ask(Jobs(chat, kept), "how accurate is [2]?"))[1]
        assert first.answer
        assert follow_up.answer
        second = {one.paper.title for one in first.answer.citations if one.n == 2}
        assert {one.paper.title for one in follow_up.answer.citations if one.n == 2} == second

    run(test)


def test_an_edited_question_replaces_its_turn_and_what_follows(chat: Library, kept: Conversations) -> None:
    async def test() -> None:
        jobs = Jobs(chat, kept)
        for question in (WHICH, "how is protein structure predicted?", "and how fast?"):
            await ask(jobs, question)
        turns = await ask(jobs, "how are corals counted?", replace=1)
        assert [turn.question for turn in turns] == [WHICH, "how are corals counted?"]
        assert kept.load(ADA, "one") == turns

    run(test)


def test_nobody_watches_stops_or_rates_what_is_anothers(chat: Library, kept: Conversations) -> None:
    async def test() -> None:
        jobs = Jobs(chat, kept)
        await jobs.ask(ADA, "one", WHICH, Choices())
        jobs.stop(EVE, "one")
        with pytest.raises(ConversationError):
            await answered(jobs, owner=EVE)
        turns = await answered(jobs)
        assert turns[0].state == "done"
        with pytest.raises(ConversationError):
            await jobs.rate(EVE, "one", 0, True, "")

    run(test)


def test_a_conversation_deleted_while_it_is_answered_does_not_come_back(chat: Library, kept: Conversations) -> None:
    async def test() -> None:
        jobs = Jobs(chat, kept)
        await jobs.ask(ADA, "one", WHICH, Choices())
        await jobs.delete(EVE, "one")
        assert kept.of(ADA)
        await jobs.delete(ADA, "one")
        assert kept.of(ADA) == []
        assert not jobs._jobs

    run(test)


def test_a_conversation_answers_one_question_at_a_time(chat: Library, kept: Conversations) -> None:
    async def test() -> None:
        jobs = Jobs(chat, kept)
        await jobs.ask(ADA, "one", WHICH, Choices())
        with pytest.raises(QuestionError, match="still being answered"):
            await jobs.ask(ADA, "one", WHICH, Choices())
        assert len(await answered(jobs)) == 1

    run(test)


def test_many_who_wait_for_the_index_are_answered_once_it_is_open(index_dir: Path, kept: Conversations) -> None:
    async def test() -> None:
        library = HeldLibrary(settings.load(index_dir=index_dir, llm="none"))
        jobs, names = Jobs(library, kept), [f"conversation-{n}" for n in range(40)]  # asyncio has fewer threads
        for name in names:
            await jobs.ask(ADA, name, WHICH, Choices())
        assert {(await jobs.turns(ADA, name))[0].papers for name in names} == {0}
        jobs.stop(ADA, names[0])  # which must not take the index from the others
        assert (await answered(jobs, names[0]))[0].state == "stopped"
        library.let_all()
        assert {(await answered(jobs, name))[0].state for name in names[1:]} == {"done"}

    run(test)


def test_while_a_newer_index_is_being_opened_the_previous_one_answers(
    index_dir: Path, kept: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        library = HeldLibrary(settings.load(index_dir=index_dir, llm="none"))
        library.let_all()
        library.retriever()
        monkeypatch.setattr(library, "_is_current", lambda opened: False)
        library.index_may_open.clear()
        jobs = Jobs(library, kept)
        await jobs.ask(ADA, "first", WHICH, Choices())
        while not library._opening.locked():
            await asyncio.sleep(0.01)
        try:
            assert (await ask(jobs, name="second"))[0].state == "done"
            assert not (await jobs.turns(ADA, "first"))[0].found
        finally:
            library.let_all()
        assert (await answered(jobs, "first"))[0].state == "done"

    run(test)


@pytest.mark.parametrize(
    ("question", "error"),
    [("", "1 to 2,000"), ("year:soon depth", "year:soon"), ("x" * 2001, "has 2,001")],
)
def test_what_cannot_be_asked_says_so_and_the_next_question_is_answered(
    chat: Library, kept: Conversations, question: str, error: str
) -> None:
    async def test() -> None:
        jobs = Jobs(chat, kept)
        (failed,) = await ask(jobs, question)
        assert failed.state == "failed"
        assert error in failed.error
        assert (await ask(jobs))[1].state == "done"

    run(test)


def test_an_internal_error_ends_the_turn(chat: Library, kept: Conversations, monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        jobs = Jobs(chat, kept)
        monkeypatch.setattr(Conversation, "resume", lambda *given: 1 / 0)
        assert (await ask(jobs))[0].error == INTERNAL_ERROR

    run(test)


def test_a_full_conversation_and_a_full_queue_say_so(
    chat: Library, kept: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        jobs = Jobs(chat, kept)
        await ask(jobs)
        monkeypatch.setattr("rag.web.jobs.MAX_TURNS", 1)
        with pytest.raises(QuestionError, match="at most 1 questions"):
            await jobs.ask(ADA, "one", WHICH, Choices())
        monkeypatch.setattr("rag.web.jobs.MAX_WAITING", 0)
        with pytest.raises(QuestionError, match="Ask again in a minute"):
            await jobs.ask(ADA, "two", WHICH, Choices())
        assert [turn.question for turn in kept.load(ADA, "one")] == [WHICH]

    run(test)


def test_a_rating_is_kept_and_can_be_changed(chat: Library, kept: Conversations) -> None:
    async def test() -> None:
        jobs = Jobs(chat, kept)
        await ask(jobs)
        await jobs.rate(ADA, "one", 0, False, "wrong paper")
        assert (kept.load(ADA, "one")[0].good, kept.load(ADA, "one")[0].note) == (False, "wrong paper")
        await jobs.rate(ADA, "one", 0, True, "")
        assert (kept.load(ADA, "one")[0].good, kept.load(ADA, "one")[0].note) == (True, "")
        with pytest.raises(QuestionError, match="no answer to rate"):
            await jobs.rate(ADA, "one", 1, True, "")

    run(test)


def test_everybody_gets_quotes_at_once_and_written_sentences_in_turn(
    chat: Library, kept: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model is silent, so that those being written for keep their places."""
    go = Event()
    events = (Found((PAPER,), 9), state(), Working("reading"), Written(state()))

    async def ask_of_a_model(*given: object) -> AsyncGenerator[Any]:
        for event in events:
            yield event
            while isinstance(event, Working) and not go.is_set():
                await asyncio.sleep(0.01)
        yield Answer(WHICH, (state(),), written=(state(),))

    async def test() -> None:
        jobs = Jobs(chat, kept)
        names = [f"conversation-{n}" for n in range(MAX_CONCURRENT + 2)]
        for name in names:
            await jobs.ask(ADA, name, WHICH, Choices())
        turns = [(await jobs.turns(ADA, name))[-1] for name in names]
        while len(jobs._writing) < 2:
            await asyncio.sleep(0.01)
        assert sorted(turn.ahead for turn in turns if turn.ahead is not None) == [0, 1]
        assert all(turn.statements == [state()] and turn.working for turn in turns)
        for name in names[:-1]:
            jobs.stop(ADA, name)
            assert (await answered(jobs, name))[0].state == "stopped"
        go.set()
        assert (await answered(jobs, names[-1]))[0].written == [state()]

    monkeypatch.setattr(Conversation, "ask", ask_of_a_model)
    run(test)


def test_a_model_that_tells_of_each_word_is_followed_as_far_as_a_reader_sees_it() -> None:
    async def test() -> None:
        job = Job(ADA, [Turn(WHICH)])
        seen = []
        for event in [Working("thinking", seconds=n / 10) for n in range(100)] + [Working("writing")]:
            changed = job.changed
            job.take(event)
            seen += [event.seconds] if changed.is_set() else []
        assert job.turn.working == Working("writing")
        assert len(seen) == 12

    run(test)


def test_quotes_wait_for_nobody(chat: Library, kept: Conversations) -> None:
    async def test() -> None:
        jobs = Jobs(chat, kept)
        async with jobs._writing.place(lambda ahead: None), jobs._writing.place(lambda ahead: None):
            assert (await ask(jobs))[-1].state == "done"

    run(test)


def test_the_choice_of_writer_is_the_conversations(
    chat: Library, kept: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[object, ...]] = []

    async def ask_with(_: Conversation, *choices: object) -> AsyncGenerator[Any]:
        given.append(choices)
        yield Answer(WHICH, (state(),))

    async def test() -> None:
        jobs = Jobs(chat, kept)
        for n, choices in enumerate((Choices(), Choices(("a:b",), 3, "owl", "quotes"))):
            await jobs.ask(ADA, f"conversation-{n}", WHICH, choices)
            await answered(jobs, f"conversation-{n}")

    monkeypatch.setattr(Conversation, "ask", ask_with)
    run(test)
    assert given == [(WHICH, (), None, None, None), (WHICH, ("a:b",), 3, "owl", "quotes")]
