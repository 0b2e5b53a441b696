"""Several windows of several users do everything at once: no turn and no judgement is lost, or is another's."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import threading
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rag import settings
from rag.answer.types import Answer, Found, Working, Written
from rag.chat.conversation import Conversation
from rag.chat.library import Library
from rag.errors import ConversationError, QuestionError, RagError
from rag.web import database
from rag.web.conversations import DATABASE, Conversations
from rag.web.jobs import Jobs
from rag.web.turns import Choices, Turn

from .samples import PAPER, state

OWNERS, NAMES = ("ada", "eve"), ("one", "two")
WINDOWS, ACTIONS = 8, 60
_Log = list[tuple[Any, ...]]


class Logged(Conversations):
    """Notes each change in the order in which it was made."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.log: _Log = []
        self._order = threading.Lock()

    def _noted(self, change: str, *given: Any, **named: Any) -> Any:
        with self._order:
            made = getattr(super(), change)(*given, **named)
            self.log.append((change, *given))
            return made

    def save(self, *given: Any, **named: Any) -> None:
        self._noted("save", *given, **named)

    def finish(self, *given: Any) -> None:
        self._noted("finish", *given)

    def rate(self, *given: Any) -> list[Turn]:
        return self._noted("rate", *given)  # type: ignore[no-any-return]

    def delete(self, *given: Any) -> None:
        self._noted("delete", *given)


def replayed(log: _Log) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Question and note of each turn that must be there after these changes."""
    kept: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for change, owner, name, *given in log:
        turns = kept.setdefault((owner, name), [])
        if change == "save":
            n, *added = given
            assert len(turns) >= n
            asked_before = turns[n:] and turns[n][0] == added[0].question  # and answered while nothing could be stored
            assert len(turns) == n or asked_before or "instead" in added[0].question  # only an edit forgets turns
            turns[n:] = [(turn.question, turn.note) for turn in added]
        elif change == "finish":
            assert turns[given[0]][0] == given[1].question
        elif change == "rate":
            turns[given[0]] = (turns[given[0]][0], given[2])
        else:
            kept[owner, name] = []
    return {key: turns for key, turns in kept.items() if turns}


class Window:
    """A page of `owner`, which does at random what can be done, and notes what it was told to be done."""

    def __init__(self, jobs: Jobs, chance: random.Random, owner: str, n: int, names: Sequence[str]) -> None:
        self.jobs, self.chance, self.owner, self.n, self.names = jobs, chance, owner, n, names
        self.asked: list[str] = []
        self.refused: list[str] = []
        self.notes: list[str] = []

    async def act(self) -> None:
        for number in range(ACTIONS):
            name = self.chance.choice(self.names)
            action = self.chance.choices(
                [self.ask, self.edit, self.rate, self.watch, self.stop, self.delete], [8, 3, 8, 3, 2, 1]
            )[0]
            with suppress(QuestionError, ConversationError):
                await action(name, f"{self.owner} {name} {self.n}.{number}")
            await asyncio.sleep(self.chance.random() / 200)

    async def ask(self, name: str, label: str, replace: int | None = None) -> None:
        question = label if replace is None else f"{label} instead"
        try:
            await self.jobs.ask(self.owner, name, question, Choices(), replace)
        except RagError:
            self.refused.append(question)
            raise
        self.asked.append(question)

    async def edit(self, name: str, label: str) -> None:
        turns = await self.jobs.turns(self.owner, name)
        await self.ask(name, label, self.chance.randrange(len(turns)))

    async def rate(self, name: str, label: str) -> None:
        turns = await self.jobs.turns(self.owner, name)
        n = self.chance.randrange(len(turns))
        await asyncio.sleep(self.chance.random() / 100)  # the reader thinks
        note = f"{label} on {turns[n].question}"
        shown = await self.jobs.rate(self.owner, name, n, True, note, turns[n].question)
        self.notes.append(note)
        check(shown)

    async def watch(self, name: str, label: str) -> None:
        async for turns in self.jobs.watch(self.owner, name):
            check(turns)
            assert turns[0].question.startswith(f"{self.owner} {name} ")
        assert not turns[-1].running

    async def stop(self, name: str, label: str) -> None:
        self.jobs.stop(self.owner, name)

    async def delete(self, name: str, label: str) -> None:
        await self.jobs.delete(self.owner, name)


def check(turns: list[Turn]) -> None:
    """Each answer, and each judgement, is that of its question."""
    for turn in turns:
        assert not turn.reply or turn.reply.statements[0].text == f"answer to {turn.question}"
        assert not turn.note or turn.note.partition(" on ")[2] == turn.question


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Jobs:
    """The answers take as long as chance will have it."""
    chance = random.Random(7)

    async def answer(_: Conversation, question: str, *given: object) -> AsyncGenerator[Any]:
        said = state(text=f"answer to {question}")
        for event in (Found((PAPER,), 9), said, Working("writing"), Written(said), Answer(question, (said,))):
            await asyncio.sleep(chance.choice([0, 0, chance.random() / 50]))
            yield event

    async def opened(_: Jobs) -> Any:
        return SimpleNamespace(store=SimpleNamespace(paper_count=9))

    monkeypatch.setattr(Conversation, "ask", answer)
    monkeypatch.setattr(Jobs, "retriever", opened)
    monkeypatch.setattr("rag.web.job.UPDATE_INTERVAL", 0.001)
    return Jobs(Library(settings.load(index_dir=tmp_path, llm="none")), Logged(tmp_path))


async def act(jobs: Jobs, seed: int, names: Mapping[str, Sequence[str]]) -> list[Window]:
    """All windows act until none has more to do and nothing is being answered; `names` are those of each owner."""
    owners = [OWNERS[n % len(OWNERS)] for n in range(WINDOWS)]
    windows = [Window(jobs, random.Random(f"{seed} {n}"), who, n, names[who]) for n, who in enumerate(owners)]
    await asyncio.wait_for(asyncio.gather(*(window.act() for window in windows)), 120)
    while jobs._jobs:
        await asyncio.sleep(0.01)
    return windows


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_lost_or_crossed(jobs: Jobs, tmp_path: Path, seed: int) -> None:
    windows = asyncio.run(act(jobs, seed, dict.fromkeys(OWNERS, NAMES)))  # each tries the other's too
    log = jobs.conversations.log  # type: ignore[attr-defined]
    stored = Conversations(tmp_path)
    kept = {(owner, one.id): stored.load(owner, one.id) for owner in OWNERS for one in stored.of(owner)}
    assert {key: [(turn.question, turn.note) for turn in turns] for key, turns in kept.items()} == replayed(log)
    for (owner, name), turns in kept.items():
        check(turns)
        assert all(turn.question.startswith(f"{owner} {name} ") for turn in turns)
        assert all(turn.state in ("done", "stopped") and not turn.unkept for turn in turns)
    saved = [change[4].question for change in log if change[0] == "save"]
    assert sorted(saved) == sorted(question for window in windows for question in window.asked)
    rated = [change[5] for change in log if change[0] == "rate"]
    assert sorted(rated) == sorted(note for window in windows for note in window.notes)
    assert len(saved) > 10
    assert len(rated) > 5


def test_nothing_is_crossed_or_overwritten_while_the_file_is_locked_now_and_then(
    jobs: Jobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT", 0.001)

    async def disturb() -> None:
        with closing(sqlite3.connect(tmp_path / DATABASE, isolation_level=None)) as other:
            while True:
                await asyncio.sleep(0.03)
                try:
                    other.execute("BEGIN EXCLUSIVE")
                except sqlite3.OperationalError:
                    continue
                await asyncio.sleep(0.02)
                other.execute("ROLLBACK")

    async def both() -> list[Window]:
        disturbing = asyncio.create_task(disturb())
        windows = await act(jobs, 11, {owner: [f"{name} of {owner}" for name in NAMES] for owner in OWNERS})
        disturbing.cancel()
        monkeypatch.setattr(database, "BUSY_TIMEOUT", 60)
        for owner, name in list(jobs.keeper._held):
            await jobs.ask(owner, name, f"{owner} {name} at last", Choices())
        while jobs._jobs:
            await asyncio.sleep(0.01)
        return windows

    windows = asyncio.run(both())
    log = jobs.conversations.log  # type: ignore[attr-defined]
    assert not jobs.keeper._held
    stored = Conversations(tmp_path)
    kept = {(owner, one.id): stored.load(owner, one.id) for owner in OWNERS for one in stored.of(owner)}
    assert {key: [turn.question for turn in turns] for key, turns in kept.items()} == {
        key: [question for question, _ in turns] for key, turns in replayed(log).items()
    }
    asked = {question for window in windows for question in window.asked}
    for (owner, name), turns in kept.items():
        check(turns)
        assert all(turn.question in asked or turn.question == f"{owner} {name} at last" for turn in turns)
        assert all(turn.question.startswith(f"{owner} {name} ") for turn in turns)
    assert any(window.refused for window in windows)
