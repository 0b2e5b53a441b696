"""What cannot be stored is held: the conversation goes on, and is stored once it can be; nothing stored is lost."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from rag.errors import ConversationError, QuestionError, UnknownConversationError
from rag.web import database
from rag.web.conversations import DATABASE, Conversations
from rag.web.keeping import MAX_HELD, Keeper
from rag.web.trouble import for_reader
from rag.web.turns import Turn

from .samples import done, state

ANSWERED = done(state(), question="which?")


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 60))


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT", 0.05)


@pytest.fixture
def stored(tmp_path: Path) -> Conversations:
    return Conversations(tmp_path)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Another program has locked the file."""
    other = sqlite3.connect(folder / DATABASE)
    other.execute("BEGIN EXCLUSIVE")
    yield
    other.close()


async def answer(keeper: Keeper, turns: list[Turn], known: int, name: str = "one") -> list[Turn]:
    """Asks and answers another question after `turns`, of which `known` are stored."""
    turns = [*turns, Turn("which?")]
    await keeper.begin("ada", name, turns, known)
    assert ANSWERED.answer
    turns[-1].take(ANSWERED.answer)
    await keeper.finish("ada", name, turns)
    return turns


def test_what_can_be_stored_is(stored: Conversations) -> None:
    async def test() -> None:
        keeper = Keeper(stored)
        turns = await answer(keeper, await answer(keeper, [], 0), 1)
        assert stored.load("ada", "one") == turns
        assert [turn.unkept for turn in turns] == ["", ""]
        await keeper.rate("ada", "one", 0, True, "fine")
        assert stored.load("ada", "one")[0].note == "fine"
        assert [one.id for one in (await keeper.listed("ada"))[0]] == ["one"]
        await keeper.delete("ada", "one")
        assert stored.of("ada") == []

    run(test)


def test_a_conversation_goes_on_while_the_file_is_locked_and_is_stored_afterwards(
    stored: Conversations, tmp_path: Path
) -> None:
    async def test() -> None:
        keeper = Keeper(stored)
        turns = await answer(keeper, [], 0)
        with locked(tmp_path):
            turns = await answer(keeper, turns, 1)
            assert "has locked" in turns[-1].unkept
            turns = await answer(keeper, await keeper.load("ada", "one"), 2)
            with pytest.raises(ConversationError, match="has locked"):
                await keeper.rate("ada", "one", 0, True, "")  # this one is stored
            await keeper.rate("ada", "one", 1, True, "held")
            listed, fault = await keeper.listed("ada")
            assert [one.title for one in listed] == ["which?"]
            assert "has locked" in str(fault)
        assert len(stored.load("ada", "one")) == 1
        turns = await answer(keeper, await keeper.load("ada", "one"), 3)
        assert stored.load("ada", "one") == turns
        assert [(turn.unkept, turn.note) for turn in turns] == [("", ""), ("", "held"), ("", ""), ("", "")]
        assert not keeper._held

    run(test)


def test_an_answer_that_cannot_be_stored_is_stored_with_the_next_question(
    stored: Conversations, tmp_path: Path
) -> None:
    async def test() -> None:
        keeper, turns = Keeper(stored), [Turn("which?")]
        await keeper.begin("ada", "one", turns, 0)
        assert ANSWERED.answer
        turns[-1].take(ANSWERED.answer)
        with locked(tmp_path):
            await keeper.finish("ada", "one", turns)
        assert "has locked" in turns[-1].unkept
        assert await keeper.load("ada", "one") == turns
        assert stored.load("ada", "one") == [Turn("which?", stopped=True)]
        turns = await answer(keeper, turns, 1)
        assert stored.load("ada", "one") == turns

    run(test)


def test_what_is_told_is_in_the_words_for_whoever_asks_from_the_first_moment_on(
    stored: Conversations, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def test() -> None:
        keeper, turns = Keeper(stored), [Turn("which?")]
        with locked(tmp_path):
            await keeper.begin("ada", "one", turns, 0, for_reader)
            assert "Conversations cannot be read or kept now." in turns[-1].unkept
            assert ANSWERED.answer
            turns[-1].take(ANSWERED.answer)
            await keeper.finish("ada", "one", turns, for_reader)
        assert str(tmp_path) not in turns[-1].unkept
        with pytest.raises(ConversationError) as raised:
            await keeper.rename("ada", "one", "Kites")
        assert for_reader(raised.value) == turns[-1].unkept

    run(test)
    told = [record.message for record in caplog.records if record.name == "rag.web.keeping"]
    assert [str(tmp_path) in line for line in told] == [True], "the terminal tells all, once"


def test_an_edit_that_cannot_be_stored_leaves_what_is(stored: Conversations, tmp_path: Path) -> None:
    async def test() -> None:
        keeper = Keeper(stored)
        turns = await answer(keeper, await answer(keeper, [], 0), 1)
        with locked(tmp_path):
            edited = await answer(keeper, [], 2)
        assert stored.load("ada", "one") == turns
        edited = await answer(keeper, edited, 1)
        assert stored.load("ada", "one") == edited

    run(test)


def test_what_is_deleted_does_not_come_back(stored: Conversations, tmp_path: Path) -> None:
    async def test() -> None:
        keeper, turns = Keeper(stored), [Turn("which?")]
        await keeper.begin("ada", "one", turns, 0)
        stored.delete("ada", "one")  # by another process
        await keeper.finish("ada", "one", turns)
        assert "deleted" in turns[-1].unkept
        assert stored.of("ada") == []
        with locked(tmp_path):
            await answer(keeper, [], 0, "two")
            await keeper.delete("ada", "two")  # it was never stored
        with pytest.raises(UnknownConversationError):
            await keeper.load("ada", "two")

    run(test)


def test_a_delete_that_fails_changes_nothing(stored: Conversations, tmp_path: Path) -> None:
    async def test() -> None:
        keeper = Keeper(stored)
        turns = await answer(keeper, [], 0)
        with locked(tmp_path):
            turns = await answer(keeper, turns, 1)
            with pytest.raises(ConversationError, match="has locked"):
                await keeper.delete("ada", "one")
            assert await keeper.load("ada", "one") == turns
        turns = await answer(keeper, turns, 2)
        assert stored.load("ada", "one") == turns
        await keeper.delete("ada", "one")
        with pytest.raises(UnknownConversationError):
            await keeper.load("ada", "one")

    run(test)


def test_nobody_finds_what_is_held_for_another(stored: Conversations, tmp_path: Path) -> None:
    async def test() -> None:
        keeper = Keeper(stored)
        stored.save("eve", "hers", 0, ANSWERED)
        with locked(tmp_path):
            await answer(keeper, [], 0)
            assert (await keeper.listed("eve"))[0] == []
        for use in (keeper.load("eve", "one"), keeper.begin("eve", "hers", [Turn("q")], 0)):
            with pytest.raises(UnknownConversationError):
                await use
        with pytest.raises(QuestionError):
            await keeper.rate("eve", "one", 0, True, "")

    run(test)


def test_no_more_is_held_than_fits(stored: Conversations, tmp_path: Path) -> None:
    async def test() -> None:
        keeper = Keeper(stored)
        (tmp_path / DATABASE).write_bytes(b"no database" * 1_000)
        for n in range(MAX_HELD + 2):
            await answer(keeper, [], 0, f"c{n}")
        listed, fault = await keeper.listed("ada")
        assert [one.id for one in listed] == [f"c{n}" for n in range(MAX_HELD + 1, 1, -1)]
        assert "is damaged" in str(fault)

    run(test)


def test_who_stops_waiting_leaves_the_conversation_whole(tmp_path: Path) -> None:
    """A page may be closed while its question is being stored; the next one finds that stored."""
    saving, go_on = threading.Event(), threading.Event()

    class Slow(Conversations):
        def save(self, *given: Any, **named: Any) -> None:
            saving.set()
            assert go_on.wait(60)
            super().save(*given, **named)

    async def test() -> None:
        keeper = Keeper(Slow(tmp_path))
        left = asyncio.create_task(keeper.begin("ada", "one", [Turn("which?")], 0))
        await asyncio.to_thread(saving.wait, 60)
        left.cancel()
        found = asyncio.create_task(keeper.load("ada", "one"))
        await asyncio.sleep(0)
        go_on.set()
        assert [turn.question for turn in await found] == ["which?"]
        assert left.cancelled()

    run(test)


def test_a_conversation_is_renamed_copied_and_found(stored: Conversations) -> None:
    async def test() -> None:
        keeper = Keeper(stored)
        turns = await answer(keeper, [], 0)
        assert (await keeper.rename("ada", "one", "Kites")).title == "Kites"
        copy = await keeper.branch("ada", "one")
        assert await keeper.load("ada", copy) == turns
        assert [one.id for one in await keeper.search("ada", "kites")] == [copy, "one"]
        (newest, *_), _ = await keeper.listed("ada")
        assert [one.id for one in await keeper.older("ada", newest.changed, newest.id)] == ["one"]
        for use in (keeper.rename("eve", "one", "Hers"), keeper.branch("eve", "one")):
            with pytest.raises(UnknownConversationError):
                await use
        assert await keeper.search("eve", "kites") == []

    run(test)


def test_what_is_not_stored_can_be_neither_renamed_nor_copied_and_says_why(
    stored: Conversations, tmp_path: Path
) -> None:
    async def test() -> None:
        keeper = Keeper(stored)
        turns = await answer(keeper, [], 0)
        await keeper.rename("ada", "one", "Kites")
        with locked(tmp_path):
            turns = await answer(keeper, turns, 1)
            for use in (keeper.rename("ada", "one", "Tails"), keeper.branch("ada", "one"), keeper.search("ada", "k")):
                with pytest.raises(ConversationError, match="has locked"):
                    await use
        assert [one.title for one in (await keeper.listed("ada"))[0]] == ["Kites"]  # it is held, and renamed
        await answer(keeper, turns, 2)
        assert (await keeper.rename("ada", "one", "Tails")).title == "Tails"

    run(test)
