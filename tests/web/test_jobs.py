"""Questions being answered: what is saved, what is refused, who waits, and that a page may come and go."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from rag import settings
from rag.answer.types import Answer, Found, Working, Written
from rag.chat.conversation import Conversation
from rag.chat.library import Library
from rag.errors import ConversationError, QuestionError
from rag.web.conversations import DATABASE, Conversations
from rag.web.job import Job
from rag.web.jobs import INTERNAL_ERROR, Jobs
from rag.web.places import MAX_CONCURRENT, MAX_WAITING_OF_OWNER, Asking
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
        with pytest.raises(QuestionError, match="no answer to rate"):
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
            await jobs.ask(name, name, WHICH, Choices())
        assert {(await jobs.turns(name, name))[0].papers for name in names} == {0}
        jobs.stop(names[0], names[0])  # which must not take the index from the others
        assert (await answered(jobs, names[0], names[0]))[0].state == "stopped"
        library.let_all()
        assert {(await answered(jobs, name, name))[0].state for name in names[1:]} == {"done"}

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


def test_what_is_empty_or_too_long_is_not_stored(chat: Library, kept: Conversations) -> None:
    async def test() -> None:
        jobs = Jobs(chat, kept)
        for question in ("", " \n", "x" * 2001):
            with pytest.raises(QuestionError, match="1 to 2,000 characters"):
                await jobs.ask(ADA, "one", question, Choices())
        assert kept.of(ADA) == []
        assert (await ask(jobs))[0].state == "done"

    run(test)


def test_what_cannot_be_answered_says_so_and_the_next_question_is(chat: Library, kept: Conversations) -> None:
    async def test() -> None:
        jobs = Jobs(chat, kept)
        (failed,) = await ask(jobs, "year:soon depth")
        assert failed.state == "failed"
        assert "year:soon" in failed.error
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
        monkeypatch.setattr("rag.web.places.MAX_WAITING", 0)
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
        while len(jobs.places.writing) < 2:
            await asyncio.sleep(0.01)
        turns = [(await jobs.turns(ADA, name))[-1] for name in names]
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
        job = Job(Asking(ADA), [Turn(WHICH)])
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
        async with jobs.places.writing.place(lambda ahead: None), jobs.places.writing.place(lambda ahead: None):
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
        for n, choices in enumerate((Choices(), Choices(("a:b",), 3, "none", "quotes"))):
            await jobs.ask(ADA, f"conversation-{n}", WHICH, choices)
            await answered(jobs, f"conversation-{n}")

    monkeypatch.setattr(Conversation, "ask", ask_with)
    run(test)
    assert given == [(WHICH, (), None, None, None, None), (WHICH, ("a:b",), 3, "none", "quotes", None)]


def test_a_page_that_takes_long_to_show_an_answer_gets_fewer_updates_and_its_end_at_once(
    chat: Library, kept: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a clock that says that each update takes 100 seconds."""
    said = [state(text=f"Sentence {n}.") for n in range(100)]

    async def answer(*given: object) -> AsyncGenerator[Any]:
        yield Found((PAPER,), 9)
        for statement in said:
            await asyncio.sleep(0.001)
            yield statement
        yield Answer(WHICH, tuple(said))

    async def test() -> None:
        jobs = Jobs(chat, kept)
        await jobs.ask(ADA, "one", WHICH, Choices())
        states = [turns async for turns in jobs.watch(ADA, "one")]
        assert len(states) <= 3
        assert states[-1][0].state == "done"

    monkeypatch.setattr(Conversation, "ask", answer)
    monkeypatch.setattr("rag.web.job.monotonic", iter(range(0, 10**9, 100)).__next__)
    run(test)


def test_what_a_page_is_shown_does_not_change_while_it_is_shown(chat: Library, kept: Conversations) -> None:
    async def test() -> None:
        jobs = Jobs(chat, kept)
        await jobs.ask(ADA, "one", WHICH, Choices())
        shown = [(turns, turns[-1].running, len(turns[-1].statements)) async for turns in jobs.watch(ADA, "one")]
        assert [(turns[-1].running, len(turns[-1].statements)) for turns, *_ in shown] == [one[1:] for one in shown]
        assert not shown[-1][1]

    run(test)


def test_no_more_pages_follow_an_answer_than_may(
    chat: Library, kept: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        jobs = Jobs(chat, kept)
        async with jobs.places.searching.place(lambda ahead: None), jobs.places.searching.place(lambda ahead: None):
            await jobs.ask(ADA, "one", WHICH, Choices())
            watching = [jobs.watch(ADA, "one") for _ in range(3)]
            for page in watching[:2]:
                await anext(page)
            with pytest.raises(QuestionError, match="2 pages show this answer already"):
                await anext(watching[2])
            await watching[0].aclose()
            assert await anext(jobs.watch(ADA, "one"))
        await watching[1].aclose()

    monkeypatch.setattr("rag.web.job.MAX_WATCHERS", 2)
    run(test)


def test_nobody_fills_the_queue_for_all(chat: Library, kept: Conversations) -> None:
    async def test() -> None:
        jobs = Jobs(chat, kept)
        async with jobs.places.searching.place(lambda ahead: None), jobs.places.searching.place(lambda ahead: None):
            for n in range(MAX_WAITING_OF_OWNER):
                await jobs.ask(ADA, f"conversation-{n}", WHICH, Choices())
            with pytest.raises(QuestionError, match="10 questions of yours are waiting already"):
                await jobs.ask(ADA, "one more", WHICH, Choices())
            assert len(kept.of(ADA)) == MAX_WAITING_OF_OWNER
            await jobs.ask(EVE, "one", WHICH, Choices())
            jobs.stop(ADA, "conversation-0")
            await answered(jobs, "conversation-0")
            await jobs.ask(ADA, "one more", WHICH, Choices())
        for n in range(1, MAX_WAITING_OF_OWNER):
            await jobs.delete(ADA, f"conversation-{n}")

    run(test)


def test_who_has_stored_too_much_is_told_to_delete(
    chat: Library, kept: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        jobs = Jobs(chat, kept)
        await ask(jobs)
        monkeypatch.setattr("rag.web.jobs.MAX_OWNED", kept.size(ADA))
        for name, new in (("one", False), ("two", False), ("two", True)):
            with pytest.raises(QuestionError, match="Delete some of them"):
                await jobs.ask(ADA, name, WHICH, Choices(), new=new)
        assert [one.id for one in kept.of(ADA)] == ["one"]
        await jobs.ask(EVE, "hers", WHICH, Choices())
        await jobs.delete(ADA, "one")
        assert (await ask(jobs, name="two"))[0].state == "done"
        await jobs.delete(EVE, "hers")

    run(test)


def test_a_question_that_is_stopped_before_it_has_begun_ends(chat: Library, kept: Conversations) -> None:
    async def test() -> None:
        jobs = Jobs(chat, kept)
        asking = asyncio.create_task(jobs.ask(ADA, "one", WHICH, Choices()))
        await asyncio.sleep(0)
        jobs.stop(ADA, "one")
        await asking
        assert (await answered(jobs))[0].state == "stopped"
        assert kept.load(ADA, "one")[0].state == "stopped"

    run(test)


def test_an_earlier_answer_can_be_rated_while_the_next_question_is_answered(chat: Library, kept: Conversations) -> None:
    async def test() -> None:
        jobs = Jobs(chat, kept)
        await ask(jobs)
        async with jobs.places.searching.place(lambda ahead: None), jobs.places.searching.place(lambda ahead: None):
            await jobs.ask(ADA, "one", "how accurate is [1]?", Choices())
            rated = await jobs.rate(ADA, "one", 0, True, "fine", WHICH)
            assert rated[0].note == "fine"
            with pytest.raises(QuestionError, match="still being answered"):
                await jobs.rate(ADA, "one", 1, True, "")
        assert (await answered(jobs))[0].note == "fine"
        assert [turn.note for turn in kept.load(ADA, "one")] == ["fine", ""]

    run(test)


def test_what_is_being_answered_is_not_copied_and_what_is_before_it_is(chat: Library, kept: Conversations) -> None:
    async def test() -> None:
        jobs = Jobs(chat, kept)
        first = await ask(jobs)
        async with jobs.places.searching.place(lambda ahead: None), jobs.places.searching.place(lambda ahead: None):
            await jobs.ask(ADA, "one", "how accurate is [1]?", Choices())
            for count in (None, 2, 100):
                with pytest.raises(QuestionError, match="still being answered"):
                    await jobs.branch(ADA, "one", count)
            copy = await jobs.branch(ADA, "one", 1)
        assert await jobs.turns(ADA, copy) == first
        turns = await answered(jobs)
        assert await jobs.turns(ADA, await jobs.branch(ADA, "one")) == turns
        await ask(jobs, "how accurate is [2]?", name=copy)  # which goes its own way
        assert await jobs.turns(ADA, "one") == turns

    run(test)


def test_who_has_stored_too_much_cannot_copy(
    chat: Library, kept: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        jobs = Jobs(chat, kept)
        await ask(jobs)
        monkeypatch.setattr("rag.web.jobs.MAX_OWNED", 1)
        with pytest.raises(QuestionError, match="Delete some of them"):
            await jobs.branch(ADA, "one")
        assert len(kept.of(ADA)) == 1

    run(test)


def test_an_answer_that_was_replaced_in_another_window_is_not_rated(chat: Library, kept: Conversations) -> None:
    async def test() -> None:
        jobs = Jobs(chat, kept)
        await ask(jobs)
        await ask(jobs, "how are corals counted?", replace=0)
        with pytest.raises(QuestionError, match="It was replaced or deleted"):
            await jobs.rate(ADA, "one", 0, True, "", WHICH)
        assert kept.load(ADA, "one")[0].good is None
        assert (await jobs.rate(ADA, "one", 0, True, "", "how are corals\ncounted?"))[0].good

    run(test)


def test_a_conversation_that_cannot_be_read_is_not_asked_in(
    chat: Library, kept: Conversations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It must not begin anew in its place."""

    async def test() -> None:
        jobs = Jobs(chat, kept)
        turns = await ask(jobs)
        with closing(sqlite3.connect(tmp_path / DATABASE)) as other:
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(ConversationError, match="has locked"):
                await jobs.ask(ADA, "one", "and now?", Choices())
        assert kept.load(ADA, "one") == turns
        assert len(await ask(jobs, "how accurate is [1]?")) == 2

    monkeypatch.setattr("rag.web.database.BUSY_TIMEOUT", 0.05)
    run(test)


def test_an_answer_that_ends_without_one_does_not_run_for_ever(
    chat: Library, kept: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing_more(*given: object) -> AsyncGenerator[Any]:
        yield Found((PAPER,), 9)

    monkeypatch.setattr(Conversation, "ask", nothing_more)

    async def test() -> None:
        assert (await ask(Jobs(chat, kept)))[0].state == "stopped"

    run(test)


def test_an_answer_that_cannot_be_written_down_ends_all_the_same(
    chat: Library, kept: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        jobs = Jobs(chat, kept)
        await jobs.ask(ADA, "one", WHICH, Choices())
        monkeypatch.setattr(kept, "finish", lambda *given: 1 / 0)
        await answered(jobs)
        assert not jobs._jobs
        monkeypatch.undo()
        assert len(await ask(jobs)) == 2

    run(test)
